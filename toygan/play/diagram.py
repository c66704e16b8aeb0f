"""A live phase diagram in a notebook cell: a grid of recipes that fills in, and the run of any cell below it."""

from __future__ import annotations

import os
from pathlib import Path

import ipywidgets as w

from toygan.chart.paper import Size
from toygan.explore.save import Plan, save
from toygan.parts.metrics import METRICS
from toygan.play.alone import alone
from toygan.play.cell import close_earlier
from toygan.play.controls import check_controls
from toygan.play.grid_session import FOLLOWED, GridSession
from toygan.play.inputs import Entry, MenuInput
from toygan.play.live import Live, acting, leave_room_for_the_page
from toygan.play.playground import Playground
from toygan.play.still import write_caption
from toygan.play.view import check_size
from toygan.recipe import DEFAULT, Recipe, RecipeError
from toygan.sweeps.design import Axes
from toygan.text import parse_file_size

SHARE = "The share of seeds that the diagnosis calls healthy."


class PhaseDiagram(Live):
    """A live phase diagram in a notebook cell: two axes of recipes, coloured as they train.

    Each cell is the mean of `seeds` runs. A click on a cell opens its run below, in a playground.

    Args:
        grid: The values of each axis, by the field of a recipe or "regularizers.r1" (0: without it). The first axis
            goes across, the second up; further axes become sliders.
        seeds: Seeds of each cell.
        steps: The iteration up to which all of them train.
        colour: The metric that colours the cells, one that has a better direction (`Metric.better`), or "healthy", the
            share of seeds with that diagnosis.
        base: The recipe that the cells change.
        controls: Fields that the playground of a cell can change [default: the usual].
        width: Pixels of the picture, 100 to 3000.
        height: Pixels of the picture, 100 to 3000.
        device: The device on which they train.
    Raises:
        RecipeError: If the grid or the colour is not allowed, or needs more memory than there is.
    Example:
        >>> from toygan import PhaseDiagram, Recipe
        >>> small = Recipe(width=4, batch=8)
        >>> diagram = PhaseDiagram({"lr_g": [1e-4, 1e-3], "lr_d": [1e-4, 1e-3]}, steps=20, base=small)
        >>> diagram.step()
        >>> diagram.session.status
        'iteration 1 of 20 · 0 of 4 runs healthy'
        >>> diagram.close()
    """

    session: GridSession
    opened: Playground | None = None  # the run of the cell that was chosen last

    def __init__(
        self, grid: Axes, seeds: int = 1, steps: int = 2000, colour: str = FOLLOWED, base: Recipe = DEFAULT,
        controls: tuple[str, ...] | None = None, width: int = 960, height: int = 480, device: str = "cpu",
    ) -> None:  # fmt: skip
        check_size(width, height)
        self._device = device
        self._controls = None if controls is None else tuple(check_controls(controls))
        leave_room_for_the_page()
        session = GridSession(grid, seeds, steps, colour, base, device)
        super().__init__(session, session.charts, (width, height))
        self._beside = w.VBox()
        entries = [Entry(name, name, METRICS[name].help if name in METRICS else SHARE) for name in session.colours]
        colours = MenuInput(
            lambda name: self._post(self._colour, name),
            label="Colour of cells", tip="the number that colours the cells", value=session.colour,
            groups=MenuInput.pack({"": entries}), hint="search", layout={"width": "300px"},
        )  # fmt: skip
        colours.observe(lambda change: self._post(self._colour, change.new), "value")
        self.children = [w.HBox([colours, *map(self._slider, session.others)]), self.view, self._beside]
        close_earlier(self)

    @alone
    def __repr__(self) -> str:
        return f"PhaseDiagram({' x '.join(self.session.grid.axes)}, {self.session.status})"

    def _slider(self, axis: str) -> w.SelectionSlider:
        values = self.session.grid.axes[axis]
        slider = w.SelectionSlider(
            options=[(str(value), i) for i, value in enumerate(values)],
            description=axis,
            style={"description_width": "initial"},
        )
        slider.observe(lambda change: self._post(self._move, axis, change.new), "value")
        return slider

    def _move(self, axis: str, index: int) -> None:
        self.session.show(axis, index)
        self._show()

    def _colour(self, name: str) -> None:
        try:
            self.session.colour = name
        except RecipeError as error:
            self.session.say(str(error), refused=True)
        self._show()

    @acting
    def focus(self, member: int) -> None:
        """Open the run of the cell `member`, counted row by row as shown; 0 is the first cell of the lowest row.

        Raises ValueError for a number that no cell has.
        """
        try:
            run = self.session.open(member)
        except RecipeError as error:
            self.pause()
            self.session.say(str(error), refused=True)
            self._show()
            return
        self.pause()
        if self.opened is not None:
            self.opened.close()
        self.opened = Playground(controls=self._controls, run=run)
        self._beside.children = [self.opened]
        self._show()

    def save(  # type: ignore[override]
        self,
        path: str | os.PathLike[str],
        force: bool = False,
        runs: bool = False,
        budget: str | None = None,
        size: Size | None = None,
        font_size: float | None = None,
    ) -> str:
        """Write the recording or the present picture, or a page in which every run can be explored.

        With `runs`, all runs train again from the start to the last iteration of the diagram, behind a progress bar.
        The page then has a control for each axis, plays each run, and needs no Python and no network.

        Args:
            path: The file; its name ends in .html for a page, in .png, .svg or .pdf for the picture, in .gif or .mp4
                for the animation. With `runs`, a name that ends in / is a folder, whose pieces are loaded when they
                are asked for.
            force: True replaces a file that exists.
            runs: True for the page of all runs [default: False].
            budget: The most that the page of all runs may take, such as "2MB" [default: as it comes].
            size: Width and height of the picture in inches, or words such as "16cm x 9cm" [default: as in the page].
            font_size: Size of the words at the axes in points; others are in proportion [default: 9.5].
        Returns:
            A caption: what is seen.
        Raises:
            ValueError: If the name ends in anything else, or the page would not fit into the budget.
            RecipeError: If a page cannot show the grid.
            FileExistsError: If the file exists and `force` is False.
        """
        if not runs:
            return super().save(path, force, size, font_size)
        folder = str(path).endswith(("/", os.sep))
        if not folder and Path(path).suffix != ".html":
            raise ValueError(f"{path}: must end in .html, or in / for a folder")
        session, most = self.session, None if budget is None else parse_file_size(budget)
        plan = Plan(session.grid, session.seeds, int(session.end), session.title, most, folder, self._device)
        save(plan, Path(path), force)
        return write_caption(session)

    def close(self) -> None:
        """End the grid and the run that is open, and take both off the page."""
        if self.opened is not None:
            self.opened.close()
        super().close()
