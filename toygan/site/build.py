"""The whole site: lessons that have run, pages to explore in them, glossary, index and search, all in one folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bs4 import BeautifulSoup
from pygments.formatters import HtmlFormatter
from tqdm.auto import tqdm

from toygan.chart import page
from toygan.explore.page import INDEX
from toygan.explore.save import Plan
from toygan.recipe import Recipe
from toygan.site.convert import convert_lesson, render_markdown
from toygan.site.draft import keep
from toygan.site.glossary import link_words, mark_words
from toygan.site.lesson import METADATA, Lesson, LessonError, list_code, read_lesson, run_lesson
from toygan.sweeps.design import parse_axis
from toygan.sweeps.grid import Grid
from toygan.text import describe_error

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
<noscript><p>Predictions, the search and runs to explore need JavaScript.</p></noscript>
{contents}
{body}
{end}
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
    links: str = ""  # at its top, beside those of all pages
    contents: str = ""  # links to its sections
    end: str = ""


class Site(NamedTuple):
    """The files of a site by name, and a line on each thing that could not be made."""

    files: dict[str, bytes]
    failures: list[str]


def build_site(lessons: Sequence[Path], draft: Path, tell: Tell = print, **how: Any) -> Site:
    """Run lessons, and return the site; `tell` is called with what is done next.

    What is in the folder `draft` is not made again, and what is made is kept there. A lesson that fails ends no other.
    The folder of the lessons also holds the texts of the course. `how` is for nbclient.
    """
    site, pages = Site({}, []), []
    total = sum(len(list_code(path)) for path in lessons)
    with tqdm(total=total, unit=" cells", leave=False, disable=None) as bar:
        for path in lessons:
            bar.set_description(path.stem[:2])
            pages.append(_make_lesson(path, draft, site, tell, bar, how))
    pages = link_lessons(pages) + _write_texts(lessons[0].parent)
    by_number = {int(one.name[:2]): one.name for one in pages if one.name[:2].isdigit()}
    glossary, words = mark_words(next(one.body for one in pages if one.name == "glossary"), by_number)
    bodies = [glossary if one.name == "glossary" else link_words(one.body, words) for one in pages]
    pages = [replace(one, body=body) for one, body in zip(pages, bodies, strict=True)]
    files = site.files
    files |= {f"{one.name}.html": _write(one) for one in pages}
    sections = [section for one in pages for section in list_sections(one)]
    files["search.js"] = f"globalThis.toyganIndex={json.dumps(sections, separators=(',', ':'))};\n".encode()
    files["site.js"] = page.join_modules(FOLDER / "site.js").encode()
    files["site.css"] = _build_style().encode()
    return site


def _write_texts(folder: Path) -> list[Written]:
    """Return the pages of the texts that lie beside the lessons."""
    found = []
    for text, name in TEXTS.items():
        source = (folder / f"{text}.md").read_text(encoding="utf-8")
        found.append(Written(name, source.splitlines()[0].lstrip("# "), render_markdown(source)))
    return found


def link_lessons(pages: Sequence[Written]) -> list[Written]:
    """Return the pages of lessons, each with links to its sections, to the lesson before and to the next one."""
    around = zip(pages, [None, *pages], [*pages[1:], None], strict=False)
    return [replace(one, contents=_list_contents(one), end=_write_end(before, after)) for one, before, after in around]


def _list_contents(one: Written) -> str:
    """Return links to the sections of a page."""
    headings = BeautifulSoup(one.body, "html.parser").find_all("h2")
    items = [f'<li><a href="#{escape(str(h["id"]))}">{escape(h.get_text(" ").strip())}</a></li>' for h in headings]
    if not items:
        return ""
    return f'<details class="site-contents"><summary>On this page</summary><ul>{"".join(items)}</ul></details>'


def _write_end(before: Written | None, after: Written | None) -> str:
    """Return the links below a lesson."""
    named = [("Before", "prev", before), ("Next", "next", after)]
    links = [
        f'<a rel="{rel}" href="{one.name}.html">{word}: {escape(one.title)}</a>' for word, rel, one in named if one
    ]
    return f'<nav class="site-end" aria-label="lessons">{"".join(links)}</nav>'


def _make_lesson(path: Path, draft: Path, site: Site, tell: Tell, bar: Any, how: Mapping[str, Any]) -> Written:
    """Return the page of a lesson, and add to the site what lies beside it."""
    code = list_code(path)
    end = bar.n + len(code)

    def run() -> bytes:
        tell(f"running {path.name}")
        return run_lesson(path, bar.update, **how)

    try:
        made = keep(draft, path.stem, json.dumps(code), run)
        lesson = read_lesson(path, made)
    except LessonError as error:
        site.failures.append(str(error))
        lesson = read_lesson(path, None)
    bar.update(end - bar.n)
    explorable = {}
    for name, plan in plan_pages(lesson):
        address = f"{EXPLORE}/{lesson.name}-{name}.html"
        try:
            site.files[address] = _make_explorable(plan, draft, f"{lesson.name}-{name}", tell)
        except Exception as error:  # whatever fails in one page, the others are made
            site.failures.append(f"{path.name}, cell {name}: {describe_error(error)}")
        else:
            explorable[name] = f"{address}{find_begin(lesson, name, plan.grid)}"
    site.files[f"{NOTEBOOKS}/{path.name}"] = path.read_bytes()
    notebook = f'<a href="{NOTEBOOKS}/{path.name}">This lesson as a notebook</a>'
    return Written(lesson.name, lesson.title, convert_lesson(lesson, explorable), notebook)


def find_begin(lesson: Lesson, name: str, grid: Grid) -> str:
    """Return the end of the address of a page that begins with the recipe of the cell's playground, and with its twin.

    The cell may say by which change the twin differs, and which number colours the diagram.
    """
    given = next(cell for cell in lesson.notebook.cells if cell.id == name).metadata[METADATA][EXPLORE]
    recipe = Recipe.from_string(lesson.recipes[name])
    wanted = {"cell": recipe} | ({"twin": recipe.but(**given["beside"])} if "beside" in given else {})
    places = [(word, grid.cells.index(one)) for word, one in wanted.items() if one in grid.cells]
    colour = [("colour", given["colour"])] if "colour" in given else []
    return "#" + urlencode([*places, ("frame", 0), *colour])


def _make_explorable(plan: Plan, draft: Path, name: str, tell: Tell) -> bytes:
    """Return a page to explore in one file."""
    recipes = [recipe.to_string() for recipe in plan.grid.cells]
    source = json.dumps([plan.title, plan.seeds, plan.steps, plan.budget, *recipes])

    def train() -> bytes:
        tell(f"training {plan.runs} runs for {name}")
        return plan.train()[INDEX]

    return keep(draft, name, source, train)


def _write(one: Written) -> bytes:
    words = {name: getattr(one, name) for name in ("links", "contents", "body", "end")}
    return HTML.format(title=escape(one.title), **words).encode()


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
        axes = ", ".join(axis.removeprefix("regularizers.") for axis in grid.axes)
        title = given.get("title", f"Runs to explore: {axes}")
        yield cell.id, Plan(grid, given.get("seeds", SEEDS), given.get("steps", STEPS), title, PAGE_BYTES)


def list_sections(one: Written) -> list[dict[str, str]]:
    """Return the parts of a page below its headings, for the search."""
    found: list[dict[str, str]] = []
    start = {"page": f"{one.name}.html", "title": one.title, "heading": one.title, "id": "", "text": ""}
    for element in BeautifulSoup(one.body, "html.parser").find_all(["h1", "h2", "h3", "p", "li", "td"]):
        words = re.sub(r" ([.,;:?!)])", r"\1", " ".join(element.get_text(" ").split()))
        if element.name in ("h1", "h2", "h3"):
            found.append({**start, "heading": words, "id": str(element.get("id", ""))})
        elif found:
            found[-1]["text"] += f" {words}"
    return found


def list_own(folder: Path) -> Iterable[Path]:
    """Return what a site holds at the top of its folder."""
    return [path for path in folder.iterdir() if OWN.fullmatch(path.name)]
