"""Findings: measured claims as a table, which a notebook shows as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from toygan.measure.tables import Table
from toygan.runs.record import SAMPLES
from toygan.studies.claims.claim import Claim, Finding, check
from toygan.studies.progress import Results
from toygan.sweeps.store import Store


class Findings(Results[Finding]):
    """Findings by the names of their claims; a notebook shows them as a table.

    Example:
        >>> from toygan import claims
        >>> claims.Findings({}).summary
        '0 of 0 claims hold; each value: 2,500 samples of a seed'
    """

    @property
    def broken(self) -> list[str]:
        """The names of the claims that do not hold."""
        return [name for name, finding in self.items() if not finding.holds]

    @property
    def summary(self) -> str:
        """The number of claims that hold, and the names of those that do not."""
        held = f"{len(self) - len(self.broken)} of {len(self)} claims hold"
        broken = f"; not: {', '.join(self.broken)}" if self.broken else ""
        return f"{held}{broken}; each value: {SAMPLES:,} samples of a seed{self.left}"

    @property
    def tables(self) -> list[Table]:
        """One table with a row for each finding."""
        head = ["claim", "measured", "mean", "difference [95 %]", "holds"]
        return [Table(head, [_cells(name, finding) for name, finding in self.items()], ratios=(3, 2, 2, 0, 0))]


def _cells(name: str, finding: Finding) -> tuple[str, ...]:
    claim = finding.claim
    folklore = f"\n*often said: {claim.folklore}*" if claim.folklore else ""
    return (
        f"**{name}**\n{claim.sentence}{folklore}",
        f"{claim.quantity.words}\n{claim.setting}",
        "\n".join(finding.means),
        "\n".join([*finding.effects, f"needed: {claim.needed}"]),
        "yes" if finding.holds else "**no**",
    )


def measure_claims(
    claims: Mapping[str, Claim],
    first_seed: int = 0,
    jobs: int | None = 1,
    store: Store | None = None,
    device: str = "cpu",
) -> Findings:
    """Measure the claims behind a progress bar; an interrupt keeps the findings so far."""
    return Findings.collect(claims, lambda progress: check(claims, first_seed, jobs, store, progress, device))
