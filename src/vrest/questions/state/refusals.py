"""Collects why something cannot be said: a sentence for each path of the answer that is None."""

from __future__ import annotations

from typing import Any


class Refusals(dict[str, str]):
    """`refused` of an answer; `none` records a sentence and answers None in its place."""

    def none(self, path: str, sentence: str) -> Any:
        """Record a sentence; answers None, so that `return refused.none(...)` says both."""
        self[path] = sentence
        return None

    def unless(self, value: Any, path: str, sentence: str) -> Any:
        """The value, or None with the sentence recorded."""
        if value is None:
            self[path] = sentence
        return value
