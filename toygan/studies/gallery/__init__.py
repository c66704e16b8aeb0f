"""The failure gallery: recipes that fail, each with a remedy, and the number of seeds that fail without and with it.

`GALLERY` is the menu of its cases, and `show` measures them. `toygan gallery` does the same in a shell.
"""

from __future__ import annotations

from toygan.studies.gallery.case import FailureCase as FailureCase
from toygan.studies.gallery.case import FailureRates as FailureRates
from toygan.studies.gallery.cases import GALLERY as GALLERY
from toygan.studies.gallery.report import GalleryReport as GalleryReport
from toygan.studies.gallery.report import measure_gallery

measure = measure_gallery  # its older name


def show(*names: str, first_seed: int = 0, jobs: int = 1) -> GalleryReport:
    """Measure cases behind a progress bar: how many seeds fail, without and with the remedy.

    Args:
        *names: Names of `GALLERY` [default: all, which takes long].
        first_seed: The first of 16 seeds; another one tells if the rates also hold for other seeds [default: 0].
        jobs: Processes [default: 1].
    Returns:
        A `GalleryReport`, which a notebook shows as tables.
    Raises:
        ValueError: If a name is not in the gallery.
    Example:
        >>> from toygan import gallery
        >>> print(gallery.GALLERY["few-of-eight"].symptom)
        Good samples on one or two of the eight modes from early on, and a D that is far ahead.
        >>> report = gallery.show("few-of-eight")  # doctest: +SKIP
    """
    return measure_gallery(GALLERY.select(names), first_seed, jobs)
