"""A change: what one frame of a recording adds to the frame before it, in the bytes of the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from toygan.chart.wire import Key


class News(NamedTuple):
    """New numbers of an array, from place `start` on, as bytes of a type ("f4" or "u1")."""

    type: str
    start: int
    numbers: bytes

    def after(self, earlier: News) -> News:
        """Return both in one: those of `earlier`, and then these."""
        if self.start <= earlier.start:
            return self
        between = (self.start - earlier.start) * np.dtype(self.type).itemsize
        return News(self.type, earlier.start, earlier.numbers[:between] + self.numbers)


@dataclass(frozen=True)
class Change:
    """What a frame adds to the one before: a curve that grew adds its new end alone.

    Args:
        serial: The number of the frame, of all that were added.
        iteration: The iteration that it shows.
        words: The words beside the charts, by name.
        whole: True if it depends on no frame before.
        charts: Each chart without its arrays, as JSON; None if it is as before.
        arrays: New numbers by chart, mark and field.
    """

    serial: int
    iteration: int
    words: dict[str, str]
    whole: bool
    charts: tuple[str | None, ...]
    arrays: dict[Key, News]

    @staticmethod
    def from_message(
        serial: int, iteration: int, words: dict[str, str], message: tuple[dict[str, Any], list[bytes]]
    ) -> Change:
        """Return the change of a message of the wire."""
        content, buffers = message
        charts = tuple(None if chart is None else _encode(chart) for chart in content["charts"])
        arrays = {
            (i, mark, field): News(kind, start, numbers)
            for (i, mark, field, kind, start), numbers in zip(content["arrays"], buffers, strict=True)
        }
        return Change(serial, iteration, words, content["whole"], charts, arrays)

    def message(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the message of the wire."""
        charts = [None if chart is None else json.loads(chart) for chart in self.charts]
        arrays = [[*key, news.type, news.start] for key, news in self.arrays.items()]
        return {"whole": self.whole, "charts": charts, "arrays": arrays}, [
            news.numbers for news in self.arrays.values()
        ]

    def after(self, earlier: Change) -> Change:
        """Return this frame's change to the frame before `earlier`, which goes."""
        if self.whole:
            return self
        charts = tuple(old if new is None else new for old, new in zip(earlier.charts, self.charts, strict=True))
        arrays = earlier.arrays | {
            key: news.after(earlier.arrays[key]) if key in earlier.arrays else news for key, news in self.arrays.items()
        }
        return Change(self.serial, self.iteration, self.words, earlier.whole, charts, arrays)

    @cached_property
    def size(self) -> int:
        """The bytes of its numbers, and the letters of its words."""
        numbers = sum(len(news.numbers) for news in self.arrays.values())
        return numbers + sum(map(len, filter(None, self.charts))) + sum(map(len, self.words.values()))


def _encode(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"), allow_nan=False)
