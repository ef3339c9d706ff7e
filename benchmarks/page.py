"""How long from a slider's event to the next frame, beside an empty page in the same browser; and how large the pages of all cells are.

    python benchmarks/page.py [CELL ...]

Takes Playwright and a Chromium of the system.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import vrest
from vrest.page.write import page

MOVES = 200
MOVED = """([path, moves]) => new Promise(done => {
  const slider = document.querySelector(`input[type=range][data-path="${path}"]`) ?? document.querySelector('input');
  const found = [];
  let k = 0;
  const move = () => {
    const begun = performance.now();
    slider.value = 300 + 2 * (k % 200);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    requestAnimationFrame(() => requestAnimationFrame(() => {
      found.push(performance.now() - begun);
      if (++k < moves) setTimeout(move, Math.random() * 16);
      else done(found.sort((a, b) => a - b));
    }));
  };
  move();
})"""
EMPTY = "<!doctype html><title>empty</title><input type=range min=0 max=1000>"


def measured(tab: Page, file: Path, path: str) -> tuple[float, float]:
    """Median and 95th percentile [ms] from the event to the frame after the one in which it was drawn."""
    tab.goto(file.as_uri())
    tab.wait_for_timeout(800)
    found = tab.evaluate(MOVED, [path, MOVES])
    return found[len(found) // 2], found[int(0.95 * len(found))]


def main(names: list[str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        tab = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"]).new_page(
            viewport={"width": 1280, "height": 900}
        )
        empty = Path(folder, "empty.html")
        empty.write_text(EMPTY)
        print(f"{'page':24}{'kB':>6}{'median ms':>11}{'95 % ms':>9}   two frames from the event, {MOVES} moves")
        for name in ["", *names, ""]:
            file = empty if not name else Path(folder, f"{name}.html")
            if name:
                file.write_text(page([name]), encoding="utf-8")
            cell = vrest.load(name) if name else None
            path = next((p for p in cell.settable if p.endswith(".K")), next(iter(cell.settable))) if cell else ""
            median, most = measured(tab, file, path)
            print(f"{name or 'empty page':24}{file.stat().st_size / 1e3:6.0f}{median:11.1f}{most:9.1f}")


if __name__ == "__main__":
    main(sys.argv[1:] or vrest.library_names())
