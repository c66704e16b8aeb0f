"""Generated rows beside rows that were held out: each column, each link between two columns, and what was copied."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from toygan.parts.metrics.directions import directions

if TYPE_CHECKING:
    import pandas as pd

SETS = 16  # of rows that are compared with those held out
MOST_ROWS = 2000  # in a set
MOST_PAIRED = 2**17  # rows times pairs of columns in a set
ANGLES = (np.arange(4) + 0.5) * np.pi / 4  # of the directions in which two columns are seen; none is along a column
WAYS = 64  # directions in which all columns are seen
STUDENT = 1.81  # standard deviations above the mean that hold 95 % of one more score, after those of 16 sets
CLOSE = 0.01  # the share of rows held out that count as close to a row of training


class Measured(NamedTuple):
    """The numbers of a report; every table has a column `distance`, and `rows to`: what 95 % of sets of rows score."""

    columns: pd.DataFrame
    links: pd.DataFrame
    whole: pd.DataFrame
    copied: float
    copied_to: float


def compare_rows(
    generated: np.ndarray,
    training: np.ndarray,
    held_out: np.ndarray,
    names: Sequence[str],
    parts: Sequence[int] = (),
    seed: int = 0,
) -> Measured:
    """Compare generated rows and sets of rows of training, both with rows that were held out.

    Distances are Wasserstein-1, in spreads of each column. A link is compared by the ranks in both columns, which do
    not depend on the columns themselves.

    Args:
        generated: Rows `(m, columns)`, which are used again if there are few.
        training: Rows `(n, columns)`.
        held_out: Rows `(k, columns)`, k >= 2.
        names: The names of the columns.
        parts: A number for each column; there are no links between columns of equal numbers, which are levels of one
            category [default: different ones].
        seed: That of the choice of rows.
    Returns:
        The comparison; `copied` is NaN if the table repeats its rows, so that copies cannot be told.
    """
    rng = np.random.default_rng(seed)
    spread = training.std(axis=0)
    mean, spread = training.mean(axis=0), np.where(spread > 0, spread, 1.0)
    ours, rows, held = ((x.astype(np.float64) - mean) / spread for x in (generated, training, held_out))
    size = min(len(held), MOST_ROWS)
    target = _choose(held, size, 1, rng)
    sets = [_choose(x, size, SETS, rng) for x in (ours, rows)]
    return Measured(
        _compare_columns(generated, held_out, target, sets, names),
        _compare_links(target, sets, names, parts or range(len(names))),
        _table(["all columns"], *(_along(x, target, directions(len(names), WAYS).numpy()).mean(1) for x in sets)),
        *_share_copied(sets[0][0], rows, target[0]),
    )


def _choose(x: np.ndarray, size: int, sets: int, rng: np.random.Generator) -> np.ndarray:
    """Choose sets of rows `(sets, size, columns)`, no row twice in a set if there are enough."""
    return np.stack([x[np.concatenate([rng.permutation(len(x)) for _ in range(-(-size // len(x)))])[:size]]
                     for _ in range(sets)])  # fmt: skip


def _along(x: np.ndarray, target: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """Return the distance of each set `(S, m, dim)` to the target along each of the directions `(dim, c)`, `(S, c)`."""
    difference = np.sort(x @ ways, axis=1) - np.sort(target @ ways, axis=1)
    found: np.ndarray = np.abs(difference).mean(axis=1)
    return found


def _table(labels: Sequence[object], ours: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    """Return the mean distance of our sets, and up to where those of rows are, of `(S,)` or `(S, labels)`."""
    import pandas as pd

    ours, rows = ours.reshape(len(ours), -1), rows.reshape(len(rows), -1)
    high = rows.mean(axis=0) + STUDENT * rows.std(axis=0, ddof=1)
    return pd.DataFrame({"distance": ours.mean(axis=0), "rows to": high}, index=list(labels))


def _compare_columns(
    generated: np.ndarray, held_out: np.ndarray, target: np.ndarray, sets: Sequence[np.ndarray], names: Sequence[str]
) -> pd.DataFrame:
    table = _table(names, *(_along(x, target, np.eye(len(names))) for x in sets))
    table.insert(0, "mean", generated.mean(axis=0))
    table.insert(1, "held-out mean", held_out.mean(axis=0))
    table.insert(2, "spread", generated.std(axis=0))
    table.insert(3, "held-out spread", held_out.std(axis=0))
    return table


def _compare_links(
    target: np.ndarray, sets: Sequence[np.ndarray], names: Sequence[str], parts: Sequence[int]
) -> pd.DataFrame:
    pairs = [(i, j) for i, j in combinations(range(len(names)), 2) if parts[i] != parts[j]]
    size = min(target.shape[1], max(50, MOST_PAIRED // max(1, len(pairs))))
    held, ours, rows = (_rank(x[:, :size]) for x in (target, *sets))
    ways = np.stack([np.cos(ANGLES), np.sin(ANGLES)])
    found = [[_along(x[..., pair], held[..., pair], ways).mean(axis=1) for pair in pairs] for x in (ours, rows)]
    table = _table(
        [f"{names[i]}, {names[j]}" for i, j in pairs],
        *(np.stack(x, axis=1) if pairs else np.zeros((SETS, 0)) for x in found),
    )
    table.insert(0, "correlation", [_correlation(ours, pair) for pair in pairs])
    table.insert(1, "held-out correlation", [_correlation(held, pair) for pair in pairs])
    return table


def _rank(x: np.ndarray) -> np.ndarray:
    """Return the rank of each number in its column of its set, from 0 to 1; equal numbers have the mean of theirs."""
    from scipy.stats import rankdata

    ranks: np.ndarray = (rankdata(x, axis=1) - 0.5) / x.shape[1]
    return ranks


def _correlation(ranks: np.ndarray, pair: tuple[int, int]) -> float:
    """Return the mean correlation of the ranks in two columns over all sets; 0 if one is constant."""
    a, b = ((x := ranks[..., i]) - x.mean(axis=1, keepdims=True) for i in pair)
    size = np.sqrt((a**2).mean(axis=1) * (b**2).mean(axis=1))
    return float(np.mean((a * b).mean(axis=1) / np.where(size > 0, size, 1)))


def _share_copied(ours: np.ndarray, rows: np.ndarray, held: np.ndarray) -> tuple[float, float]:
    """Return the share of our rows that are closer to one of training than the closest 1 % of rows held out are.

    Also return up to where 95 % of such shares are if none was copied: that of a Beta distribution, by the order of the
    distances. The first is NaN if rows repeat.
    """
    from scipy.spatial import KDTree
    from scipy.stats import beta

    tree, at = KDTree(rows), max(1, round(CLOSE * len(held)))
    limit = float(np.sort(tree.query(held)[0])[at - 1])
    most = float(beta.ppf(0.95, at, len(held) + 1 - at))
    return (float((tree.query(ours)[0] < limit).mean()) if limit > 0 else float("nan")), most
