"""Where many rows are answered: in lanes of the processor at hand, or on a GPU."""

from __future__ import annotations

from typing import Any

from ...errors import InputError, Problem, nearest, needed
from ..prepared import CPU, DEVICES, GPU
from .asked import Asked


def known(device: str) -> None:
    """See whether there is such a device.

    Raises:
        InputError: there is no such word, or what it needs is missing.
    """
    if device not in DEVICES:
        expected, suggestion = ", ".join(DEVICES), nearest(str(device), DEVICES)
        raise InputError(Problem("no such device", path="device", found=str(device), expected=expected, suggestion=suggestion))
    if device == GPU:
        from ...engines import cuda, lanes

        with needed("gpu", "answering rows on a GPU"):
            if not lanes.available():
                raise ImportError
        cuda.device()


def on_gpu(asked: Asked) -> bool:
    """Whether rows are answered on a GPU.

    Raises:
        InputError: they cannot be.
    """
    if asked.device != GPU:
        return False
    from .lanes import SAID, says

    if not says(asked):
        told = "; ".join(f"{ask}: {', '.join(outputs)}" for ask, outputs in SAID.items())
        found = f"{asked.ask}: {', '.join([*asked.layout.outputs, *asked.units])}"
        raise InputError(Problem("this is not told of rows on a GPU", path="device", found=found, expected=f"of {told}"))
    return True


def must_be_here(asked: Asked, scheduler: Any) -> None:
    """Workers of a cluster answer by their processors alone.

    Raises:
        InputError: both a GPU and a scheduler are wanted.
    """
    if asked.device != CPU and scheduler is not None:
        message = "a GPU answers at this machine, the workers of a scheduler by their processors"
        raise InputError(Problem(message, path="device", found=f"{asked.device} and a scheduler", expected="one of the two"))


def where(asked: Asked) -> str:
    """Where many rows at a time are settled, in words."""
    if asked.device == CPU:
        return "in lanes"
    return f"on {name_of(asked)}" + (", judged by the processor," if asked.ask != "simulate" else "")


def name_of(asked: Asked) -> str:
    """What answers many rows at a time, in words."""
    if asked.device == CPU:
        return "the processor"
    from ...engines.cuda import device

    return f"the GPU {device().name}"
