"""Groups of pieces, such as the recipes of one claim: each group's records as soon as all of it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from toygan.runs.record import Record
from toygan.sweeps.execute import execute
from toygan.sweeps.piece import Piece, record_of
from toygan.sweeps.store import Store


def measure_groups(
    groups: Mapping[str, Sequence[Piece]], jobs: int | None = None, store: Store | None = None,
    progress: Callable[[int, int], None] | None = None, device: str = "cpu",
) -> Iterator[tuple[str, list[Record]]]:  # fmt: skip
    """The records of every group, each group as soon as it is complete; a piece of several groups is done once.

    `progress` is told the pieces done and those in all.
    """
    waiting = {name: [piece._replace(device=device) for piece in group] for name, group in groups.items()}
    done: dict[Piece, Record] = {}
    wanted = list(dict.fromkeys(piece for group in waiting.values() for piece in group))
    for piece, results in execute(wanted, store=store, jobs=jobs):
        done[piece] = record_of(results)
        if progress is not None:
            progress(len(done), len(wanted))
        for name in [name for name, group in waiting.items() if done.keys() >= set(group)]:
            yield name, [done[e] for e in waiting.pop(name)]
