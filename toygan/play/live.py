"""A widget that plays in a notebook cell: one asyncio task trains, shows and listens to the page in turn.

Code may act on it from any thread, and in any event loop: it plays in the loop in which it is used, from the first that
runs until that ends.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import ipywidgets as w
import torch
from IPython.display import display

from toygan.chart import Chart
from toygan.chart.animation import FilmError
from toygan.chart.paper import KINDS, Size
from toygan.files import write
from toygan.panels.layers import DEFAULT_LAYERS, LABELS
from toygan.play.alone import alone
from toygan.play.aside import aside
from toygan.play.cell import forget, here
from toygan.play.column import ControlColumn, choose_groups
from toygan.play.fleet_session import FleetSession
from toygan.play.link import Link
from toygan.play.loop import SLICE_SECONDS, let_messages_in, post, running_loop
from toygan.play.poll import PollCard
from toygan.play.seen import Seen
from toygan.play.sender import Sender
from toygan.play.still import FILMS, PAGE, Still, write_caption
from toygan.play.time_machine import TimeMachine
from toygan.play.whole import Whole
from toygan.recipe import Recipe, RecipeError
from toygan.text import describe_error

CONTINUES = (
    "play",
    "step",
    "step-d",
    "step-g",
    "apply",
    "undo",
    "compare",
)  # buttons that continue from the frame that is shown


Owner = TypeVar("Owner", bound="Live")
Given = ParamSpec("Given")
Result = TypeVar("Result")


def acting(act: Callable[Concatenate[Owner, Given], Result]) -> Callable[Concatenate[Owner, Given], Result]:
    """Make a method an action of the user, in one thread at a time; it raises RuntimeError once the view is closed."""

    @alone
    @wraps(act)
    def refuse_or_act(self: Owner, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        self.refuse_closed()
        self.find_loop()
        return act(self, *args, **kwargs)

    return refuse_or_act


class Live(w.VBox):  # type: ignore[misc]
    """A session with its view; the buttons of the view play, step and reset it."""

    session: FleetSession
    usable: bool = False  # True from the end of its construction until it is closed
    _task: asyncio.Task[None] | None = None
    _loop: asyncio.AbstractEventLoop | None = None  # in which it plays, and hears the page
    column: ControlColumn
    poll: PollCard | None = None  # a question to a class
    _told: Link  # what decides the page, as it was made
    _whole: Whole | None = None
    _polled: object = None  # the runs and the measurement that have answered it last
    _opens = False  # True until the view is given its opening frame
    seen: Seen  # the stored frame that is shown, from which the next action continues

    def __init__(self, session: FleetSession, render: Callable[[], Sequence[Chart]], size: tuple[int, int]) -> None:
        self.session, self.lock = session, session.lock
        self.seen = Seen(session, self._tell_way, self._guard, self._fail)
        self.screen = Sender(session, render, size, lambda content: self._post(self._hear, content))
        self.view = self.screen.view
        self.still = Still(session, self.screen.charts, size)
        super().__init__()
        self.add_class("toygan-playground")
        self.find_loop()
        self.usable = True
        self._open_soon()

    def _lay_out(self, column: w.Widget, *below: w.Widget) -> None:
        """Put the controls beside the view, or below it if there is no room, and the rest below the view."""
        self.children = [w.Box([self.view, column, *below]).add_class("toygan-page")]

    def _open_soon(self) -> None:
        """Give the view its present frame once the cell has run: inside other widgets nothing asks for it."""
        if self._loop is not None and not self._opens and not self.view.viewers.here:
            self._opens = True
            with suppress(RuntimeError):  # a loop that has ended
                self._loop.call_soon_threadsafe(self._guard, self._open)

    def _open(self) -> None:
        if self._opens and not self.view.viewers.here:
            self.screen.put_opening()
        self._opens = False

    def _ipython_display_(self) -> None:
        with self.lock:
            self.screen.put_opening()
            self._opens = False
        kept = here().execution is not None  # with a still in the cell that runs; elsewhere nothing hides one
        words = "Run the cell for the live view. Below: its last state." if kept else "\n".join(self.session.lines)
        display({**self._repr_mimebundle_(), "text/plain": words}, raw=True)
        if kept:
            self.still.display()

    @alone
    def whole(self) -> Whole:
        """Return this as one widget, for front ends that show no others; it lacks the cards below the picture.

        Returns:
            A widget with picture, buttons and controls: it shows this run, and is the same at every call.
        """
        if self._whole is None:
            self._whole = Whole(self)
            self.screen.put_opening()
        return self._whole

    _display_ = whole  # by that name marimo asks

    # Actions of the user; a notebook may call these, too.

    @acting
    def play(self) -> None:
        """Start, or continue, until `pause`, until nothing is left to train, or until no page shows it.

        Raises RuntimeError without an event loop, such as that of a notebook.
        """
        self._play()

    def _play(self, single: bool = False) -> None:
        loop = self.find_loop()
        if loop is None:
            raise RuntimeError("play: needs a running event loop, as a notebook has; without one, step() trains")
        self.seen.reach()
        self.session.play(single)
        self.view.viewers.expect()
        post(loop, self._begin)
        self._show()

    @acting
    def pause(self) -> None:
        """Stop at the present iteration."""
        self.session.pause()
        self._show()

    @acting
    def step(self, player: str | None = None) -> None:
        """Train one iteration, or one player's part of it.

        Args:
            player: "D" or "G", which then moves alone: the iteration is not over [default: both].
        Raises:
            ValueError: If there is no such player.
        """
        self.seen.reach()
        self.session.step(player)
        self._show()

    @acting
    def reset(self) -> None:
        """Start at iteration 0 again, with the present settings."""
        self.session.reset()
        self._show()

    @acting
    def look_back(self, iteration: int) -> None:
        """Show the stored frame nearest to an iteration; what is done next continues from there.

        Args:
            iteration: Any iteration that the run has been at.
        """
        self.seen.give_up()
        if self.seen.at is None:
            self.session.pause()
            self.screen.charts()  # the present is a frame to return to
        self.seen.at = self.screen.show_stored(iteration)

    @acting
    def next_stage(self) -> None:
        """Show the next stage of an iteration in slow motion; after the last one, the iteration is over."""
        if isinstance(self.session, TimeMachine) and not self.seen.set_out(self.next_stage):
            self.seen.reach()
            self.session.next_stage()
            self._show()

    def _is_seen(self) -> bool:
        return self.view.viewers.present

    @acting
    def switch(self, layer: str) -> None:
        """Switch a layer of the samples on or off.

        Args:
            layer: "arrows", "map", "best" or "difference".
        Raises:
            ValueError: If there is no such layer.
        """
        self.session.switch(layer)
        self._show()

    def _tell_way(self, iteration: int) -> None:
        self.session.say(f"going to iteration {iteration:,}")
        self.screen.tell(at=iteration)

    def compare(self) -> object:
        """Put a copy of the run beside it, if it is one that can be copied."""

    @acting
    def pin(self) -> None:
        """Let the curves so far stay, in grey, behind those of later runs; of more than four the oldest leave."""
        if isinstance(self.session, TimeMachine):
            self.session.pin()
            self._show()

    @acting
    def unpin(self) -> None:
        """Take away the curves that were pinned last."""
        if isinstance(self.session, TimeMachine):
            self.session.unpin()
            self._show()

    def show_seeds(self, sort: str | None = None) -> None:
        """Show all seeds at once, if it can; `sort` is what they are sorted by."""

    def turn_seeds(self) -> None:
        """Show all seeds at once, or one of them again, if it can."""

    def link(self) -> str:
        """Return the page as one line, if it is one that a link can describe."""
        raise NotImplementedError

    def _describe_page(self, recipes: tuple[Recipe, ...]) -> str:
        """Return the link of the page as it is now, under the recipes as they are now."""
        on = self.session.layers
        layers = None if on == DEFAULT_LAYERS else tuple(layer for layer in LABELS if layer in on)
        told = replace(self._told, recipes=recipes, layers=layers, present=self.view.present)
        usual = [group.key for group in choose_groups(told.controls, self._used()) if group.name and group.open]
        unfolded = self.column.unfolded
        return replace(told, unfolded=None if list(unfolded) == usual else unfolded).to_string()

    def _used(self) -> set[str]:
        """Return the fields whose controls are wanted at once, so that their groups are open at first."""
        raise NotImplementedError

    def share(self) -> None:
        """Give the page its link, to be pasted elsewhere; the status line shows it."""
        try:
            link = self.link()
        except RecipeError as error:
            self.session.say(str(error), refused=True)
        else:
            self.view.send({"copy": link})
            self.session.say(f"the link of this page, also in the clipboard if the browser allows it: {link}")
        self.screen.tell()

    def draw(self) -> None:
        """Show what draws data, if there is something."""

    def _turn_slow_motion(self) -> None:
        """Play iterations in slow motion, or pause there, if it can."""

    def _follow_poll(self) -> None:
        """Let the first seeds answer the question, if there is one, once for each measurement."""
        fleet, n = self.session.fleet, self.session.choices
        if self.poll is not None and self._polled != (fleet.runs, fleet.measured):
            self._polled = fleet.runs, fleet.measured
            steps, values = fleet.rows(self.poll.poll.metric)
            self.poll.follow(steps, values[:, :n])

    def apply_remedy(self) -> None:
        """Apply the remedy that the diagnosis advises, if there is one."""

    def undo(self) -> None:
        """Take back the remedy that was applied last, if there is one."""

    def focus(self, member: int) -> None:
        """Show another of the members, or cells."""
        raise NotImplementedError

    def refuse_closed(self) -> None:
        """Raise RuntimeError if it is closed."""
        if not self.usable:
            kind = type(self).__name__
            raise RuntimeError(f"{kind}: is closed; make a new one to continue")

    @alone
    def save(
        self,
        path: str | os.PathLike[str],
        force: bool = False,
        size: Size | None = None,
        font_size: float | None = None,
    ) -> str:
        """Write a recording as a page or an animation, or the present picture.

        Args:
            path: The file. Its name ends in .html for a page that needs no Python and no network; in .png, .svg or .pdf
                for the picture; in .gif for the animation, or in .mp4 if the program ffmpeg is there.
            force: True replaces a file that exists.
            size: Width and height of the picture in inches, or words such as "16cm x 9cm" [default: as in the page].
            font_size: Size of the words at the axes in points; others are in proportion [default: 9.5].
        Returns:
            A caption: what is seen, and the share string.
        Raises:
            ValueError: If the name ends in anything else, a size is invalid, or ffmpeg is missing for .mp4.
            FileExistsError: If the file exists and `force` is False.
        """
        kind, caption = Path(path).suffix, write_caption(self.session)
        if kind not in (PAGE, *KINDS, *FILMS):
            raise ValueError(f"{path}: must end in {', '.join((PAGE, *KINDS, FILMS[0]))} or {FILMS[1]}")
        if kind == PAGE:
            write(Path(path), self.screen.page, force)
            return caption
        paper = self.still.find_paper(size, font_size)
        try:
            if kind in FILMS:
                self.screen.charts()  # the present is its last frame
                write(Path(path), lambda: self.still.film(kind, self.screen.recording, paper), force)
            elif kind == ".png" and size is None and font_size is None:
                write(Path(path), self.still.png, force)
            else:
                write(Path(path), lambda: self.still.print(kind, paper), force)
        except FilmError as error:
            raise ValueError(f"{path}: {error}") from None
        return caption

    def close(self) -> None:
        """End the session and take the view off the page."""
        if not self.usable:  # it is closed already, or was refused before it began
            return
        with self.lock:
            self.usable = self.session.playing = False
            forget(self)
            self.session.give_up()
            self.still.close()
            self.seen.give_up()
            self._cancel(self._task)
            if self._whole is not None:
                self._whole.close()
            for child in _tree(self):
                child.close() if child is not self else super().close()

    def _show(self) -> None:
        self.seen.forget()
        self.screen.show()
        self._open_soon()
        self.still.renew_soon()

    # The task.

    def find_loop(self) -> asyncio.AbstractEventLoop | None:
        """Return the event loop in which it plays: that of before while it runs, or else that of here, or None."""
        if self._loop is None or not self._loop.is_running():
            self._loop = running_loop()
        return self._loop

    @alone
    def _begin(self) -> None:
        """Start the task in the loop that runs here, unless it is at work there."""
        loop = asyncio.get_running_loop()
        if self.usable and (self._task is None or self._task.done() or self._task.get_loop() is not loop):
            self._cancel(self._task)
            self._task = loop.create_task(self._run())

    @staticmethod
    def _cancel(task: asyncio.Task[None] | None) -> None:
        if task is not None and not task.done():
            post(task.get_loop(), task.cancel)

    async def _run(self) -> None:
        """Train for a moment, show the result when it is time to, listen to the page, and repeat."""
        task = asyncio.current_task()
        try:
            while self.session.playing and self._task is task:
                await self._advance()
                self._show_in_turn()
                await let_messages_in()
        except asyncio.CancelledError:  # the loop ends, and another may continue
            if self._task is task:
                self.session.playing = False
            raise
        except Exception as error:
            self._fail(error)
            raise
        self.still.renew_soon()

    @alone
    def _show_in_turn(self) -> None:
        if not self.usable:
            return
        if not self.view.viewers.present:
            self.session.pause()
            self.session.say("paused: no page shows this run any more")
        self.screen.show_in_turn()

    async def _advance(self) -> None:
        with self.lock:
            if not self.session.playing:
                return
            if not self.session.slow:
                self.session.advance(SLICE_SECONDS)
                return
            attempt, start = self.session.attempt(), time.monotonic()
        try:
            await aside(attempt.work)
        except Exception as error:
            self.session.fail(attempt, error)
            return
        except BaseException:
            attempt.given_up = True
            raise
        self.session.take(attempt, time.monotonic() - start)

    # Messages of the page: they may come in any thread, and are handled in that of the run.

    def _post(self, act: Callable[..., None], *args: Any) -> None:
        loop = self.find_loop()
        if loop is None:
            self._guard(act, *args)
        else:
            post(loop, self._guard, act, *args)

    @alone
    def _guard(self, act: Callable[..., None], *args: Any) -> None:
        if not self.usable:
            return
        try:
            act(*args)
        except Exception as error:
            self._fail(error)
            raise

    @alone
    def _fail(self, error: Exception) -> None:
        """Stop, and show an error in the status line; it is raised as well."""
        self.session.playing = False
        self.session.say(describe_error(error), refused=True)
        self.screen.tell()

    def _hear(self, content: dict[str, Any]) -> None:
        self.view.viewers.hear(content)
        continues = content.get("do") in CONTINUES or "focus" in content
        if continues and self.seen.set_out(lambda: self._hear(content)):
            return
        self.view.viewers.answer(content)
        if "do" in content:
            acts: dict[str, Callable[[], object]] = {
                "play": self._toggle, "step": self._step, "reset": self.reset, "apply": self.apply_remedy,
                "undo": self.undo, "compare": self.compare, "all": self.turn_seeds, "pin": self.pin,
                "unpin": self.unpin, "step-d": partial(self.step, "D"), "step-g": partial(self.step, "G"),
                "slow": self._turn_slow_motion, "share": self.share, "draw": self.draw,
            }  # fmt: skip
            acts[content["do"]]()
        elif "focus" in content:
            self.focus(content["focus"])
        elif "at" in content:
            self.look_back(content["at"])
        elif "layer" in content:
            self.switch(content["layer"])
        elif "sort" in content:
            self.show_seeds(content["sort"])
        elif "here" in content:
            self.seen.forget()
            self.screen.show_all()
        elif not self.session.playing and self.seen.at is None:
            self.screen.refresh()
        self.screen.answer()

    def _toggle(self) -> None:
        self.pause() if self.session.playing else self.play()

    def _step(self) -> None:
        self._play(single=True) if self.session.slow else self.step()


def leave_room_for_the_page() -> None:
    """Let half of the cores train, in this whole kernel: a thread that waits for a core of the page costs time."""
    torch.set_num_threads(min(torch.get_num_threads(), max(1, (os.cpu_count() or 2) // 2)))


def _tree(widget: Any) -> list[Any]:
    """Return the widget and everything in it, shown or not, including the models of its style and layout."""
    looks = [getattr(widget, name) for name in ("layout", "style") if hasattr(widget, name)]
    inside = [*getattr(widget, "children", ()), *getattr(widget, "folded", ())]
    return [widget, *looks, *(below for child in inside for below in _tree(child))]
