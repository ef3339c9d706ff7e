"""How the documentation is built: sphinx-build -W -b html docs docs/_build. Nothing outside this folder is asked for."""

import importlib
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import tables  # noqa: E402
from vrest.description import reference  # noqa: E402

project = "vrest"
author = "The vrest developers"
project_copyright = "2026, The vrest developers"
extensions = ["sphinx.ext.autodoc", "myst_parser", "docstrings", "mathml"]
exclude_patterns = ["_build", "generated/*"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "none"
add_module_names = False
html_theme = "furo"
html_title = "vrest"
html_static_path = ["static"]
html_css_files = ["wide.css"]
html_math_renderer = "mathml"
html_copy_source = False
default_role = "code"

GENERATED = HERE / "generated"


def modules_of(package: str) -> list[str]:
    """The public modules of a package, in alphabetical order."""
    folder = Path(importlib.import_module(package).__file__).parent
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def title_of(module: str) -> str:
    """What a module is about: its docstring up to the first colon or full stop."""
    return re.split(r"[:.]", importlib.import_module(module).__doc__ or module, maxsplit=1)[0].strip()


def pages_of_the_laws() -> str:
    """One section for each topic of the laws, its text from the docstrings."""
    section = "## {title}\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```\n"
    names = [f"vrest.laws.{name}" for name in modules_of("vrest.laws")]
    return "\n".join(section.format(title=title_of(name), module=name) for name in names)


GENERATED.mkdir(exist_ok=True)
(GENERATED / "vrest.schema.json").write_text(json.dumps(reference.json_schema(), indent=1), encoding="utf-8")
for name, text in {
    "file-format": reference.markdown(),
    "laws": pages_of_the_laws(),
    "library": tables.library(),
    "references": tables.references(),
    "models": tables.models(),
}.items():
    (GENERATED / f"{name}.md").write_text(text, encoding="utf-8")
