"""The headings of the project's docstrings, as reStructuredText.

A docstring reads `Returns:   molar flux density ...`, with its lines indented under it; Sphinx wants a field list.
"""

import re

HEADINGS = "Arguments Returns Assumes Limits Numerics Errors Raises Source Sources Attributes Yields Note Notes Example Examples"
SECTION = re.compile(rf"^(?P<heading>{HEADINGS.replace(' ', '|')})(?: \((?P<aside>[^)]*)\))?:[ ]*(?P<text>.*)$")
ENTRY = re.compile(r"^    (?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*):\s+(?P<meaning>.*)$")
CODE = re.compile(r"(``.*?``|`.*?`)")


def escaped(text: str) -> str:
    """The text with the signs that mean something to reStructuredText, outside of backticks, made plain."""
    return "".join(part if part.startswith("`") else re.sub(r"([|*])", r"\\\1", part) for part in CODE.split(text))


def plain(lines: list[str]) -> list[str]:
    """The lines with all prose escaped; equations and examples stay."""
    result: list[str] = []
    verbatim = False
    for line in lines:
        verbatim = line.lstrip().startswith((".. ", ">>>")) or (verbatim and (line.startswith(" ") or bool(line.strip())))
        result.append(line if verbatim else escaped(line))
    return result


def restructured(lines: list[str]) -> list[str]:
    """The lines of one docstring with each section as a field, its named entries as a list."""
    fields: list[str] = []
    inside = listed = False
    for line in plain(lines):
        section = SECTION.match(line)
        if section:
            listed = False
            if not inside:
                fields.append("")
            inside = True
            text = " ".join(part for part in (section["aside"] and f"({section['aside']})", section["text"]) if part)
            fields += [f":{section['heading']}: {text}".rstrip()]
        elif inside and line.strip() and not line.startswith(" "):
            inside = False
            fields += ["", line]
        elif inside and (entry := ENTRY.match(line)):
            listed = True
            names = ", ".join(f"``{name.strip()}``" for name in entry["names"].split(","))
            fields += ["", f"    - {names}: {entry['meaning']}"]
        elif inside and line.strip():
            fields.append(("      " if listed else "    ") + line.strip())
        else:
            fields.append(line)
    return fields


def process(app, what, name, obj, options, lines: list[str]) -> None:
    lines[:] = restructured(lines)


def skip(app, what, name, obj, skip, options) -> bool | None:
    """Functions and classes are the reference; a module's numbers are its own affair."""
    return True if what == "module" and not callable(obj) else None


def setup(app):
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-docstring", process)
    return {"parallel_read_safe": True, "version": "1"}
