"""`vrest practice`: an exercise in the terminal, or judged by an answer on the command line; a teacher's exercises checked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem, taken
from ..practice.answering import Verdict, answer, feedback, solution
from ..practice.display import unit_words
from ..practice.drawing import Drawn, draw
from ..practice.library import exercise, exercises
from ..practice.model import Exercise, in_language
from ..practice.progress import Progress
from ..practice.telling import asked, judged
from ..practice.words import languages, say
from .output import Plain, wrote

STOP, SHOW = ("q", "quit", "exit"), ("?",)


def practice(arguments: argparse.Namespace) -> Plain | None:
    word, *rest = arguments.words or [""]
    if word in ACTIONS:
        return ACTIONS[word](rest, arguments)
    if rest:
        raise InputError(Problem("one exercise at a time", found=rest[0], expected="vrest practice EXERCISE"))
    if arguments.list:
        return _list(arguments)
    return _one(word, arguments)


# -- what there is -----------------------------------------------------------------------------------------------------


def language_of(arguments: argparse.Namespace) -> str:
    known = languages()
    given = arguments.language or "en"
    if given not in known:
        raise InputError(Problem("there is no such language", path="--language", found=given, expected=", ".join(known)))
    return given


def level_of(arguments: argparse.Namespace) -> int | None:
    if arguments.level is None:
        return None
    if arguments.level not in ("1", "2", "3"):
        raise InputError(Problem("a level is 1, 2 or 3", path="--level", found=arguments.level))
    return int(arguments.level)


def seed_of(arguments: argparse.Namespace) -> int | None:
    text = arguments.seed
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 15:
        raise InputError(Problem("a seed is a whole number from 0", path="--seed", found=text, expected="such as 1"))
    return int(text)


def _list(arguments: argparse.Namespace) -> Plain:
    language = language_of(arguments)
    found = exercises(level_of(arguments), arguments.topic)
    rows = [
        {
            "exercise": one.name,
            "level": one.level,
            "kind": one.kind,
            "topic": one.topic,
            "title": in_language(one.title, language),
        }
        for one in found
    ]
    wide = max(len(one.name) for one in found)
    lines = [f"{row['exercise']:<{wide}}  {row['level']}  {row['kind']:<8} {row['topic']:<16} {row['title']}" for row in rows]
    return Plain({"exercises": rows}, "\n".join(lines), grid=lambda: (list(rows[0]), rows))


# -- one exercise ------------------------------------------------------------------------------------------------------


def _one(name: str, arguments: argparse.Namespace) -> Plain | None:
    language, seed = language_of(arguments), seed_of(arguments)
    if _at_a_terminal(arguments):
        _conversation(name, arguments, language, seed)
        return None
    progress = _progress(arguments)
    chosen = exercise(name) if name else progress.next_of(exercises(level_of(arguments), arguments.topic))[0]
    drawn = draw(chosen, _seed(arguments, seed))
    if arguments.answer is None:
        return Plain(asked(drawn, language), "\n".join(question(drawn, language)))
    return _answered(drawn, arguments, progress, language)


def _answered(drawn: Drawn, arguments: argparse.Namespace, progress: Progress, language: str) -> Plain:
    """The verdict on an answer that came with the command."""
    verdict = answer(drawn, arguments.answer, language)
    if arguments.slip is not None:
        verdict = verdict.chosen(arguments.slip)
    if verdict.name != "ask":
        progress.note(drawn.exercise, verdict.right, verdict.slip)
    _record(arguments, drawn, arguments.answer, verdict)
    lines = feedback(drawn, verdict, language)
    if verdict.name != "ask":
        lines += ["", say("solution", language), *solution(drawn, language)]
    return Plain(asked(drawn, language) | judged(drawn, verdict, language), "\n".join(lines))


def _at_a_terminal(arguments: argparse.Namespace) -> bool:
    """Whether a person is there to be asked."""
    wants_a_form = arguments.answer is not None or arguments.json or arguments.csv
    return not wants_a_form and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _seed(arguments: argparse.Namespace, seed: int | None) -> int:
    """The seed that is meant: that of a student where one is given."""
    from ..practice.classes import seed_of as seed_of_student

    first = 1 if seed is None else seed
    return seed_of_student(first, arguments.student) if arguments.student else first


def _record(arguments: argparse.Namespace, drawn: Drawn, text: str, verdict: Verdict) -> None:
    """Add an answer to the file of a class, where one is given."""
    if arguments.record is None:
        return
    if arguments.student is None:
        raise InputError(Problem("--record needs the student", expected="--student CODE --record FILE.csv"))
    from ..practice import classes

    classes.append(arguments.record, classes.row_of(arguments.student, drawn, text, verdict))


def _progress(arguments: argparse.Namespace) -> Progress:
    progress = Progress.read(Path(arguments.progress) if arguments.progress else None)
    if progress.said:
        print(f"vrest: {progress.said}", file=sys.stderr)
    return progress


def question(drawn: Drawn, language: str) -> list[str]:
    """The question as it is read, with its options and how to answer."""
    one = drawn.exercise
    head = f"{in_language(one.title, language) or one.name} ({say('level', language, level=one.level)})"
    options = [f"  {k}  {drawn.fill(words, language)}" for k, words in enumerate(one.options.values(), 1)]
    how = {
        "numeric": say("question_numeric" if unit_words(one.unit) else "question_number", language, unit=unit_words(one.unit)),
        "choice": say("question_choice", language),
        "order": say("question_order", language, items=", ".join(one.options)),
        "predict": say("question_predict", language),
    }
    draw_of = say("draw_of", language, seed=drawn.seed, version=one.version)
    return [f"{head}, {one.name}, {draw_of}", "", drawn.text(language), *options, how[one.kind]]


# -- at a terminal -----------------------------------------------------------------------------------------------------


def _conversation(name: str, arguments: argparse.Namespace, language: str, seed: int | None) -> None:
    """One exercise after the other, until there is nothing more to read or it is ended."""
    progress = _progress(arguments)
    goes_on = True
    while goes_on:
        chosen = exercise(name) if name else _next(progress, arguments, language)
        drawn = draw(chosen, progress.next_seed(chosen) if seed is None else seed)
        print("\n".join(question(drawn, language)))
        goes_on = _asked_once(drawn, progress, language) and seed is None and _read(say("next", language)).lower() not in STOP


def _next(progress: Progress, arguments: argparse.Namespace, language: str) -> Exercise:
    chosen, all_done = progress.next_of(exercises(level_of(arguments), arguments.topic))
    if all_done:
        print(say("all_done", language))
    return chosen


def _asked_once(drawn: Drawn, progress: Progress, language: str) -> bool:
    """Ask until there is an answer that can be read; whether to go on."""
    verdict = None
    while verdict is None:
        text = _read(say("prompt", language))
        if text.lower() in STOP:
            return False
        if text in SHOW:
            print("\n".join(solution(drawn, language)))
            return True
        verdict = _verdict(drawn, text, language)
    record = progress.note(drawn.exercise, verdict.right, verdict.slip)
    if not verdict.right:
        print("\n".join(["", say("solution", language), *solution(drawn, language)]))
    print(say("progress", language, right=record.right, tried=record.tried))
    return True


def _verdict(drawn: Drawn, text: str, language: str) -> Verdict | None:
    """What a line was found to be, which is said; nothing where it is no answer, and why."""
    try:
        verdict = answer(drawn, text, language)
    except InputError as error:
        print("\n".join([say("not_read", language), str(error)]) if text else say("empty", language))
        return None
    print("\n".join(feedback(drawn, verdict, language)))
    return _chosen(drawn, verdict, language) if len(verdict.slips) > 1 else verdict


def _chosen(drawn: Drawn, verdict: Verdict, language: str) -> Verdict:
    """The follow-up question where two slips give one number; what is no number of the list leaves it open."""
    text = _read("> ")
    if not text.isdecimal() or not 1 <= int(text) <= len(verdict.slips):
        return verdict
    chosen = verdict.chosen(verdict.slips[int(text) - 1].slip.name)
    print("\n".join(feedback(drawn, chosen, language)))
    return chosen


def _read(words: str) -> str:
    """A line from the terminal; its end is an end of the practice."""
    try:
        return input(words).strip()
    except EOFError:
        print()
        return STOP[0]


# -- a teacher's own ---------------------------------------------------------------------------------------------------


def _check(rest: Sequence[str], arguments: argparse.Namespace) -> Plain:
    from ..practice.checking import check

    if len(rest) != 1:
        raise InputError(Problem("check takes one file", found=" ".join(rest) or "nothing", expected="vrest practice check FILE"))
    checked = check(exercise(rest[0]))
    if checked.faults:
        raise InputError(*(Problem(fault, file=rest[0]) for fault in checked.faults))
    answers = ", ".join(f"{name} {_said(found, checked.exercise)}" for name, found in checked.answers.items())
    lines = [f"{checked.exercise.name}: in order, drawn {checked.draws} times. Answers: {answers}."]
    lines += [f"  {name:<28} told apart in {kept}, suppressed in {checked.draws - kept}" for name, kept in checked.kept.items()]
    rows = [{"slip": name, "kept": kept, "suppressed": checked.draws - kept} for name, kept in checked.kept.items()]
    return Plain(checked.to_dict(), "\n".join(lines), grid=lambda: (["slip", "kept", "suppressed"], rows))


def _said(found: Any, one: Exercise) -> str:
    return f"{found:.4g} {unit_words(one.unit)}".strip() if isinstance(found, float) else f"{found} times"


# -- a class -----------------------------------------------------------------------------------------------------------


def _set(rest: Sequence[str], arguments: argparse.Namespace) -> Plain:
    """Exercises drawn for each student, or several times, written as the ending of the output says."""
    from ..practice import classes

    if not rest or arguments.output is None:
        expected = "vrest practice set EXERCISE... --students FILE --output set.xml"
        raise InputError(Problem("a set needs exercises and an output", found=" ".join(rest) or "nothing", expected=expected))
    students = classes.read_students(arguments.students) if arguments.students else []
    seed = seed_of(arguments)
    assigned = classes.assign([exercise(name) for name in rest], students, 1 if seed is None else seed, _draws(arguments))
    for path, content in _files(arguments.output, assigned, language_of(arguments)).items():
        _write_new(path, content, arguments.force)
    rows = [{"student": one.student, **_drawn_from(one.drawn)} for one in assigned]
    words = f"{len(assigned)} questions: {len(rest)} exercises" + (f" for {len(students)} students" if students else "")
    return Plain({"questions": rows}, words, grid=lambda: (list(rows[0]), rows))


def _drawn_from(drawn: Drawn) -> dict[str, Any]:
    return {"exercise": drawn.exercise.name, "version": drawn.exercise.version, "seed": drawn.seed}


def _draws(arguments: argparse.Namespace) -> int:
    text = arguments.draws
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise InputError(Problem("draws are a whole number from 1 to 1000", path="--draws", found=text))
    return int(text)


def _files(output: str, assigned: Sequence[Any], language: str) -> dict[str, str | bytes]:
    """What is written, by the ending: for sheets also, beside them, the key."""
    stem, dot, ending = output.rpartition(".")
    if not dot or ending not in FORMS:
        raise InputError(Problem("the ending says the form", path="--output", found=output, expected=EXPECTED))
    return {f"{stem}{key}.{ending}": written for key, written in FORMS[ending](assigned, language).items()}


def _moodle(assigned: Sequence[Any], language: str) -> dict[str, str | bytes]:
    from ..practice.moodle import moodle_xml

    return {"": moodle_xml(assigned, language)}


def _sheets(assigned: Sequence[Any], language: str) -> dict[str, str | bytes]:
    from ..practice.sheets import markdown

    return {"": markdown(assigned, language), "-key": markdown(assigned, language, key=True)}


def _paper(assigned: Sequence[Any], language: str) -> dict[str, str | bytes]:
    from ..practice.paper import pdf

    return {"": pdf(assigned, language), "-key": pdf(assigned, language, key=True)}


def _numbas(assigned: Sequence[Any], language: str) -> dict[str, str | bytes]:
    from ..practice.numbas import numbas_exam

    return {"": numbas_exam(assigned, language)}


def _prairielearn(assigned: Sequence[Any], language: str) -> dict[str, str | bytes]:
    from ..practice.prairielearn import prairielearn_zip

    return {"": prairielearn_zip(assigned, language)}


FORMS = {"xml": _moodle, "exam": _numbas, "zip": _prairielearn, "md": _sheets, "pdf": _paper}
EXPECTED = ".xml for Moodle, .exam for Numbas, .zip for PrairieLearn, .md or .pdf for sheets and their key"


def _write_new(path: str, content: str | bytes, force: bool) -> None:
    from ..views.files import whole

    if Path(path).exists() and not force:
        raise taken(path)
    with whole(path, "the set cannot be written") as part:
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
    wrote(path)


def _class(rest: Sequence[str], arguments: argparse.Namespace) -> Plain:
    """The answers of a class judged and counted."""
    from ..practice import classes
    from ..practice.picture import draw_class

    if not rest:
        raise InputError(
            Problem("class takes a CSV of answers", found="nothing", expected="vrest practice class FILE.csv [EXERCISE.yaml...]")
        )
    own = {one.name: one for one in map(exercise, rest[1:])}
    found = classes.judged(classes.read_class(rest[0]), language_of(arguments), own)
    lines = [f"{len(found.rows)} answers of {len({row.student for row in found.rows})} students", *map(_counted, found.tallies)]
    lines += [f"note: {note}" for note in found.notes]
    rows = [vars(row) for row in found.rows]
    return Plain(found.to_dict(), "\n".join(lines), lambda: (list(classes.COLUMNS), rows), lambda path: draw_class(found, path))


def _counted(tally: Any) -> str:
    slips = [f"    {n:>5}  {name}" for name, n in tally.slips.items()]
    unknown = [f"    {tally.unknown:>5}  no known slip"] if tally.unknown else []
    return "\n".join([f"{tally.exercise}: {tally.right} of {tally.answers} right", *slips, *unknown])


ACTIONS: dict[str, Callable[[Sequence[str], argparse.Namespace], Plain]] = {"check": _check, "set": _set, "class": _class}
"""First words that are no exercise."""
