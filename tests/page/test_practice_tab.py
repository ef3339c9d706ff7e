"""Practice in a browser: every kind of answer, slips, new numbers and links, by mouse and by keyboard alone.

It takes Playwright and a Chromium of the system; axe is asked where it is there too.
"""

import json

import pytest

from in_browser import Opened, barriers
from vrest import practice

pytestmark = pytest.mark.slow
CELLS = ("textbook-neuron",)
SEED = 3


class Student(Opened):
    """Someone who has an exercise open; `drawn` are its numbers from Python."""

    def __init__(self, browser, file, name, seed=SEED, **how):
        self.drawn = practice.draw(practice.exercise(name), seed)
        super().__init__(browser, f"{file.as_uri()}#1&tab=practice&exercise={name}&seed={seed}", **how)
        self.page.wait_for_selector("#vr-drill-title")

    @property
    def said(self):
        return self.page.locator(".vr-drill > div[role=status]").inner_text()

    @property
    def slip(self):
        return self.page.locator("[data-slip]").get_attribute("data-slip")

    def check(self):
        self.page.click(".vr-check")

    def type(self, text):
        self.page.fill("#vr-answer", text)
        self.page.press("#vr-answer", "Enter")

    def choose(self, name):
        self.page.check(f"form input[value={name}]")
        self.check()


@pytest.fixture
def student(browser, file):
    opened = []

    def open_exercise(name, seed=SEED, **how):
        opened.append(Student(browser, file, name, seed, **how))
        return opened[-1]

    yield open_exercise
    for one in opened:
        one.close()


def test_a_number_is_right_or_a_slip_or_cannot_be_read_and_is_counted(student):
    one = student("nernst-potassium")
    drawn = one.drawn
    assert one.page.locator(".vr-question").inner_text() == drawn.text()
    one.type("about seventy")
    assert "cannot be read" in one.said
    kept = next(kept for kept in drawn.slips if kept.slip.name == "log10-for-ln")
    one.type(f"{1e3 * drawn.exercise.rounded(kept.outcome):.1f} mV".replace(".", ","))
    assert one.slip == "log10-for-ln"
    assert "step 3" in one.said
    assert kept.slip.text["en"] in one.said
    one.type(f"\N{MINUS SIGN}{abs(drawn.answer):.5f} V")
    assert "Right" in one.said
    assert "1 of 2 right" in one.page.locator(".vr-drill").inner_text()
    one.type("1234 V")
    assert "No slip that is known" in one.said


def test_two_slips_with_one_number_are_asked_about(student):
    one = student("nernst-potassium")
    one.type(f"{-one.drawn.value:.1f}")
    assert "Which of these" in one.said
    one.page.check("input[value=sign-of-ion]")
    one.page.click(".vr-verdict button")
    assert one.slip == "sign-of-ion"


def test_options_directions_and_orders_are_judged(student):
    one = student("raise-potassium-reason")
    wrong = one.drawn.slips[0]
    one.check()
    assert "no answer yet" in one.said
    one.choose(wrong.outcome)
    assert one.slip == wrong.slip.name
    one.choose(one.drawn.answer)
    assert "Right" in one.said

    one = student("raise-potassium")
    one.choose("falls")
    assert one.slip == "raise-K-hyperpolarises"
    one.choose("rises")
    assert "Right" in one.said

    one = student("nernst-order")
    labels = [one.drawn.exercise.options[name]["en"] for name in one.drawn.answer.split()]
    for place, label in enumerate(labels):
        while one.page.locator(".vr-order li > span").all_inner_texts().index(label) > place:
            one.page.click(f"button[aria-label='{label}: up']")
    one.check()
    assert "Right" in one.said


def test_new_numbers_are_other_ones_and_stand_in_the_link(student, browser, file):
    one = student("nernst-potassium")
    one.page.click("text=New numbers")
    one.page.wait_for_timeout(300)
    assert f"seed={SEED + 1}" in one.page.url
    other = practice.draw(practice.exercise("nernst-potassium"), SEED + 1)
    assert one.page.locator(".vr-question").inner_text() == other.text()
    one.page.click("role=tab[name='Rest']")
    one.page.click("role=tab[name='Practice']")
    assert one.page.locator(".vr-question").inner_text() == other.text()
    one.page.click("text=Next exercise")
    assert "exercise=nernst-potassium" not in one.page.url


def test_the_worked_solution_has_the_numbers_put_in_and_hints_are_its_steps(student):
    one = student("nernst-potassium")
    one.page.click("text=Hint")
    assert one.drawn.exercise.steps[0].show["en"] in one.page.locator(".vr-hints").inner_text()
    one.page.click("text=Worked solution")
    shown = one.page.locator(".vr-solution .vr-formula").all()
    assert float(shown[-1].get_attribute("data-value")) == pytest.approx(one.drawn.value, rel=1e-12)
    assert practice.solution(one.drawn)[-1] in one.page.locator(".vr-solution").inner_text()


def test_progress_stays_where_the_browser_keeps_it(student):
    one = student("nernst-potassium")
    one.type(f"{one.drawn.value:.1f}")
    kept = json.loads(one.page.evaluate("localStorage.getItem('vrest-practice')"))
    assert kept["exercises"]["nernst-potassium"] == {"tried": 1, "right": 1, "slips": {}}
    one.page.evaluate("localStorage.setItem('vrest-practice', '{\"version\":1,\"exercises\":7}')")
    one.page.reload()
    assert one.page.locator(".vr-question").inner_text() == one.drawn.text()


def test_an_exercise_that_is_not_there_is_said(browser, file):
    one = Student(browser, file, "nernst-potassium")
    one.page.goto(f"{file.as_uri()}#1&tab=practice&exercise=%3Cb%3E&seed=x")
    one.page.reload()
    one.page.wait_for_selector(".vr-question")
    assert "<b>" in one.page.locator(".vr-notice").inner_text()
    one.close()


def test_everything_can_be_done_with_the_keyboard_alone(student):
    one = student("nernst-order")
    keyboard, focused = (
        one.page.keyboard,
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
    )

    def to(label):
        for _ in range(60):
            keyboard.press("Tab")
            if one.page.evaluate(focused) == label:
                return
        raise AssertionError(label)

    labels = [one.drawn.exercise.options[name]["en"] for name in one.drawn.answer.split()]
    for place, label in enumerate(labels):
        while one.page.locator(".vr-order li > span").all_inner_texts().index(label) > place:
            to(f"{label}: up")
            keyboard.press("Enter")
    to("Check")
    keyboard.press("Enter")
    assert "Right" in one.said
    to("New numbers")
    keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "vr-drill-title"

    one = student("raise-potassium")
    one.page.focus("form input[value=rises]")
    one.page.keyboard.press("ArrowDown")
    one.page.keyboard.press("Enter")
    assert one.slip == "raise-K-hyperpolarises"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_nothing_stands_out_of_the_page_and_axe_finds_nothing_serious(student, theme, width):
    for name in ("nernst-potassium", "raise-potassium-reason", "nernst-order"):
        one = student(name, width=width, color_scheme=theme, bypass_csp=True)
        if name == "nernst-potassium":
            one.type(f"{-one.drawn.value:.1f}")
        one.page.click("text=Hint")
        one.page.click("text=Worked solution")
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        assert (
            one.page.evaluate(
                "Math.max(...[...document.querySelectorAll('.vr-practice *')].map((e) => e.getBoundingClientRect().right))"
            )
            <= width
        )
        found = barriers(one.page)
        assert found == [], json.dumps(found, indent=1)
