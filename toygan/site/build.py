"""The whole site: lessons that have run, pages to explore in them, glossary, index and search, all in one folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from pygments.formatters import HtmlFormatter

from toygan.chart import page
from toygan.explore.page import INDEX
from toygan.explore.save import Plan
from toygan.recipe import Recipe
from toygan.site.convert import convert_lesson, render_markdown
from toygan.site.lesson import METADATA, Lesson, run_lesson
from toygan.sweeps.design import parse_axis
from toygan.sweeps.grid import Grid

FOLDER = Path(__file__).parent
TEXTS = {"README": "index", "glossary": "glossary", "teachers": "teachers"}  # pages of Markdown, by file
EXPLORE, NOTEBOOKS = "explore", "notebooks"  # folders of the site
OWN = re.compile(r"(\d\d_\w+|index|glossary|teachers)\.html|site\.(css|js)|search\.js|explore|notebooks")
PAGE_BYTES = 1_000_000  # of a page to explore
SEEDS, STEPS = 2, 1000  # of its runs, unless the lesson says otherwise
HTML = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: 'self' file:; style-src 'unsafe-inline' 'self' file:; script-src 'self' file:; frame-src 'self' file:">
<title>{title}</title>
<link rel="stylesheet" href="site.css">
<main class="toygan-site toygan-view">
<nav aria-label="course"><a href="index.html">The course</a><a href="glossary.html">Glossary</a>{links}
<div class="site-search"><input type="search" placeholder="search" aria-label="search the course"><ul></ul></div></nav>
{body}
</main>
<script src="site.js" defer></script>
</html>
"""  # noqa: E501

Tell = Callable[[str], object]


@dataclass(frozen=True)
class Written:
    """A page of the site: the name of its file without the ending, its title, and its body as HTML."""

    name: str
    title: str
    body: str
    links: str = ""


def build_site(lessons: Sequence[Path], tell: Tell = print, **how: Any) -> dict[str, bytes]:
    """Run lessons, and return the files of the site by name; `tell` is called with what is done next.

    The folder of the lessons also holds the texts of the course. `how` is for nbclient.
    """
    files: dict[str, bytes] = {}
    pages = []
    for path in lessons:
        tell(f"running {path.name}")
        lesson = run_lesson(path, **how)
        explorable = {}
        for name, plan in plan_pages(lesson):
            tell(f"training {plan.runs} runs for {name}")
            address = f"{EXPLORE}/{lesson.name}-{name}.html"
            explorable[name], files[address] = address, plan.train()[INDEX]
        files[f"{NOTEBOOKS}/{path.name}"] = path.read_bytes()
        notebook = f'<a href="{NOTEBOOKS}/{path.name}">This lesson as a notebook</a>'
        pages.append(Written(lesson.name, lesson.title, convert_lesson(lesson, explorable), notebook))
    folder = lessons[0].parent
    for text, name in TEXTS.items():
        source = (folder / f"{text}.md").read_text(encoding="utf-8")
        pages.append(Written(name, source.splitlines()[0].lstrip("# "), render_markdown(source)))
    files |= {f"{one.name}.html": _write(one) for one in pages}
    sections = [section for one in pages for section in list_sections(one)]
    files["search.js"] = f"globalThis.toyganIndex={json.dumps(sections, separators=(',', ':'))};\n".encode()
    files["site.js"] = page.join_modules(FOLDER / "site.js").encode()
    files["site.css"] = _build_style().encode()
    return files


def _write(one: Written) -> bytes:
    return HTML.format(title=escape(one.title), links=one.links, body=one.body).encode()


def _build_style() -> str:
    light, dark = HtmlFormatter(style="default"), HtmlFormatter(style="github-dark")
    codes = [light.get_style_defs(".highlight"), dark.get_style_defs(".highlight")]
    of_dark = f"@media (prefers-color-scheme: dark) {{\n{codes[1]}\n}}"
    return "\n".join([codes[0], of_dark, page.build_stylesheet(FOLDER / "site.css")])


def plan_pages(lesson: Lesson) -> Iterator[tuple[str, Plan]]:
    """Yield the page to explore for each cell that names its axes, by the cell's id."""
    for cell in lesson.notebook.cells:
        if cell.id not in lesson.recipes:
            continue
        given = cell.metadata[METADATA][EXPLORE]
        grid = Grid(dict(map(parse_axis, given["axes"])), Recipe.from_string(lesson.recipes[cell.id]))
        title = given.get("title", f"{lesson.title}: {' x '.join(grid.axes)}")
        yield cell.id, Plan(grid, given.get("seeds", SEEDS), given.get("steps", STEPS), title, PAGE_BYTES)


def list_sections(one: Written) -> list[dict[str, str]]:
    """Return the parts of a page below its headings, for the search."""
    found: list[dict[str, str]] = []
    start = {"page": f"{one.name}.html", "title": one.title, "heading": one.title, "id": "", "text": ""}
    for element in BeautifulSoup(one.body, "html.parser").find_all(["h1", "h2", "h3", "p", "li", "td"]):
        words = " ".join(element.get_text(" ").split())
        if element.name in ("h1", "h2", "h3"):
            found.append({**start, "heading": words, "id": str(element.get("id", ""))})
        elif found:
            found[-1]["text"] += f" {words}"
    return found


def list_own(folder: Path) -> Iterable[Path]:
    """Return what a site holds at the top of its folder."""
    return [path for path in folder.iterdir() if OWN.fullmatch(path.name)]
