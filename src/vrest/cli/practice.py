"""`vrest practice`: an exercise in the terminal, or judged by an answer on the command line; a teacher's exercises checked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem
from ..practice.answering import Verdict, answer, feedback, follow_up, solution
from ..practice.display import unit_words
from ..practice.drawing import Drawn, draw
from ..practice.library import exercise, exercises
from ..practice.model import Exercise, in_language
from ..practice.progress import Progress
from ..practice.words import languages, say
from .output import Plain

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
    at_a_terminal = (
        arguments.answer is None and not (arguments.json or arguments.csv) and sys.stdin is not None and sys.stdin.isatty()
    )
    if at_a_terminal and sys.stdout.isatty():
        _conversation(name, arguments, language, seed)
        return None
    progress = _progress(arguments)
    chosen = exercise(name) if name else progress.next_of(exercises(level_of(arguments), arguments.topic))[0]
    drawn = draw(chosen, 1 if seed is None else seed)
    if arguments.answer is None:
        return Plain(asked(drawn, language), "\n".join(question(drawn, language)))
    verdict = answer(drawn, arguments.answer, language)
    if arguments.slip is not None:
        verdict = verdict.chosen(arguments.slip)
    if verdict.name != "ask":
        progress.note(chosen, verdict.right, verdict.slip)
    lines = feedback(drawn, verdict, language)
    if len(verdict.slips) < 2:
        lines += ["", say("solution", language), *solution(drawn, language)]
    return Plain(asked(drawn, language) | judged(drawn, verdict, language), "\n".join(lines))


def _progress(arguments: argparse.Namespace) -> Progress:
    progress = Progress.read(Path(arguments.progress) if arguments.progress else None)
    if progress.said:
        print(f"vrest: {progress.said}", file=sys.stderr)
    return progress


def asked(drawn: Drawn, language: str) -> dict[str, Any]:
    """The question as JSON holds it, without its answer."""
    one = drawn.exercise
    keys = {
        "exercise": one.name,
        "version": one.version,
        "seed": drawn.seed,
        "level": one.level,
        "kind": one.kind,
        "topic": one.topic,
    }
    options = {name: drawn.fill(words, language) for name, words in one.options.items()}
    return {**keys, "language": language, "text": drawn.text(language), "unit": one.unit, "options": options}


def judged(drawn: Drawn, verdict: Verdict, language: str) -> dict[str, Any]:
    """The verdict as JSON holds it."""
    slip = verdict.slips[0].slip if verdict.slip else None
    return {
        "right": verdict.right,
        "verdict": verdict.name,
        "slip": verdict.slip,
        "step": slip.step if slip else None,
        "said": feedback(drawn, verdict, language),
        "choose_from": [name for name, _ in follow_up(drawn, verdict, language)] if verdict.name == "ask" else [],
        "answer": drawn.value,
        "solution": solution(drawn, language),
    }


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
    while True:
        if name:
            chosen = exercise(name)
        else:
            chosen, all_done = progress.next_of(exercises(level_of(arguments), arguments.topic))
            if all_done:
                print(say("all_done", language))
        drawn = draw(chosen, progress.next_seed(chosen) if seed is None else seed)
        print("\n".join(question(drawn, language)))
        if not _asked_once(drawn, progress, language) or seed is not None:
            return
        if _read(say("next", language)).lower() in STOP:
            return
        print()


def _asked_once(drawn: Drawn, progress: Progress, language: str) -> bool:
    """Ask until there is an answer that can be read; whether to go on."""
    words = say("prompt", language)
    while True:
        text = _read(words)
        if text.lower() in STOP:
            return False
        if text in SHOW:
            print("\n".join(solution(drawn, language)))
            return True
        if not text:
            continue
        try:
            verdict = answer(drawn, text, language)
        except InputError as error:
            print(str(error))
            continue
        print("\n".join(feedback(drawn, verdict, language)))
        if len(verdict.slips) > 1:
            verdict = _chosen(drawn, verdict, language)
        record = progress.note(drawn.exercise, verdict.right, verdict.slip)
        if not verdict.right:
            print("\n".join(["", say("solution", language), *solution(drawn, language)]))
        print(say("progress", language, right=record.right, tried=record.tried))
        return True


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


ACTIONS: dict[str, Callable[[Sequence[str], argparse.Namespace], Plain]] = {"check": _check}
"""First words that are no exercise."""
