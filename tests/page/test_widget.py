"""A cell in a notebook: Python follows what is moved there and moves it, and what anywidget is handed works in a browser."""

import pytest

import vrest
from vrest.page.figure import document_script, notebook_module

CELL = "textbook-neuron"
K_20 = vrest.rest(vrest.load(CELL).replace({"outside.K": "20 mM"})).V_m


@pytest.fixture
def widget():
    pytest.importorskip("anywidget", reason="the extra notebook is not installed")
    return vrest.widget(CELL)


def moved_in_the_browser(widget, **state):
    """What a front end sends when a hand moves something."""
    content = {"comm_id": widget.comm.comm_id, "data": {"method": "update", "state": state, "buffer_paths": []}}
    widget.comm.handle_msg({"header": {"msg_id": "1"}, "content": content, "buffers": []})


def test_it_begins_as_described(widget):
    assert widget.numbers == {}
    assert widget.V_m == dict(vrest.rest(CELL).V_m)
    assert widget.cell.to_yaml() == vrest.load(CELL).to_yaml()


def test_what_python_sets_is_read_as_everywhere_and_answered_without_a_browser(widget):
    seen = []
    widget.observe(lambda change: seen.append(change.new), "V_m")
    widget.numbers = {"outside.K": "20 mM"}
    assert widget.numbers == {"outside.K": 20.0}
    assert widget.V_m == pytest.approx(dict(K_20), abs=1e-15)
    widget.numbers = {"outside.K": 5.0}
    assert widget.numbers == {}
    assert widget.V_m == dict(vrest.rest(CELL).V_m)
    assert len(seen) == 2


def test_what_is_moved_in_the_browser_is_seen_as_it_was_answered_there(widget):
    seen = []
    widget.observe(lambda change: seen.append((change.name, change.new)), ["numbers", "V_m"])
    moved_in_the_browser(widget, numbers={"outside.K": 20.0}, V_m={"membrane": -0.05})
    assert sorted(seen) == [("V_m", {"membrane": -0.05}), ("numbers", {"outside.K": 20.0})]
    assert vrest.rest(widget.cell).V_m == pytest.approx(K_20, abs=1e-15)


def test_what_is_wrong_is_named_and_changes_nothing(widget):
    for numbers, said in (
        ({"outside.Q": 1.0}, r"this cell has no such number"),
        ({"outside.K": "20 mV"}, r"outside\.K"),
        ({"outside.K": -1.0}, r"outside\.K"),
        ([1.0], "settings are values by path|trait"),
    ):
        with pytest.raises(ValueError, match=said) if isinstance(numbers, dict) else pytest.raises(Exception, match=said):
            widget.numbers = numbers
        assert widget.numbers == {}
    with pytest.raises(vrest.InputError, match=r"outside\.K"):
        vrest.widget(CELL, shown=["outside.k"])
    with pytest.raises(vrest.InputError, match="rest"):
        vrest.widget(CELL, tabs=["rests"])
    with pytest.raises(vrest.InputError, match="there is no page in this language"):
        vrest.widget(CELL, language="xx")


def test_without_anywidget_the_command_that_adds_it_is_said(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "anywidget", None)
    with pytest.raises(vrest.MissingExtraError, match=r"vrest|notebook"):
        vrest.widget(CELL)


def test_scripts_fetch_nothing_and_end_no_element():
    cell = vrest.load(CELL).to_dict()
    cell["title"] = cell["about"] = "</script><img src=x onerror=alert(1)> ` ${1} \u2028"
    for text in (notebook_module(vrest.from_dict(cell)), document_script({CELL: vrest.from_dict(cell)})):
        assert "</script" not in text
        assert "<img" not in text
        assert "\u2028" not in text
        assert "fetch(" not in text


# -- in a browser -----------------------------------------------------------------------------------------------------

