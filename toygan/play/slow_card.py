"""A stage of an iteration in slow motion, in words, formula, code and numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from html import escape
from math import prod

import ipywidgets as w

from toygan.panels.sides import LETTERS
from toygan.play.card import Card
from toygan.play.loop import running_loop
from toygan.play.slow_motion import Shown, Slow, Stage
from toygan.play.time_machine import TimeMachine
from toygan.text import format_number

TITLE, TIP = "Slow motion", "one iteration in captioned stages: noise, samples, D's outputs, loss, gradient and step"
NEXT, NEXT_TIP = "Next", "the next stage; whatever else you do ends the slow motion"
AUTO = {"description": "Play stages", "icon": "play", "tooltip": "a stage every few seconds, iteration by iteration"}
PAUSE = {"description": "Pause", "icon": "pause", "tooltip": "stay at this stage"}
STAGE_SECONDS = 4.0  # of a stage that advances by itself: a caption takes two to read, the picture two
START = (
    "Press Next for the first stage of the next iteration, or Play stages. Whatever else you do ends it, as if it had "
    "not begun."
)


def render_stages(slow: Slow | None, stages: Sequence[Stage]) -> str:
    """Return the stage of each side as HTML, with formulas between dollar signs."""
    if slow is None:
        return f"<p>{START}</p>"
    head = f"<p><b>Stage {slow.at + 1} of {slow.length}</b></p>"
    several = len(stages) > 1
    return head + "".join(_render(LETTERS[i] if several else "", stage) for i, stage in enumerate(stages))


def _render(letter: str, stage: Stage) -> str:
    name = " · ".join(filter(None, (letter, stage.player)))
    return (
        f"<p><b>{name}</b> {escape(stage.caption)}</p>"
        + (f"<p>${escape(stage.formula)}$</p>" if stage.formula else "")
        + f"<p><code>{escape(stage.code)}</code></p>"
        + f"<table class='toygan-terms'>{''.join(map(_row, stage.tensors))}</table>"
    )


def _row(shown: Shown) -> str:
    shape = " × ".join(map(str, shown.shape)) or "one number"
    rest = " …" * (len(shown.first) < prod(shown.shape))
    numbers = ", ".join(format_number(x).replace("-", "−") for x in shown.first)
    return f"<tr><td>{escape(shown.name)}</td><td>{shape}</td><td>{numbers}{rest}</td></tr>"


class SlowCard(Card):
    """The card of slow motion.

    Args:
        session: The run whose iterations are shown.
        press: Shows the next stage.
        post: What calls a function in the thread of the run.
        seen: Returns whether a page shows it; the stages advance by themselves only then.
    """

    def __init__(
        self, session: TimeMachine, press: Callable[[], None], post: Callable[..., None], seen: Callable[[], bool]
    ) -> None:
        self.next = w.Button(description=NEXT, tooltip=NEXT_TIP, icon="step-forward")
        self.next.on_click(lambda _: post(self._advance))
        self.auto = w.ToggleButton(**AUTO)
        self.auto.observe(lambda _: post(self._turn_auto), "value")
        self._session, self._press, self._post, self._seen = session, press, post, seen
        self._timer: asyncio.TimerHandle | None = None
        self._advancing = False
        buttons = w.HBox([self.next, self.auto]).add_class("toygan-stage-buttons")
        super().__init__(TITLE, TIP, self._render, post, above=[buttons])

    def _render(self) -> str:
        return render_stages(self._session.slow_motion, self._session.stages)

    def follow_session(self) -> None:
        """Write the text anew if there is another stage; whatever else was done ends the advance by itself."""
        if not (self._advancing or self._session.stages):
            self.auto.value = False
        self.follow(tuple(map(id, self._session.stages)), self._session.playing)

    def turn(self) -> None:
        """Open the card and let the stages advance by themselves, or pause them if they do."""
        self.button.value = True
        self.auto.value = not self.auto.value

    def _turn(self) -> None:
        super()._turn()
        if not self.button.value:
            self.auto.value = False

    def _turn_auto(self) -> None:
        look = PAUSE if self.auto.value else AUTO
        self.auto.description, self.auto.icon, self.auto.tooltip = look["description"], look["icon"], look["tooltip"]
        self._advance() if self.auto.value else self._wait()

    def _advance(self) -> None:
        """Show the next stage, and again after a while if they advance by themselves: then iterations follow."""
        self._advancing = True
        try:
            self._press()
            if self.auto.value and not self._session.stages:
                self._press()
        finally:
            self._advancing = False
        self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = running_loop()
        if self.auto.value and loop is not None and self._seen():
            self._timer = loop.call_later(STAGE_SECONDS, self._post, self._advance_alone)
        else:
            self.auto.value = False

    def _advance_alone(self) -> None:
        if self.auto.value:
            self._advance()
