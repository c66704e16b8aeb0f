"""The failure gallery: recipes that fail, each with its cure; a stranger's first question is how often."""

from __future__ import annotations

from toygan.measure.gallery.exhibit import Exhibit as Exhibit
from toygan.measure.gallery.exhibit import Odds as Odds
from toygan.measure.gallery.exhibits import GALLERY as GALLERY
from toygan.measure.gallery.tour import Tour as Tour
from toygan.measure.gallery.tour import toured


def show(*names: str, first_seed: int = 0, jobs: int = 1) -> Tour:
    """The odds of the exhibits named, or of all, measured anew behind a progress bar; a notebook shows the tables.

    Raises ValueError for an unknown name.
    """
    return toured(GALLERY.some(names), first_seed, jobs)
