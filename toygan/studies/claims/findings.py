"""What measuring claims has found, as a table; a notebook shows it as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from toygan.studies.claims.claim import Claim, Finding, check
from toygan.studies.progress import Results
from toygan.sweeps.store import Store


class Findings(Results[Finding]):
    """Findings by the names of their claims."""

    @property
    def broken(self) -> list[str]:
        """The claims that do not hold."""
        return [name for name, finding in self.items() if not finding.holds]

    @property
    def summary(self) -> str:
        """How many hold, and the names of those that do not."""
        held = f"{len(self) - len(self.broken)} of {len(self)} claims hold"
        return held + (f"; not: {', '.join(self.broken)}" if self.broken else "") + self.left

    def _repr_markdown_(self) -> str:
        head = "| claim | measured | mean | difference [95 %] | holds |\n|:--|:--|:--|:--|:--|"
        rows = [f"| {' | '.join(cells(name, finding))} |" for name, finding in self.items()]
        return "\n".join([head, *rows, "", f"*{self.summary}.*"])


def cells(name: str, finding: Finding) -> tuple[str, ...]:
    """One finding as the cells of a Markdown table."""
    claim = finding.claim
    said = f"<br>*often said: {claim.folklore}*" if claim.folklore else ""
    return (
        f"**{name}**<br>{claim.sentence}{said}",
        f"{claim.quantity.words}<br>{claim.setting}",
        "<br>".join(finding.means),
        "<br>".join([*finding.effects, f"needed: {claim.needed}"]),
        "yes" if finding.holds else "**no**",
    )


def measure(
    claims: Mapping[str, Claim], first_seed: int = 0, jobs: int | None = 1, store: Store | None = None,
    device: str = "cpu",
) -> Findings:  # fmt: skip
    """The claims measured anew behind a progress bar, in their order; an interrupt keeps what has been found."""
    return Findings.of(claims, lambda progress: check(claims, first_seed, jobs, store, progress, device))
