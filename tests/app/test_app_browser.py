"""A page that is served, in a browser: a cell of one's own with its mistakes beside the text, and full answers from the server.

It takes Playwright and a Chromium of the system.
"""

import json

import pytest

import vrest

pytest.importorskip("starlette", reason="the extra `app` is not installed")
pytestmark = pytest.mark.slow

from in_browser import barriers  # noqa: E402
from served import running  # noqa: E402

OWN = "cell: mine\ntitle: <img src=x onerror=alert(1)>\ntemperature: 310 K\nions:\n  K: {inside: 140 mM, outside: 5 mM, permeability: 1}\n"


@pytest.fixture(scope="module")
def server():
    with running(practises=True) as one:
        yield one


@pytest.fixture(params=[380, 1280])
def page(browser, server, request):
    context = browser.new_context(viewport={"width": request.param, "height": 900}, accept_downloads=True, bypass_csp=False)
    one, wrong = context.new_page(), []
    one.on("console", lambda message: wrong.append(message.text))
    one.on("pageerror", lambda error: wrong.append(str(error)))
    one.goto(server.address)
    one.wait_for_timeout(500)
    yield one
    assert [text for text in wrong if "status of 422" not in text] == []
    context.close()


def potential(page):
    return float(page.locator("[data-key=V_mV]").get_attribute("data-value"))


def test_full_answers_are_those_of_the_numbers_as_they_are_set(page):
    field = page.locator('input[type=text][data-path="outside.K"]')
    field.fill("12")
    field.press("Enter")
    page.click("#vr-full button:text-is('Rest')")
    page.wait_for_selector("pre.vr-answer:visible")
    cell = vrest.load("textbook-neuron").replace({"outside.K": "12 mM"})
    assert page.locator("pre.vr-answer").inner_text().strip() == vrest.rest(cell).text(long=True).strip()
    assert page.locator("pre.vr-answer").bounding_box()["height"] <= 480  # it scrolls within its frame
    with page.expect_download() as found:
        page.click("#vr-full button:text-is('JSON')")
    assert json.loads(found.value.path().read_text())["V_mV"] == vrest.rest(cell).to_dict()["V_mV"]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_slider_asks_the_server_nothing(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    slider = page.locator('input[type=range][data-path="outside.K"]')
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    page.wait_for_timeout(400)
    assert asked == []


def test_what_is_wrong_in_a_text_is_shown_at_its_place(page):
    page.locator("textarea.vr-text").fill(OWN.replace("140 mM", "140 mN"))
    page.click("text=Open this cell")
    page.wait_for_selector("#vr-own-cell .vr-wrong li")
    assert "Line 5, column 15" in page.locator("#vr-own-cell .vr-wrong").inner_text()
    line, caret = page.locator("#vr-own-cell pre.vr-caret").first.inner_text().split("\n")
    assert line[caret.index("^") :].startswith("140 mN")
    page.click("#vr-own-cell .vr-wrong button")
    assert page.evaluate("document.activeElement.selectionStart") == OWN.index("140 mM")


def test_a_cell_of_ones_own_is_opened_as_a_page_and_its_title_is_text(page):
    page.locator("textarea.vr-text").fill(OWN)
    page.click("text=Open this cell")
    page.wait_for_url("**/page")
    page.wait_for_timeout(500)
    assert potential(page) == pytest.approx(1e3 * vrest.rest(vrest.from_yaml(OWN)).V_m["membrane"], rel=1e-9)
    assert page.title().startswith("<img src=x")
    assert page.locator("img").count() == 0
    page.click("#vr-full button:text-is('Rest')")
    page.wait_for_selector("pre.vr-answer:visible")


def test_a_cell_of_the_library_is_chosen_and_its_course_taken_along(page):
    page.select_option("select[aria-label=Cell]", "mammalian-neuron")
    page.wait_for_url("**cell=mammalian-neuron**")
    page.wait_for_timeout(500)
    page.select_option("select[aria-label=Protocol]", "pump-block")
    for label, head in (("CSV", b"time"), ("NetCDF", b"CDF")):
        with page.expect_download() as found:
            page.click(f"#vr-full button:text-is('{label}')")
        assert found.value.path().read_bytes()[:4].startswith(head[:3])


def test_axe_finds_nothing_serious(browser, server):
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        one = context.new_page()
        one.goto(server.address)
        one.wait_for_timeout(500)
        one.locator("textarea.vr-text").fill("cell: x")
        one.click("text=Open this cell")
        one.wait_for_selector("#vr-own-cell .vr-wrong li")
        one.click("#vr-full button:text-is('Rest')")
        one.wait_for_selector("pre.vr-answer:visible")
        assert barriers(one) == []
        context.close()


def test_the_tab_practice_draws_and_judges_without_asking_the_server(page):
    page.click("#vr-tab-practice")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.select_option("#vr-exercise", "nernst-potassium")
    seed = int(page.evaluate("location.hash").split("seed=")[1])
    drawn = vrest.practice.draw(vrest.practice.exercise("nernst-potassium"), seed)
    page.fill("#vr-answer", f"{drawn.value:.1f}")
    page.click("button.vr-check")
    assert page.locator(".vr-verdict.vr-right").count() == 1
    assert asked == []


def test_ten_thousand_rapid_changes_leave_the_last_one_and_a_server_that_answers(page):
    slider = page.locator('input[type=range][data-path="outside.K"]')
    slider.evaluate(
        """node => {
          const [low, high] = [Number(node.min), Number(node.max)];
          for (let k = 0; k < 10000; k += 1) {
            node.value = low + ((high - low) * (k % 97)) / 97;
            node.dispatchEvent(new Event('input', { bubbles: true }));
          }
        }"""
    )
    field = page.locator('input[type=text][data-path="outside.K"]')
    field.fill("12")
    field.press("Enter")
    page.wait_for_timeout(400)
    expected = vrest.rest(vrest.load("textbook-neuron").replace({"outside.K": "12 mM"})).to_dict()["V_mV"]
    assert potential(page) == pytest.approx(next(iter(expected.values())), rel=1e-9)
    page.click("#vr-full button:text-is('Rest')")
    page.wait_for_selector("pre.vr-answer:visible")


def test_a_broken_link_is_told_and_the_page_stands(page, server):
    page.goto(f"{server.address}?cell=squid-axon#1&cell=zzz&tab=<script>&set=outside.K:NaN;;nowhere:1&exercise=%3Cimg%3E&seed=-1")
    page.wait_for_timeout(500)
    assert page.locator(".vr-notice").inner_text()
    assert potential(page) == pytest.approx(next(iter(vrest.rest(vrest.load("squid-axon")).to_dict()["V_mV"].values())), rel=1e-9)
    assert page.locator("img").count() == 0
