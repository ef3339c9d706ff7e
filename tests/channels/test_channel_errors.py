"""What is said of channels that cannot be: the place in the file that is wrong, what stands there, what should, the near miss."""

import os

import pytest

import vrest
from own_channel import CELL, OWN


@pytest.fixture
def problem_of(tmp_path):
    """The one problem of a cell whose channel has another text, or whose text is another."""

    def found(channel: str = OWN, cell: str = CELL) -> vrest.Problem:
        (tmp_path / "channels").mkdir(exist_ok=True)
        (tmp_path / "channels" / "my-na.yaml").write_text(channel, encoding="utf-8")
        (tmp_path / "cell.yaml").write_text(cell, encoding="utf-8")
        with pytest.raises(vrest.InputError) as caught:
            vrest.load(tmp_path / "cell.yaml")
        (problem,) = caught.value.problems
        return problem

    return found


def place(problem: vrest.Problem) -> tuple[str, int | None, int | None]:
    return os.path.basename(problem.file), problem.line, problem.column


# (what stands in the channel's file, what is written instead): place, words of the message, found, expected, near miss
IN_THE_FILE = {
    "a gate": (
        ("time_constant: 1 ms", "time_constant: 1 mV"),
        (9, 70),
        "'m.time_constant' of 'Na' has the wrong dimension",
        "1 mV",
        "s",
        None,
    ),
    "a name": (("(V - V_half)/k", "(V - V_hlf)/k"), (9, 42), "V_hlf is not known", "V_hlf", "V_half", "V_half"),
    "a key of the channel": (
        ("temperature:", "temprature:"),
        (3, 1),
        "a channel has no key 'temprature'",
        "temprature",
        "certainty",
        "temperature",
    ),
    "a key of a mechanism": (
        ("parameters:", "paramters:"),
        (7, 1),
        "a channel has no key 'paramters'",
        "paramters",
        "gates",
        "parameters",
    ),
    "a channel of a channel": (
        ("kind: ohmic", "kind: ohmic\nlike: x"),
        (6, 1),
        "says by itself what it is",
        "like",
        "gates",
        None,
    ),
    "a kind": (("kind: ohmic", "kind: omhic"), (5, 7), "has an unknown kind", "omhic", "ghk", "ohmic"),
    "no kind": (("kind: ohmic\n", ""), (2, 1), "lacks 'kind'", "a mapping", "kind: ", None),
    "its temperature": (("20 degC\nsource", "20\nsource"), (3, 14), "the unit is missing", "20", "310 K", "20 degC"),
    "its range": (
        ("kind: ohmic", "range: [50 mV, -90 mV]\nkind: ohmic"),
        (5, 8),
        "begins with the lower",
        "a list of 2",
        "-100 mV",
        None,
    ),
    "its sources": (("[hodgkin1952, mine]", "[hodgkin1952, {a: b}]"), (4, 23), "'source' is a text", "a mapping", None, None),
    "no name": (("channel: my-na\n", "about: none\n"), (2, 1), "a channel lacks 'channel'", None, "channel: na-", None),
    "a key twice": (("ion: Na", "ion: Na\nion: K"), (7, 1), "'ion' stands twice", "ion", "each key once", None),
    "YAML": (("gates:", "gates: {"), None, "not valid YAML", None, None, None),
    "nothing": ((OWN, ""), None, "the description is empty", None, None, None),
}


@pytest.mark.parametrize("name", IN_THE_FILE)
def test_a_problem_in_the_file_of_a_channel_is_told_at_its_place_there(problem_of, name):
    (old, new), where, message, found, expected, near = IN_THE_FILE[name]
    assert old in OWN
    problem = problem_of(OWN.replace(old, new, 1))
    assert os.path.basename(problem.file) == "my-na.yaml"
    assert where is None or place(problem)[1:] == where
    assert message in problem.message
    assert found is None or found in problem.found
    assert expected is None or expected in problem.expected
    assert problem.suggestion == near


# (what stands in the cell's file, what is written instead): place, words of the message, found, expected, near miss
IN_THE_CELL = {
    "a name": (
        ("channels/my-na.yaml", "na-hodgkin-huxly"),
        (10, 18),
        "is no channel of the library",
        "na-hodgkin-huxly",
        "vrest.channel_names()",
        "na-hodgkin-huxley",
    ),
    "a cell of the library": (
        ("channels/my-na.yaml", "squid-axon"),
        (10, 18),
        "'squid-axon' is a cell of the library, not a channel",
        "squid-axon",
        "vrest.channel_names()",
        None,
    ),
    "nothing": (("channels/my-na.yaml", '""'), (10, 18), "is no channel of the library", "nothing", "my-na.yaml", None),
    "a file": (
        ("channels/my-na.yaml", "channels/my-n.yaml"),
        (10, 18),
        "there is no such file of a channel",
        "channels/my-n.yaml",
        "a file in",
        "channels/my-na.yaml",
    ),
    "a mapping": (("channels/my-na.yaml", "{a: b}"), (10, 18), "'m.Na.like' names a channel", "a mapping", "na-hodgkin", None),
    "no amount": (
        ("conductance: 1 mS/cm^2}\n", "reversal: 50 mV}\n"),
        (10, 11),
        "lacks 'conductance'",
        None,
        "conductance:",
        None,
    ),
    "a key beside it": (
        ("conductance: 1 mS/cm^2}\n", "conductance: 1 mS/cm^2, factr: 1}\n"),
        (10, 63),
        "has no key 'factr'",
        "factr",
        "factor",
        "factor",
    ),
    "a gate beside it": (
        ("conductance: 1 mS/cm^2}\n", "conductance: 1 mS/cm^2, gates: {h: {steady: 2}}}\n"),
        (10, 83),
        "'steady' of 'h' of 'Na' is 2",
        "2",
        "from 0 to 1",
        None,
    ),
}


