"""How a protocol is cut into intervals: against a simple cut that looks at every event in every interval, and at what cost."""

import sys

import numpy as np
import pytest

import vrest
from effort import slow_unless
from vrest.description.derive import Derivation, written_values
from vrest.description.library import protocol_from
from vrest.description.protocol import Electrode, Protocol, Ramp, Setting
from vrest.questions.simulate.intervals import Intervals, _clamps, begun
from vrest.questions.simulate.observe import observe
from vrest.questions.simulate.options import Options
from vrest.questions.simulate.points import moving
from vrest.questions.simulate.protocol_notes import _osmolarities
from vrest.questions.simulate.simulate import TimeCourses, _Run
from vrest.questions.simulate.story import story
from vrest.questions.steady.steady_state import SteadySolver
from vrest.units import quantity_from

CELL = vrest.load("mammalian-neuron")
DERIVATION = Derivation(CELL)
NAMES = {"current": "current into '{}'", "voltage": "voltage clamp of '{}'", "dialyse": "pipette in '{}'"}


def in_force(protocol, moment):
    settings, factors = {}, {}
    for one in sorted(protocol.settings, key=lambda s: s.at):
        if one.at <= moment and (one.until is None or moment < one.until):
            if one.text is not None:
                settings[one.path] = one.text
                factors.pop(one.path, None)
            elif one.factor is not None:
                factors[one.path] = one.factor
    return settings, factors


def words(protocol, moment):
    p, news = protocol, []
    news += [f"{s.path} = {s.text}" if s.text is not None else f"{s.path} x {s.factor:g}" for s in p.settings if s.at == moment]
    ended = dict.fromkeys(s.path for s in p.settings if s.until == moment)
    held = {s.path for s in p.settings if s.at <= moment and (s.until is None or s.until > moment)}
    news += [f"{path} back" for path in dict.fromkeys(s.path for s in p.settings) if path in ended and path not in held]
    news += [f"{r.path} ramps to {r.text}" for r in p.ramps if r.begin == moment]
    begins = {(e.kind, e.into) for e in p.electrodes if e.begin == moment}
    news += [f"{NAMES[e.kind].format(e.into)} ends" for e in p.electrodes if e.end == moment and (e.kind, e.into) not in begins]
    news += [begun(e) for e in p.electrodes if e.begin == moment]
    return tuple(news[:12])


def held(written):
    """The numbers of the cell with other written values; what the description fixes once stays."""
    return DERIVATION.numbers(written, DERIVATION.described())


def with_texts(texts):
    """The written values with some set anew, as a description that holds them reads them."""
    return written_values(CELL.replace(texts)) if texts else dict(DERIVATION.written)


def setting(at, path, text=None, factor=None, until=None):
    """A setting whose value is read as the description reads it."""
    return Setting(at, path, text, factor, until, None if text is None else with_texts({path: text})[path])


def ramp(begin, end, path, text):
    return Ramp(begin, end, path, text, with_texts({path: text})[path])


def simple(p):
    """Numbers, slopes, clamps, voltages, solutions and words of each interval of a protocol, every event looked at in each.

    A factor on a path holds over a setting and a ramp of it: it multiplies what is described.
    """
    cuts = {0.0, p.until}
    cuts |= {t for s in p.settings for t in (s.at, s.until) if t is not None}
    cuts |= {t for r in p.ramps for t in (r.begin, r.end)} | {t for e in p.electrodes for t in (e.begin, e.end)}
    times = sorted(t for t in cuts if 0 <= t <= p.until)
    found = []
    for begin, end in zip(times, times[1:], strict=False):
        settings, factors = in_force(p, begin)
        written, slopes = with_texts(settings), {}
        written |= {path: DERIVATION.written[path] * factor for path, factor in factors.items()}
        numbers = held(written)
        for one in sorted((r for r in p.ramps if r.path not in factors), key=lambda r: r.begin):
            name = one.path
            target = held(with_texts({**settings, one.path: one.text}))[name]
            if one.begin <= begin < one.end:
                slopes[name] = (target - numbers[name]) / (one.end - one.begin)
                numbers[name] += slopes[name] * (begin - one.begin)
            elif begin >= one.end and not any(_holds_over(s, one, begin) for s in p.settings):
                numbers[name] = target
        electrodes = [e for e in p.electrodes if e.begin <= begin < e.end]
        clamps = _clamps(electrodes)
        numbers |= {f"electrode.{e.into}.{e.kind}": e.value for e in electrodes if e.kind != "dialyse"}
        voltages = {e.into: e.value for e in electrodes if e.kind == "voltage"}
        solutions = {e.into: e.solution for e in electrodes if e.solution and e.begin == begin}
        found.append((begin, end, numbers, slopes, clamps, voltages, words(p, begin), solutions))
    return found


