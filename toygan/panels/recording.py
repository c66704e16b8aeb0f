"""A run's recording as a page: what is written above it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.metadata import version

from toygan.chart.recording import Recording
from toygan.panels.words import headline
from toygan.recipe import Recipe


def recorded(recording: Recording, recipes: Sequence[Recipe]) -> bytes:
    """The page of a run of these recipes, which differ in their seeds, the first one drawn."""
    first, *others = recipes
    seeds = f"seed {first.seed}" + (f" drawn, of {len(recipes)} seeds" if others else "")
    about = f"{seeds} · recorded by toygan {version('toygan')} on {date.today().isoformat()}"
    return recording.html(headline(first), about)
