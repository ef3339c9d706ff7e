"""When an event of a protocol happens: once for good, for a while, or in a train; times that do not fit together are refused."""

from __future__ import annotations

from .check import Checker
from .nodes import Mapping

WORDS = ("at", "from", "to", "every", "for", "times")
FOR_GOOD = [{"at"}]
FOR_A_WHILE = [{"at", "for"}, {"from", "for"}, {"from", "to"}]
TRAINS = [{"from", "every", "for", "times"}, {"at", "every", "for", "times"}]
TO_THE_END = [{"at"}, {"from"}]
FORMS = "at: 10 min; or from and to; or from, every, for and times"
MOST_PULSES = 10_000

Occasion = tuple[float, float | None]
"""Begin and end [s]; None where there is no end."""


def occasions(check: Checker, entry: Mapping, times: dict[str, float | None], last: float | None = None) -> list[Occasion]:
    """Every occasion of an event; with `last`, what has no end of its own lasts until then (an electrode)."""
    given = {word for word in WORDS if word in entry.entries}
    known = {word: time for word, time in times.items() if time is not None}
    if given - set(known):
        return []  # a time that cannot be read is reported already
    begin = known.get("at", known.get("from", 0.0))
    if given in (FOR_GOOD if last is None else TO_THE_END):
        return [(begin, last)]
    if given in FOR_A_WHILE:
        return [(begin, known["to"] if "to" in known else begin + known["for"])]
    if given in TRAINS:
        return _pulses(check, entry, begin, known["every"], known["for"], known["times"])
    _refuse(check, entry, given, last is not None)
    return []


def _refuse(check: Checker, entry: Mapping, given: set[str], electrode: bool) -> None:
    if not given:
        what = "an electrode has a time" if electrode else "this event has no time"
        check.report(entry, what, found=", ".join(entry.entries), expected="from: 1 min, to: 2 min" if electrode else FORMS)
    elif given & {"every", "times"}:
        check.report(entry, "a train has `from`, `every`, `for` and `times`", found=_listed(given), expected=FORMS)
    elif given == {"from"}:
        check.report(entry, "this event has no end", found="from", expected=FORMS)
    else:
        check.report(entry, "these times do not fit together", found=_listed(given), expected=FORMS)


def _listed(given: set[str]) -> str:
    return ", ".join(word for word in WORDS if word in given)


def _pulses(check: Checker, entry: Mapping, first: float, every: float, length: float, times: float) -> list[Occasion]:
    node = entry.entries["times"]
    if length >= every:
        check.report(
            entry.entries["for"],
            "a pulse is shorter than the period of its train",
            found=entry.entries["for"].words,
            expected="less than `every`",
        )
    elif times != int(times):
        check.report(node, "the number of pulses is a whole number", found=node.words, expected=f"{max(1, round(times))}")
    elif times > MOST_PULSES:
        check.report(node, f"a train has at most {MOST_PULSES} pulses", found=node.words)
    else:
        return [(first + k * every, first + k * every + length) for k in range(int(times))]
    return []
