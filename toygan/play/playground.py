"""The playground: a session with its screen and its controls in a notebook cell, played by one asyncio task."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Sequence
from typing import Any

import ipywidgets as w
from IPython.display import display

from toygan.panels.picture import DEFAULT as PANELS
from toygan.play.aside import aside
from toygan.play.cell import close_earlier, forget
from toygan.play.controls import GRID, AnyControl, control
from toygan.play.frames import FrameSender
from toygan.play.live import Live, leave_room_for_the_page, save
from toygan.play.session import Session
from toygan.play.still import Still
from toygan.recipe import DEFAULT, KNOBS, Recipe
from toygan.runs.run import Run
from toygan.training.interruption import Interrupted, interruptible

CONTROLS = ("data", "loss", "regularizers", "lr_g", "lr_d", "d_steps", "batch", "width", "depth", "seed")
REST = 0.3  # seconds from one restart to the next while a control is dragged
PROMPT = 0.2  # seconds in which what a setting costs is found out, or else aside
ROOM, ROW = 248, 32  # pixels of the window's height that menus, buttons and words take, and a row of three controls


class Playground(Live):
    """A live run in a notebook cell; `controls` are fields of the recipe (None: the usual ten), `session` is the run.

    One run is alive per cell: a new playground closes the one that the same cell showed before. Raises RecipeError for
    a control that is no field and ValueError for an unknown panel. Where a `run` is given, it goes on with that one, in
    place of a recipe and seeds, and closes no other.
    """

    screen: FrameSender
    _weighing: asyncio.Task[None] | None = None
    _still: Still | None = None

    def __init__(
        self, recipe: Recipe = DEFAULT, controls: Sequence[str] | None = None, panels: Sequence[str] = PANELS,
        seeds: int = 8, width: int = 960, height: int = 540, device: str = "cpu",
        run: Run | None = None,
    ) -> None:  # fmt: skip
        leave_room_for_the_page()
        self.session = self.player = Session(recipe, seeds, device) if run is None else Session.of(run)
        recipe = self.session.recipe
        self._wanted: dict[str, Any] = {}  # what controls ask for and the run has not yet got
        self._restarted = -math.inf
        self.controls: list[AnyControl] = [
            control(name, recipe, self._want) for name in (CONTROLS if controls is None else controls)
        ]
        self.screen = FrameSender(self.session, panels, (width, height), lambda said: self._post(self._hear, said))
        self.view, self._still = self.screen.view, self.screen.still
        self.view.room = ROOM + ROW * math.ceil(len(self.controls) / 3)
        super().__init__([w.Box([c.widget for c in self.controls], layout=GRID), self.view])
        self.add_class("toygan-playground")
        if run is None:
            close_earlier(self)

    def __repr__(self) -> str:
        return f"Playground({self.session.recipe.to_string() or 'defaults'}, {self.session.status})"

    def _ipython_display_(self) -> None:
        live = {**self._repr_mimebundle_(), "text/plain": "Live where the cell is run; below, how the run stood last."}
        display(live, raw=True)
        self.screen.still.display()

    # What the user can do; a notebook may call these too.

    def set(self, field: str, value: Any) -> bool:
        """Changes a field of the recipe, or one regularizer as "regularizers.r1"; the controls follow.

        Returns whether that was allowed.
        """
        done = self.session.set(field, value)
        self._put_controls(field)
        self.screen.show()
        return done

    def focus(self, member: int) -> None:
        """Shows the run of another seed, counted from the recipe's own as 0; ValueError for one that there is not."""
        self.session.focus = member
        self.screen.show()

    def save(self, path: str | os.PathLike[str], force: bool = False) -> None:
        """Writes a recording of the present run as a page that needs no Python and no network, such as "run.html".

        Raises FileExistsError where there is a file already, unless `force` is given.
        """
        save(path, self.screen.page, force)

    def close(self) -> None:
        """Ends the run and takes the playground off the page."""
        self.session.give_up()
        if self._weighing is not None:
            self._weighing.cancel()
        if self._still is not None:
            self._still.close()
        forget(self)
        super().close()

    async def _advance(self) -> None:
        if self.session.slow:
            await self._iterate_aside()
        else:
            await super()._advance()

    async def _iterate_aside(self) -> None:
        attempt, start = self.session.attempt(), time.monotonic()
        try:
            await aside(attempt.work)
        except BaseException:
            attempt.given_up = True
            raise
        self.session.take(attempt, time.monotonic() - start)

    def _step(self) -> None:
        self._go_on(single=True) if self.session.slow else self.step()

    def _want(self, field: str, value: Any) -> None:
        """A control has moved: of a field's values the newest counts."""
        self._wanted[field] = value
        self._post(self._obey)

    def _obey(self) -> None:
        """Gives the run what the controls ask for; a drag does not start a new run at every pixel."""
        if self._weighing is not None:
            return
        wait = self._restarted + REST - time.monotonic()
        for field in list(self._wanted):
            if self._loop is None or wait <= 0 or KNOBS[_root(field)].live:
                self._give(field, self._wanted.pop(field))
            if self._weighing is not None:
                return
        if self._wanted and self._loop is not None:
            self._loop.call_later(wait, self._guarded, self._obey)

    def _give(self, field: str, value: Any) -> None:
        """Gives the run one value, once it is known what that costs."""
        end = math.inf if self._loop is None else time.monotonic() + PROMPT
        try:
            with interruptible(lambda: time.monotonic() > end):
                self.session.weigh(field, value)
        except Interrupted:
            self._weighing = asyncio.get_running_loop().create_task(self._weigh(field, value))
            return
        self._set(field, value)

    async def _weigh(self, field: str, value: Any) -> None:
        self.session.say(f"{field}: finding out how long an iteration would take")
        self.screen.tell()
        await aside(lambda: self.session.weigh(field, value))
        self._weighing = None
        self._guarded(self._set, field, value)
        self._guarded(self._obey)

    def _set(self, field: str, value: Any) -> None:
        run = self.session.run
        self.session.set(field, value)
        if _root(field) not in map(_root, self._wanted):  # what is wanted still is not to be put back
            self._put_controls(field)
        if self.session.run is not run:
            self._restarted = time.monotonic()
        self.screen.show()

    def _put_controls(self, field: str) -> None:
        """Makes the controls of a field agree with the run."""
        for c in self.controls:
            if _root(c.field) == _root(field):
                c.show(self.session.recipe)


def _root(field: str) -> str:
    """The recipe's field: "regularizers" for "regularizers.r1"."""
    return field.partition(".")[0]
