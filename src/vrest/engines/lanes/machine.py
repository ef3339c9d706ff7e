"""Texts of functions made machine code by llvmlite, for the processor at hand, and kept on disk by their content."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

LEVEL = 2
STORE = "VREST_CACHE"
"""The variable of the environment that says where machine code is kept; empty: nowhere."""
CHECK = 32
"""Bytes of the check before what is kept."""
WIDE, MIDDLE, NARROW = 8, 4, 2
"""Doubles in a vector of AVX-512, of AVX2, and of what every processor has."""
NARROWER = {MIDDLE: "x86-64-v3", NARROW: "x86-64"}
"""Processors without wider vectors."""


class Processor(NamedTuple):
    """A processor and its features, in LLVM's words, and how many doubles its vectors hold."""

    name: str
    features: str
    width: int


def available() -> bool:
    """Whether what compiles is installed."""
    return find_spec("llvmlite") is not None


@functools.cache
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@functools.cache
def processor(most: int = WIDE) -> Processor:
    """The processor at hand; one without vectors of more than `most` doubles, where it has such."""
    llvm = _llvm()
    features = llvm.get_host_cpu_features()
    width = WIDE if features.get("avx512f") else MIDDLE if features.get("avx2") else NARROW
    if most < width:
        return Processor(NARROWER[most], "", most)
    if width == WIDE:
        features["prefer-256-bit"] = False  # full vectors are the point
    return Processor(llvm.get_host_cpu_name(), features.flatten(), width)


def store() -> Path | None:
    """The folder that machine code is kept in; None where it is not kept."""
    if STORE in os.environ:
        return Path(os.environ[STORE]) if os.environ[STORE] else None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "vrest" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vrest"


class Code:
    """Machine code of a text, for the processor at hand or another one. It holds no state of a run: any number of threads may call its functions.

    Attributes:
        compiled: whether it was compiled now, not read from the store
    """

    def __init__(self, text: str, of: Processor | None = None) -> None:
        llvm, folder, of = _llvm(), store(), of or processor()
        path = None if folder is None else folder / f"{digest(text, of)}.o"
        code = None if path is None else _read(path)
        self.compiled = code is None
        if code is None:
            code = _compile(text, of)
            if path is not None:
                _keep(path, code)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine(of))
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def function(self, name: str, *arguments: Any) -> Any:
        """A function that answers nothing; while it runs the interpreter is free for others."""
        return ctypes.CFUNCTYPE(None, *arguments)(self._engine.get_function_address(name))


def digest(text: str, of: Processor) -> str:
    """What the machine code of a text is kept by: nothing that it follows from is left out, so that none is ever stale."""
    what = f"{LEVEL} {_llvm().llvm_version_info} {of}\n{text}"
    return hashlib.sha256(what.encode()).hexdigest()


def _machine(of: Processor) -> Any:
    """A machine for one use: an engine takes it over."""
    target = _llvm().Target.from_default_triple()
    return target.create_target_machine(cpu=of.name, features=of.features, opt=LEVEL, codemodel="jitdefault", jit=True)


def _compile(text: str, of: Processor) -> bytes:
    machine, module = _optimized(text, of)
    return machine.emit_object(module)


def assembled(text: str, of: Processor) -> str:
    """The machine code of a text as a processor's assembly language."""
    machine, module = _optimized(text, of)
    return machine.emit_assembly(module)


def _optimized(text: str, of: Processor) -> tuple[Any, Any]:
    """The machine that compiles, and the module that it compiles."""
    llvm, machine = _llvm(), _machine(of)
    module = llvm.parse_assembly(text)
    tuning = llvm.create_pipeline_tuning_options(speed_level=1)
    tuning.loop_vectorization = tuning.slp_vectorization = False
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    return machine, module


def _read(path: Path) -> bytes | None:
    """What was kept, if it is as it was written."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    check, code = kept[:CHECK], kept[CHECK:]
    return code if hashlib.sha256(code).digest() == check else None


def _keep(path: Path, code: bytes) -> None:
    """Whole or not at all, whoever else writes it; a store that cannot be written keeps nothing."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(hashlib.sha256(code).digest() + code)
        os.replace(beside, path)
    except OSError:
        return