def _holds_over(setting, ramp, time):
    """Whether a setting that begins after a ramp holds over what it left: for good, or as long as it lasts."""
    lasts = setting.until is None or time < setting.until
    return setting.path == ramp.path and ramp.end <= setting.at <= time and lasts


def cut(protocol, derivation=DERIVATION):
    found = Intervals(derivation, protocol).intervals()
    slopes = [{name: change.slope for name, change in s.changes.items()} for s in found]
    return [(s.begin, s.end, s.numbers, a, s.clamps, s.voltages, s.news, s.solutions) for s, a in zip(found, slopes, strict=True)]


VALUES = {
    "outside.K": (CELL.settable["outside.K"].text, "8 mM", "12 mM"),
    "plasma.pump.max_current": ("0 A/m^2", CELL.settable["plasma.pump.max_current"].text),
    "plasma.Na_leak.permeability": ("2e-9 m/s", "5e-10 m/s"),
    "temperature": ("300 K", "312 K"),
}


def random_protocol(seed):
    """Settings for good and for a while, factors, ramps of one path one after the other, electrodes; many at the same times."""
    rng = np.random.default_rng(seed)
    times = lambda n: np.sort(rng.choice(np.arange(0.0, 41.0), n, replace=False)).tolist()  # noqa: E731
    settings, ramps, electrodes = [], [], []
    for _ in range(rng.integers(0, 14)):
        path = str(rng.choice(list(VALUES)))
        begin, end = times(2)
        until = None if rng.random() < 0.4 else end
        scaled = rng.random() < 0.4
        text = None if scaled else str(rng.choice(VALUES[path]))
        settings.append(setting(begin, path, text, float(rng.choice([0.5, 0.9, 2.0])) if scaled else None, until))
    settings = [s for s in settings if s.factor is None or s.path != "temperature"]
    for path in ("outside.K", "plasma.pump.max_current"):
        ends = times(2 * int(rng.integers(0, 3)))
        ramps += [ramp(a, b, path, str(rng.choice(VALUES[path]))) for a, b in zip(ends[::2], ends[1::2], strict=True)]
    for begin, end in [times(2) for _ in range(rng.integers(0, 3))]:
        kind = str(rng.choice(["current", "voltage", "dialyse"]))
        solution = {"K": 130.0} if kind == "dialyse" and rng.random() < 0.5 else {}
        electrodes.append(Electrode(begin, end, kind, "inside", float(rng.normal()), "K", solution))
    rng.shuffle(settings)
    return Protocol("random", 40.0, "rest", None, tuple(settings), tuple(ramps), tuple(electrodes))


@pytest.mark.parametrize("seed", slow_unless(lambda seed: seed < 20, range(60)))
def test_random_protocols_are_cut_as_by_a_simple_cut(seed):
    assert cut(random_protocol(seed)) == simple(random_protocol(seed))


@pytest.mark.parametrize("event", [{"set": {"outside.K": "12 mM"}}, {"multiply": {"outside.K": "2"}}])
def test_after_a_while_a_path_goes_back_to_where_a_ramp_took_it(event):
    events = [{"from": "1 s", "to": "2 s", "ramp": {"outside.K": "8 mM"}}, {"from": "3 s", "to": "4 s", **event}]
    found = Intervals(DERIVATION, protocol_from({"until": "9 s", "events": events}, CELL)).intervals()
    described = CELL.settable["outside.K"].si
    meanwhile = 12.0 if "set" in event else 2 * described
    assert [s.numbers["outside.K"] for s in found if s.begin >= 2] == [8.0, meanwhile, 8.0]


def train(count, path="outside.K", **how):
    every, last = 0.1, 0.04
    return [setting(k * every, path, until=k * every + last, **how) for k in range(count)]


def protocol(settings=(), ramps=(), electrodes=(), until=1000.0):
    return Protocol("train", until, "rest", None, tuple(settings), tuple(ramps), tuple(electrodes))


TRAINS = {
    "settings": lambda n: protocol(train(n, text="8 mM")),
    "factors": lambda n: protocol(train(n, factor=2.0)),
    "for good": lambda n: protocol([setting(0.1 * k, "outside.K", f"{4 + k % 5} mM") for k in range(n)]),
    "to the end": lambda n: protocol([setting(0.1 * k, "outside.K", f"{4 + k % 5} mM", until=1000.0) for k in range(n)]),
    "currents": lambda n: protocol(
        electrodes=[Electrode(0.1 * k, 0.1 * k + 0.04, "current", "inside", 1e-12, "K") for k in range(n)]
    ),
    "ramps": lambda n: protocol(ramps=[ramp(0.1 * k, 0.1 * k + 0.04, "outside.K", f"{4 + k % 5} mM") for k in range(n)]),
}


