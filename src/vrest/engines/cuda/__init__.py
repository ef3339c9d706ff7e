"""The kernels of `engines.lanes` for a GPU: the same lines in CUDA's C++, a cell in each thread, compiled and run through CuPy.

It knows no physics.
"""

from .hardware import device
from .target import Threads

__all__ = ["Threads", "device"]
