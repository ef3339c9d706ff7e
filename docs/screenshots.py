"""The pictures of the tour, taken of the page and of a class in a browser, as small files.

    python docs/screenshots.py

takes them anew into docs/images. It needs Playwright, Pillow and a Chromium of the system.
"""

from __future__ import annotations

import io
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
IMAGES = DOCS / "images"
CODES = tuple(f"s{k:02}" for k in range(1, 25))
NAMES = ("nernst-potassium", "chloride-direction", "raise-potassium", "ghk-two-ions")
SEED = 5
COLOURS = 192
WIDE, HIGH = 1180, 760
CALM = 250
"""Milliseconds after which nothing moves any more."""


def take(folder: Path, part: Callable[[Any], dict[str, bytes]]) -> dict[str, bytes]:
    """Take the pictures of a part into a folder; the answer is what was written, by name."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        small = {name: _small(data) for name, data in part(browser).items()}
        browser.close()
    for name, data in small.items():
        (folder / f"{name}.png").write_bytes(data)
    return small


def _small(data: bytes) -> bytes:
    """A picture with few colours."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").quantize(COLOURS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _page(browser: Any, address: str, high: int = HIGH) -> Any:
    page = browser.new_context(viewport={"width": WIDE, "height": high}, reduced_motion="reduce", color_scheme="light").new_page()
    page.goto(address)
    page.wait_for_timeout(CALM)
    return page


def of_page(browser: Any) -> dict[str, bytes]:
    """What a student sees of the page, which is a file."""
    from vrest.page.write import write_page

    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "cell.html")
        write_page(["textbook-neuron", "mammalian-neuron", "squid-axon"], str(file))
        return _of_file(browser, file.as_uri())


def _of_file(browser: Any, address: str) -> dict[str, bytes]:
    from vrest.description.library import load_protocol

    taken = {}

    def title_of(protocol: str) -> str:
        return load_protocol(protocol).title

    def shot(name: str, do: Callable[[Any], None], cell: str = "textbook-neuron", high: int = HIGH) -> None:
        page = _page(browser, address, high)
        page.select_option("select[aria-label=Cell]", cell)
        do(page)
        page.mouse.move(0, 0)
        page.wait_for_timeout(CALM)
        taken[name] = page.screenshot()
        page.context.close()

    def more_potassium(page: Any) -> None:
        field = page.locator('input[type=text][data-path="outside.K"]')
        field.fill("12")
        field.press("Enter")

    def pump_blocked(page: Any) -> None:
        page.click("#vr-tab-time")
        page.click(f".vr-chip:text-is('{title_of('pump-block')}')")
        page.wait_for_timeout(CALM)
        move = "node => { node.value = Number(node.max) / 8; node.dispatchEvent(new Event('input', { bubbles: true })); }"
        page.locator(".vr-scrub input[type=range]").evaluate(move)

    def slip(page: Any) -> None:
        page.click("#vr-tab-practice")
        page.select_option("#vr-exercise", "nernst-potassium")
        one = _draw("nernst-potassium", _seed_of(page))
        page.fill("#vr-answer", _wrong(one, "log10-for-ln"))
        page.click("button.vr-check")

    shot("tour-rest", lambda page: None)
    shot("tour-potassium", more_potassium)
    shot("tour-why", lambda page: page.click("#vr-tab-why"), high=1260)
    shot("tour-time", pump_blocked, "mammalian-neuron", 1560)
    shot("tour-practice", slip)
    return taken


def _seed_of(page: Any) -> int:
    return int(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('seed')"))


def _draw(name: str, seed: int) -> Any:
    from vrest import practice

    return practice.draw(practice.exercise(name), seed)


def _wrong(drawn: Any, slip: str) -> str:
    """The number that a slip gives, as a student writes it."""
    return str(drawn.outcome_words(next(one for one in drawn.slips if one.slip.name == slip).outcome)).replace(
        "\N{MINUS SIGN}", "-"
    )


def of_class(browser: Any) -> dict[str, bytes]:
    """A student who made a slip, and the teacher's page of a class that has been answering for a while."""
    from served import running
    from vrest.app.lesson import Lesson
    from vrest.practice import exercise
    from vrest.practice.sets import ClassSet

    lesson = Lesson(ClassSet("Lesson 1", {name: exercise(name) for name in NAMES}, {}, SEED, CODES))
    _answered(lesson)
    with running(lesson=lesson) as server:
        page = _page(browser, server.address, 620)
        page.fill("#code", CODES[0])
        page.click("button.vr-check")
        page.goto(f"{server.address}class/nernst-potassium")
        page.fill("#answer", _wrong(_draw("nernst-potassium", lesson.seed(CODES[0])), "log10-for-ln"))
        page.click("button.vr-check")
        page.wait_for_selector(".vr-verdict")
        student = page.screenshot()
        teacher = _page(browser, f"{server.address}teacher/{lesson.key}", 1000)
        return {"tour-class": student, "tour-teacher": teacher.screenshot()}


def _answered(lesson: Any) -> None:
    """Answers of all but the first student: right ones, and slips of the exercise."""
    from vrest.practice import judge
    from vrest.practice.telling import judged

    chance = random.Random(SEED)
    for code in CODES[1:]:
        for name, exercise in lesson.set.exercises.items():
            one = _draw(name, lesson.seed(code))
            outcomes = [one.answer, *(kept.outcome for kept in one.slips)]
            outcome = chance.choices(outcomes, [len(outcomes), *range(len(one.slips), 0, -1)])[0]
            found = judge(one, outcome)
            found = found.chosen(found.slips[0].slip.name) if found.name == "ask" else found
            lesson.note(code, exercise, one.outcome_words(outcome), {**judged(one, found, "en"), "choose": []})


PARTS = (of_page, of_class)


if __name__ == "__main__":
    sys.path.insert(0, str(DOCS.parent / "tests" / "app"))
    for part in PARTS:
        for name, data in take(IMAGES, part).items():
            print(f"{name}.png: {len(data) // 1000} kB")
