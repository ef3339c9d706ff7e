"""The course of 64 rows in a fresh process, from the file on; `population.py` starts it.

    python benchmarks/first_call.py CELL

It prints the seconds that imports of libraries take, those of all else, the part of rows that settled, and how many states there are.
"""

import sys
import time

begin = time.perf_counter()
import casadi  # noqa: E402, F401
import llvmlite.binding  # noqa: E402, F401
import numpy as np  # noqa: E402
import ruamel.yaml  # noqa: E402, F401

libraries = time.perf_counter() - begin
import vrest  # noqa: E402
from vrest.description.library import protocol_of  # noqa: E402

cell = vrest.load(sys.argv[1])
paths = tuple(path for path in cell.settable if path.endswith("_leak.permeability"))
columns = {path: cell.settable[path].si * np.linspace(0.95, 1.05, 64) for path in paths}
lanes = vrest.prepare(cell).course_rows(paths, protocol_of({"until": "60 s"}, cell, None), np.array([60.0]), 1e-6)
settled = lanes(columns).settled.mean()
print(libraries, time.perf_counter() - begin - libraries, settled, len(lanes.whole.states.rows))
