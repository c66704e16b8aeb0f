"""`toygan claims`: what toygan says of methods, measured anew."""

from __future__ import annotations

import os

import click
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from toygan.measure.claims import CLAIMS, Finding, check

BROKEN = 1  # exit status where a claim does not hold


def table(findings: dict[str, Finding]) -> Table:
    """Findings, one row each: sentence, the quantity of every recipe, differences with their intervals, verdict."""
    out = Table("claim", "measured", "mean", "difference [95 %]", "seeds", "holds", show_lines=True)
    for name, finding in findings.items():
        claim = finding.claim
        said = f"\n[dim]often said: {claim.folklore}[/dim]" if claim.folklore else ""
        means = "\n".join(f"{key} {values.mean():.3g}" for key, values in finding.values.items())
        gaps = "\n".join(f"{mean:+.3g} [{low:+.3g}, {high:+.3g}]" for mean, low, high in finding.differences)
        needed = f"within ±{claim.within:g}" if claim.within is not None else f"above {claim.margin:g}"
        verdict = "yes" if finding.holds else "[bold]NO[/bold]"
        quantity = f"{claim.quantity.words}, {claim.steps:,} iterations"
        out.add_row(f"[bold]{name}[/bold]\n{claim.sentence}{said}", quantity, means, f"{gaps}\n{needed}",
                    str(claim.seeds), verdict)  # fmt: skip
    return out


@click.command("claims")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--quick", is_flag=True, help="only those that every run of the tests measures")
@click.option("--first-seed", type=click.IntRange(0, 2**62), default=0, show_default=True, help="try other seeds")
@click.option("--jobs", type=click.IntRange(1, 256), default=os.cpu_count(), help="processes  [default: one a core]")
def command(names: tuple[str, ...], quick: bool, first_seed: int, jobs: int) -> int:
    """Measure what toygan says of methods, all of it or the claims named.

    Each claim is a sentence, two or more recipes, and a relation that has to hold over seeds with its 95 % interval.
    Exit status 1 where one does not hold. Ctrl-C prints what has been measured.
    """
    for name in names:
        if name not in CLAIMS:
            raise click.UsageError(f"NAME {name}: no such claim; allowed: {', '.join(CLAIMS)}")
    chosen = {name: c for name, c in CLAIMS.items() if (not names or name in names) and (c.quick or not quick)}
    findings: dict[str, Finding] = {}
    cut = False
    with tqdm(unit=" recipes", leave=False, disable=None) as bar:

        def progress(done: int, wanted: int) -> None:
            bar.total = wanted
            bar.update(done - bar.n)

        try:
            findings.update(check(chosen, first_seed, jobs, progress))
        except KeyboardInterrupt:
            cut = True
    ordered = {name: findings[name] for name in chosen if name in findings}
    Console(width=None if os.isatty(1) else 140).print(table(ordered))
    broken = [name for name, finding in ordered.items() if not finding.holds]
    click.echo(
        f"{len(ordered) - len(broken)} of {len(ordered)} claims hold" + (f"; not: {', '.join(broken)}" * bool(broken))
    )
    if cut:
        click.echo(f"toygan: stopped; {len(chosen) - len(ordered)} of {len(chosen)} claims not measured", err=True)
        return 130
    return BROKEN if broken else 0
