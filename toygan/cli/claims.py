"""`toygan claims`: the experiments behind toygan's claims, run again."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli.options import outside_option
from toygan.cli.param_types import refuse_overwriting
from toygan.cli.studies import measuring_options, open_store, print_results, select
from toygan.files import Refusal
from toygan.studies.claims import CLAIMS, Claim, read
from toygan.studies.claims.findings import measure_claims

BROKEN = 1  # exit status if a claim does not hold


@click.command("claims")
@measuring_options
@click.option(
    "--file",
    "own",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="a TOML file of claims of your own, in place of toygan's",
)
@outside_option
@click.option("--quick", is_flag=True, help="only the claims that every run of the tests measures")
def command(
    names: tuple[str, ...],
    listed: bool,
    quick: bool,
    own: Path | None,
    outside: bool,
    first_seed: int,
    device: str,
    jobs: int,
    store: Path | None,
    markdown: bool,
) -> int:
    """Re-run the experiments behind toygan's claims, or behind those in a file: all of them, or the named ones.

    Each claim is a sentence, two or more recipes, and a relation that must hold over seeds with its 95 % interval. The
    exit status is 1 if a claim does not hold. Ctrl-C prints the claims that are measured so far.

    A claim of your own is three lines of FILE: [name], sentence = "Hinge keeps more modes", and recipes = {hinge =
    "loss=hinge", usual = ""}, share strings by name, the one with the largest value first. Further lines set metric,
    margin, within, steps, every and seeds.
    """
    refuse_overwriting(store, "--store", {"--file": own})
    if quick and own is not None:
        raise click.UsageError("--quick: is for toygan's own claims; give no --file")
    wanted = select(CLAIMS if own is None else _read(own, outside), names)
    slow = [name for name in names if not wanted[name].quick]
    if quick and slow:
        raise click.UsageError(f"--quick leaves out {', '.join(slow)}; to measure them, do not give --quick")
    wanted = {name: claim for name, claim in wanted.items() if claim.quick or not quick}
    if listed:
        click.echo("\n".join(f"{name}\n    {claim.sentence}" for name, claim in wanted.items()))
        return 0
    findings = measure_claims(wanted, first_seed, jobs, open_store(store), device)
    return print_results(findings, markdown) or BROKEN * bool(findings.broken)


def _read(own: Path, outside: bool) -> dict[str, Claim]:
    """Return the claims of a file; UsageError if it is not one."""
    try:
        return read(own, outside)
    except Refusal as error:
        raise click.UsageError(f"--file {error}") from None
