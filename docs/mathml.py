"""Formulas as MathML, which browsers draw themselves: no script and no font is fetched from anywhere."""

import re

from docutils import nodes
from docutils.utils.math import latex2mathml, pick_math_environment, wrap_math_code

WORDS = "in out ref max half slope vol osm pH ATP ADP Pi Na Cl io oi"
SPELT = (
    (re.compile(r"\\frac(\d)(\d)"), r"\\frac{\1}{\2}"),  # docutils reads \frac12 as one number over what follows
    (re.compile(r"\\tilde\\mu_"), r"\\tilde\\mu{}_"),  # or its index lands below it
    (re.compile(r",  "), r",\\quad "),
    (re.compile(r" *\b(in )?mol/L"), r"\\ \\text{\1mol/L}"),
    (re.compile(r"(?<=\d) K\b"), r"\\ \\text{K}"),
    (re.compile(rf"(?<![\\A-Za-z{{])(?<!text\{{)({WORDS.replace(' ', '|')})(?![A-Za-z])"), r"\\mathrm{\1}"),
    (re.compile(rf"(?<=[_^]\{{)({WORDS.replace(' ', '|')})(?![A-Za-z])"), r"\\mathrm{\1}"),
)


def spelt_out(code: str) -> str:
    """The docstrings' terse TeX as full TeX: words upright, units as text."""
    for pattern, full in SPELT:
        code = pattern.sub(full, code)
    return code


def visit(block: bool):
    """The function that writes one formula, inline or as a block of its own."""

    def write(writer, node):
        code = spelt_out(node.astext().strip())
        if block and pick_math_environment(code) == "align*":
            code = wrap_math_code(code, True)
        markup = latex2mathml.tex2mathml(code, as_block=block)
        writer.body.append(f'<div class="math">{markup}</div>\n' if block else markup)
        raise nodes.SkipNode

    return write


def setup(app):
    app.add_html_math_renderer("mathml", inline_renderers=(visit(block=False), None), block_renderers=(visit(block=True), None))
    return {"parallel_read_safe": True, "version": "1"}
