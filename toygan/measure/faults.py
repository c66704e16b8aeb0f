"""The fault of samples, found by undoing each one: how far they are from true samples then, in one unit for all.

The unit is the width of the band of true samples: 0 is the largest distance of nine in ten true sets, and 1 is as much
beyond it again as the band is wide.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from toygan.measure.recent import Recent

LEAST_RATIO = 1e-6  # a smaller one counts as much
NARROWEST = 1e-3  # width of a band, in spreads of the data: of points without noise it is 0
LEFT, SHARE_LEFT = 1.0, 0.1  # of a distance, in widths, once the only fault is undone; and as a share of what it was
COVERED = 0.3  # modes that may lack samples, in the mean
SEEN = 1.0  # widths that have to go with a fault, so that it is seen
NARROW = 0.5  # of the distance: if so much is their size, samples on part of the data are narrow
GAP, BACK = 2.0, 0.5  # widths from the data to samples on part of it, at least, and back, at most
REPEATED = 0.5  # of the samples, beyond the share of repeats in true samples
FEWEST_ROWS = 5  # that are repeated; fewer are a spot, or modes
CONSTANT = 0.01  # of a column's spread, of a column that does not vary
ON_DATA = 0.06  # spreads of the data, beyond true samples, from samples on the data to true ones
COLUMN_W1 = 0.1  # of a column's spread, beyond true samples, from which on it is wrong by itself
COLUMN_RATIO, COLUMN_OFFSET = 1.2, 0.15  # of spreads, and of the larger one: what is less is not its fault
FLAT = 0.3  # of the data's spread, above which samples with a constant column still vary in others


class Undone(NamedTuple):
    """A distance from the samples to the data, in widths of the band of true samples, beyond the band."""

    now: float
    undone: float  # the same once a fault is undone

    @property
    def removed(self) -> float:
        """How much of it the fault explains."""
        return max(self.now, 0.0) - max(self.undone, 0.0)

    @property
    def small(self) -> bool:
        """True if little is left once the fault is undone."""
        return self.undone < LEFT + SHARE_LEFT * self.now

    @property
    def explained(self) -> bool:
        """True if the fault is all that is wrong."""
        return self.removed > SEEN and self.small


NOTHING = Undone(math.nan, math.nan)


def undo(r: Recent) -> dict[str, Undone]:
    """Return the distance before and after each fault that can be undone; none of what was not measured."""
    size = "too wide" if r.mean("spread-ratio") > 1 else "too narrow"
    slices = _in_widths(r, ("sliced-w1",), {"off centre": "centred-w1", size: "scaled-w1"}, r.spread)
    ways = _in_widths(r, ("off-data", "gaps"), {"rotated": "turned-distance", "link broken": "shuffled-distance"})
    return {fault: distance for fault, distance in {**slices, **ways}.items() if math.isfinite(distance.removed)}


def _in_widths(r: Recent, names: tuple[str, ...], undone: dict[str, str], unit: float = 1.0) -> dict[str, Undone]:
    """Return the largest of these metrics, and that which is taken with each fault undone."""
    bands = [band for name in names if (band := r.reference(name))]
    if len(bands) < len(names):
        return {}
    high, low = max(band.high for band in bands) / unit, min(band.low for band in bands) / unit
    now, width = max(r.mean(name) for name in names) / unit, max(high - low, NARROWEST)
    return {fault: Undone((now - high) / width, (r.mean(name) - high) / width) for fault, name in undone.items()}


def only_fault(r: Recent) -> str:
    """Return the fault that is all that is wrong with the samples, or "" if there is none or if there are several."""
    if constant_column(r):
        return "constant column"
    if memorised(r):
        return "memorised"
    undone = undo(r)
    found = {fault: distance for fault, distance in undone.items() if distance.explained}
    if r.beyond_true("link-distance") <= 0 or r.beyond_true("column-w1") > COLUMN_W1:
        found.pop("link broken", None)
    of_column, matched = matched_columns(r)
    narrow = undone.get("too narrow")
    shrunk = narrow is not None and narrow.removed > NARROW * narrow.now
    if part_missing(r) and not (shrunk or of_column == "too narrow" or tails_missing(r)):
        return "parts missing"
    if of_column:
        found[of_column] = min(found.get(of_column, matched), matched, key=_left)
    return min(found, key=lambda fault: _left(found[fault]), default="")


def _left(distance: Undone) -> float:
    """Return the share of a distance that is left once a fault is undone."""
    return max(distance.undone, 0) / max(distance.now, NARROWEST)


def matched_columns(r: Recent) -> tuple[str, Undone]:
    """Return what is wrong with the column that differs most, if mean and spread of columns are all that is; or "".

    A column with both faults may as well lack a part of the data. Also return the distance before and after.
    """
    matched, column = _in_widths(r, ("sliced-w1",), {"": "matched-w1"}, r.spread).get("", NOTHING), r.worst_column
    if column is None or not (matched.small and r.beyond_true("column-w1") > COLUMN_W1):
        return "", matched
    size = math.log(max(column.spread, LEAST_RATIO)) / math.log(COLUMN_RATIO)
    faults = {
        "off centre": abs(column.offset) > COLUMN_OFFSET * max(column.spread, 1.0),
        "too wide": size > 1 if column.varies else column.spread > COLUMN_OFFSET,
        "too narrow": size < -1 and column.varies,
    }
    found = [fault for fault, there in faults.items() if there]
    return found[0] if len(found) == 1 else "", matched


def sizes_of_faults(r: Recent) -> dict[str, float]:
    """Return how far samples are beyond true ones by each fault, in widths of the band of true samples.

    Ratios are compared by their logarithms. The width of modes means something if all of them have samples.
    """
    offset, shares = (_in_widths(r, (name,), {name: name}) for name in ("mean-offset", "share-error"))
    spread, along = _ratio_in_widths(r, "spread-ratio"), _ratio_in_widths(r, "axis-ratio")
    within = _ratio_in_widths(r, "within-ratio") if r.late_mean("modes-missing") < COVERED else 0.0
    found = {
        "off centre": offset["mean-offset"].now if offset else 0.0,
        "uneven shares": shares["share-error"].now if shares else 0.0,
        "too wide": max(spread, within, along),
        "too narrow": max(-spread, -within, -along),
    }
    return {fault: size for fault, size in found.items() if size > 0}


def _ratio_in_widths(r: Recent, metric: str) -> float:
    """Return how far a ratio is above (or below, negative) that of true samples, in widths; 0 within the band."""
    if (band := r.reference(metric)) is None or not r.mean(metric) >= 0:
        return 0.0
    low, high, now = band.low, band.high, r.mean(metric)
    if low > 0:  # but for data that is one point
        low, high, now = (math.log(max(x, LEAST_RATIO)) for x in (low, high, now))
    return (max(now - high, 0.0) + min(now - low, 0.0)) / max(high - low, NARROWEST)


def part_missing(r: Recent) -> bool:
    """Return True if samples lie where the data is as closely as true samples do, but not on all of it."""
    way, back = (_in_widths(r, (name,), {name: name}) for name in ("gaps", "off-data"))
    return r.k < 2 and bool(way and back) and way["gaps"].now > GAP and back["off-data"].now < BACK


def tails_missing(r: Recent) -> bool:
    """Return True if the samples lie in the middle of the only mode: they are narrow far more than they are moved."""
    sizes = sizes_of_faults(r)
    narrow = r.mean("spread-ratio") < 1 and sizes.get("too narrow", 0.0)
    return r.k == 1 and narrow > 2 * sizes.get("off centre", 0.0)


def memorised(r: Recent) -> bool:
    """Return True if samples that lie on the data are a few rows, again and again.

    Samples that have shrunk to a spot are equal, too, to the digits that count.
    """
    rows = (1 - r.mean("repeats")) * r.samples
    few = r.beyond_true("repeats") > REPEATED and rows > FEWEST_ROWS - 0.5
    return (
        few
        and not r.mean("spread-ratio") < CONSTANT
        and r.beyond_true("off-data") < max(r.beyond_true("gaps") / 2, ON_DATA)
    )


def constant_column(r: Recent) -> bool:
    """Return True if a column that varies in the data does not vary at all, while another one does."""
    flat = r.mean("column-spread") < CONSTANT and r.mean("spread-ratio") > FLAT
    return flat and r.worst_column is not None and r.worst_column.varies
