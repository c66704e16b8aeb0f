"""An axis of a chart: its limits, and its ticks with their words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["real", "generated", "discriminator", "generator", "second", "third", "ink", "muted", "faint"]
ROLES: tuple[Role, ...] = get_args(Role)
Format = Literal["number", "integer", "percent"]

STEPS = (1, 2, 2.5, 5, 10)  # between ticks, times a power of ten
WHOLE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # the same between whole numbers
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Axis:
    """An axis of a chart, from `low` to `high`, with round ticks unless `ticks` gives others.

    Args:
        label: Words beside the axis.
        low: Its lower end; above 0 on a log axis.
        high: Its upper end, above `low`.
        log: True for an axis in powers of ten [default: False].
        ticks: Values with a tick; those outside of the limits are left out [default: round ones].
        words: Words at the ticks, one each [default: the numbers, as `format` writes them].
        format: "number", "integer" or "percent"; a percent axis shows 0.5 as "50 %" [default: "number"].
        intervals: Round ticks are at most about this many [default: 5].
        role: Role whose colour the label has; it is bold unless the role is "muted" [default: "muted"].
        grid: True for a faint line across the chart at each tick [default: False].
        grows: True if the axis never becomes shorter within a run [default: False].
    Raises:
        ValueError: If the limits are not finite or do not rise, or the words do not fit the ticks.
    Example:
        >>> from toygan.chart import Axis
        >>> [words for value, words in Axis("share", 0, 0.5, format="percent").marked]
        ['0 %', '10 %', '20 %', '30 %', '40 %', '50 %']
        >>> [words for value, words in Axis("rate", 1e-4, 1e-2, log=True).marked]
        ['10⁻⁴', '10⁻³', '10⁻²']
    """

    label: str
    low: float
    high: float
    log: bool = False
    ticks: tuple[float, ...] | None = None
    words: tuple[str, ...] | None = None
    format: Format = "number"
    intervals: int = 5
    role: Role = "muted"
    grid: bool = False
    grows: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"axis {self.label!r}: from {self.low!r} to {self.high!r}; must be finite and rising")
        if self.log and self.low <= 0:
            raise ValueError(f"axis {self.label!r}: low={self.low!r}; must be above 0 on a log axis")
        if self.words is not None and len(self.words) != len(self.ticks or ()):
            raise ValueError(f"axis {self.label!r}: {len(self.words)} words; must be one a tick")

    @property
    def marked(self) -> tuple[tuple[float, str], ...]:
        """The ticks within the limits, as pairs of a value and its words."""
        at = self.ticks if self.ticks is not None else self._decade_ticks() if self.log else self._round_ticks()
        words = self.words if self.words is not None else self._write(at)
        edge = 1e-9 * (self.high - self.low)
        return tuple((t, w) for t, w in zip(at, words, strict=True) if self.low - edge <= t <= self.high + edge)

    def _round_ticks(self) -> tuple[float, ...]:
        """Return multiples of the smallest round step that gives no more than `intervals` of them."""
        least = (self.high - self.low) / self.intervals
        scale = 10.0 ** math.floor(math.log10(least))
        whole = self.format == "integer"
        steps = [k * s for s in (scale, 10 * scale) for k in (WHOLE_STEPS if whole else STEPS)]
        steps = [s for s in steps if not whole or s == round(s)] or [1.0]
        step = next(s for s in steps if s >= least * (1 - 1e-9))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(i * step for i in range(first, last + 1))

    def _decade_ticks(self) -> tuple[float, ...]:
        """Return powers of ten, evenly thinned if there are more than `intervals`."""
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        every = max(1, math.ceil((last - first) / self.intervals))
        return tuple(10.0**k for k in range(first, last + 1) if (k - first) % every == 0)

    def _write(self, ticks: tuple[float, ...]) -> tuple[str, ...]:
        """Return the ticks as words, all with as many decimals as the finest of them needs."""
        if self.log:
            return tuple("10" + str(round(math.log10(t))).translate(SUPERSCRIPT) for t in ticks)
        factor, unit = (100, " %") if self.format == "percent" else (1, "")
        shown = [factor * t for t in ticks]
        fine = 1e-9 * max(map(abs, shown), default=0.0)
        decimals = next((d for d in range(9) if all(abs(round(t, d) - t) <= fine for t in shown)), 9)
        return tuple(f"{t + 0.0:.{decimals}f}{unit}".replace("-", "−") for t in shown)


def shorten(words: str, letters: int) -> str:
    """Return words of at most so many letters, with the middle left out if need be."""
    if len(words) <= letters:
        return words
    kept = max(0, letters - 1)
    return f"{words[: kept // 2]}…{words[len(words) - (kept - kept // 2) :]}"
