"""The failure gallery: recipes that fail, each with one remedy, and how often it fails without and with it."""

from __future__ import annotations

from toygan.studies.gallery.case import FailureCase as FailureCase
from toygan.studies.gallery.case import FailureRates as FailureRates
from toygan.studies.gallery.cases import GALLERY as GALLERY
from toygan.studies.gallery.report import GalleryReport as GalleryReport
from toygan.studies.gallery.report import measure


def show(*names: str, first_seed: int = 0, jobs: int = 1) -> GalleryReport:
    """The rates of the cases named, or of all, measured anew behind a progress bar; a notebook shows the tables.

    Raises ValueError for an unknown name.
    """
    return measure(GALLERY.select(names), first_seed, jobs)