def calls(work):
    """How many functions a piece of work calls, of Python and of C: a cost that does not depend on the machine."""
    count = 0

    def seen(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", slow_unless(lambda name: name in ("factors", "currents"), TRAINS))
def test_pulses_are_cut_at_a_cost_in_proportion(name):
    assert len(cut(TRAINS[name](2000))) in (2000, 4000)
    few, many = (calls(Intervals(DERIVATION, TRAINS[name](n)).intervals) for n in (200, 2000))
    assert many < 11 * few


def test_a_train_is_cut_as_by_a_simple_cut():
    short = protocol(train(40, text="8 mM") + train(30, "plasma.pump.max_current", factor=0.5), until=5.0)
    assert cut(short) == simple(short)


def swelling():
    """The neuron with water that crosses its membrane at a permeability, which is a number of another name than its path."""
    described = CELL.to_dict()
    described["membranes"]["plasma"]["water"] = {"permeability": "1e-5 m/s"}
    return Derivation(vrest.from_dict(described))


@pytest.mark.parametrize(
    ("derivation", "path", "number", "to"),
    [
        (DERIVATION, "outside.K", "outside.K", "9 mM"),
        (swelling(), "plasma.water.permeability", "plasma.P_f", "1e-6 m/s"),
    ],
    ids=["its own path", "another name"],
)
def test_while_a_factor_holds_a_ramp_of_its_path_does_nothing(derivation, path, number, to):
    described = derivation.numbers()[number]
    end = quantity_from(to).value
    events = protocol([Setting(5.0, path, None, 0.5, 20.0)], [Ramp(0.0, 10.0, path, to, end)], until=30.0)
    found = [(begin, end, numbers[number], slopes) for begin, end, numbers, slopes, *_ in cut(events, derivation)]
    slope = {number: pytest.approx((end - described) / 10.0, rel=1e-14)}
    assert found == [
        (0.0, 5.0, described, slope),
        (5.0, 10.0, 0.5 * described, {}),
        (10.0, 20.0, 0.5 * described, {}),
        (20.0, 30.0, end, {}),
    ]


def test_what_the_description_fixes_once_no_protocol_changes():
    """Impermeants follow from the described composition, whatever a protocol makes of it; those of a bath may be set anew."""
    events = protocol([Setting(1.0, "inside.K", "100 mM", si=100.0)], until=2.0)
    before, after = (numbers for _, _, numbers, *_ in cut(events))
    assert (before["inside.K"], after["inside.K"]) == (CELL.compartments["inside"].ions["K"].si, 100.0)
    fixed = DERIVATION.described()
    assert {name: after[name] for name in fixed} == fixed


def test_a_value_counted_per_something_else_is_refused_except_for_zero():
    path = "plasma.pump.max_current"
    with pytest.raises(vrest.InputError) as caught:
        protocol_from({"until": "2 s", "events": [{"at": "1 s", "set": {path: "5 pA"}}]}, CELL)
    (problem,) = caught.value.problems
    assert (
        problem.message == f"'{path}' is counted otherwise in the description, so this value cannot take its place during a run"
    )
    assert (problem.found, problem.expected) == ("5 pA", f"a value like {CELL.settable[path].text}")
    stopped = protocol_from({"until": "2 s", "events": [{"at": "1 s", "set": {path: "0 pA"}}]}, CELL)
    _, after = (numbers for _, _, numbers, *_ in cut(stopped))
    assert after[path] == 0.0


# -- the run ----------------------------------------------------------------------------------------------------------


def pulses(count, action):
    event = {"from": "1 s", "every": "0.1 s", "for": "0.04 s", "times": count, **action}
    return {"until": f"{2 + 0.1 * count} s", "events": [event]}


def injections(count):
    one = {"current": "5 pA", "carrier": "K"}
    events = [{"from": f"{1 + 0.1 * k:.3f} s", "to": f"{1.04 + 0.1 * k:.3f} s", **one} for k in range(count)]
    return {"until": f"{2 + 0.1 * count} s", "events": events}


def cost(protocol):
    return calls(lambda: vrest.simulate(CELL, protocol, points=20))


@pytest.mark.parametrize("kind", slow_unless(lambda kind: kind == "set", ["set", "multiply", "current"]))
def test_a_run_costs_in_proportion_to_its_pulses(kind):
    protocols = {
        "set": lambda n: pulses(n, {"set": {"outside.K": "6 mM"}}),
        "multiply": lambda n: pulses(n, {"multiply": {"plasma.pump.max_current": 0}}),
        "current": injections,
    }
    few, many = (cost(protocols[kind](n)) for n in (25, 200))
    assert many < 8.5 * few


def test_what_is_seen_of_pieces_together_is_what_is_seen_of_each():
    events = [
        {"from": "1 s", "to": "3 s", "multiply": {"pumps": 0}},
        {"from": "2 s", "to": "4 s", "set": {"outside.Na": "0 mM", "outside.K": "9 mM"}},
        {"from": "5 s", "to": "7 s", "ramp": {"outside.K": "7 mM"}},
        {"from": "6 s", "to": "8 s", "current": "3 pA", "carrier": "K"},
    ]
    kept = TimeCourses(SteadySolver(CELL))
    run = _Run(kept, protocol_from({"until": "9 s", "events": events}, CELL), None, Options(points=20))
    result = run.result()
    begin = 0
    for piece in (stored.points for stored in run.trace.pieces):
        alone, points = observe(run.whole, moving(piece)), slice(begin, begin + piece.time.size)
        assert result.time[points].tolist() == piece.time.tolist()
        assert result.V["plasma"][points] == pytest.approx(alone["V"]["plasma"], rel=1e-14)
        assert result.atp[points] == pytest.approx(alone["atp"], rel=1e-13, abs=0)
        for word, current in alone["current"]["plasma"].items():
            assert result.current["plasma"][word][points] == pytest.approx(current, rel=1e-12, abs=1e-24)
        for ion, E in result.E["plasma"].items():
            assert E[points] == pytest.approx(alone["E"]["plasma"][ion], rel=1e-13)
        begin += piece.time.size
    assert set(result.E["plasma"]) == {"K", "Cl"}  # for a while there was no Na outside
    assert begin == result.time.size


def test_of_many_pulses_the_story_tells_the_first_and_the_last():
    told = story(vrest.simulate(CELL, pulses(100, {"set": {"outside.K": "6 mM"}}), points=10))
    assert len(told) == 7
    assert told[4] == "Then the same 98 times more, every 100 ms; the last time:"
    assert told[1].startswith("From the start to 1 s")
    assert told[-1].startswith("At 10.94 s: outside.K back.")


@pytest.mark.parametrize("seed", range(20))
def test_osmolarities_that_change_are_those_that_a_look_at_every_time_finds(seed):
    p = random_protocol(seed)
    baths = {f"outside.{ion}": value.si for ion, value in CELL.compartments["outside"].ions.items()}
    worst = 0.0
    for moment in {s.at for s in p.settings} | {r.end for r in p.ramps}:
        change = sum(
            (baths[s.path] * s.factor if s.factor is not None else quantity_from(s.text, "mM").value) - baths[s.path]
            for s in p.settings
            if s.path in baths and s.at <= moment and (s.until is None or moment < s.until)
        )
        change += sum(quantity_from(r.text, "mM").value - baths[r.path] for r in p.ramps if r.path in baths and r.end <= moment)
        worst = max(worst, abs(change))
    for limit in (0.9, 1.1):
        told = _osmolarities(CELL, p, limit * worst / sum(baths.values()))
        assert told == ({"outside"} if limit < 1 < worst else set())


@pytest.mark.parametrize("seed", range(20))
def test_ramps_do_not_pass_their_ends_by_rounding(seed):
    rng = np.random.default_rng(seed)
    begin, end = np.sort(rng.uniform(0.0, 40.0, 2))
    cuts = np.sort(rng.uniform(begin, end, 2))
    settings = tuple(setting(at, "outside.K", "8 mM") for at in cuts)
    target = str(rng.choice(["0 A/m^2", CELL.settable["plasma.pump.max_current"].text, "0.003 A/m^2"]))
    protocol = Protocol("random", 40.0, "rest", None, settings, (ramp(begin, end, "plasma.pump.max_current", target),), ())
    name, wanted = "plasma.pump.max_current", with_texts({"plasma.pump.max_current": target})["plasma.pump.max_current"]
    start = DERIVATION.numbers(DERIVATION.written, DERIVATION.described())[name]
    for one in Intervals(DERIVATION, protocol).intervals():
        if name in one.changes:
            values = one.changes[name].later(one.numbers[name], np.linspace(0.0, one.end - one.begin, 1001))
            assert values.min() >= min(start, wanted)
            assert values.max() <= max(start, wanted)
            assert values[-1] == pytest.approx(wanted, rel=1e-12, abs=1e-16) or one.end < end
