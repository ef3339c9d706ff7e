"""Cells in blocks: all of them, each once, in their places, whoever works."""

from dataclasses import dataclass

import numpy as np
import pytest

from vrest.engines.lanes import blocks, in_blocks


@dataclass(frozen=True)
class Found:
    plain: np.ndarray
    named: dict[str, np.ndarray]
    listed: list[np.ndarray]
    over_time: np.ndarray
    same: float


def looked(rows: slice) -> Found:
    at = np.arange(rows.start, rows.stop)
    return Found(at, {"double": 2.0 * at}, [at > 5, -at], np.stack([at, at + 1], axis=1), 7.0)


@pytest.mark.parametrize(("size", "threads"), [(0, 1), (1, 4), (5000, 1), (5000, 3), (100_001, 2)])
def test_blocks_are_all_cells_each_once(size, threads):
    found = blocks(size, 4096, threads)
    assert np.array_equal(np.concatenate([np.arange(one.start, one.stop) for one in found]), np.arange(size))
    assert max(one.stop - one.start for one in found) <= 4096


def test_without_a_most_all_cells_are_one_block():
    assert blocks(100_000, None, 8) == [slice(0, 100_000)]


@pytest.mark.parametrize("threads", [1, 3])
def test_what_is_found_in_blocks_is_what_is_found_at_once(threads):
    size = 9001
    one, many = looked(slice(0, size)), in_blocks(lambda rows, _: looked(rows), size, threads, 2100)
    for name in ("plain", "over_time"):
        np.testing.assert_array_equal(getattr(many, name), getattr(one, name))
    np.testing.assert_array_equal(many.named["double"], one.named["double"])
    for mine, other in zip(many.listed, one.listed, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert (many.same, many.listed[0].dtype, many.over_time.shape) == (7.0, bool, (size, 2))


def test_a_thread_of_one_block_may_have_threads_of_its_own():
    assert in_blocks(lambda rows, threads: threads, 10, 4) == 4
