"""The pictures of the tour: taken anew of the page and of a class, and small."""

import re
import struct
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra `app` is not installed")
pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")

import screenshots  # noqa: E402
from in_browser import CHROMIUM  # noqa: E402

TOUR = Path(screenshots.DOCS, "tour.md")
LARGEST = 100_000


def size(data):
    """Width and height of a PNG."""
    assert data.startswith(b"\x89PNG")
    return struct.unpack(">II", data[16:24])


def shown():
    return re.findall(r"images/(tour-\w+)\.png", TOUR.read_text(encoding="utf-8"))


def test_every_picture_of_the_tour_is_there_and_small():
    kept = {path.stem: path.read_bytes() for path in screenshots.IMAGES.glob("tour-*.png")}
    assert set(kept) == set(shown())
    assert all(len(data) < LARGEST for data in kept.values())


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize("part", screenshots.PARTS)
def test_the_pictures_are_taken_anew_with_the_size_that_they_have(tmp_path, part):
    taken = screenshots.take(tmp_path, part)
    assert set(taken) <= set(shown())
    assert len(taken) > 1
    for name, data in taken.items():
        assert size(data) == size((screenshots.IMAGES / f"{name}.png").read_bytes())
        assert 5_000 < len(data) < LARGEST
