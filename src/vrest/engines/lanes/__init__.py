"""Many cells at once: a graph as LLVM's text, compiled by llvmlite for the processor at hand, several cells in the lanes of each vector.

It knows no physics. Each lane computes for itself, whatever the others need, so that what is answered for a cell depends on that cell
alone: not on its place, on the size of a chunk, or on the number of threads.
"""

from .balance import Balance, Scanned, rising, scanning
from .blocks import blocks, in_blocks, in_threads
from .columns import Kernel, SideBySide
from .machine import available
from .mapped import mapped
from .points import GIVEN, UNKNOWN
from .several import Balances, newton
from .target import Target, native

__all__ = [
    "GIVEN",
    "UNKNOWN",
    "Balance",
    "Balances",
    "Kernel",
    "Scanned",
    "SideBySide",
    "Target",
    "available",
    "blocks",
    "in_blocks",
    "in_threads",
    "mapped",
    "native",
    "newton",
    "rising",
    "scanning",
]
