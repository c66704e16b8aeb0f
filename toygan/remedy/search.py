"""The search: brackets of candidates, the best of them shortened, and judged on seeds that were not used to choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, islice
from typing import NamedTuple

import numpy as np
import torch

from toygan.measure.diagnosis import diagnose_all
from toygan.parts.metrics import default_metrics, measure
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.samples import spread_of
from toygan.recipe import Recipe
from toygan.remedy.budget import SEEDS, Budget
from toygan.remedy.changes import apply_parts, list_parts
from toygan.remedy.found import HEALTHY_SHARE
from toygan.remedy.halving import Rung, clip, fit, is_as_good, rank, rungs, survivors
from toygan.remedy.judgement import CHOOSING, SAMPLES, checking, choosing, is_there, judging
from toygan.remedy.space import combine_all, known, spread
from toygan.remedy.trainer import Candidate, Measuring, Trainer
from toygan.runs.record import Record, distance

LOOKS = 30  # at the recipe itself, for the diagnosis
NEAR = 0.05  # spreads of the data beyond true samples, up to which nothing better is looked for
TRUE_SETS = 8  # of true samples, whose largest distance counts as theirs
DESIGN = 16  # points of the space, and as many combinations, in a bracket
FINALISTS = 3  # that are judged at most
RUNS_A_FINALIST = 5  # times the budget has to buy the judgement of a recipe for each that is judged
SHORTENING, FEW = 0.35, 2  # of what the search may spend, to try the best one without its parts; the seeds
MANY = 100  # parts, more than any change has
FIRST_SHARE = 0.7  # of what the search may spend, for the changes that are known
Say = Callable[[str], None]


class Judged(NamedTuple):
    """A candidate, or the recipe itself, on the seeds that were not used to choose."""

    candidate: Candidate
    distances: np.ndarray  # (S,), the worst one for a member that diverged
    healthy: np.ndarray  # (S,), by the exact distance to the data


class Search:
    """One search for a remedy, step by step: what was found stays if it is stopped.

    Args:
        start: The recipe itself as a candidate: live if the search begins with a state.
        fields: The fields that may change.
        steps: The iterations of a run.
        seed: The seed of the points that fill the space.
        trainer: What trains the candidates.
        budget: What may be spent.
        say: What is called with words whenever something is done.
    """

    def __init__(
        self, start: Candidate, fields: Sequence[str], steps: int, seed: int, trainer: Trainer, budget: Budget,
        say: Say = lambda words: None,
    ) -> None:  # fmt: skip
        self.start, self.base, self._fields, self._steps, self._seed = start, start.recipe, fields, steps, seed
        self._trainer, self._budget, self._say = trainer, budget, say
        self.scores: dict[Candidate, float] = {}  # of all that were trained to the end, on the seeds that choose
        self.before: Judged | None = None
        self.judged: list[Judged] = []
        self.tried: set[Candidate] = set()
        self._left_out: list[Candidate] = []  # of those that were to be trained to the end, for want of budget
        self._healthy: dict[Candidate, float] = {}  # share of the seeds that choose, of those that were checked
        self._worst, self._slack = np.inf, 0.01 * _spread(self.base)

    def run(self) -> None:
        """Search until the budget is spent, or until nothing better can be found."""
        each = self._price([self.start], self._judging())
        finalists = min(FINALISTS, max(1, int(self._budget.left / each) // RUNS_A_FINALIST))
        self._reserve = (1 + finalists) * each
        verdict, every = self._look(), rungs(self._steps)
        self._to_shorten = SHORTENING * self._may_spend
        batches = self._batches(verdict)
        self._bracket(
            next(batches), every[1:], FIRST_SHARE * self._for_brackets
        )  # they are few: none is left out early
        while self._for_brackets > self._least and not self._is_good_enough():
            if not self._bracket(next(batches), every, self._for_brackets):
                break
        self._use_rest()
        if self.scores:
            self._shorten()
            self._judge(self._choose(finalists))

    def _look(self) -> str:
        """Train the recipe itself on seeds that choose, note its worst distance, and return the verdict on most."""
        at = tuple(dict.fromkeys(max(0, round(i * self._steps / LOOKS)) for i in range(LOOKS + 1)))
        asked = Measuring((self.base.seed, self.base.seed + 1), at, tuple(default_metrics()), SAMPLES)
        record = self._train([self.start], asked, "the recipe as it is").get(self.start)
        if record is None:
            return ""
        found = _read(record)
        self._worst = float(found[np.isfinite(found)].max(initial=0.0))
        verdicts = [diagnosis.verdict for diagnosis in diagnose_all(record)]
        return max(verdicts, key=verdicts.count)

    # What may be spent.

    @property
    def _may_spend(self) -> float:
        return max(0.0, self._budget.left - self._reserve)

    @property
    def _for_brackets(self) -> float:
        return max(0.0, self._may_spend - self._to_shorten)

    @property
    def _least(self) -> float:
        """The iterations below which no bracket begins: those of one candidate on every rung."""
        return self._price_to_end(self.start)

    def _price_to_end(self, candidate: Candidate) -> float:
        return sum(self._price([candidate], self._choosing(rung)) for rung in rungs(self._steps))

    def _price(self, candidates: Iterable[Candidate], asked: Measuring) -> float:
        return self._budget.price(sum(job.cost for job in self._trainer.plan(candidates, asked)))

    def _choosing(self, rung: Rung) -> Measuring:
        seeds = tuple(range(self.base.seed, self.base.seed + rung.seeds))
        return choosing(seeds, rung.steps)

    def _checking(self) -> Measuring:
        last = rungs(self._steps)[-1]
        return checking(self._choosing(last).seeds, last.steps)

    def _judging(self) -> Measuring:
        return judging(self.base, self._steps)

    # Brackets.

    def _batches(self, verdict: str) -> Iterator[list[Candidate]]:
        """Yield what the brackets try: the known changes, then combinations of the best and points of the space."""
        first = known(self.base, self._fields, verdict)
        yield self._new(first)
        for number in count():
            best = [one.recipe for one in self._ranked()]
            both = islice((one for one in combine_all(self.base, best)), DESIGN)
            # Data in the wrong units are beyond all other help: if a change of the data is best, the rest adds to it.
            around = (apply_parts(self.base, {"data": best[0].data}) if best else None) or self.base
            more = known(around, self._fields, verdict) if around != self.base else []
            yield self._new([*both, *more, *spread(around, self._fields, DESIGN, self._seed + number), *first])

    def _new(self, recipes: Iterable[Recipe]) -> list[Candidate]:
        """Return candidates of recipes that were not tried before: from the start and, if that can be, from here."""
        found = []
        for recipe in dict.fromkeys(recipes):
            ways = [Candidate(recipe)]
            if self.start.live and self.base.needs_restart(recipe) is None:
                ways.insert(0, Candidate(recipe, live=True))
            found += [one for one in ways if one not in self.tried]
        return found

    def _bracket(self, candidates: Sequence[Candidate], every: Sequence[Rung], allowed: float) -> bool:
        """Halve candidates over some rungs; return False if none is affordable."""
        left = [one for one in candidates if self._price_to_end(one) <= allowed]
        for number, rung in enumerate(every):
            asked, room = self._choosing(rung), allowed / (len(every) - number)
            best = left
            left = fit(left, lambda some, asked=asked: self._price(some, asked), room)  # type: ignore[misc]
            if not left:
                self._left_out += best if number else []
                return False
            spent = self._budget.spent
            scores = self._measure(left, asked, f"{_count(left)}, {rung.steps:,} iterations")
            allowed -= self._budget.spent - spent
            self.tried |= set(left)
            if rung is every[-1]:
                self.scores |= scores
                self._left_out += best[len(left) :]
            else:
                left = survivors(scores, self._size)
        return True

    def _measure(self, candidates: Sequence[Candidate], asked: Measuring, words: str) -> dict[Candidate, float]:
        """Return the mean distance of candidates on seeds that choose; a run that failed counts as the worst."""
        records = self._train(candidates, asked, words)
        return {
            one: float(self._distances(records[one]).mean()) if one in records else self._worst for one in candidates
        }

    def _train(self, candidates: Sequence[Candidate], asked: Measuring, words: str) -> Mapping[Candidate, Record]:
        jobs = self._trainer.plan(candidates, asked)

        def done(calls: float) -> None:
            self._budget.spend(calls)
            self._say(words)

        self._say(words)
        return self._trainer.measure(jobs, asked.seeds, lambda job: done(job.cost))

    def _distances(self, record: Record) -> np.ndarray:
        """Return the late distance of each seed `(S,)`, in units of the recipe's own data."""
        unit = _spread(self.base) / _spread(record.recipes[0])
        late = _read(record)[1:].mean(0) * unit  # NaN for a member that diverged
        return clip(np.where(record.diverged_at >= 0, np.nan, late), self._worst)

    def _size(self, candidate: Candidate) -> int:
        """Return the parts of a change; one that is known not to be healthy has no advantage by having few."""
        return len(list_parts(self.base, candidate.recipe)) + MANY * (self._healthy.get(candidate, 1.0) < HEALTHY_SHARE)

    def _is_good_enough(self) -> bool:
        """Return True if the best one so far is near the data, and healthy by exact distances on seeds that choose."""
        return bool(self.scores) and min(self.scores.values()) < self._near and self._is_best_healthy()

    def _share_healthy(self, candidate: Candidate) -> float:
        """Return the share of the seeds that choose under which a candidate is healthy, by exact distances."""
        if candidate not in self._healthy:
            records = self._train([candidate], self._checking(), "the best one by exact distances")
            self._healthy[candidate] = is_there(records[candidate]).mean() if candidate in records else 0.0
        return self._healthy[candidate]

    def _use_rest(self) -> None:
        """Train to the end what was left out, until the best one is healthy by exact distances or the budget ends."""
        last = self._choosing(rungs(self._steps)[-1])
        while not self._is_best_healthy() and self._left_out:
            if self._price(self._left_out[:1], last) > self._may_spend:
                return
            self.scores |= self._measure([self._left_out.pop(0)], last, "one that was left out")

    def _is_best_healthy(self) -> bool:
        """Check the best one, and the next best as long as none is healthy and the budget lasts."""
        while self.scores and (best := self._ranked()[0]) not in self._healthy:
            if self._price([best], self._checking()) > self._may_spend:
                return False
            self._share_healthy(best)
        return bool(self.scores) and self._healthy[self._ranked()[0]] >= HEALTHY_SHARE

    def _ranked(self) -> list[Candidate]:
        """Return the candidates that were trained to the end, the best first."""
        return rank(self.scores, self._size, self._slack)

    @cached_property
    def _near(self) -> float:
        """A distance that is little above that of true samples."""
        data, rng = self.base.parts.data, torch.Generator().manual_seed(0)
        true = torch.stack([data.sample(SAMPLES, rng) for _ in range(TRUE_SETS)])
        return float(distance(measure(MetricInputs(true, data), CHOOSING)).max()) + NEAR * _spread(self.base)

    # The best one with as few parts as it needs.

    def _shorten(self) -> None:
        """Try the best candidate without each of its parts, and without all that it does not need.

        Where the budget is too small for all parts, those come first that can be tried in one population.
        """
        last = rungs(self._steps)[-1]
        asked = self._choosing(Rung(rungs(self._steps)[1].steps, FEW))
        while True:
            best = self._ranked()[0]
            room = self._may_spend - self._price([best], self._choosing(last))
            shorter = sorted(self._without_each(best), key=lambda one: one.recipe.same_shape(best.recipe) is not None)
            shorter = fit(shorter, lambda some, best=best: self._price([best, *some], asked), room)  # type: ignore[misc]
            if not shorter:
                return
            tried = self._measure([best, *shorter], asked, f"{_count(shorter)} with a part less")
            free = [one for one in shorter if is_as_good(tried[one], tried[best], self._slack)]
            free.sort(key=lambda one: tried[one])
            if not self._drop(best, free, last):
                return

    def _without_each(self, candidate: Candidate) -> list[Candidate]:
        parts = list_parts(self.base, candidate.recipe)
        shorter = (apply_parts(self.base, {k: x for k, x in parts.items() if k != name}) for name in parts)
        return [Candidate(recipe, candidate.live) for recipe in shorter if recipe is not None]

    def _drop(self, best: Candidate, free: Sequence[Candidate], last: Rung) -> bool:
        """Drop the parts that the shorter candidates do without: all, or half as many until that is as good."""
        parts = list_parts(self.base, best.recipe)
        while free:
            kept = {k: x for k, x in parts.items() if all(k in list_parts(self.base, one.recipe) for one in free)}
            recipe = apply_parts(self.base, kept)
            if recipe is not None:
                shorter = Candidate(recipe, best.live)
                price = self._price([shorter], self._choosing(last))
                if price + self._price([best, shorter], self._checking()) > self._may_spend:
                    return False
                if shorter not in self.scores:
                    self.scores |= self._measure([shorter], self._choosing(last), f"with {len(kept)} of its parts")
                as_good = is_as_good(self.scores[shorter], min(self.scores.values()), self._slack)
                if as_good and self._share_healthy(shorter) >= self._share_healthy(best):
                    return True
            free = free[: len(free) // 2]
        return False

    # The judgement.

    def _judge(self, best: Sequence[Candidate]) -> None:
        """Measure the recipe itself and the best candidates on seeds that were not used to choose."""
        asked = self._judging()
        chosen = [self.start, *best]
        records = self._train(chosen, asked, f"{_count(best)} on {SEEDS} other seeds")
        found = [Judged(one, self._distances(records[one]), is_there(records[one])) for one in chosen if one in records]
        if self.start in records:
            self.before, *found = found
        self.judged = found

    def _choose(self, finalists: int) -> list[Candidate]:
        """Return the best candidates that change different parts, or begin elsewhere."""
        chosen: dict[object, Candidate] = {}
        for one in self._ranked():
            chosen.setdefault((frozenset(list_parts(self.base, one.recipe)), one.live), one)
        return list(chosen.values())[:finalists]


def _count(candidates: Sequence[Candidate]) -> str:
    return f"{len(candidates)} change{'s' * (len(candidates) != 1)}"


def _read(record: Record) -> np.ndarray:
    """Return the distance of a record's members `(T, P)`."""
    return distance({name: record.metric(name) for name in record.names})


def _spread(recipe: Recipe) -> float:
    """Return the spread of a recipe's data, in the units of its distances."""
    data = recipe.parts.data
    return spread_of(data, per_axis=data.uneven)
