"""Films as few bytes: places in levels, differences between pictures, compressed as browsers unpack it."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from toygan.explore.detail import SIDE, Detail
from toygan.explore.film import OUTSIDE, Film

CURVE_LEVELS = 4095  # of a number of a curve, from the least to the largest of all runs; one more stands for none
FIELD_BITS, LINE_BITS = 5, 8  # of D's output in the plane, and on a line, where it is drawn as a curve
GOLDEN = (5**0.5 - 1) / 2  # multiples of it are spread evenly
SMALLEST = 1e-6  # of the largest number: what is less is shown as that


def as_text(content: bytes) -> str:
    """Return bytes as a text of a page."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def pack_cell(film: Film, cell: int, detail: Detail) -> bytes:
    """Return the pictures of the seeds of a cell, as unpack.js reads them.

    First come the places of all seeds: for each, by axis and by point, a level in each picture as its difference from
    the picture before. The largest level stands for a point that is not drawn. Each point has levels of its own, moved
    by less than one, so that points do not lie on a lattice. Then comes D's output: for each seed and picture, row by
    row, the difference from the picture before, as its difference from the left neighbour.
    """
    runs = slice(cell * film.seeds, (cell + 1) * film.seeds)
    points = film.points[:: detail.stride, runs, : detail.points].astype(np.float64)
    field = film.field[:: detail.stride, runs].astype(np.float64)
    line = film.grid.cells[cell].parts.data.dim == 1
    bits = LINE_BITS if line else FIELD_BITS
    places = _level((points + OUTSIDE) / (1 + 2 * OUTSIDE), detail.bits, find_shifts(detail.points))
    moves = np.diff(places, axis=0, prepend=0).transpose(1, 3, 2, 0)  # (seeds, 2, n, pictures)
    changes = np.diff(_level(shrink(field, detail.side, line), bits), axis=0, prepend=0)
    slopes = np.diff(changes, axis=3, prepend=0).transpose(1, 0, 2, 3)  # (seeds, pictures, side, side)
    return moves.astype(np.uint8).tobytes() + slopes.astype(np.uint8).tobytes()


def shrink(field: np.ndarray, side: int, line: bool) -> np.ndarray:
    """Return D's output `(..., SIDE, SIDE)` at fewer cells `(..., side, side)`, as means; of a line in their order."""
    step, before = SIDE // side, field.shape[:-2]
    cells = (side, side, 1, step * step) if line else (side, step, side, step)
    means: np.ndarray = field.reshape(*before, *cells).mean((-3, -1) if not line else (-2, -1))
    return means


def find_shifts(n: int) -> np.ndarray:
    """Return how far the levels of each point lie below whole ones `(n, 2)`, from -0.5 to 0.5."""
    shifts: np.ndarray = (GOLDEN * np.arange(n)[:, None] + np.array([0, 0.5])) % 1 - 0.5
    return shifts


def _level(shares: np.ndarray, bits: int, shifts: np.ndarray | float = 0.0) -> np.ndarray:
    """Return shares from 0 to 1 as whole levels of so many bits, the largest for what is not finite."""
    top = 2**bits - 2
    known = np.isfinite(shares)
    within = np.clip(top * np.where(known, shares, 0) + shifts, 0, top)
    levels: np.ndarray = np.where(known, within, top + 1).round().astype(int)
    return levels


def pack_overview(content: Mapping[str, Any], film: Film) -> bytes:
    """Return what all of a page needs: the length of the JSON (u4), the JSON, and the curves of all runs.

    For each metric, as the JSON lists them under "curves", there are levels of two bytes by run and frame, as
    differences from the frame before: first all low bytes and then all high bytes.
    """
    curves, numbers = [], []
    for name, values in film.metrics.items():
        scale = _find_scale(values)
        levels = np.diff(_level_curve(values, *scale).T, axis=1, prepend=0).astype("<u2")
        curves.append([name, *scale])
        numbers.append(np.ascontiguousarray(levels).view(np.uint8).reshape(-1, 2).T.tobytes())
    head = json.dumps({**content, "curves": curves}, separators=(",", ":"), allow_nan=False).encode()
    return b"".join([len(head).to_bytes(4, "little"), head, *numbers])


def _find_scale(values: np.ndarray) -> tuple[float, float, bool]:
    """Return the least and the largest finite number, and whether all are above 0, so that levels go in ratios."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0, False
    low, high = float(finite.min()), float(finite.max())
    if low > 0 and high > low:
        return max(low, SMALLEST * high), high, True
    return low, high if high > low else low + 1, False


def _level_curve(values: np.ndarray, low: float, high: float, log: bool) -> np.ndarray:
    known = np.isfinite(values)
    shown = np.clip(np.where(known, values, low), low, high)
    share = np.log(shown / low) / np.log(high / low) if log else (shown - low) / (high - low)
    levels: np.ndarray = np.where(known, CURVE_LEVELS * share, CURVE_LEVELS + 1).round().astype(int)
    return levels
