"""A small exercise to change."""

from vrest.description.nodes import Source
from vrest.practice import exercise_of

GAS = "R*310 K/F"
TEXT = """exercise: own
version: 1
level: 1
kind: numeric
topic: own
text: {{en: "Twice {{a}}?"}}
quantities:
  a: {{from: 10, to: 30, step: 0.5, unit: mV}}
answer: {answer}
unit: mV
tolerance: {tolerance}
steps:
  - show: {{en: Twice}}
    formula: {answer}
slips:
{slips}
finds: {finds}
"""


def text_with(answer="2*a", slips=None, ask=False, tolerance="{absolute: 0.1 mV, relative: 0.01}", finds="[]"):
    """The YAML of an exercise that asks for twice a number."""
    slips = {"half": "a/2"} if slips is None else slips
    rows = [
        f'  {name}: {{formula: "{formula}", step: 1, text: {{en: {name}}}{f", ask: {{en: {name}}}" if ask else ""}}}'
        for name, formula in slips.items()
    ]
    return TEXT.format(answer=answer, tolerance=tolerance, slips="\n".join(rows), finds=finds)


def exercise_with(**changes):
    return exercise_of(Source("own.yaml", text_with(**changes)))
