"""`vrest.widget(cell)` in a real notebook: `python tests/in_jupyter.py` runs JupyterLab on this machine alone and looks on in a Chromium.

Hands, keys and Python move the same numbers, and no key that is meant for the figure does something to the notebook.
It takes `pip install jupyterlab playwright` besides the extra `notebook`, and a Chromium of the system.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

import vrest
from in_browser import CHROMIUM

CELL, PATH, MEMBRANE = "textbook-neuron", "outside.K", "membrane"
TOLD = "print(json.dumps([figure.numbers, figure.V_m]))"
LINES = (
    f"import json, vrest\nfigure = vrest.widget({CELL!r}, shown=[{PATH!r}])\nfigure",
    TOLD,
    TOLD,
    f"figure.numbers = {{{PATH!r}: '10 mM'}}",
    TOLD,
)
DIGITS = 1e-9


def notebook() -> str:
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"line{k}", "metadata": {}, "outputs": [], "source": text}
        for k, text in enumerate(LINES)
    ]
    kernel = {"display_name": "Python", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


def heard(port: str) -> bool:
    """Whether something listens there: Jupyter tells its address a moment before it does."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(port))) == 0


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that knows nothing of its user's settings; it ends with the block."""
    own = {"HOME": folder, "JUPYTER_CONFIG_DIR": folder / "config", "JUPYTER_DATA_DIR": folder / "data"}
    words = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0", f"--ServerApp.root_dir={folder / 'shown'}"]
    with open(folder / "log", "w+", encoding="utf-8") as log:
        begun = [sys.executable, "-m", "jupyterlab", *words]
        process = subprocess.Popen(begun, env={**os.environ, **{key: str(at) for key, at in own.items()}}, stderr=log)
        try:
            while (
                found := re.search(r"http://127\.0\.0\.1:(\d+)/lab\?token=\w+\n", (folder / "log").read_text())
            ) is None or not heard(found[1]):
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
            yield found[0].strip().replace("/lab?", "/lab/tree/cell.ipynb?")
        finally:
            process.terminate()
            process.wait(30)


class Reader:
    """Someone in front of the notebook."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.slider = page.locator(f'input[type=range][data-path="{PATH}"]')
        self.field = page.locator(f'input[type=text][data-path="{PATH}"]')

    def run(self, line: int) -> Any:
        """What a line prints."""
        cell = self.page.locator(".jp-CodeCell").nth(line)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        cell.locator(".jp-InputPrompt:text-matches('[0-9]')").wait_for()
        self.page.wait_for_timeout(300)
        return [json.loads(text) for text in cell.locator(".jp-OutputArea-output pre").all_inner_texts()]

    def holds(self, numbers: dict[str, float], told: Any = None) -> None:
        """Whether the figure, and what Python was told, are the answer to some numbers."""
        self.page.wait_for_timeout(500)
        V_m = vrest.rest(vrest.load(CELL).replace({path: f"{value!r} mM" for path, value in numbers.items()})).V_m[MEMBRANE]
        shown = float(self.page.locator("[data-key=V_mV]").get_attribute("data-value") or "nan")
        assert abs(shown - 1e3 * V_m) < DIGITS * abs(1e3 * V_m), (shown, 1e3 * V_m)
        if told is not None:
            [(moved, by)] = told
            assert moved == numbers, (moved, numbers)
            assert abs(by[MEMBRANE] - V_m) < DIGITS * abs(V_m), (by, V_m)
        print(f"{PATH} {numbers.get(PATH, 'as described')}: V = {shown:.6f} mV{', in Python too' if told is not None else ''}")


def looked_at(page: Page, address: str) -> None:
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    page.locator(".jp-CodeCell").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    reader = Reader(page)
    reader.run(0)
    reader.slider.wait_for(timeout=60_000)
    reader.holds({})
    reader.slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    [(moved, _)] = told = reader.run(1)
    assert moved.get(PATH, 0) > 5, f"the keys have not moved the slider: {moved}"
    reader.holds(moved, told)
    reader.field.click()
    reader.field.press("Control+a")
    page.keyboard.type("12,5")
    page.keyboard.press("Enter")
    reader.holds({PATH: 12.5}, reader.run(2))
    reader.run(3)
    reader.holds({PATH: 10.0}, reader.run(4))
    assert page.locator(".jp-CodeCell").count() == len(LINES) + 1, "a key did something to the notebook"
    assert wrong == [], wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picture", help="a file for a picture of the notebook in the end")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "shown").mkdir()
        (folder / "shown" / "cell.ipynb").write_text(notebook(), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        with lab(folder) as address:
            try:
                looked_at(page, address)
            finally:
                if given.picture:
                    page.screenshot(path=given.picture)
        browser.close()
    print("the figure holds in JupyterLab")


if __name__ == "__main__":
    main()
