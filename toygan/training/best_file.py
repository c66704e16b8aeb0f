"""The file of the best states: that of each seed of a run, at the iteration where it was closest to the data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from toygan.files import as_array, pack, read, unpack
from toygan.text import short

FILE = "best.npz"  # in the folder of a run
FORMAT, VERSION = "toygan best states", "1"


def encode(states: Mapping[int, bytes]) -> bytes:
    """Return the file of states, each as `State.to_bytes` gives it, by the seeds of their members."""
    meta = {"format": FORMAT, "version": VERSION, "seeds": list(states)}
    return pack(meta, {f"seed/{seed}": as_array(content) for seed, content in states.items()})


def read_one(run: Path, seed: int | None) -> bytes:
    """Return the state of one seed, or of the first, in the folder of a run; ValueError if it is not there."""
    if not run.is_dir() or not (run / FILE).exists():
        raise ValueError(f"has no {FILE}; must be the folder of a run that `toygan train --out` has finished")
    meta, arrays = unpack(read(run / FILE))
    if not isinstance(meta, dict) or (meta.get("format"), meta.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"{FILE} must be a {FORMAT} of version {VERSION}")
    held = [name.removeprefix("seed/") for name in arrays]
    wanted = held[0] if seed is None and held else str(seed)
    if wanted not in held:
        raise ValueError(f"seed={short(seed)}: must be one of {', '.join(held[:20])}, whose best state is kept")
    return arrays[f"seed/{wanted}"].tobytes()
