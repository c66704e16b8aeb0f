"""Figures of a lesson look like the pictures of the playground."""

from __future__ import annotations

import matplotlib

from toygan.teach import style


def test_figures_drawn_after_use_have_the_palette_of_the_pictures():
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        style.use()
        assert {name: matplotlib.rcParams[name] for name in style.RC} == style.RC
