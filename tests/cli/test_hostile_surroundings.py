"""What surrounds a command (other settings, closed streams, files that are both) does no harm and is named where it matters."""

import json
import os
import subprocess
import sys
import xml.dom.minidom

import pytest

from answers import run
from vrest.description.library import source_of


def vrest(*words, cwd=None, **env):
    command = [sys.executable, "-m", "vrest", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env={**os.environ, **env}, timeout=120)


@pytest.fixture
def described(tmp_path):
    (tmp_path / "cell.yaml").write_text(source_of("mammalian-neuron").text)
    return tmp_path


@pytest.mark.parametrize("words", [("rest", "--plot", "{}.svg"), ("simulate", "--until", "1 s", "--output", "{}.csv")])
def test_an_output_never_replaces_the_description(described, words):
    command, option, *rest = words
    ending = rest[-1].removeprefix("{}")
    place = described / f"cell{ending}"
    place.write_text((described / "cell.yaml").read_text())
    link = described / f"other{ending}"
    link.symlink_to(place)
    for named in (place, link):
        done = vrest(command, place, *[word.format(named.with_suffix("")) for word in (option, *rest)])
        assert done.returncode == 2
        assert "that is read" in done.stderr
    assert place.read_text() == (described / "cell.yaml").read_text()


def test_the_protocol_and_the_other_output_are_kept_too(described):
    (described / "p.csv").write_text("protocol: p\nuntil: 1 s\n")
    done = vrest("simulate", "cell.yaml", "p.csv", "--output", "./p.csv", cwd=described)
    assert done.returncode == 2
    assert "the protocol that is read" in done.stderr
    assert (described / "p.csv").read_text() == "protocol: p\nuntil: 1 s\n"


def test_a_link_stays_a_link_and_a_pipe_is_written_into(described):
    target = described / "real.svg"
    (described / "link.svg").symlink_to(target)
    pytest.importorskip("matplotlib")
    assert vrest("rest", "cell.yaml", "--plot", "link.svg", cwd=described).returncode == 0
    assert (described / "link.svg").is_symlink()
    assert target.read_text().startswith("<?xml")
    os.mkfifo(described / "pipe.csv")
    with open(described / "read.csv", "wb") as read:
        reader = subprocess.Popen(["cat", "pipe.csv"], cwd=described, stdout=read)
        done = vrest("simulate", "cell.yaml", "--until", "1 s", "--output", "pipe.csv", cwd=described)
        try:
            reader.wait(30)
        finally:
            reader.kill()
    assert done.returncode == 0
    assert (described / "read.csv").read_text().startswith("time")
    assert (described / "pipe.csv").is_fifo()


