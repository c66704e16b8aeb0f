"""Pictures for papers have the stated size and letters, in pixels and as vectors."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from support.marks import MARKS, chart

from toygan.chart.figure import Heading
from toygan.chart.paper import KINDS, Paper, encode, read_size

WHOLE = (0.0, 0.0, 1.0, 1.0)
HEADING = Heading("<script>&", line="line")


def printed(kind: str, paper: Paper) -> bytes:
    return encode(kind, [(chart(MARKS["points"][0]), WHOLE)], HEADING, paper)


@pytest.mark.parametrize(
    ("size", "inches"),
    [("16cm x 9cm", (16 / 2.54, 9 / 2.54)), ("6 x 4 in", (6, 4)), ("254mm×127mm", (10, 5)), ((3, 2.5), (3, 2.5))],
)
def test_a_size_is_numbers_of_inches_or_words(size: str | tuple[float, float], inches: tuple[float, float]) -> None:
    assert read_size(size) == pytest.approx(inches)


@pytest.mark.parametrize("size", ["3", "3x4", "1.2.3cm x 4cm", (1.0, 2.0, 3.0), (float("nan"), 2.0), "x cm x 3 cm"])
def test_another_size_is_refused_in_a_line(size: str | tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"^size=.*: must be two numbers of inches, or words such as '16cm x 9cm'"):
        read_size(size)


def test_sizes_have_bounds() -> None:
    with pytest.raises(ValueError, match=r"^size=0\.5 x 3 inches: each must be 1 to 60"):
        Paper(0.5, 3)
    with pytest.raises(ValueError, match=r"^font_size=2: must be 3 to 60 points"):
        Paper(5, 3, 2)


def test_each_kind_says_the_stated_size() -> None:
    paper = Paper(4, 3, 7)
    image = Image.open(io.BytesIO(printed(".png", paper)))
    assert image.size == (1200, 900)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert re.search(rb'width="288pt" height="216pt" viewBox="0 0 [\d.]+ [\d.]+"', printed(".svg", paper))
    assert re.search(rb"/MediaBox \[ 0 0 288 216 \]", printed(".pdf", paper))


def test_letters_have_the_stated_size_whatever_the_size_of_the_picture() -> None:
    """An SVG has units of its own: points of the picture, over those of its view box, are the scale of its letters."""
    for inches, size in (((4, 3), 7.0), ((8, 6), 7.0), ((8, 6), 14.0)):
        text = printed(".svg", Paper(*inches, size)).decode()
        (outer, inner) = re.search(r'width="([\d.]+)pt".*viewBox="0 0 ([\d.]+)', text).groups()  # type: ignore[union-attr]
        assert float(outer) / float(inner) * 9.5 == pytest.approx(size, rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_no_markup_and_the_same_picture_is_the_same_file(kind: str) -> None:
    content = printed(kind, Paper(4, 3))
    assert content == printed(kind, Paper(4, 3))
    assert b"<script>" not in content


def test_pixels_of_a_picture_are_those_of_the_page_at_another_scale() -> None:
    small, large = (
        np.asarray(Image.open(io.BytesIO(printed(".png", paper))).resize((60, 45)), float)
        for paper in (Paper(4, 3, 5), Paper(8, 6, 10))
    )
    assert np.abs(small - large).mean() < 3
