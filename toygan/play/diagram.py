"""A live phase diagram in a notebook cell: a grid of recipes that fills in, and the run of any cell beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as w

from toygan.chart import Chart
from toygan.chart.figure import Heading, Painting
from toygan.panels.picture import places
from toygan.play.cell import close_earlier, forget
from toygan.play.grid_session import FOLLOWED, GridSession
from toygan.play.live import Live, leave_room_for_the_page, save
from toygan.play.playground import Playground
from toygan.play.sender import Sender
from toygan.play.view import View
from toygan.recipe import DEFAULT, Recipe
from toygan.sweeps.design import Axes


class PhaseDiagram(Live):
    """Two axes of recipes, coloured as they train: `PhaseDiagram({"lr_g": [1e-4, 1e-3], "lr_d": [1e-4, 1e-3]})`.

    Each cell is the mean of `seeds` runs, which train up to iteration `steps`; further axes become sliders. A click on
    a cell opens its run below, as it stands, in a playground with `controls`. Raises RecipeError for a grid or a
    `colour` that is not allowed.
    """

    screen: DiagramSender

    def __init__(
        self, grid: Axes, seeds: int = 1, steps: int = 2000, colour: str = FOLLOWED, base: Recipe = DEFAULT,
        controls: tuple[str, ...] | None = None, width: int = 960, height: int = 480, device: str = "cpu",
    ) -> None:  # fmt: skip
        leave_room_for_the_page()
        self.session = self.player = GridSession(grid, seeds, steps, colour, base, device)
        self.opened: Playground | None = None  # the run of the cell that was chosen last
        self._controls, self._size = controls, (width, height)
        self.screen = DiagramSender(self.session, (width, height), lambda said: self._post(self._hear, said))
        self.view = self.screen.view
        self._beside = w.VBox()
        colours = w.Dropdown(options=self.session.colours, value=self.session.colour, description="colour")
        colours.observe(lambda change: self._colour(change.new), "value")
        super().__init__([w.HBox([colours, *map(self._slider, self.session.others)]), self.view, self._beside])
        self.add_class("toygan-playground")
        close_earlier(self)

    def __repr__(self) -> str:
        return f"PhaseDiagram({' x '.join(self.session.grid.axes)}, {self.session.status})"

    def _slider(self, axis: str) -> w.SelectionSlider:
        values = self.session.grid.axes[axis]
        slider = w.SelectionSlider(
            options=[(str(value), i) for i, value in enumerate(values)],
            description=axis,
            style={"description_width": "initial"},
        )
        slider.observe(lambda change: self._show(axis, change.new), "value")
        return slider

    def _show(self, axis: str, index: int) -> None:
        self.session.show(axis, index)
        self.screen.show()

    def _colour(self, name: str) -> None:
        self.session.colour = name
        self.screen.show()

    def focus(self, member: int) -> None:
        """Opens the run of a cell that is shown, counted from the lowest row, its first cell being 0."""
        self.pause()
        if self.opened is not None:
            self.opened.close()
        self.opened = Playground(controls=self._controls, run=self.session.open(member))
        self._beside.children = [self.opened]
        self.screen.show()

    def save(self, path: str | os.PathLike[str], force: bool = False) -> None:
        """Writes what was seen so far as a page, "phases.html", or what is seen now as a picture, "phases.png".

        Raises FileExistsError where there is a file already, unless `force` is given, and ValueError for other names.
        """
        made = {".html": self.screen.page, ".png": self.screen.png}.get(Path(path).suffix)
        if made is None:
            raise ValueError(f"{path}: must end in .html or .png")
        save(path, made, force)

    def close(self) -> None:
        """Ends the grid, and the run that is open, and takes both off the page."""
        if self.opened is not None:
            self.opened.close()
        forget(self)
        super().close()


class DiagramSender(Sender):
    """A grid as a phase diagram."""

    def __init__(self, session: GridSession, size: tuple[int, int], heard: Callable[[dict[str, Any]], None]) -> None:
        self.session, self._size = session, size
        super().__init__(View(heard, *size, session.shown.size))

    @property
    def playing(self) -> bool:
        return self.session.playing

    @property
    def iteration(self) -> int:
        return self.session.grid.iteration

    def charts(self) -> list[Chart]:
        s = self.session
        charts = s.charts()
        self.recording.add(self.iteration, {"status": s.status, "recipe": "", **s.told}, charts)
        return charts

    def words(self) -> dict[str, Any]:
        s = self.session
        return {
            "status": s.status, "message": s.message, "refused": s.refused, "playing": s.playing,
            "focus": s.chosen or 0, "seeds": s.shown.size, **s.told,
        }  # fmt: skip

    @property
    def _title(self) -> str:
        axes = " x ".join(self.session.grid.axes)
        return f"{axes} · {self.session.grid.cells[0].data}"

    def page(self) -> bytes:
        """What was shown, up to now, as a page that needs no Python and no network."""
        self.charts()
        seeds = self.session.grid.seeds
        return self.recording.html(self._title, f"{seeds} seed{'s' * (seeds > 1)} a cell")

    def png(self) -> bytes:
        """What is seen now, as a picture."""
        charts = self.charts()
        painting = Painting(*self._size)
        painting.paint(list(zip(charts, places(len(charts)), strict=True)), Heading(self._title, self.session.status))
        return painting.png(scale=2, compress_level=9)
