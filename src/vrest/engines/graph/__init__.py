"""A graph of operations in which every value stands once, and what is done with it: filled from CasADi, differentiated, eliminated, run.

It knows no physics and no target: emitters (`engines.javascript`) read it.
"""

from .algebra import Graph
from .collect import collected
from .derivatives import slopes
from .elimination import Factors
from .evaluate import evaluate
from .hoist import hoisted
from .signs import signs
from .substitute import substituted
from .walk import traced, walked

__all__ = ["Factors", "Graph", "collected", "evaluate", "hoisted", "signs", "slopes", "substituted", "traced", "walked"]
