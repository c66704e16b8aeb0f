"""A checkpoint: all that a run needs to continue as if it had not stopped, as bytes that cannot run code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from toygan.files import as_array, decoding, pack, unpack
from toygan.limits import refuse_too_large
from toygan.runs.engine import STEP_BY_STEP, Engine
from toygan.runs.record import SAMPLES, Record
from toygan.runs.run import Interval, Run
from toygan.runs.trajectory import Trajectory
from toygan.training import Population, Snapshot, State
from toygan.training.state import StateChanged

WHOLE = ("steps", "diverged-at")  # names of arrays of whole numbers
METRIC, LAST, BEST = "metric/", "last/", "best/"  # of the record, the newest snapshot, best states


def serialize(run: Run) -> bytes:
    """Return a run as bytes; ValueError if its record has a limit, so that rows may be missing."""
    record, last = run.record, run.record.last
    if record.limit is not None:
        raise ValueError(f"limit={record.limit}: must be None in a run that is to be resumed: it keeps every row")
    words: dict[str, object] = {"due": run.due_at, "n": record.n, "since": record.since, "seen": record.path.seen}
    words["engines"] = list(run.engine.history)
    arrays = {
        "state": as_array(run.population.state.to_bytes()), "steps": record.steps, "diverged-at": record.diverged_at,
        "path/steps": record.path.steps, "path/places": record.path.places, "path/means": record.path.means,
        **{METRIC + name: record.metric(name) for name in record.names},
        **{f"{BEST}{member}": as_array(state.to_bytes()) for member, state in sorted((run.best or {}).items())},
    }  # fmt: skip
    return pack({**words, "last": last and last.step}, arrays | (_arrays_of(last) if last else {}))


def resume(
    content: bytes, every: int | Interval = 100, n: int = SAMPLES, metrics: Iterable[str] | None = None,
    device: str | torch.device | None = None,
) -> Run:  # fmt: skip
    """Return the run that `serialize` made the content of, with the same arguments as before.

    Raises ValueError if the content is not a checkpoint, or if a file or an own part has changed since, and what `Run`
    raises.
    """
    words, arrays = unpack(content)
    try:
        with decoding(StateChanged):
            state = State.from_bytes(arrays["state"].tobytes())
            record, due = _restore(words, arrays, state), int(words["due"])
            best = _best_states(arrays, record)
            engines = [(int(at), str(name)) for at, name in words.get("engines", [])]  # there are none in 0.1.0
    except StateChanged as error:
        raise ValueError(str(error.change)) from None
    except ValueError as error:
        raise ValueError(f"it is damaged, or not a checkpoint of toygan ({str(error)[:120]})") from None
    refuse_too_large(state.recipes[0], len(state.recipes))
    engine = Engine(history=engines or [(0, STEP_BY_STEP)])
    run = Run.resume(Population.restore(state, device), record, due, every, n, metrics, engine)
    run.best = best
    return run


def _restore(words: Any, arrays: dict[str, np.ndarray], state: State) -> Record:
    """Return the record of a checkpoint; ValueError and others for content that does not fit its state."""
    rows, places, members = len(arrays["steps"]), len(arrays["path/steps"]), len(state.recipes)
    _refuse_others(arrays, {"steps": (rows,), "diverged-at": (members,), METRIC: (rows, members)})
    _refuse_others(arrays, {"path/steps": (places,), "path/places": (places, None, 2), "path/means": (places, None, 2)})
    named = {name.removeprefix(METRIC): x for name, x in arrays.items() if name.startswith(METRIC)}
    record = Record.from_arrays(state.recipes, arrays["steps"], named, arrays["diverged-at"])
    record.n, record.since = int(words["n"]), int(words["since"])
    record.path = Trajectory.from_arrays(
        arrays["path/steps"], arrays["path/places"], arrays["path/means"], int(words["seen"])
    )
    record.last = None if words["last"] is None else _snapshot(int(words["last"]), arrays, state)
    return record


def _best_states(arrays: dict[str, np.ndarray], record: Record) -> dict[int, State]:
    """Return the best states by member, which 0.1.0 did not keep; ValueError for those of another run."""
    best = {}
    for member, (recipe, at) in enumerate(zip(record.recipes, record.best_at, strict=True)):
        if f"{BEST}{member}" in arrays:
            best[member] = state = State.from_bytes(arrays[f"{BEST}{member}"].tobytes(), changed=True)  # as the run's
            if [one.seed for one in state.recipes] != [recipe.seed] or state.steps != at:
                raise ValueError(f"{BEST}{member} belongs to another run")
    return best


def _refuse_others(arrays: dict[str, np.ndarray], shapes: dict[str, tuple[int | None, ...]]) -> None:
    """Raise ValueError if an array has another shape, where None is any length, or holds no numbers.

    A name that ends in "/" stands for all that begin with it.
    """
    for name, shape in shapes.items():
        for other in [other for other in arrays if name.endswith("/") and other.startswith(name)] or [name]:
            found, whole = arrays[other].shape, name.rpartition("/")[2] in WHOLE
            fits = len(found) == len(shape) and all(b in (None, a) for a, b in zip(found, shape, strict=True))
            if not fits or arrays[other].dtype.kind not in ("iu" if whole else "fiu"):
                raise ValueError(f"{other} has shape {found} and type {arrays[other].dtype}")


def _arrays_of(snapshot: Snapshot) -> dict[str, np.ndarray]:
    arrays = {"samples": snapshot.samples.cpu().numpy(), "shares": snapshot.shares, "diverged-at": snapshot.diverged_at}
    if snapshot.average is not None:
        arrays["average"] = snapshot.average.cpu().numpy()
    arrays |= {METRIC + name: x for name, x in snapshot.metrics.items()}
    return {LAST + name: x for name, x in arrays.items()}


def _snapshot(step: int, arrays: dict[str, np.ndarray], state: State) -> Snapshot:
    theta, members, dim = state.generator.theta, len(state.recipes), state.recipes[0].parts.data.dim
    of = {name.removeprefix(LAST): x for name, x in arrays.items() if name.startswith(LAST)}
    cloud = (members, None, dim)
    _refuse_others(of, {"samples": cloud, "shares": (members, None), "diverged-at": (members,), METRIC: (members,)})
    if "average" in of:
        _refuse_others(of, {"average": cloud})
    samples, average = (
        None if x is None else torch.from_numpy(x).to(theta) for x in (of["samples"], of.get("average"))
    )
    metrics = {name.removeprefix(METRIC): x for name, x in of.items() if name.startswith(METRIC)}
    assert samples is not None
    return Snapshot(step, samples, metrics, of["shares"], of["diverged-at"], state.recipes, average)
