"""`toygan site`: the course as pages that anyone can read, without Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
from tqdm.auto import tqdm

from toygan.cli.lab import find_lessons
from toygan.cli.oneline import INTERRUPTED
from toygan.cli.param_types import OutputPath
from toygan.cli.studies import FAILED
from toygan.explore.save import write_folder
from toygan.text import format_file_size


@click.command("site")
@click.argument("out", type=OutputPath(path_type=Path), metavar="OUT")
@click.option("--lesson", "chosen", multiple=True, metavar="NN", help="number of a lesson, such as 03  [default: all]")
@click.option("--force", is_flag=True, help="replace the site in OUT")
def command(out: Path, chosen: tuple[str, ...], force: bool) -> int:
    """Run the lessons, and write them as a web site into the folder OUT.

    Each lesson is a page with its text, code, outputs and tables. Runs to explore take the place of live playgrounds
    where a lesson names the axes, and predictions are locked and compared in the page. The site needs no network: it
    works from a folder and from any web server. All lessons take some minutes; what is done is kept beside OUT, and the
    same command continues after an interrupt.
    """
    known = {path.name[:2]: path for path in sorted(find_lessons().glob("[0-9][0-9]_*.ipynb"))}
    if unknown := next((number for number in chosen if number not in known), None):
        raise click.UsageError(f"--lesson {unknown}: must be one of {', '.join(known)}")
    try:
        from toygan.site.build import build_site, list_own
        from toygan.site.draft import name_draft
    except ImportError as error:
        raise click.UsageError(f"site: needs {error.name}; pip install 'toygan[site]'") from None
    paths = [path for number, path in known.items() if not chosen or number in chosen]
    draft = name_draft(out)
    size, failures = 0, list[str]()

    def make() -> dict[str, bytes]:
        nonlocal size
        site = build_site(paths, draft, tqdm.write)
        size = sum(map(len, site.files.values()))
        failures.extend(site.failures)
        return site.files

    try:
        write_folder(out, make, force, "--force", list_own)
    except KeyboardInterrupt:
        kept = f"{draft} keeps what is done, and the same command continues" if draft.exists() else "nothing is written"
        click.echo(f"toygan: stopped; {kept}", err=True)
        return INTERRUPTED
    click.echo(f"written to {out} ({format_file_size(size)}); open {out / 'index.html'}")
    if failures:
        click.echo(
            f"toygan: without these, which failed; the same command with --force tries them again ({draft}):", err=True
        )
        for failure in failures:
            click.echo(f"  {failure}", err=True)
        return FAILED
    shutil.rmtree(draft, ignore_errors=True)
    return 0
