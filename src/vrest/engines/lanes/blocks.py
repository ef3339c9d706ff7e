"""Cells in blocks: what is noted of a block on the way to its answers stays in the processor's cache, and its memory serves the next one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

LEAST, MOST = 2048, 16384
"""Fewest cells of a block that is cut so that all threads have some, and most of any."""
FOR_EACH = 4
"""How many blocks each thread shall have, at least, so that none waits long for the slowest."""


def blocks(size: int, most: int | None = MOST, threads: int = 1) -> list[slice]:
    """The runs of cells that so many are cut into; where there is no most, all are one."""
    if most is None:
        return [slice(0, size)]
    if threads > 1:
        most = min(most, max(LEAST, -(-size // (FOR_EACH * threads))))
    return [slice(begin, min(begin + most, size)) for begin in range(0, size, most)] or [slice(0, 0)]


def in_threads(work: Callable[[Any], None], places: Sequence[Any], threads: int) -> None:
    """Work at places, by as many threads as are wanted."""
    if threads <= 1 or len(places) <= 1:
        for place in places:
            work(place)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, places):
            pass


def in_blocks(answer: Callable[[slice, int], Any], size: int, threads: int = 1, most: int | None = MOST) -> Any:
    """What is found for cells, as if they were one block.

    Arguments:
        answer: finds it for a run of cells, by so many threads: a dataclass of arrays, and of dictionaries and lists of arrays, whose
                first axis is the cell; a single number is the same in all cells
    """
    places = blocks(size, most, threads)
    if len(places) == 1:
        return answer(places[0], threads)
    whole: list[Any] = []
    lock = threading.Lock()

    def one(place: slice) -> None:
        found = answer(place, 1)
        with lock:
            if not whole:
                whole.append(_room(found, size))
        _put(whole[0], found, place)

    in_threads(one, places, threads)
    return whole[0]


def _room(like: Any, size: int) -> Any:
    """Arrays for so many cells, in the form of those of a block."""
    if is_dataclass(like) and not isinstance(like, type):
        return replace(like, **{one.name: _room(getattr(like, one.name), size) for one in fields(like)})
    if isinstance(like, dict):
        return {key: _room(value, size) for key, value in like.items()}
    if isinstance(like, list):
        return [_room(value, size) for value in like]
    return np.empty((size, *like.shape[1:]), like.dtype) if np.ndim(like) else like


def _put(whole: Any, found: Any, place: slice) -> None:
    """What was found for a block in its place."""
    if is_dataclass(whole) and not isinstance(whole, type):
        for one in fields(whole):
            _put(getattr(whole, one.name), getattr(found, one.name), place)
    elif isinstance(whole, dict | list):
        for key in whole if isinstance(whole, dict) else range(len(whole)):
            _put(whole[key], found[key], place)
    elif np.ndim(whole):
        whole[place] = found
