"""Long measurements behind a progress bar; an interrupt ends them and keeps what is finished."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Self, TypeVar

from toygan.measure.tables import Table
from toygan.sweeps.groups import GroupsFailed

Result = TypeVar("Result")
NAMES_IN_A_SENTENCE = 3
Progress = Callable[[int, int], None]  # called with the number of experiments done and the number in all


class Results(dict[str, Result]):
    """Results by name, in the order in which they were wanted.

    `missing` names what an interrupt left unmeasured, and `failed` holds the error of what an error has ended.
    """

    missing: tuple[str, ...] = ()
    failed: Mapping[str, str] = MappingProxyType({})

    @classmethod
    def collect(cls, wanted: Iterable[str], results: Callable[[Progress], Iterator[tuple[str, Result]]]) -> Self:
        """Take `results`, in the order of `wanted` names, behind a progress bar, until the end or an interrupt."""
        from tqdm.auto import tqdm

        found: dict[str, Result] = {}
        failed: dict[str, str] = {}
        with tqdm(unit=" recipes", leave=False, disable=None) as bar:

            def progress(done: int, in_all: int) -> None:
                bar.total = in_all
                bar.update(done - bar.n)

            try:
                for name, result in results(progress):
                    found[name] = result
            except GroupsFailed as error:
                failed = error.reasons
            except KeyboardInterrupt:
                pass
        names = list(wanted)
        these = cls((name, found[name]) for name in names if name in found)
        these.missing, these.failed = tuple(name for name in names if name not in {**found, **failed}), failed
        return these

    @property
    def left(self) -> str:
        """The names that an interrupt or an error left unmeasured, as the end of a sentence."""
        errors = [f"{name} ({reason})" for name, reason in self.failed.items()]
        return _list_some("not measured", self.missing) + _list_some("failed", errors)

    @property
    def tables(self) -> list[Table]:
        """The results as tables, for a notebook, a file or the shell."""
        return [Table(["measured"], [[f"**{name}**"] for name in self])]

    @property
    def summary(self) -> str:
        """The results in one sentence, without its full stop."""
        return f"{len(self)} measured{self.left}"

    def _repr_markdown_(self) -> str:
        return "\n\n".join([*(table.markdown() for table in self.tables), f"*{self.summary}.*"])

    def __repr__(self) -> str:
        return self._repr_markdown_()


def _list_some(words: str, names: Sequence[str]) -> str:
    """Return "; words: " with the first of the names and the number of the others; "" if there are none."""
    more = len(names) - NAMES_IN_A_SENTENCE
    listed = ", ".join(names[:NAMES_IN_A_SENTENCE]) + (f" and {more} more" if more > 0 else "")
    return f"; {words}: {listed}" if names else ""
