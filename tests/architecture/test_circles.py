"""No module imports, at its head or inside a function, one that imports it again by whatever way."""

import ast
from pathlib import Path

import vrest.constants

PACKAGE = Path(vrest.constants.__file__).parent


def module_of(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree: ast.AST, module: str, is_package: bool):
    """Absolute names of all that a module imports, wherever in it; what stands there for a type checker alone is left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from imports_of(ast.Module(node.orelse, []), module, is_package)
        else:
            yield from imports_of(node, module, is_package)


def graph_of(package: Path) -> dict[str, set[str]]:
    """Which modules of a package each of them imports."""
    sources = {module_of(path, package): path for path in package.rglob("*.py")}
    graph = {}
    for module, path in sources.items():
        names = imports_of(ast.parse(path.read_text(encoding="utf-8")), module, path.stem == "__init__")
        found = {name if name in sources else name.rpartition(".")[0] for name in names}
        graph[module] = {name for name in found if name in sources and name != module}
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach one another (strongly connected components of more than one)."""
    reached = {module: _reached(module, graph) for module in graph}
    groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    found, waiting = set(), [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def test_no_module_is_imported_by_one_that_it_imports():
    assert circles(graph_of(PACKAGE)) == []


def test_a_circle_through_a_function_is_found(tmp_path):
    package = tmp_path / "p"
    (package / "q").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "q" / "__init__.py").touch()
    (package / "a.py").write_text("from .q import b\n")
    (package / "q" / "b.py").write_text("def late():\n    from ..c import thing\n")
    (package / "c.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .q import b\n")
    assert circles(graph_of(package)) == []
    (package / "c.py").write_text("import p.a\n")
    assert circles(graph_of(package)) == [["p.a", "p.c", "p.q.b"]]
