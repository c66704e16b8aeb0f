"""A comparison as a page, without Python or a network: curves, final samples, differences and share strings."""

from __future__ import annotations

import datetime
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from toygan.chart import page
from toygan.chart.figure import Heading
from toygan.chart.paper import Paper, encode
from toygan.chart.recording import Recording
from toygan.measure.differences import describe_differences
from toygan.measure.tables import SeedTable
from toygan.panels.picture import places
from toygan.panels.sides import LETTERS, STYLES, SideCharts
from toygan.parts.metrics import METRICS
from toygan.recipe import KNOBS
from toygan.runs.record import SAMPLES
from toygan.studies.comparison import Comparison, Draw, build_table
from toygan.studies.trained import Trained
from toygan.text import SHOWN, format_number

FOLDER = Path(__file__).parent


def find_pair(trained: Trained, metric: str, other: int, drawn: Draw | None = None) -> Comparison:
    """Return the first recipe minus another one, by its number."""
    records = trained.records[0], trained.records[other]
    failures = trained.failures[0], trained.failures[other]
    pair = trained.recipes[0], trained.recipes[other]
    table = build_table(records, metric, failures, trained.records)
    return Comparison(pair, metric, trained.steps, SAMPLES, table, drawn)


class Pictures:
    """Pictures of recipes that are trained and compared by a metric, one for each call of `add`."""

    def __init__(self, metric: str) -> None:
        self.recording = Recording()
        self._metric = metric
        self._charts: SideCharts | None = None

    def add(self, trained: Trained) -> None:
        """Add a picture of the runs so far, with the differences so far."""
        self._charts = self._charts or SideCharts(trained.panels)
        charts = self._charts.update(trained.sides) if trained.sides else []
        words = {"status": f"iteration {trained.steps:,}", "cause": "\n".join(_list_lines(trained, self._metric))}
        self.recording.add(trained.steps, words, charts)


def draw_file(
    trained: Trained,
    metric: str,
    pictures: Pictures | None,
    title: str = "",
    kind: str = ".html",
    paper: Paper | None = None,
) -> bytes:
    """Return the page of recipes that were compared by a metric, or on paper a picture of a kind of their end.

    The page has pictures of their course, or of their end.
    """
    return _draw_picture(trained, title, kind, paper) if paper else _draw_page(trained, metric, pictures, title)


def _draw_picture(trained: Trained, title: str, kind: str, paper: Paper) -> bytes:
    charts = list(SideCharts(trained.panels).update(trained.sides)) if trained.sides else []
    placed = list(zip(charts, places(len(charts), sum(chart.lead for chart in charts)), strict=True))
    words = [f"{letter}: {said}" for letter, said in zip(LETTERS, describe_differences(trained.recipes), strict=False)]
    return encode(kind, placed, Heading(title or _entitle(trained), line="  |  ".join(words)), paper)


def _draw_page(trained: Trained, metric: str, pictures: Pictures | None, title: str) -> bytes:
    if pictures is None:
        pictures = Pictures(metric)
        pictures.add(trained)
    seeds = len(trained.failures[0])
    head = title or _entitle(trained)
    about = [
        f"{len(trained.recipes)} recipes, {seeds} seeds each, {trained.steps:,} iterations",
        f"measured on {SAMPLES:,} samples of each seed",
        f"toygan {version('toygan')}, {datetime.date.today().isoformat()}",
    ]
    words = json.dumps(_describe(trained, metric), separators=(",", ":")).replace("<", "\\u003c")
    data = {"words": ("json", words), "frames": ("octet-stream", pictures.recording.embed())}
    style = page.build_stylesheet(page.FOLDER / "report.css", FOLDER / "compare.css")
    script = page.build_script(page.FOLDER / "recording.js", FOLDER / "compare.js")
    return page.build_document(head, " · ".join(about), "report", style, script, data)


def _entitle(trained: Trained) -> str:
    """Return the data, and how two recipes differ or how many there are."""
    words, data = describe_differences(trained.recipes), KNOBS["data"].describe(trained.recipes[0].data)
    differ = " or ".join(words)
    return f"{data}: {differ}" if all(words) and len(differ) <= SHOWN else f"{data}: {len(words)} recipes"


def _list_lines(trained: Trained, metric: str) -> list[str]:
    """Return the difference of the first recipe and each other one as a line."""
    return [f"A minus {LETTERS[i]}: {find_pair(trained, metric, i)}" for i in range(1, len(trained.recipes))]


def _describe(trained: Trained, metric: str) -> dict[str, Any]:
    """Return all words of the page: the recipes, what differs, the means, and every seed."""
    several = [find_pair(trained, metric, i) for i in range(1, len(trained.recipes))]
    words = describe_differences(trained.recipes)
    return {
        "recipes": [
            {"letter": letter, "role": role, "dash": dash, "words": said, "share": recipe.to_string()}
            for letter, (role, dash), said, recipe in zip(LETTERS, STYLES, words, trained.recipes, strict=False)
        ],
        "lines": _list_lines(trained, metric),
        "means": _tabulate_means(trained, metric),
        "seeds": _tabulate_seeds(trained, several, metric),
    }


def _tabulate_means(trained: Trained, metric: str) -> dict[str, Any]:
    """Return the table of each recipe's mean and of the paired differences, for every metric that can be better."""
    known = [name for name in trained.records[0].names if all(name in record.names for record in trained.records)]
    metrics = dict.fromkeys([metric, *(name for name in known if METRICS[name].better)])
    rows: dict[str, dict[str, Any]] = {LETTERS[i]: {} for i in range(len(trained.recipes))}
    for name in metrics:
        for i in range(1, len(trained.recipes)):
            table = find_pair(trained, name, i).table
            rows["A"][name], rows[LETTERS[i]][name] = table["a"].to_numpy(), table["b"].to_numpy()
            rows.setdefault(f"A − {LETTERS[i]}", {})[name] = table["difference"].to_numpy()
    data = {recipe.data for recipe in trained.recipes}
    means = SeedTable(rows, data.pop() if len(data) == 1 else None, SAMPLES)
    cells = [[cell.replace("**", "") for cell in row] for row in means.table.rows]
    return {"head": list(means.table.columns), "rows": cells, "caption": means.caption}


def _tabulate_seeds(trained: Trained, several: list[Comparison], metric: str) -> dict[str, Any]:
    """Return the table of every seed's value, one column a recipe."""
    columns = [several[0].table["a"], *(one.table["b"] for one in several)]
    rows = [
        [str(recipe.seed), *(format_number(float(column[i])) for column in columns)]
        for i, recipe in enumerate(trained.records[0].recipes)
    ]
    return {"head": ["seed", *LETTERS[: len(columns)]], "rows": rows, "caption": f"{metric} of every seed"}
