"""What all results share: they print as tables, show as HTML, plot, and become the JSON of the command line."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Result:
    """Base of the results. `view` names the module of `vrest.views` that shows the result."""

    view = ""

    def to_dict(self) -> dict[str, Any]:
        """The result as the JSON of the contract: bench units in the keys, None for what cannot be said."""
        raise NotImplementedError

    def __str__(self) -> str:
        return _view(self.view).text(self)

    def _repr_html_(self) -> str:
        return _view(self.view).html(self)

    def plot(self, path: str | None = None, **options: Any) -> Any:
        """Draw the result with matplotlib; write it to `path` (PNG, SVG, PDF) where one is given. Returns the figure."""
        return _view(self.view).plot(self, path, **options)


def _view(name: str) -> Any:
    return import_module(f"vrest.views.{name}")
