"""The page of a film, in one file or as a folder whose pieces are loaded when they are asked for."""

from __future__ import annotations

import json
from datetime import date
from importlib.metadata import version
from pathlib import Path

from toygan.chart import page
from toygan.explore.content import describe_film
from toygan.explore.detail import Detail
from toygan.explore.film import Film
from toygan.explore.pack import as_text, pack_cell, pack_overview

FOLDER = Path(__file__).parent
CHART_MODULES = ("recording", "playbar")  # of `chart`, beside those that paint
MODULES = ("unpack", "charts", "explore")
INDEX = "index.html"  # of a folder
TYPE = "octet-stream"


def build_page(film: Film, title: str, detail: Detail) -> bytes:
    """Return the page in one file."""
    cells = {f"cell-{i}": (TYPE, as_text(pack_cell(film, i, detail))) for i in range(len(film.grid.cells))}
    return _build_document(film, title, detail, cells)


def build_folder(film: Film, title: str, detail: Detail) -> dict[str, bytes]:
    """Return the files of a folder by name: the page, and a script for each cell that holds its pictures."""
    pieces = {
        name_piece(i): f"(globalThis.toyganPieces??={{}})[{i}]={json.dumps(as_text(pack_cell(film, i, detail)))};\n"
        for i in range(len(film.grid.cells))
    }
    index = _build_document(film, title, detail, {})
    return {**{name: text.encode() for name, text in pieces.items()}, INDEX: index}


def name_piece(cell: int) -> str:
    """Return the name of the script of a cell."""
    return f"cell-{cell}.js"


def _build_document(film: Film, title: str, detail: Detail, cells: dict[str, tuple[str, str]]) -> bytes:
    overview = as_text(pack_overview(describe_film(film, detail), film))
    style = page.build_stylesheet(page.FOLDER / "recording.css", FOLDER / "explore.css")
    modules = [page.FOLDER / f"{name}.js" for name in CHART_MODULES] + [FOLDER / f"{name}.js" for name in MODULES]
    script = page.build_script(*modules)
    data = {"overview": (TYPE, overview), **cells}
    return page.build_document(title, describe(film), "explorer", style, script, data, pieces=not cells)


def describe(film: Film) -> str:
    """Return what a page shows, in one line."""
    count, seeds = len(film.grid.cells), film.seeds
    runs = f"{count} recipes under {seeds} seed{'s' * (seeds > 1)}, {film.steps[-1]:,} iterations"
    return f"{film.grid.cells[0].data} · {runs} · trained by toygan {version('toygan')} on {date.today()}"
