"""Find a remedy: changes of a recipe, tried on runs of it within a budget, and judged on seeds of their own."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from toygan.limits import refuse_too_large
from toygan.measure.advice import describe_changes
from toygan.recipe import Recipe, RecipeError, check_count, check_recipe
from toygan.remedy.budget import SEEDS, Budget
from toygan.remedy.changes import choose_fields, list_parts
from toygan.remedy.found import FoundRemedies, TriedRemedy
from toygan.remedy.halving import rank
from toygan.remedy.judgement import UNUSED, is_there, judging
from toygan.remedy.search import Search
from toygan.remedy.trainer import Candidate, Stopped, Trainer
from toygan.sweeps.piece import one_thread
from toygan.text import short
from toygan.training import State, StateError

LONGEST = 10**6  # seconds
STEPS = 2000


class Progress(NamedTuple):
    """How far a search is: the share of its budget that is spent, what it is at, and the best change so far."""

    share: float
    words: str
    best: str


class RemedySearch:
    """A search that can be run in any thread, followed and stopped; the arguments are those of `find_remedy`."""

    def __init__(
        self,
        recipe: Recipe,
        seconds: float | None = None,
        iterations: int | None = None,
        state: State | str | os.PathLike[str] | None = None,
        fields: Collection[str] | None = None,
        networks: bool = False,
        steps: int = STEPS,
        seed: int = 0,
        jobs: int | None = None,
    ) -> None:
        check_recipe("recipe", recipe)
        _check_budget(seconds, iterations)
        check_count("steps", steps, 10**9)
        check_count("seed", seed, 2**31, least=0)
        if jobs is not None:
            check_count("jobs", jobs, 256, least=0)
        if recipe.seed + UNUSED + SEEDS >= 2**63:
            raise RecipeError("seed", recipe.seed, "leaves no room for the seeds of the search")
        refuse_too_large(recipe, SEEDS)
        self._recipe, self._steps, self._seed = recipe, steps, seed
        self._seconds, self._iterations = (60.0 if seconds is None and iterations is None else seconds), iterations
        self._state = _read_state(state, recipe)
        self._fields = choose_fields(fields, networks)
        self._jobs = (os.cpu_count() or 1) if jobs is None else jobs
        self._trainer: Trainer | None = None
        self._stopped = threading.Event()
        self._search: Search | None = None
        self._budget: Budget | None = None
        self._words = "starting"

    def run(self) -> FoundRemedies:
        """Search, and return what was found until the end, or until it was stopped."""
        reason = None
        try:
            with one_thread(), Trainer(self._recipe, self._state, self._jobs) as self._trainer:
                self._budget = Budget(self._recipe, self._iterations, self._seconds, self._trainer.processes)
                start = Candidate(self._recipe, self._state is not None)
                self._search = Search(
                    start, self._fields, self._steps, self._seed, self._trainer, self._budget, self._note
                )
                self._note("starting")
                self._search.run()
        except Stopped as error:
            reason = str(error)
        except KeyboardInterrupt:
            reason = ""
        return self._collect(reason)

    def stop(self) -> None:
        """End the search soon, from any thread: `run` returns what it has found so far."""
        self._stopped.set()
        if self._trainer is not None:
            self._trainer.stop()

    def _note(self, words: str) -> None:
        self._words = words
        if self._stopped.is_set():
            raise Stopped("")
        self.followed(self.progress)

    def followed(self, progress: Progress) -> None:
        """Hear of progress, in the thread of `run`; subclasses and instances may replace it."""

    @property
    def progress(self) -> Progress:
        """How far it is."""
        best = ""
        if self._search is not None and self._budget is not None:
            ranked = self._ranked(self._search)
            best = describe_changes(self._recipe, ranked[0].recipe) if ranked else ""
        return Progress(self._budget.share if self._budget else 0.0, self._words, best)

    def _ranked(self, search: Search) -> list[Candidate]:
        """Return the candidates that were trained to the end, the best first."""
        return rank(search.scores, lambda one: len(list_parts(self._recipe, one.recipe)))

    def _collect(self, stopped: str | None) -> FoundRemedies:
        search, spent = self._search, self._budget.spent if self._budget else 0.0
        if search is None:
            return FoundRemedies(self._recipe, self._steps, (), stopped=stopped)
        before, rows = search.before, []
        if before is not None:
            rows = [
                TriedRemedy(self._recipe, one.recipe, one.live, distances, before.distances, healthy)
                for one, distances, healthy in search.judged
            ]
        best = [describe_changes(self._recipe, one.recipe, "was") for one in self._ranked(search)[:3]]
        own = {} if before is None else {"distances": before.distances, "healthy": before.healthy}
        return FoundRemedies(
            self._recipe, self._steps, rank_rows(rows), closest=best, tried=len(search.tried), spent=spent,
            stopped=stopped, **own,
        )  # fmt: skip


def find_remedy(
    recipe: Recipe,
    seconds: float | None = None,
    iterations: int | None = None,
    state: State | str | os.PathLike[str] | None = None,
    fields: Collection[str] | None = None,
    networks: bool = False,
    steps: int = STEPS,
    seed: int = 0,
    jobs: int | None = None,
) -> FoundRemedies:
    """Look for a change of a recipe that brings its samples nearer to the data, behind a progress bar.

    Changes that the diagnosis knows are tried in a few strengths, then combinations of the best and points that fill
    the space of rates, losses, regularizers, turns and averaging. Successive halving trains the better ones longer and
    under more seeds. What is left loses each part that it does not need, and is judged on 16 seeds that were not used
    to choose. Ctrl-C ends the search with what it has found.

    Args:
        recipe: The recipe.
        seconds: The time that the search may take, about [default: 60 if no iterations are given].
        iterations: What it may spend in place of seconds, in iterations of the recipe under 16 seeds at once; all
            members of all candidates count, by the cost of an iteration. The search is then the same at every call.
        state: Where the run of the recipe stands: a `State`, a file of one, or the folder of a run. Changes that can be
            made while a run plays are then also tried from there [default: all runs begin at iteration 0].
        fields: The fields that may change [default: all but data, seed and those of the networks].
        networks: True also changes the networks [default: False].
        steps: Iterations of each run, from a state on or from its start [default: 2000].
        seed: The seed of the points that fill the space [default: 0].
        jobs: Worker processes, 0 for none [default: one per core].
    Returns:
        A ranked list, which a notebook shows as a table: `best`, `rows`, `summary`.
    Raises:
        RecipeError: If an argument is not allowed, before any training.
        StateError: If the state cannot be read, or is not of the recipe.
    Example:
        >>> from toygan import Recipe, find_remedy
        >>> find_remedy(Recipe(lr_g=1e-4, lr_d=1e-2), seconds=60).best.words  # doctest: +SKIP
        'r1 = 0.3 (was off), lr_g = 6.6e-4 (was 1e-4)'
        >>> found = find_remedy(Recipe(width=4, batch=8), iterations=100, steps=20, jobs=0)
        >>> found.best is None, found.summary.partition(";")[0]
        (True, 'Nothing was judged within this budget')
    """
    from tqdm.auto import tqdm

    search = RemedySearch(recipe, seconds, iterations, state, fields, networks, steps, seed, jobs)
    with tqdm(total=100, unit=" %", leave=False, disable=None) as bar:

        def follow(progress: Progress) -> None:
            bar.set_description(progress.words)
            bar.set_postfix_str(progress.best)
            bar.update(int(100 * progress.share) - bar.n)

        search.followed = follow  # type: ignore[method-assign]
        return search.run()


def judge(recipe: Recipe, changed: Recipe, steps: int, jobs: int = 0) -> np.ndarray:
    """Return for which of the seeds that judge a change of a recipe makes it healthy, by exact distances `(S,)`."""
    asked, one = judging(recipe, steps), Candidate(changed)
    with one_thread(), Trainer(recipe, None, jobs) as trainer:
        records = trainer.measure(trainer.plan([one], asked), asked.seeds)
    return is_there(records[one]) if one in records else np.zeros(SEEDS, dtype=bool)


def rank_rows(rows: Sequence[TriedRemedy]) -> list[TriedRemedy]:
    """Return judged changes from the best on: healthy ones first; of equally good ones those that change less."""

    def size(row: TriedRemedy) -> int:
        return len(list_parts(row.before, row.recipe))

    groups = [[row for row in rows if row.is_healthy == healthy] for healthy in (True, False)]
    return [row for group in groups for row in rank({row: float(row.distances.mean()) for row in group}, size)]


def _check_budget(seconds: object, iterations: object) -> None:
    if seconds is not None and iterations is not None:
        raise RecipeError("seconds", seconds, "must be left out if iterations are given")
    if iterations is not None:
        check_count("iterations", iterations, 10**12)
    elif seconds is not None and not (isinstance(seconds, int | float) and 0 < seconds <= LONGEST):
        raise RecipeError("seconds", seconds, f"must be a number above 0, at most {LONGEST:,}")


def _read_state(state: State | str | os.PathLike[str] | None, recipe: Recipe) -> State | None:
    """Return the state that is given or named; StateError if it is not one of the recipe."""
    if state is None:
        return None
    if not isinstance(state, State):
        if not isinstance(state, str | os.PathLike):
            raise StateError(f"state={short(state)}: must be a State, a file of one, or the folder of a finished run")
        state = State.load(Path(state))
    for own in state.recipes:
        if own.amend(seed=recipe.seed) != recipe:
            changed = describe_changes(recipe, own.amend(seed=recipe.seed), "in the recipe")
            raise StateError(f"state: must be one of the recipe; {changed}")
    return state
