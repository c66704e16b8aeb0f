"""A lesson as HTML, by nbconvert: with formulas as MathML, and with what a page can do in place of widgets."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from latex2mathml.converter import convert as to_mathml
from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from toygan.site.answers import list_typical
from toygan.site.lesson import LIVE, METADATA, Lesson, find_asked, find_call

FOLDER = Path(__file__).parent
WIDGET = "application/vnd.jupyter.widget-view+json"
FAILED = "This lesson could not be run when the site was made, so its outputs are missing."
WORDS = {"when you ran the cells": "when this page was made"}  # of a notebook, and of a page
RECORDED = (
    "These runs were recorded. Choose values, then play; <kbd>t</kbd> keeps a run beside the next one. "
    "The notebook has a live playground here."
)
FRAME_HEIGHT = 900  # pixels of a page that can be explored, inside a lesson


class Renderer(IPythonRenderer):
    """Markdown as HTML, formulas as MathML, which browsers draw without a script."""

    def block_math(self, body: str) -> str:
        """Return a formula of its own."""
        return str(to_mathml(body.strip(), display="block"))

    def inline_math(self, body: str) -> str:
        """Return a formula in a line."""
        return str(to_mathml(body.strip()))


def render_markdown(source: str) -> str:
    """Return Markdown as HTML."""
    rendered: str = MarkdownWithMath(renderer=Renderer(escape=False, anchor_link_text="")).render(source)
    return link_pages(rendered)


def link_pages(html: str) -> str:
    """Return HTML whose links to notebooks and pages of the course lead to pages of the site; others are no links."""
    html = re.sub(r'href="(?:\./)?(\w+)\.(?:ipynb|md)(#[^"]*)?"', _link_page, html)
    return re.sub(r'<a href="\.\./[^"]*"[^>]*>(.*?)</a>', r"\1", html, flags=re.DOTALL)


def _link_page(found: re.Match[str]) -> str:
    name = "index" if found[1] == "README" else found[1]
    return f'href="{name}.html{found[2] or ""}"'


class Exporter(HTMLExporter):
    """nbconvert's export of a notebook to HTML, by the template beside this file."""

    def __init__(self) -> None:
        super().__init__(
            template_name="template",
            extra_template_basedirs=[str(FOLDER)],
            exclude_input_prompt=True,
            exclude_output_prompt=True,
        )

    def default_filters(self) -> Any:
        """Yield the filters, Markdown by this module's."""
        yield from super().default_filters()
        yield "markdown2html", render_markdown


def convert_lesson(lesson: Lesson, pages: Mapping[str, str]) -> str:
    """Return the body of a lesson's page; `pages` are the addresses of pages to explore by the cell they replace."""
    notebook = nbformat.from_dict(json.loads(json.dumps(lesson.notebook)))
    notebook.metadata.pop("widgets", None)
    asked: dict[str, int] = {}  # by the name of the variable
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _replace_outputs(cell, lesson, pages, asked)
        else:
            cell.source = write_words(cell)
    if lesson.failed:
        note = f'<p class="site-note">{FAILED}</p>'
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(note))
    body, _ = Exporter().from_notebook_node(notebook)
    return str(body)


def write_words(cell: Any) -> str:
    """Return the text of a cell on a page: the cell may name other lines, or other words for some of its own."""
    given = cell.metadata.get(METADATA, {}).get("page", {})
    if not isinstance(given, Mapping):
        return "\n".join(given)
    text: str = cell.source
    for old, new in {**given, **WORDS}.items():
        text = text.replace(old, new)
    return text


def _replace_outputs(cell: Any, lesson: Lesson, pages: Mapping[str, str], asked: dict[str, int]) -> list[Any]:
    """Return the outputs of a cell with parts of a page in place of widgets."""
    if (number := find_asked(cell.source, lesson.questions)) >= 0:
        asked |= dict.fromkeys(_assigned(cell.source), number)
        cell.metadata[METADATA] = {"uncoded": True}
        return [_html(write_question(lesson, number))]
    if cell.id in pages:
        return [_html(write_frame(pages[cell.id], cell.id))]
    kept = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    if find_call(cell.source, LIVE) and len(kept) < len(cell.outputs):
        return [*kept, _html('<p class="site-note">Here the notebook has a live playground, which needs Python.</p>')]
    if (number := _find_compared(cell.source, asked)) >= 0:
        kept.append(_html(f'<div class="site-comparison" id="measured-{number}" data-question="{number}"></div>'))
    elif exercise := re.search(r'EXERCISES\["([\w-]+)"\]\.check\(', cell.source):
        kept = [_html(write_exercise(exercise[1]))]
    return kept


def _html(text: str) -> Any:
    return nbformat.v4.new_output("display_data", {"text/html": text})


def _assigned(source: str) -> list[str]:
    """Return the names that a cell assigns at its top."""
    tree = ast.parse(source)
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _find_compared(source: str, asked: Mapping[str, int]) -> int:
    """Return the number of the question whose measurement a cell compares, or -1."""
    return next((number for name, number in asked.items() if f"{name}.compare(" in source), -1)


def write_question(lesson: Lesson, number: int) -> str:
    """Return a question as a form of the page, with what was measured."""
    asked = lesson.questions[number]
    options = "".join(
        f'<label><input type="radio" name="question-{number}" value="{escape(key)}"> {escape(words)}</label>'
        for key, words in asked.answers.items()
    )
    measured = escape(json.dumps([[words, asked.outcomes.get(key, 0)] for key, words in asked.answers.items()]))
    return (
        f'<form class="site-question" data-question="{number}" data-measured="{measured}"><fieldset>'
        f"<legend>{escape(asked.text)}</legend>{options}"
        "<button disabled>Lock my prediction</button></fieldset></form>"
    )


def write_exercise(name: str) -> str:
    """Return typical answers to an exercise as a form of the page, which shows what the check says to each."""
    options = "".join(
        f'<label><input type="radio" name="{name}" data-right="{str(one.right).lower()}" value="{escape(one.words)}"> '
        f"<code>{escape(one.code)}</code></label>"
        for one in list_typical(name)
    )
    form = f"<fieldset><legend>Which of these is your answer?</legend>{options}<output></output></fieldset>"
    note = '<p class="site-note">The check runs your own code in the notebook, which needs Python.</p>'
    return (f'<form class="site-exercise">{form}</form>' if options else "") + note


def write_frame(address: str, name: str) -> str:
    """Return a page to explore, inside a lesson."""
    return (
        f'<iframe class="site-frame" src="{address}" title="runs to explore: {escape(name)}" loading="lazy" '
        f'height="{FRAME_HEIGHT}"></iframe>'
        f'<p class="site-note">{RECORDED} <a href="{address}" target="_blank">Open them alone</a>.</p>'
    )
