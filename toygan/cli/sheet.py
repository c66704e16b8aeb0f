"""`toygan sheet`: the cheat sheet, one page of symptoms, evidence, causes and remedies with their odds."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import click

from toygan.chart import style
from toygan.cli.param_types import FILE_TO_WRITE
from toygan.files import write
from toygan.measure.advice import read_odds
from toygan.measure.diagnosis import VERDICTS

SIZE = (11.7, 8.3)  # inches: A4
COLUMNS = {"verdict": 0.01, "evidence": 0.17, "cause": 0.38, "remedies: helped/harmed of the runs tried": 0.72}
LETTERS = (24, 36, 60, 48)  # in a line of each column
ORDER = [name for name in VERDICTS if name not in ("undetermined", "healthy")]
KINDS = (".pdf", ".png")


def list_rows() -> list[tuple[str, str, str, str]]:
    """Return the cells of each row: verdict, evidence, cause, and the remedies that helped more than they harmed."""
    found = []
    for name in ORDER:
        verdict = VERDICTS[name]
        odds = sorted(read_odds().get(name, {}).items(), key=lambda row: row[1].harmed - row[1].helped)
        tried = [
            f"{remedy} {known.helped}/{known.harmed} of {known.n}".replace(" ", "\u00a0")  # in one line
            for remedy, known in odds
            if known.helped > known.harmed
        ]
        cause = verdict.cause.format(away="far", wide="another size")
        found.append((name, ", ".join(verdict.evidence), cause, ", ".join(tried) or "–"))
    return found


def render_page(kind: str) -> bytes:
    """Return the sheet as a PDF or PNG file."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(style.rc()):
        figure = Figure(figsize=SIZE)
        figure.text(0.01, 0.965, "What is wrong with my GAN?", fontsize=15, weight="bold")
        figure.text(0.99, 0.965, "toygan sheet", fontsize=9, ha="right", color=style.MUTED)
        lines = [
            [textwrap.wrap(words, width, break_on_hyphens=False) for words, width in zip(row, LETTERS, strict=True)]
            for row in list_rows()
        ]
        step = 0.91 / (sum(max(map(len, row)) + 0.7 for row in lines) + 1)
        at = 0.935
        for words, x in COLUMNS.items():
            figure.text(x, at, words, fontsize=8, weight="bold", color=style.DISCRIMINATOR, va="top")
        for row in lines:
            at -= 1.5 * step if row is lines[0] else 0
            figure.add_artist(matplotlib.lines.Line2D([0.01, 0.99], [at, at], color=style.FAINT, linewidth=0.6))
            at -= 0.35 * step
            for i, (cell, x) in enumerate(zip(row, COLUMNS.values(), strict=True)):
                weight = "bold" if i == 0 else "normal"
                figure.text(x, at, "\n".join(cell), fontsize=7, weight=weight, va="top", linespacing=1.15)
            at -= (max(map(len, row)) + 0.35) * step
        out = io.BytesIO()
        figure.savefig(out, format=kind.removeprefix("."), dpi=150)
    return out.getvalue()


@click.command("sheet")
@click.argument("out", type=FILE_TO_WRITE, metavar="FILE")
@click.option("--force", is_flag=True, help="replace FILE if it exists")
def command(out: Path, force: bool) -> None:
    """Write a cheat sheet, one page as PDF or PNG: each verdict with its evidence, its cause and its remedies."""
    kind = out.suffix.lower()
    if kind not in KINDS:
        raise click.UsageError(f"FILE {out}: must end in {' or '.join(KINDS)}")
    write(out, lambda: render_page(kind), force, "--force")
    click.echo(f"written to {out}")
