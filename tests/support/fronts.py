"""Front ends other than JupyterLab, in a real browser; the tests install none of the packages that they need."""

from __future__ import annotations

import contextlib
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from support import lab

CODE = """from toygan import Playground, Recipe
playground = Playground(Recipe(width=8, batch=32), seeds=2)"""
STILLS = "img[src^='data:image/png'], .jp-RenderedImage img, .output_png img"


def need(*packages: str) -> None:
    """Skips the tests of a module unless these packages are here, each as name==version."""
    for package in packages:
        name, _, version = package.partition("==")
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"needs {' '.join(packages)}, which no other test does", allow_module_level=True)
        if found != version:
            pytest.skip(f"was tried with {package}; here is {found}", allow_module_level=True)


def write_notebook(path: Path, *cells: str) -> None:
    """Writes a notebook of code cells."""
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)


@contextlib.contextmanager
def browse(address: str, folder: Path) -> Iterator[Front]:
    """The page at the address in a headless Chromium; `look` writes its screenshots into the folder."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.chromium(), args=lab.FLAGS, headless=True)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            front = Front(page, address)
            front.folder = folder
            page.goto(address, wait_until="commit")
            try:
                yield front
            except Exception:
                page.screenshot(path=folder / "failed.png", full_page=True)
                raise
        finally:
            browser.close()


class Front(lab.Lab):
    """A page with a playground, in whatever front end."""

    folder: Path

    def stills(self) -> int:
        """How many stills can be seen."""
        return sum(image.is_visible() for image in self.page.locator(STILLS).all())

    def play(self) -> None:
        """Plays a little, steps, and gives a rate by its control, which the time line notes."""
        self.part("view").wait_for()
        self.wait_for_frame(0)
        self.part("play").click()
        self.wait_for(lambda: self.iteration() > 20, "it does not play")
        self.part("play").click()
        before = self.settled()
        self.part("step").click()
        self.wait_for(lambda: self.iteration() == before + 1, "it does not step")
        field = self.page.locator(".toygan-lr_d .toygan-typed").first
        field.fill("0.01")
        field.press("Enter")
        self.page.get_by_label("Learning rate of D = 0.01").first.wait_for()

    def add_regularizer(self, name: str) -> None:
        """Opens the group of regularizers and takes one from the menu."""
        if not self.page.locator(".toygan-regularizers .toygan-choice").first.is_visible():
            self.page.get_by_role("button", name="Regularizers", exact=True).click()
        self.page.locator(".toygan-regularizers .toygan-choice").first.click()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")
        self.part(f"regularizers-{name}").locator("input[type=checkbox]").wait_for()

    def look(self, name: str) -> None:
        """Takes a screenshot in light and one in dark, for a person to look at."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=self.folder / f"{name}_{scheme}.png")
        self.page.emulate_media(color_scheme="light")
