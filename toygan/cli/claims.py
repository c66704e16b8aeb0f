"""`toygan claims`: the experiments behind toygan's claims, run again."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli.studies import measuring_options, open_store, print_results, select
from toygan.studies.claims import CLAIMS
from toygan.studies.claims.findings import measure_claims

BROKEN = 1  # exit status if a claim does not hold


@click.command("claims")
@measuring_options
@click.option("--quick", is_flag=True, help="only the claims that every run of the tests measures")
def command(
    names: tuple[str, ...],
    listed: bool,
    quick: bool,
    first_seed: int,
    device: str,
    jobs: int,
    store: Path | None,
    markdown: bool,
) -> int:
    """Re-run the experiments behind toygan's claims: all of them, or the named ones.

    Each claim is a sentence, two or more recipes, and a relation that must hold over seeds with its 95 % interval. The
    exit status is 1 if a claim does not hold. Ctrl-C prints the claims that are measured so far.
    """
    wanted = select(CLAIMS, names)
    slow = [name for name in names if not wanted[name].quick]
    if quick and slow:
        raise click.UsageError(f"--quick leaves out {', '.join(slow)}; to measure them, do not give --quick")
    wanted = {name: claim for name, claim in wanted.items() if claim.quick or not quick}
    if listed:
        click.echo("\n".join(f"{name}\n    {claim.sentence}" for name, claim in wanted.items()))
        return 0
    findings = measure_claims(wanted, first_seed, jobs, open_store(store), device)
    return print_results(findings, markdown) or BROKEN * bool(findings.broken)
