"""A member's metrics as curves over the iterations, each with its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from toygan.chart import Axis, Chart, Line, Mark, Points, Text
from toygan.chart.axis import Role
from toygan.chart.limits import double_to, grow_to, grow_to_decades
from toygan.chart.marks import Dash
from toygan.panels.look import Look
from toygan.panels.panel import Panel, caption
from toygan.panels.pins import Pin

FIRST_ITERATIONS = 100  # on a curve's axis at the start
PINNED_DASHES: tuple[Dash, ...] = ("", "dashed", "dotted", "dashdot")
PLAYERS: tuple[tuple[str, Role], ...] = (("D", "discriminator"), ("G", "generator"))


def iterations(steps: np.ndarray, label: str = "iteration") -> Axis:
    """Return the axis of iterations, doubled until it holds the rising `steps`."""
    return Axis(label, 0, double_to(FIRST_ITERATIONS, steps[-1] if len(steps) else 0), format="integer")


def whole_course(look: Look, metric: str, label: str = "iteration") -> Axis:
    """Return the axis of iterations for a metric of a look and of the pins behind it."""
    every = [look.steps, *(pin.steps(metric) for pin in look.pins)]
    return iterations(max(every, key=lambda steps: steps[-1] if len(steps) else -1), label)


def pinned(look: Look, metrics: Sequence[str]) -> list[Line]:
    """Return grey lines for the metrics of the pins, those of one pin under one entry of the legend."""
    return [
        pinned_line(pin, i, name, pin.curve(name, look.member)) for i, pin in enumerate(look.pins) for name in metrics
    ]


def pinned_line(pin: Pin, number: int, metric: str, values: np.ndarray) -> Line:
    """Return the grey line of values `(T,)` of a metric of the pin with this number."""
    name = f"pin {number + 1}: {metric}"
    how: dict[str, Any] = {"width": 1.4, "dash": PINNED_DASHES[number], "opacity": 0.75, "label": pin.words}
    return Line(name, "muted", pin.steps(metric), values, **how)


def measured_at(look: Look) -> Text:
    """Return the words that say where curves end, if that is before the iteration of the look."""
    words = f"measured at {look.measured_at:,}" if 0 <= look.measured_at < look.step else ""
    return caption("measured", "muted", words, 0.99, 0.11, anchor="right", size=8.5, box=True)


def curve(name: str, role: Role, look: Look, values: np.ndarray, width: float = 1.8, end_label: str = "") -> Line:
    """Return values `(T,)` over the measured iterations; a cross marks the end of a member that diverged."""
    end: Literal["", "cross"] = "cross" if look.diverged_at >= 0 else ""
    return Line(name, role, look.steps, values, width=width, end=end, end_label=end_label)


def best_mark(look: Look, values: np.ndarray) -> tuple[Mark, ...]:
    """Return a diamond on each curve of values `(curves, T)`, at the iteration where the member was closest.

    At the end of a curve there is no room for its word.
    """
    if look.best_at < 0:
        return ()
    at = int(np.abs(look.steps - look.best_at).argmin())
    x, y = np.full(len(values), look.steps[at]), values[:, at]
    above = np.array([[0.0, 5.0]])
    words = Text(
        "best",
        "ink",
        ("best" if at < len(look.steps) - 1 else "",),
        x[:1],
        y.max(keepdims=True),
        offset=above,
        anchor="bottom",
        size=8.5,
    )
    return Points("best iteration", "ink", x, y, size=5, shape="diamond"), words


class Curves(Panel):
    """Metrics of one member over the iterations."""

    measured = True
    label: ClassVar[str] = "iteration"
    ends: ClassVar[tuple[tuple[str, Role], ...]]  # for each metric: the words at the end of its curve, and its role

    def chart(self, look: Look) -> Chart:
        values = np.stack([look.metric(name) for name in self.needs])
        behind = pinned(look, self.needs)
        lines = [
            curve(name, role, look, value, end_label=words)
            for name, value, (words, role) in zip(self.needs, values, self.ends, strict=True)
        ]
        return Chart(
            self.title,
            whole_course(look, self.needs[0], self.label),
            self.y(look, np.append(values, np.concatenate([line.y for line in behind]))[None] if behind else values),
            (*self.levels(look), *behind, *lines, *best_mark(look, values), measured_at(look)),
        )

    def y(self, look: Look, values: np.ndarray) -> Axis:
        """Return the vertical axis for values `(curves, T)`."""
        raise NotImplementedError

    def levels(self, look: Look) -> list[Line]:
        """Return dotted lines to compare the curves with."""
        return []


def level(name: str, role: Role, value: float) -> Line:
    """Return a dotted line across the chart."""
    return Line(name, role, None, np.array([value]), width=1.5, dash="dotted")


class Losses(Curves):
    """Both players' losses, beside their values at equilibrium."""

    about = (
        "What D and G minimise, over the iterations; dotted lines are the values if neither could improve. "
        "A low loss is no sign of good samples: each loss depends on the other player."
    )
    title = "Losses"
    label = "iteration  (dotted: equilibrium)"
    needs, ends = ("loss-d", "loss-g"), PLAYERS

    def y(self, look: Look, values: np.ndarray) -> Axis:
        lines = 1.35 * np.array(look.equilibrium, dtype=float)  # None is NaN
        low, high = grow_to(grow_to((0, 0.5), lines), values)
        return Axis("", low, high, intervals=4, grows=True)

    def levels(self, look: Look) -> list[Line]:
        players: tuple[tuple[str, Role], ...] = (("equilibrium-d", "discriminator"), ("equilibrium-g", "generator"))
        return [
            level(name, role, value)
            for (name, role), value in zip(players, look.equilibrium, strict=True)
            if value is not None
        ]


