"""What every short answer shows."""

from vrest.views import show
from vrest.views.document import LINES


def short(answer, lines=LINES):
    """The short text, which is small, and says whether it is certified, how many notes there are and where the rest is."""
    text = str(answer)
    assert text == answer.text() == show(answer).text()
    assert text.count("\n") < lines
    assert max(map(len, text.split("\n"))) <= 80
    words = text.split("\n\n")[-1].replace("\n", " ")
    assert words.startswith("Certified" if answer.certificate.converged else "NOT CERTIFIED")
    assert words.endswith(": .text(long=True). Figure: .plot(FILE).")
    assert not answer.notes or f"({len(answer.notes)} note" in words
    return text
