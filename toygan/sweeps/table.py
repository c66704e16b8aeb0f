"""Results as a table: a row for each recipe, seed and evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from toygan.limits import budget
from toygan.parts.metrics import METRICS
from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.sweeps.design import STRENGTH
from toygan.sweeps.piece import FAILED, Result
from toygan.sweeps.stored import StoredRecipe
from toygan.text import format_bytes

if TYPE_CHECKING:
    import pandas as pd

LAST = ["diverged_at", "verdict"]


def list_fields(recipe: Recipe | StoredRecipe) -> dict[str, Any]:
    """Return a recipe's fields by name, each strength as a field of its own."""
    strengths = {STRENGTH + name: strength for name, strength in recipe.regularizers.items()}
    return {name: getattr(recipe, name) for name in KNOBS if name != "regularizers"} | strengths


def build_frame(results: Iterable[Result]) -> pd.DataFrame:
    """Return results as a table, sorted by the values of the fields, by seeds and by iterations."""
    import pandas as pd

    several = list(results)
    named = [list_fields(result.recipe) for result in several]
    strengths = sorted({name for fields in named for name in fields if name.startswith(STRENGTH)})
    places = {name: i for i, own in enumerate(METRICS) for name in (own, "average-" + own)}
    there = {name for r in several for name, x in r.metrics.items() if np.isfinite(x).any()}
    metrics = sorted(there, key=lambda name: (places.get(name, len(places)), name not in METRICS, name))
    columns = [*(name for name in KNOBS if name not in ("regularizers", "seed")), *strengths, "seed"]
    lengths = [len(result.steps) for result in several]
    table: dict[str, Any] = {
        name: np.repeat(np.array([fields.get(name, 0.0) for fields in named]), lengths) for name in columns
    }
    table["step"] = np.concatenate([result.steps for result in several]) if several else np.zeros(0, int)
    for name in metrics:
        table[name] = np.concatenate([r.metrics.get(name, np.full(len(r.steps), np.nan)) for r in several])
    for name in LAST:
        table[name] = np.repeat(np.array([getattr(result, name) for result in several]), lengths)
    out = pd.DataFrame(table)
    out = out.sort_values([*columns, "step"], ignore_index=True) if several else out
    out.attrs["samples"] = sorted({result.n for result in several})
    return out


def refuse_too_long(recipes: int, seeds: int, steps: int, every: int, metrics: int) -> None:
    """Raise RecipeError if the table of a sweep would not fit into the allowed memory."""
    rows = recipes * (steps // every + 2)
    each = rows * 8.0 * (len(KNOBS) + metrics + 4)
    if each * seeds > (allowed := budget()):
        sizes = f"{format_bytes(each * seeds)}, and {format_bytes(allowed)} are allowed"
        fit = f"{int(allowed // each):,} would fit, or more with a larger `every`"
        raise RecipeError("seeds", seeds, f"the table of {recipes:,} recipes would take {sizes}; {fit}")


def find_varying_fields(table: pd.DataFrame) -> list[str]:
    """Return the fields, except the seed, in which the recipes of a table differ."""
    fields = [name for name in table.columns if name in KNOBS or name.startswith(STRENGTH)]
    return [name for name in fields if name != "seed" and table[name].nunique() > 1]


def select_last_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the last evaluation of every run."""
    fields = [name for name in table.columns if name in KNOBS or name.startswith(STRENGTH)]
    last: pd.DataFrame = table.drop_duplicates(fields, keep="last")
    return last.reset_index(drop=True)


def select_failed_rows(last: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of runs that an error has ended."""
    failed: pd.DataFrame = last[last["verdict"].str.startswith(FAILED)]
    return failed


def shorten_verdicts(verdicts: pd.Series[str]) -> pd.Series[str]:
    """Return verdicts of which those of runs that failed are all alike: "failed", without the error."""
    return verdicts.where(~verdicts.str.startswith(FAILED), FAILED.removesuffix(": "))


def list_failures(table: pd.DataFrame) -> list[str]:
    """Return a line for each error that has ended runs, with the number of these runs and the first of them."""
    failed, axes = select_failed_rows(select_last_rows(table)), [*find_varying_fields(table), "seed"]
    lines = []
    for verdict, group in failed.groupby("verdict", sort=False):
        first = ", ".join(f"{name}={group[name].iloc[0]}" for name in axes)
        some = f"{len(group)} runs, the first at {first}" if len(group) > 1 else first
        lines.append(f"{verdict} ({some})")
    return lines


def summarize(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each recipe at the end of its runs: axes, seeds, metrics' means, and the verdict of most.

    A mean is over the seeds that have a value: `diverged` and `failed` count those that have none.
    """
    last, axes = select_last_rows(table), find_varying_fields(table)
    last = last.assign(failed=last["verdict"].str.startswith(FAILED), verdict=shorten_verdicts(last["verdict"]))
    groups = last.groupby(axes, sort=True) if axes else last.groupby(lambda _: 0)
    metrics = [name for name in last.columns if name.removeprefix("average-") in METRICS]
    out = groups[metrics].mean()
    out.insert(0, "seeds", groups.size())
    out["diverged"] = groups["diverged_at"].agg(lambda at: int((at >= 0).sum()))
    out["failed"] = groups["failed"].sum()
    out["verdict"] = groups["verdict"].agg(lambda verdicts: verdicts.mode()[0])
    out["agree"] = groups["verdict"].agg(lambda verdicts: int((verdicts == verdicts.mode()[0]).sum()))
    return out.reset_index() if axes else out.reset_index(drop=True)
