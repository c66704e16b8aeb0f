"""Groups of pieces, such as the recipes of one claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from toygan.runs.record import Record
from toygan.sweeps.execute import execute
from toygan.sweeps.piece import Piece, Result, build_record, describe_failures
from toygan.sweeps.store import Store


class GroupsFailed(Exception):
    """The error of groups of which a run failed: `reasons` has an error of each, by name."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        super().__init__("; ".join(f"{name} failed: {reason}" for name, reason in self.reasons.items()))


def measure_groups(
    groups: Mapping[str, Sequence[Piece]],
    jobs: int | None = None,
    store: Store | None = None,
    progress: Callable[[int, int], None] | None = None,
    device: str = "cpu",
) -> Iterator[tuple[str, list[Record]]]:
    """Yield the records of each group as soon as it is complete; a piece of several groups is done once.

    A run that failed is no result: with a store it is trained again. `progress` is called with the number of pieces
    done and the number in all. Raises GroupsFailed, at the end, if a run of a group has failed.
    """
    waiting = {name: [piece._replace(device=device) for piece in group] for name, group in groups.items()}
    done: dict[Piece, list[Result]] = {}
    reasons: dict[str, str] = {}
    wanted = list(dict.fromkeys(piece for group in waiting.values() for piece in group))
    for piece, results in execute(wanted, store=store, jobs=jobs, retry=True):
        done[piece] = results
        if progress is not None:
            progress(len(done), len(wanted))
        for name in [name for name, group in waiting.items() if done.keys() >= set(group)]:
            group = [done[piece] for piece in waiting.pop(name)]
            failed = [result for results in group for result in results if result.failed]
            if failed:
                reasons[name] = describe_failures(failed)
            else:
                yield name, [build_record(results) for results in group]
    if reasons:
        raise GroupsFailed(reasons)