@pytest.mark.parametrize("backend", ["module://nowhere.to.be.found", "TkAgg", "no-such-thing"])
def test_a_foreign_backend_is_not_needed_for_a_file(described, backend):
    pytest.importorskip("matplotlib")
    done = vrest("rest", "cell.yaml", "--plot", "f.png", cwd=described, MPLBACKEND=backend, DISPLAY="")
    assert done.returncode == 0
    assert (described / "f.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_has_its_own_settings(described):
    pytest.importorskip("matplotlib")
    (described / "matplotlibrc").write_text("text.usetex: True\nfont.family: serif\nlines.linewidth: 9\naxes.facecolor: red\n")
    with_theirs = vrest("rest", "cell.yaml", "--plot", "a.svg", cwd=described, MATPLOTLIBRC=str(described), PATH="/usr/bin:/bin")
    assert with_theirs.returncode == 0
    assert with_theirs.stderr == "vrest: wrote a.svg\n"
    (described / "matplotlibrc").unlink()
    assert vrest("rest", "cell.yaml", "--plot", "b.svg", cwd=described).returncode == 0
    assert (described / "a.svg").read_text() == (described / "b.svg").read_text()


@pytest.mark.parametrize(
    "words",
    [
        ("rest", "squid-axon", "--over", "outside.K=1:10 mM:lin:3", "--over", "outside.Na=10:100 mM:lin:3"),
        ("simulate", "squid-axon", "--until", "1 s", "--until", "2 s"),
        ("nernst", "K", "--in", "1 mM", "--in", "2 mM", "--out", "1 mM"),
    ],
)
def test_an_option_that_is_given_twice_is_refused(capsys, words):
    code, out, err = run(capsys, *words)
    assert code == 2
    assert "is given twice" in err
    assert not out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_description_is_read_as_windows_writes_it(capsys, described, encoding, ending):
    text = (described / "cell.yaml").read_text().replace("\n", ending)
    if encoding == "utf-16-be":
        text = "\ufeff" + text
    (described / "c.yaml").write_bytes(text.encode(encoding))
    _, out, _ = run(capsys, "check", str(described / "c.yaml"), "--json")
    assert json.loads(out)["cell"] == "mammalian-neuron"


@pytest.mark.parametrize("data", [b"\xff\xfeabc", b"\xff\xfe\x00\x00c\x00\x00\x00", "\ufeffa: \0".encode("utf-16-le")])
def test_what_is_no_text_is_named(capsys, tmp_path, data):
    (tmp_path / "c.yaml").write_bytes(data)
    code, _, err = run(capsys, "rest", str(tmp_path / "c.yaml"))
    assert code == 2
    assert "expected YAML text in UTF-8" in err


def test_closed_standard_input_is_said():
    done = subprocess.run(["sh", "-c", f"'{sys.executable}' -m vrest rest - <&-"], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "standard input is closed" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("debye", "K=150 mM"), "counter-ions of -150 mM are missing"),
        (("junction", "--first", "K=150 mM", "--second", "Cl=150 mM"), "counter-ions of +150 mM are missing"),
        (("donnan", "--out", "K=150 mM", "--fixed", "100 mM", "--valence", "-1"), "counter-ions of -150 mM are missing"),
    ],
)
def test_a_solution_that_is_not_neutral_is_named(capsys, words, sentence):
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert sentence in out
    assert any(sentence in note for note in json.loads(run(capsys, *words, "--json")[1])["notes"])


@pytest.mark.parametrize("second", [("K=0 mM", "Cl=0 mM"), ("K=150 mM", "Cl=150 mM")])
def test_a_junction_with_pure_water_has_no_potential(capsys, second):
    words = ["junction", "--first", "Na=0 mM", "--first", "Cl=0 mM"]
    for ion in second:
        words += ["--second", ion]
    for form in ((), ("--json",)):
        code, out, err = run(capsys, *words, *form)
        assert code == 2
        assert "a solution without ions" in err
        assert not form or json.loads(out)["error"][0]["path"] == "--first"


@pytest.mark.parametrize("sign", ["\\e", "\\0", "\\x7f", "\\x85"])
def test_a_control_character_in_a_text_is_refused_at_its_place(capsys, monkeypatch, described, sign):
    monkeypatch.chdir(described)
    text = (described / "cell.yaml").read_text()
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    (described / "c.yaml").write_text(text.replace(title, f'title: "red {sign}[0m"'))
    code, _, err = run(capsys, "rest", "c.yaml", "--plot", "f.svg")
    assert code == 2
    assert "c.yaml:2:8: 'title' holds a control character" in err
    assert not (described / "f.svg").exists()


def test_signs_that_the_font_lacks_or_that_turn_words_around_leave_the_figure_well_formed(described):
    pytest.importorskip("matplotlib")
    text = (described / "cell.yaml").read_text()
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    (described / "c.yaml").write_text(text.replace(title, 'title: "\u56f3 <b>x</b> & \\u202Eabc"'), encoding="utf-8")
    done = vrest("rest", "c.yaml", "--plot", "f.svg", cwd=described, PYTHONWARNINGS="error")
    assert (done.returncode, done.stderr) == (0, "vrest: wrote f.svg\n")
    drawn = (described / "f.svg").read_text(encoding="utf-8")
    xml.dom.minidom.parseString(drawn)
    assert "\u202e" not in drawn
