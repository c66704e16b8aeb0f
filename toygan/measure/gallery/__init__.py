"""The failure gallery: recipes that fail, each with its cure; a stranger's first question is how often."""

from __future__ import annotations

from collections.abc import Sequence

from toygan.measure.gallery.exhibit import Exhibit as Exhibit
from toygan.measure.gallery.exhibit import Odds as Odds
from toygan.measure.gallery.exhibits import GALLERY as GALLERY
from toygan.measure.gallery.tour import Tour as Tour
from toygan.measure.gallery.tour import toured


def chosen(names: Sequence[str]) -> dict[str, Exhibit]:
    """The named exhibits, or all where none is named; raises ValueError for an unknown name."""
    for name in names:
        if name not in GALLERY:
            raise ValueError(f"{name}: no such exhibit; allowed: {', '.join(GALLERY)}")
    return {name: exhibit for name, exhibit in GALLERY.items() if not names or name in names}


def show(*names: str, first_seed: int = 0, jobs: int = 1) -> Tour:
    """The odds of the exhibits named, or of all, measured anew behind a progress bar; a notebook shows the tables.

    Raises ValueError for an unknown name.
    """
    return toured(chosen(names), first_seed, jobs)
