"""A checkpoint: all that a run needs to continue as if it had not stopped, as bytes that cannot run code."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from toygan.files import as_array, pack, unpack
from toygan.limits import refuse_too_large
from toygan.runs.record import SAMPLES, Record
from toygan.runs.run import Interval, Run
from toygan.runs.trajectory import Trajectory
from toygan.training import Population, Snapshot, State

METRIC, LAST = "metric/", "last/"  # names of arrays begin with these: of the record, and of the newest snapshot


def serialize(run: Run) -> bytes:
    """Return a run as bytes; ValueError if its record has a limit, so that rows may be missing."""
    record, last = run.record, run.record.last
    if record.limit is not None:
        raise ValueError(f"limit={record.limit}: must be None in a run that is to be resumed: it keeps every row")
    words = {"due": run.due_at, "n": record.n, "since": record.since, "seen": record.path.seen}
    arrays = {
        "state": as_array(run.population.state.to_bytes()), "steps": record.steps, "diverged-at": record.diverged_at,
        "path/steps": record.path.steps, "path/places": record.path.places, "path/means": record.path.means,
        **{METRIC + name: record.metric(name) for name in record.names},
    }  # fmt: skip
    return pack({**words, "last": last and last.step}, arrays | (_arrays_of(last) if last else {}))


def resume(
    content: bytes, every: int | Interval = 100, n: int = SAMPLES, metrics: Iterable[str] | None = None,
    device: str | torch.device | None = None,
) -> Run:  # fmt: skip
    """Return the run that `serialize` made the content of, with the same arguments as before.

    Raises ValueError if the content is not a checkpoint, and what `Run` raises.
    """
    words, arrays = unpack(content)
    try:
        state = State.from_bytes(arrays["state"].tobytes())
        named = {name.removeprefix(METRIC): x for name, x in arrays.items() if name.startswith(METRIC)}
        record = Record.from_arrays(state.recipes, arrays["steps"], named, arrays["diverged-at"])
        record.n, record.since = int(words["n"]), int(words["since"])
        path = Trajectory.from_arrays(
            arrays["path/steps"], arrays["path/places"], arrays["path/means"], int(words["seen"])
        )
        record.path = path
        record.last = None if words["last"] is None else _snapshot(int(words["last"]), arrays, state)
        due = int(words["due"])
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f"it is damaged, or not a checkpoint of toygan ({' '.join(str(error).split())[:80]})"
        ) from None
    refuse_too_large(state.recipes[0], len(state.recipes))
    return Run.resume(Population.restore(state, device), record, due, every, n, metrics)


def _arrays_of(snapshot: Snapshot) -> dict[str, np.ndarray]:
    arrays = {"samples": snapshot.samples.cpu().numpy(), "shares": snapshot.shares, "diverged-at": snapshot.diverged_at}
    if snapshot.average is not None:
        arrays["average"] = snapshot.average.cpu().numpy()
    arrays |= {METRIC + name: x for name, x in snapshot.metrics.items()}
    return {LAST + name: x for name, x in arrays.items()}


def _snapshot(step: int, arrays: dict[str, np.ndarray], state: State) -> Snapshot:
    theta = state.generator.theta
    of = {name.removeprefix(LAST): x for name, x in arrays.items() if name.startswith(LAST)}
    samples, average = (
        None if x is None else torch.from_numpy(x).to(theta) for x in (of["samples"], of.get("average"))
    )
    metrics = {name.removeprefix(METRIC): x for name, x in of.items() if name.startswith(METRIC)}
    assert samples is not None
    return Snapshot(step, samples, metrics, of["shares"], of["diverged-at"], state.recipes, average)
