"""The page in a browser: every control does what it says, numbers are those of the command line, nothing is fetched and nothing goes wrong.

It takes Playwright and a Chromium of the system; axe is asked where it is there too.
"""

import json

import numpy as np
import pytest

import vrest
from in_browser import Opened, barriers

pytestmark = pytest.mark.slow
CELLS = ("squid-axon", "squid-axon-excitable", "proximal-tubule", "textbook-neuron")
WIDTHS = (380, 800, 1280)


class Reader(Opened):
    """Someone who has the page open, and may take files and texts from it."""

    own = ("file:", "blob:")

    def __init__(self, browser, file, fragment="", **how):
        super().__init__(browser, file.as_uri() + fragment, accept_downloads=True, **how)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.rest()

    def rest(self, milliseconds=500):
        self.page.wait_for_timeout(milliseconds)

    @property
    def potential(self):
        return float(self.page.locator("[data-key=V_mV]").get_attribute("data-value"))

    def field(self, path):
        return self.page.locator(f'input[type=text][data-path="{path}"]')

    def slider(self, path):
        return self.page.locator(f'input[type=range][data-path="{path}"]')

    def type(self, path, text):
        self.field(path).fill(text)
        self.field(path).press("Enter")
        self.rest()


@pytest.fixture
def reader(browser, file):
    one = Reader(browser, file)
    yield one
    one.close()


def V(name, settings=None, membrane=None):
    found = vrest.rest(vrest.load(name).replace(settings or {})).V_m
    return 1e3 * found[membrane or next(iter(found))]


def same(a, b):
    return a == pytest.approx(b, rel=1e-9)


def test_what_is_typed_is_answered_as_on_the_command_line(reader):
    assert same(reader.potential, V("squid-axon"))
    reader.type("outside.K", "20")
    assert same(reader.potential, V("squid-axon", {"outside.K": "20 mM"}))
    reader.type("temperature", "6,3")
    assert same(reader.potential, V("squid-axon", {"outside.K": "20 mM", "temperature": "6.3 degC"}))
    assert "set=outside.K:20+mM" in reader.page.url


def test_a_slider_answers_while_it_moves_and_is_undone_in_one_step(reader):
    slider = reader.slider("outside.K")
    begun = reader.potential
    box = slider.bounding_box()
    reader.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    reader.page.mouse.down()
    seen = []
    for part in (0.55, 0.6, 0.65, 0.7):
        reader.page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
        reader.rest(60)
        seen.append(reader.potential)
    reader.page.mouse.up()
    reader.rest()
    assert seen == sorted(seen)
    assert seen[0] > begun
    K = float(reader.field("outside.K").get_attribute("data-value"))
    assert same(reader.potential, V("squid-axon", {"outside.K": f"{K!r} mM"}))
    reader.page.click("text=Undo")
    reader.rest()
    assert reader.potential == begun


def test_what_cannot_be_is_refused_beside_its_field_and_changes_nothing(reader):
    begun = reader.potential
    for text, said in (("abc", "no number"), ("-3", "values go from"), ("", "no number"), ("<b>5</b>", "no number")):
        reader.type("outside.K", text)
        assert said in reader.page.locator(".vr-complaint:visible").inner_text()
        assert reader.potential == begun


def test_every_slider_and_field_can_be_used_once(reader):
    begun = reader.potential
    reader.page.click("text=All other numbers")
    for slider in reader.page.locator("input[type=range]:visible:enabled").all():
        slider.focus()
        slider.press("ArrowRight")
        reader.rest(40)
        value = reader.page.locator("[data-key=V_mV]").get_attribute("data-value")
        assert value is not None, slider.get_attribute("data-path")
    reader.page.click("text=Reset")
    reader.rest()
    assert reader.potential == begun


def test_buttons_go_to_their_states(reader):
    reader.page.click("text=Block the pumps")
    reader.rest(900)
    assert same(reader.potential, V("squid-axon", {"plasma.pump.max_current": "0"}))
    reader.page.click("text=Reset")
    reader.page.click("text=Raise K⁺ outside")
    reader.rest(900)
    assert same(reader.potential, V("squid-axon", {"outside.K": "30 mM"}))


def test_tables_hold_the_numbers_of_the_answer(reader):
    answer = vrest.rest("squid-axon").to_dict()
    rows = reader.page.locator("section:has(h2:text-is('The ions')) tbody tr").all()
    for row, ion in zip(rows, answer["ions"]["plasma"].values(), strict=True):
        values = [float(cell.get_attribute("data-value")) for cell in row.locator("td").all()]
        assert values == pytest.approx([ion[key] for key in ("inside_mM", "outside_mM", "E_mV", "driving_force_mV")], rel=1e-9)
    rows = reader.page.locator("section:has(h2:text-is('What makes V')) tbody tr").all()
    for row, (name, one) in zip(rows, answer["mechanisms"]["plasma"].items(), strict=True):
        current, without = [float(cell.get_attribute("data-value")) for cell in row.locator("td").all()]
        assert current * 1e12 == pytest.approx(one["current_pA"], rel=1e-9)
        assert without == pytest.approx(answer["without"]["plasma"][name], rel=1e-9)


