"""A stage of an iteration in slow motion, in words, formula, code and numbers."""

from __future__ import annotations

from html import escape
from math import prod

from toygan.play.slow_motion import Shown, Slow
from toygan.text import format_number

TITLE, TIP = "Slow motion", "one iteration in captioned stages: noise, samples, D's outputs, loss, gradient and step"
NEXT, NEXT_TIP = "Next", "the next stage; whatever else you do ends the slow motion"
START = "Press Next for the first stage of the next iteration. Whatever else you do ends it, as if it had not begun."


def render_stage(slow: Slow | None) -> str:
    """Return a stage as HTML, with its formula between dollar signs."""
    if slow is None:
        return f"<p>{START}</p>"
    stage = slow.stages[slow.at]
    tensors = "".join(map(_row, stage.tensors))
    return (
        f"<p class='toygan-stage'><b>Stage {slow.at + 1} of {len(slow.stages)}, {stage.player}.</b> "
        f"{escape(stage.caption)}</p>"
        + (f"<p>${escape(stage.formula)}$</p>" if stage.formula else "")
        + f"<p><code>{escape(stage.code)}</code></p><table class='toygan-terms'>{tensors}</table>"
    )


def _row(shown: Shown) -> str:
    shape = " × ".join(map(str, shown.shape)) or "one number"
    rest = " …" * (len(shown.first) < prod(shown.shape))
    numbers = ", ".join(format_number(x).replace("-", "−") for x in shown.first)
    return f"<tr><td>{escape(shown.name)}</td><td>{shape}</td><td>{numbers}{rest}</td></tr>"