class Accuracy(Curves):
    """Shares of real and of generated samples that D classifies correctly; at one half D cannot tell them apart."""

    about = (
        "The share of real and of generated samples that D is right about. "
        "Half of each means that D cannot tell them apart, or that it does not learn."
    )
    title = "D's accuracy"
    label = "iteration  (dotted: cannot tell)"
    needs, ends = ("accuracy-real", "accuracy-fake"), (("real", "real"), ("gen.", "generated"))

    def y(self, look: Look, values: np.ndarray) -> Axis:
        return Axis("", -0.04, 1.04, ticks=(0, 0.5, 1), format="percent")

    def levels(self, look: Look) -> list[Line]:
        return [level("cannot tell", "muted", 0.5)]


class Gradients(Curves):
    """Lengths of both players' gradients: a player with a vanishing gradient no longer learns."""

    about = (
        "The lengths of both players' gradients, on a scale of powers of ten. "
        "A player whose gradient is almost 0 has stopped to learn."
    )
    title = "Gradient lengths"
    needs, ends = ("gradient-norm-d", "gradient-norm-g"), PLAYERS

    def y(self, look: Look, values: np.ndarray) -> Axis:
        low, high = grow_to_decades((1e-2, 1e1), values)
        return Axis("", low, high, log=True, grid=True, grows=True)


class Rates(Curves):
    """Both players' learning rates, as their schedule sets them."""

    about = "The learning rates of both players, as a schedule changes them. A constant rate is a level line."
    title = "Learning rates"
    needs, ends = ("rate-d", "rate-g"), PLAYERS

    def y(self, look: Look, values: np.ndarray) -> Axis:
        low, high = grow_to_decades((1e-4, 1e-3), values[values > 0])
        return Axis("", low, high, log=True, grid=True, grows=True)


PANELS: dict[str, tuple[Panel, ...]] = {
    "losses": (Losses(),),
    "accuracy": (Accuracy(),),
    "gradients": (Gradients(),),
    "rates": (Rates(),),
}
