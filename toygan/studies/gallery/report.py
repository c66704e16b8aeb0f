"""A report of the failure gallery: the number of seeds that failed, and a confusion matrix of the diagnosis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from toygan.measure.diagnosis import VERDICTS
from toygan.measure.tables import Table, describe_share
from toygan.measure.words import percent
from toygan.runs.record import SAMPLES
from toygan.studies.gallery.case import SEEDS, FailureCase, FailureRates, measure_cases
from toygan.studies.progress import Results
from toygan.sweeps.store import Store

RIGHT = {name: (name,) for name in VERDICTS}  # the verdicts that are right of a true one


class GalleryReport(Results[FailureRates]):
    """A report of measured cases: `FailureRates` by the names of the cases, as tables.

    Example:
        >>> from toygan import gallery
        >>> gallery.GalleryReport({}).summary
        'In brackets: 95 % interval. 0 of 0 right (0 %; mean over rows 0 %), 0 undetermined, 0 wrong, on 2,500 samples'
    """

    @property
    def confusion(self) -> dict[str, Counter[str]]:
        """The number of seeds by true verdict and by diagnosed verdict.

        The verdict of a case is true for its failed seeds, and "healthy" for seeds with every mode after the remedy.
        """
        table: dict[str, Counter[str]] = {name: Counter() for name in VERDICTS}
        for rates in self.values():
            healthy = rates.healthy & ~rates.still_failed
            table[rates.case.verdict].update(v for v, true in zip(rates.verdicts, rates.failed, strict=True) if true)
            table["healthy"].update(v for v, true in zip(rates.remedied_verdicts, healthy, strict=True) if true)
        return {name: counts for name, counts in table.items() if counts}

    @property
    def tables(self) -> list[Table]:
        """A table of the cases, and the confusion matrix."""
        head = ["case", "fails in", "remedy", "then in"]
        cases = Table(head, [_cells(name, rates) for name, rates in self.items()], ratios=(3, 0, 2, 0))
        return [cases, confusion_table("true (rows), diagnosed (columns)", self.confusion, RIGHT)]

    @property
    def summary(self) -> str:
        """The number of seeds that were diagnosed correctly, and wrongly."""
        diagnosed = describe_confusion(self.confusion, RIGHT)
        return f"In brackets: 95 % interval. {diagnosed}, on {SAMPLES:,} samples{self.left}"


def _cells(name: str, rates: FailureRates) -> tuple[str, ...]:
    case = rates.case
    about = f"**{name}**: {case.verdict}\n{case.symptom}\n{case.setting}"
    remedy = f"{case.remedy_words}\n{case.why}"
    return about, describe_share(rates.failed), remedy, describe_share(rates.still_failed)


def confusion_table(title: str, confusion: Mapping[str, Counter[str]], right: Mapping[str, Collection[str]]) -> Table:
    """Return a confusion matrix: a row for what is true, a column for what was diagnosed, those that agree in bold."""
    given = [name for name in VERDICTS if any(counts[name] for counts in confusion.values())]
    rows = []
    for true, counts in confusion.items():
        cells = [f"**{counts[v]}**" if counts[v] and v in right[true] else str(counts[v] or "") for v in given]
        agreed = sum(counts[verdict] for verdict in right[true]) / counts.total()
        rows.append([f"**{true}**", *cells, percent(agreed)])
    return Table([title, *given, "right"], rows, numbers=1)


def describe_confusion(confusion: Mapping[str, Counter[str]], right: Mapping[str, Collection[str]]) -> str:
    """Return how many of all were diagnosed correctly, and wrongly; "undetermined" is neither.

    The mean over the rows stands beside the share of all: most of the seeds are healthy.
    """
    agreed = {true: sum(counts[verdict] for verdict in right[true]) for true, counts in confusion.items()}
    n, good = sum(counts.total() for counts in confusion.values()), sum(agreed.values())
    undetermined = sum(counts["undetermined"] for counts in confusion.values())
    by_row = sum(agreed[true] / counts.total() for true, counts in confusion.items()) / max(len(confusion), 1)
    return (
        f"{good} of {n} right ({percent(good / max(n, 1))}; mean over rows {percent(by_row)}), "
        f"{undetermined} undetermined, {n - good - undetermined} wrong"
    )


def measure_gallery(
    cases: Mapping[str, FailureCase],
    first_seed: int = 0,
    jobs: int | None = 1,
    seeds: int = SEEDS,
    store: Store | None = None,
    device: str = "cpu",
) -> GalleryReport:
    """Measure the cases behind a progress bar; an interrupt keeps the results so far."""
    return GalleryReport.collect(
        cases, lambda progress: measure_cases(cases, first_seed, jobs, seeds, store, progress, device)
    )
