"""The detail of a page: how many frames, points and levels it keeps of each run, and the bytes that they take."""

from __future__ import annotations

from dataclasses import dataclass

from toygan.text import format_file_size

FRAMES = 61  # at which runs are measured, from the first iteration to the last
POINTS, SIDE = 300, 20  # generated samples that are drawn, and cells along a side of D's output, at most
TEXT_SHARE = 4 / 3  # letters of a page for each byte
PAGE_BYTES = 140_000  # of the script, the style and the charts, about
# Bytes of a difference between two frames after compression, by the bits of a place, and of D's output: averages over
# the grid of `tests/explore/test_save.py`.
POINT_BYTES, FIELD_BYTES = {7: 0.6, 6: 0.47}, 0.26
RUN_BYTES = 800  # of the curves of a run and the words of its diagnosis


@dataclass(frozen=True)
class Detail:
    """What a page keeps of each run.

    Args:
        stride: Measurements from one picture to the next.
        points: Generated samples in a picture.
        side: Cells along a side of D's output.
        bits: Bits of a place along an axis.
    """

    stride: int = 1
    points: int = POINTS
    side: int = SIDE
    bits: int = 7

    @property
    def pictures(self) -> int:
        """The number of pictures of a run that has all its measurements."""
        return (FRAMES - 1) // self.stride + 1

    def estimate(self, runs: int) -> int:
        """Return the bytes of a page of so many runs, about."""
        points = 2 * self.points * POINT_BYTES[self.bits]
        field = self.side**2 * FIELD_BYTES
        return round(PAGE_BYTES + runs * TEXT_SHARE * (self.pictures * (points + field) + RUN_BYTES))

    def __str__(self) -> str:
        field = f", D's output at {self.side} x {self.side}" if self.side else ""
        return f"{self.pictures} pictures of {self.points} points{field}, {self.bits}-bit places"


# From the most to the least.
DETAILS = (
    Detail(),
    Detail(1, 250, 20, 6),
    Detail(1, 200, 20, 6),
    Detail(2, 250, 20, 6),
    Detail(2, 200, 20, 6),
    Detail(2, 150, 20, 6),
    Detail(2, 130, 20, 6),
    Detail(2, 150, 10, 6),
    Detail(3, 120, 10, 6),
    Detail(4, 100, 10, 6),
    Detail(6, 80, 10, 6),
)


class TooLarge(ValueError):
    """The refusal of a page that does not fit into its budget."""


def choose_detail(runs: int, budget: int | None) -> Detail:
    """Return the most detail with which a page of so many runs is expected to fit; TooLarge if none does."""
    fitting = [detail for detail in DETAILS if budget is None or detail.estimate(runs) <= budget]
    if not fitting:
        raise too_large(DETAILS[-1].estimate(runs), runs, budget or 0)
    return fitting[0]


def too_large(least: int, runs: int, budget: int) -> TooLarge:
    """Return the refusal of a page that takes at least so many bytes."""
    few = f"{runs:,} runs take about {format_file_size(least)} or more"
    return TooLarge(f"budget={format_file_size(budget)}: {few}; give more, or fewer values or seeds")