MODEL = """
const state = {numbers: {}, V_m: {}, _tabs: ['rest', 'time'], _shown: null, ...%s}, told = new Set();
window.sent = [];
window.model = {
  get: (name) => state[name],
  set(name, value) { state[name] = value; },
  save_changes: () => sent.push({numbers: state.numbers, V_m: state.V_m}),
  on: (event, heard) => told.add(heard),
  off: (event, heard) => told.delete(heard),
};
window.fromPython = (numbers) => { state.numbers = numbers; for (const heard of told) heard(); };
"""
TAKE = """async (text) => {
  const one = await import(URL.createObjectURL(new Blob([text], {type: 'text/javascript'})));
  window.leave = one.default.render({model, el: document.getElementById('place')});
}"""
BODY = "<!doctype html><html><body style='background: %s'><h1>A notebook</h1><div id='place'></div></body></html>"


@pytest.fixture
def opened(browser, tmp_path):
    """A page of one's own in the browser: what is wrong in it and what it asks for is kept."""
    made, wrong, asked = browser.new_page(), [], []
    made.on("console", lambda message: wrong.append(message.text))
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("request", lambda request: asked.append(request.url))
    yield made
    made.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []


def shown(made, tmp_path, text, ground="white"):
    (tmp_path / "page.html").write_text(BODY % ground + text, encoding="utf-8")
    made.goto((tmp_path / "page.html").as_uri())


def potential(made):
    made.wait_for_timeout(400)
    return float(made.locator("[data-key=V_mV]").first.get_attribute("data-value"))


@pytest.mark.slow
def test_in_a_browser_hand_and_python_move_the_same_numbers(opened, tmp_path):
    shown(opened, tmp_path, f"<script>{MODEL % '{}'}</script>")
    opened.evaluate(TAKE, notebook_module(vrest.load(CELL)))
    assert potential(opened) == pytest.approx(1e3 * vrest.rest(CELL).V_m["membrane"], rel=1e-9)
    assert opened.evaluate("sent") == []
    assert opened.locator("#place").get_attribute("data-lm-suppress-shortcuts") == "true"  # or JupyterLab takes the keys
    field = opened.locator('input[type=text][data-path="outside.K"]')
    field.fill("20")
    field.press("Enter")
    assert potential(opened) == pytest.approx(1e3 * K_20["membrane"], rel=1e-9)
    assert opened.evaluate("sent") == [
        {"numbers": {"outside.K": 20}, "V_m": {"membrane": pytest.approx(K_20["membrane"], rel=1e-9)}}
    ]
    opened.evaluate("fromPython({'outside.K': 10})")
    potential(opened)
    assert field.input_value() == "10"
    assert len(opened.evaluate("sent")) == 1
    opened.evaluate("fromPython({})")
    assert potential(opened) == pytest.approx(1e3 * vrest.rest(CELL).V_m["membrane"], rel=1e-9)
    opened.evaluate("leave()")
    assert opened.locator("[data-key=V_mV]").count() == 0
    assert opened.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily") == opened.evaluate(
        "getComputedStyle(document.body).fontFamily"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("ground", "theme"), [("white", None), ("rgb(20, 20, 24)", "dark")])
def test_a_figure_in_a_document_is_as_light_or_dark_as_its_ground(opened, tmp_path, ground, theme):
    place = '<div data-vrest="squid-axon-excitable" data-tab="time" data-numbers="outside.K plasma.Na.conductance">needs JavaScript</div>'
    (tmp_path / "axon.js").write_text(
        document_script({"squid-axon-excitable": vrest.load("squid-axon-excitable")}), encoding="utf-8"
    )
    shown(opened, tmp_path, place + '<div data-vrest="other"></div><script src="axon.js"></script>', ground)
    assert potential(opened) == pytest.approx(1e3 * vrest.rest("squid-axon-excitable").V_m["plasma"], abs=1e-6)
    assert opened.locator(".vr-root").get_attribute("data-theme") == theme
    sliders = opened.locator(".vr-controls input[type=range]").all()
    assert [one.get_attribute("data-path") for one in sliders] == ["outside.K", "plasma.Na.conductance"]
    assert opened.locator("role=tab[name='Over time']").get_attribute("aria-selected") == "true"
    assert opened.locator("role=tab").count() == 2
