"""Long measurements behind a progress bar, which an interrupt ends with what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

Result = TypeVar("Result")
Progress = Callable[[int, int], None]  # told the experiments done and those in all


def watched(results: Callable[[Progress], Iterator[tuple[str, Result]]]) -> dict[str, Result]:
    """The named results that came before the end or an interrupt."""
    from tqdm.auto import tqdm

    found: dict[str, Result] = {}
    with tqdm(unit=" recipes", leave=False, disable=None) as bar:

        def progress(done: int, wanted: int) -> None:
            bar.total = wanted
            bar.update(done - bar.n)

        try:
            for name, result in results(progress):
                found[name] = result
        except KeyboardInterrupt:
            pass
    return found
