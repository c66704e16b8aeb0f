"""`toygan report`: what a store of a sweep holds, as a page or a table."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import click

from toygan.cli.param_types import OutputPath
from toygan.files import write
from toygan.sweeps import StoreError, read_sweep
from toygan.sweeps.report import render_report

KINDS = (".html", ".csv", ".parquet")


@click.command("report", short_help="Make a page, or a table, of what a sweep has kept.")
@click.argument("store", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="STORE")
@click.option(
    "--out", type=OutputPath(dir_okay=False, path_type=Path), required=True, metavar="FILE",
    help="what to write: a name that ends in .html, .csv or .parquet",
)  # fmt: skip
@click.option("--force", is_flag=True, help="replace FILE")
@click.option("--title", help="of the page  [default: the store's name]")
def command(store: Path, out: Path, force: bool, title: str | None) -> None:
    """Write what `toygan sweep --store STORE` has measured into a file.

    A page (.html) has heat maps over any two axes, every seed with the interval of its mean, the recipe of each cell as
    a line to share, and a table to sort; it needs no Python and no network. A table (.csv, or .parquet with pyarrow)
    has one row a recipe, seed and evaluation.
    """
    kind = out.suffix.lower()
    if kind not in KINDS:
        raise click.UsageError(f"--out {out}: must end in {', '.join(KINDS)}")
    write(out, lambda: _content(store, kind, title), force, "--force")
    click.echo(f"written to {out}")


def _content(store: Path, kind: str, title: str | None) -> bytes:
    try:
        table = read_sweep(store)
    except StoreError as error:
        raise click.UsageError(f"STORE {error}") from None
    if table.empty:
        raise click.UsageError(f"STORE {store}: holds no results yet")
    if kind == ".html":
        return render_report(table, title or store.stem)
    if kind == ".csv":
        csv: bytes = table.to_csv(index=False).encode()
        return csv
    held = BytesIO()
    try:
        table.to_parquet(held, index=False)
    except ImportError:
        raise click.UsageError("--out: Parquet needs pyarrow; pip install 'toygan[parquet]'") from None
    return held.getvalue()
