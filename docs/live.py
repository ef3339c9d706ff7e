"""The directive `live`: a cell of the library as a figure that moves, computed in the reader's browser by a script beside the page.

```{live} squid-axon
:tab: time
:numbers: outside.K plasma.Na_leak.permeability
```
"""

import html
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive, directives

import vrest
from vrest.page.figure import document_script

FALLBACK = "Here stands a figure that moves; it needs JavaScript."


class Live(Directive):
    required_arguments = 1
    option_spec = {"tab": directives.unchanged, "numbers": directives.unchanged}

    def run(self):
        (cell,) = self.arguments
        if cell not in vrest.library_names():
            raise self.error(f"the library has no cell {cell!r}")
        unknown = set(self.options.get("numbers", "").split()) - vrest.load(cell).settable.keys()
        if unknown:
            raise self.error(f"{cell} has no {', '.join(sorted(unknown))}")
        data = {"vrest": cell, **self.options}
        marks = "".join(f' data-{name}="{html.escape(value)}"' for name, value in data.items())
        found = nodes.raw("", f'<div class="vrest-live"{marks}>{FALLBACK}</div>', format="html")
        found["vrest"] = cell
        return [found]


def cells_of(tree) -> list[str]:
    """The cells that a page shows, each once."""
    return [] if tree is None else sorted({node["vrest"] for node in tree.findall(nodes.raw) if "vrest" in node})


def script_of(cell: str) -> str:
    return f"vrest-{cell}.js"


def add_scripts(app, page, template, context, tree):
    """A page gets the scripts of the cells that it shows, and no other."""
    for cell in cells_of(tree):
        app.add_js_file(script_of(cell), defer="defer")
        app.config.live_cells.add(cell)


def write_scripts(app, failure):
    if failure is None and app.builder.format == "html":
        for cell in sorted(app.config.live_cells):
            target = Path(app.outdir) / "_static" / script_of(cell)
            target.write_text(document_script({cell: vrest.load(cell)}), encoding="utf-8")


def setup(app):
    app.add_config_value("live_cells", set(), "", types=(set,))
    app.add_directive("live", Live)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": False, "version": "1"}