def test_a_link_brings_the_state_and_what_it_does_not_know_is_said(browser, file, reader):
    reader.type("inside.Na", "70")
    again = Reader(browser, file, "#" + reader.page.url.split("#")[1])
    assert again.potential == reader.potential
    again.close()
    digest = reader.page.url.split("cell=")[1][:12]
    broken = Reader(
        browser,
        file,
        f"#1&cell={digest}&tab=rest&set=outside.K:9+mM&set=nowhere:1+mM&set=inside.K:%E0%A4%A+mM&set=inside.K:-1+mM&x",
    )
    assert same(broken.potential, V("squid-axon", {"outside.K": "9 mM"}))
    assert "nowhere:1 mM" in broken.page.locator(".vr-notice").inner_text()
    broken.close()
    other = Reader(browser, file, "#1&cell=000000000000&set=outside.K:9+mM")
    assert same(other.potential, V("squid-axon"))
    assert "another cell" in other.page.locator(".vr-notice").inner_text()
    other.close()


def test_what_is_taken_along_gives_the_same_state(reader, tmp_path):
    reader.type("outside.K", "12")
    reader.page.click("text=Block the pumps")
    reader.rest(900)
    reader.page.click("summary:has-text('Take along')")
    with reader.page.expect_download() as found:
        reader.page.click("text=Description (YAML)")
    found.value.save_as(tmp_path / "cell.yaml")
    assert same(reader.potential, 1e3 * vrest.rest(tmp_path / "cell.yaml").V_m["plasma"])
    reader.page.click("text=Copy lines of Python")
    reader.rest(200)
    names = {}
    exec(reader.page.evaluate("navigator.clipboard.readText()").replace("print", "answer = "), names)
    assert same(reader.potential, 1e3 * names["answer"].V_m["plasma"])
    for label, head in (("Picture (PNG)", b"\x89PNG"), ("Picture (SVG)", b"<svg")):
        with reader.page.expect_download() as found:
            reader.page.click(f"text={label}")
        found.value.save_as(tmp_path / "picture")
        assert (tmp_path / "picture").read_bytes().startswith(head)


def test_the_course_is_that_of_the_command_line(reader):
    reader.page.click("role=tab[name='Over time']")
    reader.rest()
    reader.page.click("text=The pumps stop and come back")
    reader.rest(1500)
    run = vrest.simulate("squid-axon", "pump-block")
    slider = reader.slider("time")
    for part in (0.1, 0.5, 1.0):
        slider.evaluate(f"node => {{ node.value = {1000 * part}; node.dispatchEvent(new Event('input')); }}")
        reader.rest(150)
        t = part * run.time[-1]
        assert reader.potential == pytest.approx(1e3 * np.interp(t, run.time, run.V["plasma"]), abs=0.05)


def test_a_shock_makes_the_excitable_axon_fire(reader):
    reader.page.select_option("select[aria-label=Cell]", "squid-axon-excitable")
    reader.page.click("role=tab[name='Over time']")
    reader.rest(1500)
    top = reader.page.evaluate(
        """() => { const slider = document.querySelector('input[data-path=time]'); const found = [];
           for (let k = 0; k <= 400; k += 1) found.push(k); return found.length; }"""
    )
    assert top == 401
    highest = -1e9
    for k in range(90, 200, 2):
        reader.slider("time").evaluate(f"node => {{ node.value = {k}; node.dispatchEvent(new Event('input')); }}")
        reader.rest(20)
        highest = max(highest, reader.potential)
    assert 38 < highest < 42


def test_a_cell_without_courses_is_shown_at_rest_beside_the_reason(reader):
    reader.page.select_option("select[aria-label=Cell]", "textbook-neuron")
    reader.page.click("role=tab[name='Over time']")
    reader.rest()
    assert same(reader.potential, V("textbook-neuron"))
    assert "only ratios of permeabilities" in reader.page.locator("#vr-course").inner_text()


def test_one_membrane_of_several_is_chosen(reader):
    reader.page.select_option("select[aria-label=Cell]", "proximal-tubule")
    reader.rest(800)
    chosen = reader.page.locator(".vr-map [aria-checked=true]")
    for name in ("paracellular", "basolateral", "apical"):
        reader.page.click(f".vr-map [data-membrane={name}] text")
        reader.rest(400)
        assert chosen.get_attribute("data-membrane") == name
        assert same(reader.potential, V("proximal-tubule", membrane=name))
    for key, name in (
        ("ArrowRight", "basolateral"),
        ("ArrowDown", "paracellular"),
        ("ArrowRight", "apical"),
        ("ArrowLeft", "paracellular"),
    ):
        chosen.press(key)
        reader.rest(300)
        assert reader.page.evaluate("document.activeElement.dataset.membrane") == name
        assert same(reader.potential, V("proximal-tubule", membrane=name))
    reader.page.click("role=tab[name='The nanometre']")
    reader.rest()
    assert reader.page.locator("[data-key='charge.moved_C']").count() == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_the_drawn_cell_is_named_and_stays_in_the_page(browser, file, width):
    one = Reader(browser, file, width=width, color_scheme="dark", bypass_csp=True)
    one.page.select_option("select[aria-label=Cell]", "proximal-tubule")
    one.rest(800)
    said = one.page.locator("[data-membrane=apical]").get_attribute("aria-label")
    assert said.startswith("apical, between cell and lumen: ")
    one.page.click("summary:has-text('Take along')")
    menu = one.page.locator(".vr-menu-list").bounding_box()
    assert 0 <= menu["x"] <= width - menu["width"]
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(one.page) == []
    one.close()


