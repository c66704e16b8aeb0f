"""Colours can be told from what is behind them, in light and in dark."""

from __future__ import annotations

import pytest

from toygan.chart.axis import ROLES
from toygan.chart.page import contrast, readable_colour
from toygan.chart.style import DARK, LIGHT, Palette, rgb

WORDS, MARKS = 4.5, 3.0  # the least ratios of WCAG 2.2, 1.4.3 and 1.4.11
MARKED = [role for role in ROLES if role != "faint"]  # the colour of grids, which must stay behind


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("role", MARKED)
def test_words_and_marks_of_a_role_can_be_seen_on_paper(palette: Palette, role: str) -> None:
    colour = palette.colour(role)  # type: ignore[arg-type]
    assert contrast(rgb(readable_colour(colour, palette)), rgb(palette.paper)) >= WORDS
    assert contrast(rgb(colour), rgb(palette.paper)) >= MARKS


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_samples_can_be_seen_where_d_is_undecided(palette: Palette) -> None:
    for role in ("real", "generated", "ink"):
        assert contrast(rgb(palette.colour(role)), rgb(palette.undecided)) >= MARKS  # type: ignore[arg-type]
