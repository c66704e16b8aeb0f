"""`toygan reproduce`: experiments of the literature, theirs and ours side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from toygan.cli.interrupt import stop_signals, ticking
from toygan.cli.oneline import shortened
from toygan.cli.studies import named
from toygan.cli.words import Target, Whole, device_option
from toygan.files import write
from toygan.runs.record import Record
from toygan.studies.published import PUBLISHED, Published
from toygan.studies.reproduce import report, run


def listed() -> str:
    """One line for each experiment."""
    wide = max(map(len, PUBLISHED)) + 2
    return "\n".join(f"{name:<{wide}}{setting.about}" for name, setting in PUBLISHED.items())


class ResultFile:
    """The finished methods of one experiment, in a file beside its table; without a table, in memory only."""

    def __init__(self, name: str, seeds: int, iterations: int, table: Path | None, force: bool) -> None:
        self.setting = PUBLISHED[name]
        self.results: dict[str, Record] = {}
        self._name, self._seeds, self._iterations, self._table = name, seeds, iterations, table
        if table is None:
            return
        self._numbers = table.with_suffix(".json")
        if self._numbers == table:
            raise click.UsageError(f"--out {table}: names the table, in Markdown; its numbers go beside it as .json")
        if not force and (table.exists() or self._numbers.exists()):
            self.results = self._read()
        self.write()

    @property
    def _head(self) -> dict[str, Any]:
        """What two runs must share for one to go on with the other's methods."""
        recipes = {method: json.loads(row.recipe.to_json()) for method, row in self.setting.methods.items()}
        return {
            "experiment": self._name, "seeds": self._seeds, "iterations": self._iterations,
            "samples": self.setting.samples, "recipes": recipes,
        }  # fmt: skip

    def _read(self) -> dict[str, Record]:
        """The methods that an earlier run has finished; UsageError where the file is of another one."""
        try:
            kept = json.loads(self._numbers.read_text(encoding="utf-8"))
            same = {key: kept[key] for key in self._head} == self._head
            results = {
                method: Record.from_rows(rows, self.setting.methods[method].recipe)
                for method, rows in kept["results"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            same = False
        if not same:
            raise click.UsageError(
                f"--out {self._table}: exists beside numbers of another run or none; name another file, or replace it "
                "with --force"
            )
        return {method: ours for method, ours in results.items() if ours.steps[-1] == self._iterations}

    def text(self) -> str:
        """The table of what is there."""
        return report(self._name, self.setting, self.results, self._seeds, self._iterations)

    def write(self) -> None:
        """Both files as they stand; UsageError where they cannot be written."""
        if self._table is None:
            return
        results = {method: ours.rows() for method, ours in self.results.items()}
        numbers = json.dumps({**self._head, "results": results}, indent=1, allow_nan=False)
        try:
            write(self._numbers, (numbers + "\n").encode())
            write(self._table, self.text().encode())
        except OSError as error:
            raise click.UsageError(f"--out {self._table}: cannot be written ({error.strerror})") from None


def _iterations(budget: str | None, name: str, setting: Published) -> int:
    """How many iterations a budget buys; UsageError where it is none."""
    if budget is None:
        return setting.budget
    if budget == "all":
        return setting.iterations
    allowed = f"a whole number from 1 to {setting.iterations}, the published iterations of {name}, or all"
    number = len(budget) <= 20 and budget.isascii() and budget.isdigit()  # `int` refuses thousands of digits
    if not number or not 1 <= int(budget) <= setting.iterations:
        raise click.UsageError(f"--budget {shortened(budget, 40)}: must be {allowed}")
    return int(budget)


@click.command(
    "reproduce",
    short_help="Run an experiment of the literature again.",
    epilog="\b\nExperiments:\n" + "\n".join(f"  {line}" for line in listed().splitlines()),
)
@click.argument("name", required=False)
@click.option(
    "--budget",
    metavar="ITERATIONS",
    help="of each seed, at most those published; all: all of them  [default: a first look]",
)
@click.option("--seeds", type=Whole(1, 4096), help="runs of each method  [default: as many as published, or 16]")
@device_option
@click.option(
    "--out",
    type=Target(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="the table as Markdown; every seed's numbers go beside it as .json",
)
@click.option("--force", is_flag=True, help="replace FILE")
def command(name: str | None, budget: str | None, seeds: int | None, device: str, out: Path | None, force: bool) -> int:
    """Run an experiment of the literature again, and print its published numbers beside ours.

    Without NAME, list the experiments. Ctrl-C keeps what is there; with --out the same command then goes on with the
    methods that are not finished.
    """
    if name is None:
        if budget is not None or seeds is not None or out is not None:
            raise click.UsageError(f"NAME is missing: which experiment? One of {', '.join(PUBLISHED)}")
        click.echo(listed())
        return 0
    setting = named(PUBLISHED, name)
    iterations, seeds = _iterations(budget, name, setting), seeds or setting.seeds
    with stop_signals() as caught:
        kept = ResultFile(name, seeds, iterations, out, force)
        todo = [method for method in setting.methods if method not in kept.results]
        for method in todo:
            if caught:
                break
            with tqdm(total=iterations, desc=method, unit=" iterations", leave=False, disable=None) as bar:
                kept.results[method] = run(
                    setting, setting.methods[method], seeds, iterations, device, ticking(bar, caught)
                )
            kept.write()
        if caught:
            click.echo("toygan: stopped; keeping what is there", err=True)
        click.echo(kept.text(), nl=False)
        if out is not None:
            click.echo(f"written to {out} and {out.with_suffix('.json')}")
    return 128 + caught[0] if caught else 0
