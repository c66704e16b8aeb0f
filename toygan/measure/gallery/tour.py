"""A tour of the failure gallery: what was seen in how many seeds, and how well the diagnosis did, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from toygan.measure.diagnosis import VERDICTS
from toygan.measure.gallery.exhibit import SEEDS, Exhibit, Odds, visit
from toygan.measure.progress import Results
from toygan.measure.seeds import share_interval


class Tour(Results[Odds]):
    """Odds by the names of their exhibits."""

    @property
    def confusion(self) -> dict[str, Counter[str]]:
        """For every illness, how often which verdict was given to the seeds that show it.

        "healthy" are the seeds of the cures that are well and show the illness no more.
        """
        table: dict[str, Counter[str]] = {name: Counter() for name in VERDICTS}
        for odds in self.values():
            ill, cured = odds.ill, odds.well & ~odds.still_ill
            table[odds.exhibit.illness].update(v for v, so in zip(odds.verdicts, ill, strict=True) if so)
            table["healthy"].update(v for v, so in zip(odds.cured_verdicts, cured, strict=True) if so)
        return {name: counts for name, counts in table.items() if counts}

    @property
    def score(self) -> str:
        """How many seeds in all were diagnosed rightly, and wrongly; being unsure is neither.

        Also the share that is right in the mean over the rows: the healthy ones are many.
        """
        table = self.confusion
        n = sum(counts.total() for counts in table.values())
        right = sum(counts[illness] for illness, counts in table.items())
        unsure = sum(counts["unsure"] for counts in table.values())
        rows = [counts[illness] / counts.total() for illness, counts in table.items()]
        return (
            f"{right} of {n} right ({right / max(n, 1):.0%}; row by row {sum(rows) / max(len(rows), 1):.0%}), "
            f"{unsure} unsure, {n - right - unsure} wrong{self.left}"
        )

    def _repr_markdown_(self) -> str:
        head = "| exhibit | illness | seen in | the change | then in |\n|:--|:--|:--|:--|:--|"
        rows = [f"| {' | '.join(cells(name, odds))} |" for name, odds in self.items()]
        said = [name for name in VERDICTS if any(counts[name] for counts in self.confusion.values())]
        title = f"| what is so, and what the diagnosis said | {' | '.join(said)} |\n|:--|{'--:|' * len(said)}"
        matrix = [
            f"| **{illness}** | {' | '.join(str(counts[name] or '') for name in said)} |"
            for illness, counts in self.confusion.items()
        ]
        return "\n".join([head, *rows, "", title, *matrix, "", f"*In brackets: 95 % interval. {self.score}.*"])


def cells(name: str, odds: Odds) -> tuple[str, ...]:
    """One exhibit as the cells of a Markdown table."""
    exhibit = odds.exhibit
    seen = f"**{name}**<br>{exhibit.sees}<br>{exhibit.setting}"
    change = f"{exhibit.changed}<br>{exhibit.helps}"
    return seen, exhibit.illness, out_of(odds.ill), change, out_of(odds.still_ill)


def out_of(happened: np.ndarray) -> str:
    """So many of so many seeds, with the 95 % interval of the share."""
    count, n = int(happened.sum()), len(happened)
    low, high = share_interval(count, n)
    return f"{count} of {n} [{low:.0%}, {high:.0%}]"


def toured(exhibits: Mapping[str, Exhibit], first_seed: int = 0, jobs: int = 1, seeds: int = SEEDS) -> Tour:
    """The exhibits measured anew behind a progress bar, in their order; an interrupt keeps what has been seen."""
    return Tour.of(exhibits, lambda progress: visit(exhibits, first_seed, jobs, progress, seeds))
