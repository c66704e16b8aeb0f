"""The best iterations of a run, as a line in the shell."""

from __future__ import annotations

import numpy as np

from toygan.runs.new_samples import measure_on_new_samples
from toygan.runs.record import DISTANCE
from toygan.runs.run import Run
from toygan.text import format_number


def describe_best(run: Run) -> str:
    """Return the best iterations, and their mean distance beside that of the last one, on new samples."""
    states = list((run.best or {}).values())
    if not states:
        return "best iteration: none was measured"
    at = sorted({state.steps for state in states})
    where = f"best iteration: {at[0]:,}" + (f" to {at[-1]:,}, by seed" if len(at) > 1 else "")
    best = np.concatenate([measure_on_new_samples(state) for state in states])
    last = measure_on_new_samples(run.population.state)
    return f"{where}; {DISTANCE} {_mean(best)} there, {_mean(last)} at the end, on new samples"


def _mean(distances: np.ndarray) -> str:
    finite = distances[np.isfinite(distances)]
    if not len(finite):
        return "undefined"
    of = "" if len(finite) == len(distances) else f" (of the {len(finite)} finite)"
    return format_number(finite.mean(), 4) + of
