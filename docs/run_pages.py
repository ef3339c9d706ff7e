"""Run the blocks of the README and of the documentation's pages, so that no example can rot.

    python docs/run_pages.py [PAGE ...]            run, and compare what is shown with what comes out
    python docs/run_pages.py --write [PAGE ...]    the same, and bring the shown output up to date

The blocks of a page run in order, in a folder of the page's own that holds a copy of examples/ and nothing else:

- ```python        a script; the names of earlier blocks are known, its asserts are the test
- ```yaml          a file, where the first line is a comment with its name: `# my-cell.yaml`
- ```console       each line `$ command` is run; the lines below it are what it prints (compared where shown; `...` stands for
                   anything). Behind the word console, `exit=2` is the exit code it must have, `quiet` leaves its output out
"""

import argparse
import doctest
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
FENCE = re.compile(r"^```(?P<language>\w+)(?P<options>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# ([\w.-]+\.ya?ml)\n")
PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the words behind it, its text and the line on which that begins."""

    language: str
    options: tuple[str, ...]
    body: str
    line: int
    span: tuple[int, int]

    @property
    def exit_code(self) -> int:
        return next((int(option.removeprefix("exit=")) for option in self.options if option.startswith("exit=")), 0)


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [
        Block(
            language=found["language"],
            options=tuple(found["options"].split()),
            body=found["body"],
            line=text.count("\n", 0, found.start("body")) + 1,
            span=found.span("body"),
        )
        for found in FENCE.finditer(text)
    ]


def conversation(body: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output shown below it."""
    parts = re.split(r"^\$ (.*)\n", body, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def run_python(page: Path, block: Block, names: dict) -> None:
    code = compile("\n" * (block.line - 1) + block.body, str(page), "exec")
    exec(code, names)


def run_command(command: str, folder: Path) -> tuple[int, str]:
    """Exit code, and stdout and stderr as a terminal of 100 columns would show them."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    environment["VREST_PRACTICE"] = str(folder / ".practice.json")
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    process = subprocess.run(command, shell=True, check=False, cwd=folder, env=environment, **streams)
    return process.returncode, "".join(line.rstrip() + "\n" for line in process.stdout.splitlines())


def agrees(shown: str, printed: str) -> bool:
    return doctest.OutputChecker().check_output(shown, printed, doctest.ELLIPSIS)


def run_console(block: Block, folder: Path) -> tuple[list[str], str]:
    """What is wrong, and the block's text with the output that came."""
    wrong, text = [], ""
    for command, shown in conversation(block.body):
        code, printed = run_command(command, folder)
        if code != block.exit_code:
            wrong.append(f"exit code {code}, not {block.exit_code}: {command}\n{printed}")
        if shown and not agrees(shown, printed):
            wrong.append(f"the shown output of `{command}` is not what it prints now:\n{printed}")
        kept = shown if "quiet" in block.options or (shown and agrees(shown, printed)) else printed
        text += f"{PROMPT}{command}\n{kept}"
    return wrong, text


def run_page(page: Path) -> tuple[list[str], str]:
    """What is wrong on a page, each with its line, and the page with the output that came. A Python block may raise."""
    text, wrong, shift, names = page.read_text(encoding="utf-8"), [], 0, {"__name__": "__page__"}
    fresh, home = text, Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(DOCS.parent / "examples", Path(folder, "examples"))
        os.chdir(folder)
        try:
            for block in blocks(text):
                if block.language == "python":
                    run_python(page, block, names)
                elif block.language == "yaml" and (name := FILE_NAME.match(block.body)):
                    Path(folder, name[1]).write_text(block.body, encoding="utf-8")
                elif block.language == "console":
                    found, renewed = run_console(block, Path(folder))
                    wrong += [f"{page.name}:{block.line}: {words}" for words in found]
                    fresh = fresh[: block.span[0] + shift] + renewed + fresh[block.span[1] + shift :]
                    shift += len(renewed) - len(block.body)
        finally:
            os.chdir(home)
    return wrong, fresh


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the examples of the documentation.")
    parser.add_argument("pages", nargs="*", type=Path, default=PAGES)
    parser.add_argument("--write", action="store_true", help="bring the shown output up to date")
    options = parser.parse_args()
    failures = 0
    for page in options.pages:
        wrong, fresh = run_page(page.resolve())
        if options.write:
            page.write_text(fresh, encoding="utf-8")
        failures += len(wrong)
        print(f"{page.name}: {'as shown' if not wrong else ''}", *wrong, sep="\n  ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
