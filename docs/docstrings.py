"""The project's docstrings as Markdown.

A docstring reads `Returns:   molar flux density ...`, with its lines indented under it; its equation stands behind `.. math::`.
"""

import re

HEADINGS = "Arguments Returns Assumes Limits Numerics Errors Raises Source Sources Attributes Yields Note Notes Example Examples"
SECTION = re.compile(rf"^(?P<heading>{HEADINGS.replace(' ', '|')})(?: \((?P<aside>[^)]*)\))?:[ ]*(?P<text>.*)$")
ENTRY = re.compile(r"^    (?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*):\s+(?P<meaning>.*)$")
INLINE = re.compile(r":math:`([^`]*)`")
CODE = re.compile(r"(\$[^$]*\$|``.*?``|`.*?`)")


def escaped(text: str) -> str:
    """The text with the signs that mean something to Markdown, outside of code and formulas, made plain."""
    text = INLINE.sub(r"$\1$", text)
    return "".join(part if part[:1] in ("`", "$") else re.sub(r"([|*_<])", r"\\\1", part) for part in CODE.split(text))


def paragraphs(doc: str) -> list[list[str]]:
    """The lines of a docstring in groups that an empty line ends."""
    return [group.split("\n") for group in re.split(r"\n\s*\n", doc.strip())]


def equation(lines: list[str]) -> list[str]:
    first, *others = (line.strip() for line in lines)
    return ["$$", *filter(None, [first.removeprefix(".. math::").strip(), *others]), "$$"]


def listed(lines: list[str]) -> list[str]:
    """Headings of a docstring as a list, what is under each as a list within it."""
    found: list[str] = []
    for line in lines:
        section, entry = SECTION.match(line), ENTRY.match(line)
        if section:
            aside = f" ({escaped(section['aside'])})" if section["aside"] else ""
            found.append(f"- **{section['heading']}**{aside}: {escaped(section['text'])}".rstrip())
        elif entry and found:
            names = ", ".join(f"`{name.strip()}`" for name in entry["names"].split(","))
            found.append(f"  - {names}: {escaped(entry['meaning'])}")
        elif found and line.startswith(" "):
            found[-1] += f" {escaped(line.strip())}"
        else:
            found.append(escaped(line))
    return found


def markdown(doc: str) -> str:
    """A docstring as Markdown."""
    parts = []
    for lines in paragraphs(doc):
        if lines[0].startswith(".. math::"):
            parts.append(equation(lines))
        elif lines[0].startswith(">>>"):
            parts.append(["```pycon", *lines, "```"])
        else:
            parts.append(listed(lines))
    return "\n\n".join("\n".join(lines) for lines in parts)
