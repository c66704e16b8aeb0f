"""Shiny for Python through shinywidgets, which lacks some of the widgets of ipywidgets 8: its page takes one widget."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import fronts, lab

pytestmark = pytest.mark.slow
fronts.need("shiny==1.8.0", "shinywidgets==0.8.2")

APP = """from shiny import App, ui
from shinywidgets import output_widget, render_widget
from toygan import Playground, Recipe


def serve(input, output, session):
    @render_widget
    def playground():
        return Playground(Recipe(width=8, batch=32, regularizers={"r1": 0.1}), seeds=2).whole()


app = App(ui.page_fluid(output_widget("playground", height="auto", fill=False, fillable=False)), serve)
"""


def test_a_playground_plays_with_all_of_its_controls(tmp_path: Path, chromium: str) -> None:
    (tmp_path / "app.py").write_text(APP)
    port = lab.free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "shiny", "run", "--host=127.0.0.1", f"--port={port}", "app.py"]
    with lab.serve(command, address, tmp_path), fronts.browse(address, tmp_path) as front:
        front.play()
        assert front.part("regularizers-r1").is_visible()
        front.add_regularizer("r2")
        front.look("shiny")
        assert [error for error in front.errors if "not found in module @jupyter-widgets/controls" not in error] == []
