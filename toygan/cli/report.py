"""`toygan report`: the results in a store, as a page or a table."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import click

from toygan.cli.param_types import FILE_TO_WRITE, refuse_overwriting
from toygan.files import write
from toygan.sweeps import StoreError, read_sweep
from toygan.sweeps.report import render_report

KINDS = (".html", ".csv", ".parquet")


@click.command("report")
@click.argument("store", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="STORE")
@click.option(
    "--out", type=FILE_TO_WRITE, required=True, metavar="FILE", help="file to write: NAME.html, .csv or .parquet"
)
@click.option("--force", is_flag=True, help="replace FILE if it exists")
@click.option("--title", help="title of the page  [default: the name of STORE]")
def command(store: Path, out: Path, force: bool, title: str | None) -> None:
    """Turn the results of `toygan sweep --store STORE` into an HTML page or a table.

    A page (.html) shows heat maps over any two axes, all seeds with the interval of their mean, each recipe as a share
    string, and a sortable table; it needs no Python and no network. A table (.csv, or .parquet with pyarrow) has a row
    for each recipe, seed and evaluation.
    """
    kind = out.suffix.lower()
    if kind not in KINDS:
        raise click.UsageError(f"--out {out}: must end in {', '.join(KINDS)}")
    refuse_overwriting(out, "--out", {"STORE": store})
    write(out, lambda: _render(store, kind, title), force, "--force")
    click.echo(f"written to {out}")


def _render(store: Path, kind: str, title: str | None) -> bytes:
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
