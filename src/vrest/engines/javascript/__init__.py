"""A described cell as a JavaScript module, and the modules that solve it, written by hand and readable as they are.

`module(cell)` is the text of an ES module that holds one cell; `sources()` those of the engine, the same for all cells. Both run in a page,
a worker, a notebook and Node alike; no name of a cell is ever an identifier.
"""

from .module import Emitted, emitted, has_courses, module, sources

__all__ = ["Emitted", "emitted", "has_courses", "module", "sources"]