def test_the_head_is_one_line_on_a_laptop(reader):
    line = reader.page.locator("role=tablist").bounding_box()["height"]
    assert reader.page.locator("header").bounding_box()["height"] < 2 * line


def test_a_lecture_is_large_and_turns_to_few_numbers(browser, file, reader):
    sliders, V = reader.page.locator(".vr-controls input[type=range]"), reader.page.locator(".vr-V")
    every, size = sliders.count(), V.bounding_box()["height"]
    reader.type("outside.K", "20")
    begun = reader.potential
    reader.page.click("role=button[name='Lecture']")
    reader.rest()
    assert [one.get_attribute("data-path") for one in sliders.all()] == [
        *("outside.K", "plasma.K_leak.permeability", "outside.Na", "plasma.Na_leak.permeability"),
        *("outside.Cl", "plasma.Cl_leak.permeability", "plasma.pump.max_current"),
    ]
    assert reader.potential == begun
    assert V.bounding_box()["height"] > 1.4 * size
    again = Reader(browser, file, "#" + reader.page.url.split("#")[1])
    assert again.page.locator(".vr-lecture").count() == 1
    assert again.potential == begun
    again.close()
    reader.page.click("role=button[name='Lecture']")
    reader.rest()
    assert sliders.count() == every
    assert "view=" not in reader.page.url


def test_paper_is_light_and_has_the_numbers_without_what_only_a_hand_can_use(browser, file):
    one = Reader(browser, file, color_scheme="dark")
    one.type("outside.K", "20")
    ground = "getComputedStyle(document.querySelector('.vr-card')).backgroundColor"
    assert one.page.evaluate(ground) != "rgb(255, 255, 255)"
    one.page.emulate_media(media="print")
    assert one.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert one.page.locator("input[type=range]:visible, button:visible").count() == 0
    assert one.field("outside.K").is_visible()
    assert one.field("outside.K").input_value() == "20"
    assert one.page.locator("[data-key=V_mV]").is_visible()
    one.close()


def at_path(answer, key):
    """What a number of the nanometre is in an answer: `charge` and `surface` are by membrane."""
    group, *path = key.split(".")
    found = answer[group] if group == "debye_length_nm" else answer[group]["plasma"]
    for name in path:
        found = found[name]
    return found


def test_the_nanometre_shows_the_numbers_of_the_command_line_from_any_distance(reader):
    reader.page.click("role=tab[name='The nanometre']")
    reader.type("outside.Na", "300")
    answer = vrest.rest(vrest.load("squid-axon").replace({"outside.Na": "300 mM"})).to_dict()
    cells = {one.get_attribute("data-key"): one for one in reader.page.locator("[data-key*='.']").all()}
    assert len(cells) >= 12
    for key, cell in cells.items():
        assert float(cell.get_attribute("data-value")) == pytest.approx(at_path(answer, key), rel=1e-9), key
    widths, ions = [], []
    for level in ("cell", "membrane", "layer"):
        reader.page.click(f"[data-level={level}]")
        reader.rest(1200)
        assert reader.page.locator(f"[data-level={level}]").get_attribute("aria-pressed") == "true"
        widths.append(int(reader.page.locator("[data-path=nano]").input_value()))
        ions.append(reader.page.locator(".vr-nano .vr-ion").count())
    assert widths == sorted(widths)
    assert (widths[0], ions[0]) == (0, 0)
    assert ions[1] > ions[2] > 0
    reader.page.locator("[data-path=nano]").press("Home")
    reader.rest(200)
    assert "hairline" in reader.page.locator(".vr-zoom .vr-legend").inner_text()
    assert reader.page.locator(".vr-nano .vr-ion").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_out_of_the_page_and_axe_finds_nothing_serious(browser, file, theme, width):
    one = Reader(browser, file, width=width, color_scheme=theme, bypass_csp=True)
    for tab in ("Rest", "Over time", "Why this V?", "The nanometre", "Lecture"):
        one.page.click(f"role=tab[name='{tab}']" if tab != "Lecture" else f"role=button[name='{tab}']")
        one.rest(1200)
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        found = barriers(one.page)
        assert found == [], json.dumps(found, indent=1)
    one.close()
