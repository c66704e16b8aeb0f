"""The playground: a session with its screen and its controls in a notebook cell, played by one asyncio task."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as w
import torch
from IPython.display import display

from toygan.files import write
from toygan.panels.picture import DEFAULT as PANELS
from toygan.play.aside import aside
from toygan.play.cell import close_earlier, forget
from toygan.play.controls import GRID, AnyControl, control
from toygan.play.frames import FrameSender
from toygan.play.session import Session
from toygan.play.still import Still
from toygan.recipe import DEFAULT, KNOBS, Recipe
from toygan.training.interruption import Interrupted, interruptible

CONTROLS = ("data", "loss", "regularizers", "lr_g", "lr_d", "d_steps", "batch", "width", "depth", "seed")
SLICE = 1 / 240  # seconds of training, one iteration at least, from one moment to the next at which the page is heard
HOPS = 3  # turns of the event loop at each of them: a message passes through several before it moves a control
REST = 0.3  # seconds from one restart to the next while a control is dragged
PROMPT = 0.2  # seconds in which what a setting costs is found out, or else aside
ROOM, ROW = 248, 32  # pixels of the window's height that menus, buttons and words take, and a row of three controls


class Playground(w.VBox):  # type: ignore[misc]
    """A live run in a notebook cell; `controls` are fields of the recipe (None: the usual ten), `session` is the run.

    One run is alive per cell: a new playground closes the one that the same cell showed before. Raises RecipeError for
    a control that is no field and ValueError for an unknown panel.
    """

    _task: asyncio.Task[None] | None = None
    _weighing: asyncio.Task[None] | None = None
    _still: Still | None = None

    def __init__(
        self, recipe: Recipe = DEFAULT, controls: Sequence[str] | None = None, panels: Sequence[str] = PANELS,
        seeds: int = 8, width: int = 960, height: int = 540, device: str = "cpu",
    ) -> None:  # fmt: skip
        _leave_room_for_the_page()
        self.session = Session(recipe, seeds, device)
        self._loop = _running_loop()
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
        close_earlier(self)

    def __repr__(self) -> str:
        return f"Playground({self.session.recipe.to_string() or 'defaults'}, {self.session.status})"

    def _ipython_display_(self) -> None:
        live = {**self._repr_mimebundle_(), "text/plain": "Live where the cell is run; below, how the run stood last."}
        display(live, raw=True)
        self.screen.still.display()

    # What the user can do; a notebook may call these too.

    def play(self) -> None:
        """Starts the run, or lets it go on, until `pause`, until every seed has diverged or until nobody looks."""
        self._go_on()

    def _go_on(self, single: bool = False) -> None:
        self.session.play(single)
        self.view.viewers.expect()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        self.screen.show()

    def pause(self) -> None:
        """Stops the run where it is."""
        self.session.pause()
        self.screen.show()

    def step(self) -> None:
        """One iteration."""
        self.session.step()
        self.screen.show()

    def reset(self) -> None:
        """The same run from its start, with the settings as they are now."""
        self.session.reset()
        self.screen.show()

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
        if Path(path).exists() and not force:
            raise FileExistsError(f"{path}: exists; name another file, or replace it with force=True")
        write(Path(path), self.screen.page())

    def close(self) -> None:
        """Ends the run and takes the playground off the page."""
        self.session.playing = False
        self.session.give_up()
        for task in (self._task, self._weighing):
            if task is not None:
                task.cancel()
        if self._still is not None:
            self._still.close()
        forget(self)
        for child in _tree(self):
            child.close() if child is not self else super().close()

    async def _run(self) -> None:
        """Trains for a moment, shows where the run stands when it is time to, listens to the page, and so on."""
        try:
            while self.session.playing:
                if self.session.slow:
                    await self._iterate_aside()
                else:
                    self.session.advance(SLICE)
                if not self.view.viewers.present:
                    self.session.pause()
                    self.session.say("paused: no page shows this run any more")
                self.screen.show_in_turn()
                for _ in range(HOPS):
                    await asyncio.sleep(0)
        except Exception as error:
            self._fail(error)
            raise

    async def _iterate_aside(self) -> None:
        attempt, start = self.session.attempt(), time.monotonic()
        try:
            await aside(attempt.work)
        except BaseException:
            attempt.given_up = True
            raise
        self.session.take(attempt, time.monotonic() - start)

    # What the page says: it may come in any thread, and is taken up in that of the run.

    def _post(self, act: Callable[..., None], *args: Any) -> None:
        if self._loop is None or self._loop is _running_loop():
            self._guarded(act, *args)
        else:
            self._loop.call_soon_threadsafe(self._guarded, act, *args)

    def _guarded(self, act: Callable[..., None], *args: Any) -> None:
        try:
            act(*args)
        except Exception as error:
            self._fail(error)
            raise

    def _fail(self, error: Exception) -> None:
        """An error that is ours stops the run and stands in the status line; it is raised as well."""
        self.session.playing = False
        self.session.say(f"{type(error).__name__}: {error}", refused=True)
        self.screen.tell()

    def _hear(self, said: dict[str, Any]) -> None:
        self.view.viewers.hear(said)
        if "do" in said:
            {"play": self._toggle, "step": self._step, "reset": self.reset}[said["do"]]()
        elif "focus" in said:
            self.focus(said["focus"])
        elif "here" in said:
            self.screen.show_all()
        elif not self.session.playing:
            self.screen.refresh()

    def _toggle(self) -> None:
        self.pause() if self.session.playing else self.play()

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
        population = self.session.population
        self.session.set(field, value)
        if _root(field) not in map(_root, self._wanted):  # what is wanted still is not to be put back
            self._put_controls(field)
        if self.session.population is not population:
            self._restarted = time.monotonic()
        self.screen.show()

    def _put_controls(self, field: str) -> None:
        """Makes the controls of a field agree with the run."""
        for c in self.controls:
            if _root(c.field) == _root(field):
                c.show(self.session.recipe)


def _leave_room_for_the_page() -> None:
    """Half of the cores train, in this whole kernel: a thread that waits for a core the page has is worse than none."""
    torch.set_num_threads(min(torch.get_num_threads(), max(1, (os.cpu_count() or 2) // 2)))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _root(field: str) -> str:
    """The recipe's field: "regularizers" for "regularizers.r1"."""
    return field.partition(".")[0]


def _tree(widget: Any) -> list[Any]:
    """The widget and all in it, models of its looks included."""
    looks = [getattr(widget, name) for name in ("layout", "style") if hasattr(widget, name)]
    return [widget, *looks, *(below for child in getattr(widget, "children", ()) for below in _tree(child))]
