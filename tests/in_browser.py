"""Pages in a Chromium of the system that Playwright drives; `browser` and `file` are fixtures of every test."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SEVERE = ("serious", "critical")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(request, tmp_path_factory):
    """A page of the cells that a module of tests names as CELLS."""
    from vrest.page.write import write_page

    target = tmp_path_factory.mktemp("page") / "cells.html"
    write_page(request.module.CELLS, str(target))
    return target


class Opened:
    """A page that is open, with what went wrong in it and what it asked for; `own` begins what it may ask for."""

    own: tuple[str, ...] = ("file:",)

    def __init__(self, browser, address, width=1280, **how):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        self.page, self.wrong, self.asked = self.context.new_page(), [], []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)

    def close(self):
        assert self.wrong == []
        assert [url for url in self.asked if not url.startswith(self.own)] == []
        self.context.close()


def barriers(page):
    """What axe finds on a page that is serious for people with another way to read or to point, with the first places of each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    found = [each for each in axe.run(page).response["violations"] if each["impact"] in SEVERE]
    return [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]