@pytest.mark.parametrize("name", IN_THE_CELL)
def test_a_problem_beside_like_is_told_in_the_file_of_the_cell(problem_of, name):
    (old, new), where, message, found, expected, near = IN_THE_CELL[name]
    problem = problem_of(cell=CELL.replace(old, new, 1))
    assert place(problem) == ("cell.yaml", *where)
    assert message in problem.message
    assert found is None or found in problem.found
    assert expected in problem.expected
    assert problem.suggestion == near


@pytest.mark.parametrize(("text", "sort"), [(CELL, "cell"), ("protocol: p\nuntil: 1 s\n", "protocol")])
def test_another_file_in_place_of_a_channel_is_refused_in_one_sentence(problem_of, text, sort):
    problem = problem_of(text)
    assert problem.message == f"this is a {sort}, not a channel"
    assert place(problem) == ("my-na.yaml", 1, 1)
    assert "like: na-hodgkin-huxley" in problem.expected


def test_a_channel_in_place_of_a_cell_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "my-na.yaml").write_text(OWN, encoding="utf-8")
    with pytest.raises(vrest.InputError, match="this is a channel, not a cell"):
        vrest.load(tmp_path / "my-na.yaml")
    with pytest.raises(vrest.InputError, match="is a channel of the library, not a cell"):
        vrest.load("na-hodgkin-huxley")


def test_an_exchange_is_like_no_channel():
    way = "{like: channels/my-na.yaml, kind: exchange, ion: K, counter_ion: Na, rate: 0.1 mM/s}"
    inside = f"inside: {{mechanisms: {{x: {way}}}, role: held"
    with pytest.raises(vrest.InputError, match="has no key 'like'"):
        vrest.from_yaml(CELL.replace("inside: {role: held", inside, 1))


@pytest.mark.parametrize("name", ["../my-na.yaml", "/etc/my-na.yaml", "link.yaml"])
def test_a_text_that_is_no_file_takes_nothing_from_outside_of_the_working_folder(tmp_path, monkeypatch, name):
    (tmp_path / "my-na.yaml").write_text(OWN, encoding="utf-8")
    here = tmp_path / "here"
    here.mkdir()
    (here / "link.yaml").symlink_to(tmp_path / "my-na.yaml")
    monkeypatch.chdir(here)
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_yaml(CELL.replace("channels/my-na.yaml", name))
    (problem,) = caught.value.problems
    assert "from the working folder" in problem.message
    assert (problem.line, problem.column) == (10, 18)
    assert problem.path == "m.Na.like"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x: " + "y" * 300_000, "larger than 256 kB"),
        ("x: " + "[" * 40, "nested more than 32 deep"),
        ("x: [" + "1," * 21_000 + "1]", "more than 20000 values"),
        ("a: &x 1\n", "an anchor"),
    ],
)
def test_the_limits_of_a_file_hold_for_channels(problem_of, text, message):
    assert message in problem_of(OWN + text).message


@pytest.mark.slow
def test_many_large_channels_are_refused(problem_of):
    gates = "".join(f"  g{k}: {{steady: 1}}\n" for k in range(3000))
    many = "".join(f"      Na{k}: {{like: channels/my-na.yaml, conductance: 1 mS/cm^2}}\n" for k in range(3))
    problem = problem_of(OWN + gates, CELL + many)
    assert "hold more than 20000 values" in problem.message


def test_a_folder_is_no_channel(problem_of):
    assert "this is a directory" in problem_of(cell=CELL.replace("channels/my-na.yaml", "./channels")).message


def test_problems_of_the_cell_stand_before_those_of_its_channels(tmp_path):
    (tmp_path / "channels").mkdir()
    (tmp_path / "channels" / "my-na.yaml").write_text(OWN.replace("20 degC\nsource", "20\nsource"), encoding="utf-8")
    (tmp_path / "cell.yaml").write_text(CELL.replace("ion: K, cond", "ion: Kk, cond"), encoding="utf-8")
    with pytest.raises(vrest.InputError) as caught:
        vrest.load(tmp_path / "cell.yaml")
    assert [os.path.basename(problem.file) for problem in caught.value.problems] == ["cell.yaml", "my-na.yaml"]


def test_a_file_that_is_not_there_may_mean_a_channel_of_the_library(problem_of):
    problem = problem_of(cell=CELL.replace("channels/my-na.yaml", "k-m.yaml"))
    assert problem.suggestion == "k-m"
