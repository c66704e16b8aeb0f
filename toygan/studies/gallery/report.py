"""A report of the failure gallery: how many seeds failed, and how well the diagnosis did, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from toygan.measure.diagnosis import VERDICTS
from toygan.measure.intervals import share_interval
from toygan.measure.words import percent
from toygan.studies.gallery.case import SEEDS, FailureCase, FailureRates, measure_cases
from toygan.studies.progress import Results
from toygan.sweeps.store import Store


class GalleryReport(Results[FailureRates]):
    """FailureRates by the names of their cases."""

    @property
    def confusion(self) -> dict[str, Counter[str]]:
        """For every verdict, how often which verdict was given to the seeds of which it is true.

        True are the verdict of a case for its failed seeds, and "healthy" for seeds that have every mode with the
        remedy.
        """
        table: dict[str, Counter[str]] = {name: Counter() for name in VERDICTS}
        for rates in self.values():
            healthy = rates.healthy & ~rates.still_failed
            table[rates.case.verdict].update(v for v, true in zip(rates.verdicts, rates.failed, strict=True) if true)
            table["healthy"].update(v for v, true in zip(rates.remedied_verdicts, healthy, strict=True) if true)
        return {name: counts for name, counts in table.items() if counts}

    @property
    def score(self) -> str:
        """How many seeds in all were diagnosed rightly, and wrongly; "undetermined" is neither.

        Also the share that is right in the mean over the rows: the healthy ones are many.
        """
        table = self.confusion
        n = sum(counts.total() for counts in table.values())
        right = sum(counts[verdict] for verdict, counts in table.items())
        undetermined = sum(counts["undetermined"] for counts in table.values())
        rows = [counts[verdict] / counts.total() for verdict, counts in table.items()]
        return (
            f"{right} of {n} right ({percent(right / max(n, 1))}; "
            f"row by row {percent(sum(rows) / max(len(rows), 1))}), "
            f"{undetermined} undetermined, {n - right - undetermined} wrong{self.left}"
        )

    def _repr_markdown_(self) -> str:
        head = "| case | verdict | fails in | the remedy | then in |\n|:--|:--|:--|:--|:--|"
        rows = [f"| {' | '.join(cells(name, rates))} |" for name, rates in self.items()]
        said = [name for name in VERDICTS if any(counts[name] for counts in self.confusion.values())]
        title = f"| what is true, and what the diagnosis said | {' | '.join(said)} |\n|:--|{'--:|' * len(said)}"
        matrix = [
            f"| **{verdict}** | {' | '.join(str(counts[name] or '') for name in said)} |"
            for verdict, counts in self.confusion.items()
        ]
        return "\n".join([head, *rows, "", title, *matrix, "", f"*In brackets: 95 % interval. {self.score}.*"])


def cells(name: str, rates: FailureRates) -> tuple[str, ...]:
    """One case as the cells of a Markdown table."""
    case = rates.case
    about = f"**{name}**<br>{case.symptom}<br>{case.setting}"
    remedy = f"{case.remedy_words}<br>{case.why}"
    return about, case.verdict, out_of(rates.failed), remedy, out_of(rates.still_failed)


def out_of(happened: np.ndarray) -> str:
    """So many of so many seeds, with the 95 % interval of the share."""
    count, n = int(happened.sum()), len(happened)
    low, high = share_interval(count, n)
    return f"{count} of {n} [{percent(low)}, {percent(high)}]"


def measure(
    cases: Mapping[str, FailureCase], first_seed: int = 0, jobs: int | None = 1, seeds: int = SEEDS,
    store: Store | None = None, device: str = "cpu",
) -> GalleryReport:  # fmt: skip
    """The cases measured anew behind a progress bar, in their order; an interrupt keeps what has been measured."""
    return GalleryReport.of(
        cases, lambda progress: measure_cases(cases, first_seed, jobs, seeds, store, progress, device)
    )
