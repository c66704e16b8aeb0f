"""Groups of pieces, such as the recipes of one claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from toygan.runs.record import Record
from toygan.sweeps.execute import execute
from toygan.sweeps.piece import Piece, build_record
from toygan.sweeps.store import Store


def measure_groups(
    groups: Mapping[str, Sequence[Piece]],
    jobs: int | None = None,
    store: Store | None = None,
    progress: Callable[[int, int], None] | None = None,
    device: str = "cpu",
) -> Iterator[tuple[str, list[Record]]]:
    """Yield the records of each group as soon as it is complete; a piece of several groups is done once.

    `progress` is called with the number of pieces done and the number in all.
    """
    waiting = {name: [piece._replace(device=device) for piece in group] for name, group in groups.items()}
    done: dict[Piece, Record] = {}
    wanted = list(dict.fromkeys(piece for group in waiting.values() for piece in group))
    for piece, results in execute(wanted, store=store, jobs=jobs):
        done[piece] = build_record(results)
        if progress is not None:
            progress(len(done), len(wanted))
        for name in [name for name, group in waiting.items() if done.keys() >= set(group)]:
            yield name, [done[piece] for piece in waiting.pop(name)]
