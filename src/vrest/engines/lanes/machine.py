"""Texts of functions made machine code by llvmlite, for the processor at hand, and kept on disk by their content."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LEVEL = 2
STORE = "VREST_CACHE"
"""The variable of the environment that says where machine code is kept; empty: nowhere."""
CHECK = 32
"""Bytes of the check before what is kept."""
WIDE, MIDDLE, NARROW = 8, 4, 2
"""Doubles in a vector of AVX-512, of AVX2, and of what every processor has."""


def available() -> bool:
    """Whether what compiles is installed."""
    return find_spec("llvmlite") is not None


@functools.cache
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@functools.cache
def processor() -> tuple[str, str]:
    """The processor at hand and its features, in LLVM's words."""
    llvm = _llvm()
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        features["prefer-256-bit"] = False  # full vectors are the point
    return llvm.get_host_cpu_name(), features.flatten()


@functools.cache
def native_width() -> int:
    """Doubles in a vector of the processor at hand."""
    features = _llvm().get_host_cpu_features()
    return WIDE if features.get("avx512f") else MIDDLE if features.get("avx2") else NARROW


def store() -> Path | None:
    """The folder that machine code is kept in; None where it is not kept."""
    if STORE in os.environ:
        return Path(os.environ[STORE]) if os.environ[STORE] else None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "vrest" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vrest"


class Code:
    """Machine code of a text. It holds no state of a run: any number of threads may call its functions.

    Attributes:
        compiled: whether it was compiled now, not read from the store
    """

    def __init__(self, text: str) -> None:
        llvm, folder = _llvm(), store()
        path = None if folder is None else folder / f"{digest(text)}.o"
        code = None if path is None else _read(path)
        self.compiled = code is None
        if code is None:
            code = _compile(text)
            if path is not None:
                _keep(path, code)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def function(self, name: str, *arguments: Any) -> Any:
        """A function that answers nothing; while it runs the interpreter is free for others."""
        return ctypes.CFUNCTYPE(None, *arguments)(self._engine.get_function_address(name))


def digest(text: str) -> str:
    """What the machine code of a text is kept by: nothing that it follows from is left out, so that none is ever stale."""
    what = f"{LEVEL} {_llvm().llvm_version_info} {processor()}\n{text}"
    return hashlib.sha256(what.encode()).hexdigest()


def _machine() -> Any:
    """A machine for one use: an engine takes it over."""
    llvm, (name, features) = _llvm(), processor()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=name, features=features, opt=LEVEL, codemodel="jitdefault", jit=True)


def _compile(text: str) -> bytes:
    llvm, machine = _llvm(), _machine()
    module = llvm.parse_assembly(text)
    tuning = llvm.create_pipeline_tuning_options(speed_level=1)
    tuning.loop_vectorization = tuning.slp_vectorization = False
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    return machine.emit_object(module)


def _read(path: Path) -> bytes | None:
    """What was kept, if it is as it was written."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    check, code = kept[:CHECK], kept[CHECK:]
    return code if hashlib.sha256(code).digest() == check else None


def _keep(path: Path, code: bytes) -> None:
    """Whole or not at all, whoever else writes it; a store that cannot be written keeps nothing."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(hashlib.sha256(code).digest() + code)
        os.replace(beside, path)
    except OSError:
        return
