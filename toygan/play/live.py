"""A widget that plays in a notebook cell: one asyncio task trains, shows and listens to the page in turn."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import ipywidgets as w
import torch

from toygan.files import write
from toygan.play.sender import Sender
from toygan.play.view import View

SLICE = 1 / 240  # seconds of training, one iteration at least, from one moment to the next at which the page is heard
HOPS = 3  # turns of the event loop at each of them: a message passes through several before it moves a control


class Player(Protocol):
    """What plays: something that trains, without a widget."""

    playing: bool

    def play(self, single: bool = False) -> None: ...
    def pause(self) -> None: ...
    def step(self) -> None: ...
    def reset(self) -> None: ...
    def advance(self, seconds: float) -> None: ...
    def say(self, message: str, refused: bool = False) -> None: ...


class Live(w.VBox):  # type: ignore[misc]
    """A player and what its view is sent; the buttons of the view play, step and reset it."""

    player: Player
    screen: Sender
    view: View
    _task: asyncio.Task[None] | None = None

    def __init__(self, children: list[Any]) -> None:
        self._loop = running_loop()
        super().__init__(children)

    def play(self) -> None:
        """Starts, or goes on, until `pause`, until nothing is left to train or until nobody looks."""
        self._go_on()

    def _go_on(self, single: bool = False) -> None:
        self.player.play(single)
        self.view.viewers.expect()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        self.screen.show()

    def pause(self) -> None:
        """Stops where it is."""
        self.player.pause()
        self.screen.show()

    def step(self) -> None:
        """One iteration."""
        self.player.step()
        self.screen.show()

    def reset(self) -> None:
        """From iteration 0 again, with the settings as they are now."""
        self.player.reset()
        self.screen.show()

    async def _run(self) -> None:
        """Trains for a moment, shows where that stands when it is time to, listens to the page, and so on."""
        try:
            while self.player.playing:
                await self._advance()
                if not self.view.viewers.present:
                    self.player.pause()
                    self.player.say("paused: no page shows this run any more")
                self.screen.show_in_turn()
                for _ in range(HOPS):
                    await asyncio.sleep(0)
        except Exception as error:
            self._fail(error)
            raise

    async def _advance(self) -> None:
        self.player.advance(SLICE)

    # What the page says: it may come in any thread, and is taken up in that of the run.

    def _post(self, act: Callable[..., None], *args: Any) -> None:
        if self._loop is None or self._loop is running_loop():
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
        """An error that is ours stops what plays and stands in the status line; it is raised as well."""
        self.player.playing = False
        self.player.say(f"{type(error).__name__}: {error}", refused=True)
        self.screen.tell()

    def _hear(self, said: dict[str, Any]) -> None:
        self.view.viewers.hear(said)
        if "do" in said:
            {"play": self._toggle, "step": self._step, "reset": self.reset}[said["do"]]()
        elif "focus" in said:
            self.focus(said["focus"])
        elif "here" in said:
            self.screen.show_all()
        elif not self.player.playing:
            self.screen.refresh()

    def _toggle(self) -> None:
        self.pause() if self.player.playing else self.play()

    def _step(self) -> None:
        self.step()

    def focus(self, member: int) -> None:
        """Shows another of the members, or cells, that there are."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends what plays and takes it off the page."""
        self.player.playing = False
        if self._task is not None:
            self._task.cancel()
        for child in _tree(self):
            child.close() if child is not self else super().close()


def leave_room_for_the_page() -> None:
    """Half of the cores train, in this whole kernel: a thread that waits for a core the page has is worse than none."""
    torch.set_num_threads(min(torch.get_num_threads(), max(1, (os.cpu_count() or 2) // 2)))


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop in which this is called, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def save(path: str | os.PathLike[str], content: Callable[[], bytes], force: bool) -> None:
    """Writes a file; raises FileExistsError, before any work, where there is one already, unless `force` is given."""
    write(Path(path), content, force)


def _tree(widget: Any) -> list[Any]:
    """The widget and all in it, models of its looks included."""
    looks = [getattr(widget, name) for name in ("layout", "style") if hasattr(widget, name)]
    return [widget, *looks, *(below for child in getattr(widget, "children", ()) for below in _tree(child))]
