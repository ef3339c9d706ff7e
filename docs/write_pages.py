"""Write what pages hold of tables and docstrings into the pages, so that who reads the repository sees it: python docs/write_pages.py

A part of a page between `<!-- written by docs/write_pages.py: NAME -->` and `<!-- end -->` is written anew from what it is about; a test
compares it.
"""

import importlib
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path

import docstrings
import tables
from vrest.description import reference
from vrest.views import glossary

DOCS = Path(__file__).resolve().parent
SCHEMA = DOCS / "vrest.schema.json"
MARKED = re.compile(r"(<!-- written by docs/write_pages\.py: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
ROUNDING = 1e-5
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")


def modules_of(package: str) -> list[str]:
    """The public modules of a package, in alphabetical order."""
    folder = Path(importlib.import_module(package).__file__).parent
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def title_of(module: str) -> str:
    """What a module is about: its docstring up to the first colon or full stop."""
    return re.split(r"[:.]", importlib.import_module(module).__doc__ or module, maxsplit=1)[0].strip()


def laws_of(module: str) -> dict[str, Callable]:
    """The laws that a module holds, by their names."""
    held = vars(importlib.import_module(module))
    return {
        name: law
        for name, law in held.items()
        if inspect.isroutine(law) and law.__module__ == module and not name.startswith("_") and law.__doc__
    }


def one_law(name: str, law: Callable) -> str:
    taken = ", ".join(
        str(parameter.replace(annotation=inspect.Parameter.empty)) for parameter in inspect.signature(law).parameters.values()
    )
    return f"### `{name}({taken})`\n\n{docstrings.markdown(inspect.getdoc(law) or '')}"


def laws() -> str:
    """One section for each topic of the laws, its text from the docstrings."""
    parts = []
    for name in (f"vrest.laws.{stem}" for stem in modules_of("vrest.laws")):
        parts += [f"## {title_of(name)}", *(one_law(*entry) for entry in laws_of(name).items())]
    return "\n\n".join(parts) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "keys": reference.markdown,
    "laws": laws,
    "library": tables.library,
    "channels": tables.channels,
    "references": tables.references,
    "models": tables.models,
    "modules": tables.modules,
    "pages": tables.pages,
    "attributes": tables.attributes,
    "glossary": glossary.markdown,
}


def schema() -> str:
    return json.dumps(reference.json_schema(), indent=1) + "\n"


def written(page: str) -> dict[str, str]:
    """The parts of a page that were written, by name."""
    return {found["name"]: found.group(0) for found in MARKED.finditer(page)}


def renewed(page: str) -> str:
    """A page with its parts written anew."""
    return MARKED.sub(lambda found: f"{found[1]}\n{PARTS[found['name']]().strip()}\n\n{found[3]}", page)


def alike(old: str, new: str) -> bool:
    """Whether two texts say the same; numbers may differ in their last digits, and what is left by rounding altogether."""
    if NUMBER.sub("", old) != NUMBER.sub("", new):
        return False
    pairs = zip(*([float(number.replace(",", "")) for number in NUMBER.findall(text)] for text in (old, new)), strict=True)
    return all(abs(a - b) <= max(1e-3 * max(abs(a), abs(b)), ROUNDING) for a, b in pairs)


def main() -> None:
    for path in sorted(DOCS.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        if written(page):
            path.write_text(renewed(page), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
