"""Long measurements behind a progress bar, which an interrupt ends with what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Self, TypeVar

Result = TypeVar("Result")
TOLD = 3  # names in a sentence
Progress = Callable[[int, int], None]  # told the experiments done and those in all


class Results(dict[str, Result]):
    """Results by name, in the order in which they were wanted; `missing` were not there before an interrupt."""

    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, wanted: Iterable[str], results: Callable[[Progress], Iterator[tuple[str, Result]]]) -> Self:
        """What came before the end or an interrupt, behind a progress bar."""
        from tqdm.auto import tqdm

        found: dict[str, Result] = {}
        with tqdm(unit=" recipes", leave=False, disable=None) as bar:

            def progress(done: int, in_all: int) -> None:
                bar.total = in_all
                bar.update(done - bar.n)

            try:
                for name, result in results(progress):
                    found[name] = result
            except KeyboardInterrupt:
                pass
        names = list(wanted)
        these = cls((name, found[name]) for name in names if name in found)
        these.missing = tuple(name for name in names if name not in found)
        return these

    @property
    def left(self) -> str:
        """What an interrupt left unmeasured, as the end of a sentence."""
        more = len(self.missing) - TOLD
        names = ", ".join(self.missing[:TOLD]) + (f" and {more} more" if more > 0 else "")
        return f"; not measured: {names}" if self.missing else ""

    def _repr_markdown_(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self._repr_markdown_()
