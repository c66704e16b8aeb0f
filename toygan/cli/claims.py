"""`toygan claims`: what toygan says of methods, measured anew."""

from __future__ import annotations

from pathlib import Path

import click
from rich import box
from rich.markup import escape
from rich.table import Table

from toygan.cli.studies import measuring_options, open_store, print_results, select
from toygan.studies.claims import CLAIMS, TOPICS, Finding
from toygan.studies.claims.findings import Findings, measure

BROKEN = 1  # exit status where a claim does not hold


def table(findings: Findings) -> Table:
    """Findings by topic, one row each: verdict, what was said and measured, every difference with its interval."""
    out = Table("holds", "claim", "difference [95 %]", box=box.SIMPLE_HEAD, padding=(0, 1, 1, 0), expand=True)
    out.columns[1].ratio = 1
    out.columns[2].no_wrap = True
    for topic, claims in TOPICS.items():
        rows = [_row(name, findings[name]) for name in claims if name in findings]
        if rows:
            out.add_row("", f"[bold underline]{topic}[/]")
        for row in rows:
            out.add_row(*row)
    return out


def _row(name: str, finding: Finding) -> tuple[str, str, str]:
    claim = finding.claim
    measured = f"{claim.quantity.words} – {', '.join(finding.means)}"
    lines = [
        f"[bold]{name}[/]",
        escape(claim.sentence),
        *([f"[italic]often said: {escape(claim.folklore)}[/]"] if claim.folklore else []),
        f"[dim]{escape(measured)}[/]",
        f"[dim]{escape(claim.setting)}[/]",
    ]
    differences = [*map(escape, finding.effects), f"[dim]needed: {claim.needed}[/]"]
    return "yes" if finding.holds else "[bold reverse] NO [/]", "\n".join(lines), "\n".join(differences)


@click.command("claims", short_help="Measure anew what toygan says of methods.")
@measuring_options
@click.option("--quick", is_flag=True, help="only those that every run of the tests measures")
def command(
    names: tuple[str, ...], listed: bool, quick: bool, first_seed: int, device: str, jobs: int, store: Path | None,
    markdown: bool,
) -> int:  # fmt: skip
    """Measure what toygan says of methods, all of it or the claims named.

    Each claim is a sentence, two or more recipes, and a relation that has to hold over seeds with its 95 % interval.
    Exit status 1 where one does not hold. Ctrl-C prints what has been measured.
    """
    wanted = select(CLAIMS, names)
    slow = [name for name in names if not wanted[name].quick]
    if quick and slow:
        raise click.UsageError(f"--quick leaves out {', '.join(slow)}; without it, what is named is measured")
    wanted = {name: claim for name, claim in wanted.items() if claim.quick or not quick}
    if listed:
        click.echo("\n".join(f"{name}\n    {claim.sentence}" for name, claim in wanted.items()))
        return 0
    findings = measure(wanted, first_seed, jobs, open_store(store), device)
    return print_results(findings, markdown, [table(findings)], findings.summary) or BROKEN * bool(findings.broken)
