"""A stage of an iteration in slow motion, in words, formula, code and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import prod

import ipywidgets as w

from toygan.panels.sides import LETTERS
from toygan.play.card import Card
from toygan.play.slow_motion import Shown, Slow, Stage
from toygan.play.time_machine import TimeMachine
from toygan.text import format_number

TITLE, TIP = "Slow motion", "one iteration in captioned stages: noise, samples, D's outputs, loss, gradient and step"
NEXT, NEXT_TIP = "Next", "the next stage; whatever else you do ends the slow motion"
START = "Press Next for the first stage of the next iteration. Whatever else you do ends it, as if it had not begun."


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
    """The card of slow motion; `press` is called by its button."""

    def __init__(self, session: TimeMachine, press: Callable[[], None], post: Callable[..., None]) -> None:
        self.next = w.Button(description=NEXT, tooltip=NEXT_TIP, icon="forward")
        self.next.on_click(lambda _: post(press))
        self._session = session
        super().__init__(TITLE, TIP, self._render, post, above=[self.next])

    def _render(self) -> str:
        return render_stages(self._session.slow_motion, self._session.stages)

    def follow_session(self) -> None:
        """Write the text anew if there is another stage."""
        self.follow(tuple(map(id, self._session.stages)), self._session.playing)
