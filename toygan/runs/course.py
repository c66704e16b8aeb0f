"""A course: one metric over a run of any length, with the extremes of what it no longer holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROWS = 1000  # a picture has about as many pixels from left to right


class Course:
    """A metric of P members over the iterations, to be drawn: at most about `limit` rows, however long the run.

    If they no longer fit, neighbours are joined. Two rows stay of each stretch: the least and the largest value of
    each member, in the order in which they came, at the first and the last iteration of the stretch. So what swings
    late looks as wild as it is.
    """

    def __init__(self, limit: int = ROWS) -> None:
        self._limit = limit
        self._stretch = 2  # values from which two rows are made
        self._closed: list[tuple[int, np.ndarray]] = []  # two rows for each stretch
        self._open: list[tuple[int, np.ndarray]] = []  # the newest values, which are no stretch yet

    def add(self, step: int, values: np.ndarray) -> None:
        """Add the values `(P,)` of an iteration after all that are held."""
        if len(self._open) == self._stretch:
            self._closed += _extremes(self._open)
            self._open = []
        while len(self._closed) >= max(4, self._limit):
            stretches = [self._closed[i : i + 4] for i in range(0, len(self._closed), 4)]
            if len(stretches[-1]) < 4:
                self._open = [*stretches.pop(), *self._open]
            self._closed = [row for stretch in stretches for row in _extremes(stretch)]
            self._stretch *= 2
        self._open.append((step, values))

    def bound(self, limit: int) -> None:
        """Hold at most about so many rows from the next value on."""
        self._limit = limit

    @property
    def nbytes(self) -> int:
        """The bytes that the rows take."""
        return sum(values.nbytes for _, values in (*self._closed, *self._open))

    def select(self, members: Sequence[int]) -> Course:
        """Return the course of some members only, by number."""
        chosen, one = list(members), Course(self._limit)
        one._stretch = self._stretch
        one._closed, one._open = ([(step, x[chosen]) for step, x in rows] for rows in (self._closed, self._open))
        return one

    def forget_after(self, step: int) -> None:
        """Forget the values after an iteration, and those of a stretch that holds it."""
        if self._closed and self._closed[-1][0] > step:
            held = sum(at <= step for at, _ in self._closed) // 2 * 2
            self._closed, self._open = self._closed[:held], []
        self._open = [row for row in self._open if row[0] <= step]

    @property
    def steps(self) -> np.ndarray:
        """The iterations of the rows, rising `(R,)`."""
        return np.array([step for step, _ in (*self._closed, *self._open)], dtype=np.int64)

    @property
    def values(self) -> np.ndarray:
        """The rows `(R, P)`; ValueError if there are none."""
        return np.stack([values for _, values in (*self._closed, *self._open)])


def _extremes(rows: list[tuple[int, np.ndarray]]) -> list[tuple[int, np.ndarray]]:
    """Return two rows: of each member the least and the largest value, in the order in which they came."""
    if len(rows) == 2:  # both, with what is not a number
        return rows
    values = np.stack([row for _, row in rows])
    least, largest = (np.where(np.isnan(values), end, values) for end in (np.inf, -np.inf))
    at = np.sort(np.stack([least.argmin(0), largest.argmax(0)]), axis=0)
    first, last = np.take_along_axis(values, at, axis=0)
    return [(rows[0][0], first), (rows[-1][0], last)]
