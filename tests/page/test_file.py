"""The page as a file: nothing can be fetched, nothing of a cell is markup, and what stands there is refused or replaced as asked."""

import base64
import functools
import hashlib
import html.parser
import json
import re

import pytest

import vrest
from effort import slow_unless
from vrest.cli.main import main
from vrest.page.contents import contents
from vrest.page.join import joined
from vrest.page.write import languages, page, sentences

CELL = "textbook-neuron"


class Parts(html.parser.HTMLParser):
    """The elements of a page with their attributes, and the text of each script and style."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag):
        self.elements.append((f"/{tag}", {}))

    def handle_data(self, data):
        tag = self.elements[-1][0] if self.elements else ""
        if tag in self.texts:
            self.texts[tag][-1] += data


def sha(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


@functools.cache
def whole_page(language):
    return page([CELL], language)


def test_the_policy_allows_the_script_and_the_style_that_stand_there_and_nothing_else():
    parts = Parts(whole_page("en"))
    policy = next(each["content"] for tag, each in parts.elements if each.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": sha(parts.texts["script"][0]),
        "style-src": sha(parts.texts["style"][0]),
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert [len(texts) for texts in parts.texts.values()] == [1, 1]
    assert not any("src" in each or "style" in each or any(name.startswith("on") for name in each) for _, each in parts.elements)


def test_what_a_cell_is_called_is_never_markup_or_the_end_of_the_script():
    cell = vrest.load(CELL).to_dict()
    cell["title"] = cell["about"] = "</script><img src=x onerror=alert(1)><!-- ' \" ` ${1} \u2028"
    text = page([vrest.from_dict(cell)])
    assert text.count("</script>") == 1
    assert "<img" not in text
    assert len(Parts(text).texts["script"]) == 1


def test_each_language_says_all_and_with_the_same_places():
    english, places = sentences("en"), re.compile(r"\{\w+\}")
    assert "de" in languages()
    for language in languages():
        table = json.loads((vrest_words() / f"{language}.json").read_text(encoding="utf-8"))
        assert table.keys() == english.keys()
        assert {key: set(places.findall(text)) for key, text in table.items()} == {
            key: set(places.findall(text)) for key, text in english.items()
        }


def vrest_words():
    from vrest.page.join import STATIC

    return STATIC / "words"


def test_every_sentence_that_the_page_says_has_its_key_and_every_key_is_said():
    from vrest.page.join import STATIC

    code = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.mjs"))
    table = sentences("en")
    said = set(
        re.findall(
            r"'((?:page|tab|group|field|membrane|ladder|legend|rest|cost|note|theory|time|preset|link|share|certificate|failed|threshold|why|nano|server|practice)\.[\w.]+)'",
            code,
        )
    )
    built = (
        "rest.",
        "cost.",
        "note.",
        "theory.",
        "tab.",
        "failed.",
        "certificate.",
        "number.",
        "time.",
        "group.",
        "why.",
        "nano.",
        "threshold.",
        "server.",
        "practice.topic.",
        "practice.goes.",
    )
    assert said <= table.keys()
    assert {key for key in table.keys() - said if "." in key and not key.startswith(built)} <= {"page.without_script"}


def test_modules_are_joined_in_the_order_in_which_they_need_each_other():
    given = {
        "one": "import { two } from './two.mjs';\nexport const one = two + 1;\n",
        "two": "export const two = 2;\nexport async function later() {}\n",
    }
    script = joined("one", given)
    assert script.index("modules['two']") < script.index("modules['one']")
    assert "return { two, later };" in script
    with pytest.raises(ValueError, match="need each other"):
        joined("a", {"a": "import { b } from './b.mjs';\n", "b": "import { a } from './a.mjs';\n"})
    with pytest.raises(ValueError, match="form that is not joined"):
        joined("a", {"a": "export default 1;\n"})


def test_a_page_is_written_whole_and_replaces_a_file_only_when_told(tmp_path, capsys):
    target = tmp_path / "cell.html"
    assert main(["page", CELL, "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    target.write_text("mine")
    capsys.readouterr()
    assert main(["page", CELL, "-o", str(target)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert main(["page", CELL, "-o", str(target), "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == target.stat().st_size


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([CELL, "--language", "xx"], "expected de, en"),
        (["squid-axn"], "squid-axon"),
        ([CELL, "-o", "/nowhere/cell.html"], "cannot be written"),
        ([CELL, "--csv"], "no CSV form"),
        ([CELL, "--practice", "nowhere.yaml"], "nowhere.yaml"),
        ([CELL, "--practice", "nowhere.yaml", "--no-practice"], "exclude each other"),
    ],
)
def test_what_is_at_fault_is_said_and_nothing_is_written(words, said, tmp_path, capsys):
    target = [] if "-o" in words else ["-o", str(tmp_path / "cell.html")]
    assert main(["page", *words, *target]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", slow_unless(lambda name: name == CELL, [CELL, "squid-axon", "red-cell", "lysosome"]))
def test_a_number_can_be_set_in_the_text_of_the_description_at_its_place(name):
    cell = vrest.load(name)
    known = contents(cell)
    for row in (row for row in known["numbers"] if row["span"]):
        start, end = row["span"]
        value = row["si"] * row["per_unit"] + row["zero"]
        text = f"pH {7.0}" if row["unit"] == "pH" else f"{value * 0.9 + 0.1 * row['zero']!r} {row['unit']}".strip()
        again = vrest.from_yaml(cell.replace({row["path"]: text}).to_yaml())
        spliced = vrest.from_yaml(known["yaml"][:start] + text + known["yaml"][end:])
        assert spliced.settable[row["path"]].si == again.settable[row["path"]].si


@pytest.mark.parametrize("name", ["squid-axon", "lysosome", "kalia2021-excitable"])
def test_numbers_and_groups_are_those_of_the_cell(name):
    cell = vrest.load(name)
    known = contents(cell)
    paths = [row["path"] for row in known["numbers"]]
    grouped = [path for group in known["groups"] for path in group["paths"]]
    assert paths == list(cell.settable)
    assert sorted(grouped) == sorted(paths)
    for row in known["numbers"]:
        assert row["least"] <= row["low"] <= row["si"] <= row["high"] <= row["most"], row["path"]


@pytest.mark.parametrize(
    ("name", "there", "spared"),
    [
        ("textbook-neuron", [], ["layoutOf", "function thresholdCard(", "class Rodas", ".vr-cell-wall", ".vr-drill"]),
        ("squid-axon-excitable", ["function thresholdCard(", "class Rodas"], ["layoutOf", ".vr-cell-wall"]),
        ("proximal-tubule", ["layoutOf", "class Rodas", ".vr-cell-wall"], ["function thresholdCard("]),
    ],
)
def test_a_page_holds_what_its_cells_can_use(name, there, spared):
    text = page([name], practice=None)
    assert [word in text for word in there] == [True] * len(there)
    assert [word for word in spared if word in text.replace("const card = function thresholdCard(", "")] == []


OWN = """
exercise: own
version: 1
level: 1
kind: numeric
topic: own topic
title: {en: "</script><b>Own</b>"}
text: {en: "Double {a}."}
quantities:
  a: {from: 1, to: 9, step: 0.5, unit: mV}
answer: 2*a
unit: mV
tolerance: {absolute: 0.01 mV}
steps:
  - {show: {en: Twice}, formula: 2*a}
slips:
  once: {formula: a, step: 1, text: {en: "That is {a} itself."}}
"""


def test_an_exercise_of_ones_own_stands_beside_those_of_vrest_and_is_never_markup(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(OWN, encoding="utf-8")
    text = page([CELL], practice=[file])
    assert "own: 1," in text
    assert 0 < text.index('"name":"own"') < text.index('"name":"nernst-potassium"')
    assert text.count("</script>") == 1
    assert "<b>Own" not in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_practice_adds_at_most_120_kB_to_a_page_and_none_where_it_is_left_out(language):
    whole, plain = whole_page(language), page([CELL], language, practice=None)
    assert "nernst-potassium" not in plain
    assert "sha256(" not in plain
    sizes = [len(text.encode()) for text in (whole, plain)]
    assert sizes[0] - sizes[1] <= 120_000
    assert sizes[0] <= 500_000
