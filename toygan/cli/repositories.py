"""Numbers of published repositories beside ours by a row of the equivalents, computed when the page is written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import torch

from toygan.measure.tables import Table
from toygan.parts import equivalents
from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.metrics import evaluate
from toygan.text import format_number

QUANTITIES: dict[str, Callable[[Distribution], float]] = {
    "radius": lambda data: float(data.modes.norm(dim=-1).max()),
    "width of a mode": lambda data: float(data.sigmas.max()),
    "largest share of a mode": lambda data: float(data.weights.max()),
}


@dataclass(frozen=True)
class PublishedNumber:
    """A number of a repository.

    Args:
        repository: Owner and name.
        source: Commit or version, and file.
        says: What stands there.
        theirs: The number.
        quantity: What it is the number of: of the data, or a metric of given samples.
        by: The name of the row that says what it is here.
        like: Of a metric, the package for `evaluate` [default: ""].
        generated: Of a metric, the generated samples on a line [default: none].
        true: Of a metric, the true samples [default: none].
    """

    repository: str
    source: str
    says: str
    theirs: float
    quantity: str
    by: str
    like: str = ""
    generated: tuple[float, ...] = ()
    true: tuple[float, ...] = ()

    @property
    def equivalent(self) -> equivalents.Equivalent:
        """The row that says what it is here."""
        (row,) = (row for row in equivalents.equivalents() if row.name == self.by)
        return row

    @property
    def here(self) -> str:
        """The spec, or the call, that gives the number."""
        return f'evaluate(like="{self.like}")' if self.like else self.equivalent.equals

    def compute(self) -> float:
        """Compute the number here."""
        if not self.like:
            return QUANTITIES[self.quantity](DISTRIBUTIONS.make(self.equivalent.equals))
        x, y = (torch.tensor(samples, dtype=torch.float64)[:, None] for samples in (self.generated, self.true))
        return float(evaluate(x, "gaussian1d", [self.quantity], like=self.like, compared_with=y)[self.quantity][0])


@cache
def published() -> tuple[PublishedNumber, ...]:
    """Return all numbers of repositories."""
    text = (files(equivalents) / "repositories.toml").read_text(encoding="utf-8")
    return tuple(PublishedNumber(**row) for row in tomllib.loads(text)["row"])


def render_published() -> str:
    """Return the numbers of repositories and ours as a Markdown table."""
    head = ["repository", "source", "what stands there", "quantity", "theirs", "here", "ours"]
    rows = [
        [
            p.repository,
            p.source,
            p.says,
            p.quantity,
            format_number(p.theirs, 7),
            f"`{p.here}`",
            format_number(p.compute(), 7),
        ]
        for p in published()
    ]
    return f"## repositories\n\n{Table(head, rows)}"


def _digits(x: float) -> str:
    return format_number(x, 7)
