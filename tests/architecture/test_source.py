"""Facts about the source that an import contract cannot see: when a library is imported, and where a constant's digits stand."""

import ast
import functools
import io
import re
import tokenize
from pathlib import Path

import vrest.constants

PACKAGE = Path(vrest.constants.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

HEAVY = {"pint", "scipy", "sympy", "xarray", "zarr", "pandas", "matplotlib", "mpl_toolkits", "numba", "llvmlite", "cupy"}

CONSTANTS = {name: value for name, value in vars(vrest.constants).items() if name.isupper() and isinstance(value, float)}


def imported_on_import(tree: ast.AST):
    """Top-level names of the libraries that importing a module imports: everything outside function bodies."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if not node.level and node.module:
                yield node.module.partition(".")[0]
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for child in node.orelse:
                yield from imported_on_import(ast.Module([child], []))
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imported_on_import(node)


def numbers(source: str):
    """Every number literal of a source text, with its line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NUMBER and not token.string.lower().endswith("j"):
            yield token.start[0], float(ast.literal_eval(token.string))


def is_a_constant(number: float) -> str | None:
    """The constant whose digits these are, rounded or not; small whole numbers such as 273 are taken for counts."""
    if number < 1000 and number == round(number):
        return None
    return next((name for name, value in CONSTANTS.items() if abs(number - value) < 1e-3 * value), None)


COMMAND = re.compile(r"(?<![\w-])--[a-z]{2}|`vrest [a-z]")
"""An option or a command in a text."""


def words_of_the_command_line(tree: ast.AST):
    """Lines of the texts that name an option or a command, but for docstrings and for what `advice` says where a command runs."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "advice":
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and COMMAND.search(node.value):
            yield node.lineno
        yield from words_of_the_command_line(node)


def label(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_a_heavy_library_is_imported_only_where_it_is_used():
    found = {label(path): set(imported_on_import(parsed(path))) & HEAVY for path in MODULES}
    assert len(found) > 400
    assert not {module: heavy for module, heavy in found.items() if heavy}, "imported at module level"


def test_no_module_but_constants_holds_a_digit_of_a_constant():
    found = [
        f"{label(path)}:{line} retypes {constant}"
        for path in MODULES
        if label(path) != "constants.py"
        for line, number in numbers(path.read_text(encoding="utf-8"))
        if (constant := is_a_constant(number))
    ]
    assert not found


def test_the_search_for_heavy_imports_sees_every_level_but_functions():
    source = """
try:
    import pint.errors
except ImportError:
    pass
class A:
    from scipy import stats
def late():
    import numba
"""
    assert set(imported_on_import(ast.parse(source))) == {"pint", "scipy"}
    assert not set(imported_on_import(ast.parse("if TYPE_CHECKING:\n    import xarray\n")))


def test_the_search_for_constants_knows_rounded_digits():
    assert [is_a_constant(number) for _, number in numbers("8.314\n96485\n6.022e23\n273.15\n8.85e-12")] == [
        *("R", "F", "AVOGADRO", "ZERO_CELSIUS", "EPSILON_0")
    ]
    assert not [line for line, number in numbers("8.5\n96\n0.273\n273") if is_a_constant(number)]


COMMANDS_ALONE = ("cli/", "app/", "views/tables/kinds.py")
"""What only the command line shows."""


def test_what_python_says_does_not_speak_of_commands_and_options():
    modules = [path for path in MODULES if not label(path).startswith(COMMANDS_ALONE)]
    found = [f"{label(path)}:{line}" for path in modules for line in words_of_the_command_line(parsed(path))]
    assert not found, "names an option or a command: errors.advice says it in the words of who asks"


def test_commands_and_options_are_found():
    found = words_of_the_command_line(
        ast.parse('"""--set"""\nx = "use --set"\ny = advice("replace", "--set")\nz = f"see `vrest check` {1}"\n')
    )
    assert list(found) == [2, 4]
