"""Up to four recipes side by side, under the same seeds and in lock-step: the live view of a comparison, no widget."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from toygan.identity import list_changes
from toygan.measure.diagnosis import Diagnosis
from toygan.measure.differences import describe_differences, list_differing
from toygan.measure.words import label
from toygan.panels.pins import Pin
from toygan.panels.sides import LETTERS
from toygan.parts.metrics import live_metrics
from toygan.play.alone import alone
from toygan.play.session import INTERVAL, SAMPLES, Session
from toygan.play.settings import describe_value, with_value
from toygan.play.time_machine import TimeMachine, TimeMark
from toygan.recipe import KNOBS, MOST_SEEDS, Recipe, RecipeError, check_count, check_recipe
from toygan.runs.attempt import Attempt
from toygan.runs.fleet import Clock
from toygan.runs.lineup import Lineup
from toygan.runs.record import DISTANCE
from toygan.runs.run import Run
from toygan.studies.comparison import Comparison, tabulate_pair
from toygan.text import describe_error

MOST_SIDES = len(LETTERS)
COMPARE_SECONDS = 1.0  # from one comparison to the next while something plays


class TwinsSession(TimeMachine):
    """One to four recipes, the sides, each under the same seeds, data and noise, at the same iteration.

    Players of the same shape begin with the same weights. A setting changes in all sides, or in some.

    Args:
        recipes: The recipe of each side; the seed of the first is that of all.
        seeds: The number of seeds of each side.
        device: The device on which they train.
        clock: Seconds since some moment.
    Raises:
        RecipeError: If there are more than four recipes, if their data have different dimensions, if a number is out
            of range, or if the sides need more memory together than is allowed.
    Example:
        >>> from toygan import Recipe
        >>> from toygan.play.twins_session import TwinsSession
        >>> small = Recipe(width=4, batch=8)
        >>> twins = TwinsSession([small, small.but(lr_d=0.01)], seeds=2)
        >>> twins.step()
        >>> twins.iteration, twins.differences
        (1, ['lr_d = 0.001', 'lr_d = 0.01'])
        >>> twins.set("loss", "hinge"), twins.set("lr_g", 0.01, [1]), twins.differences[1]
        (True, True, 'lr_g = 0.01, lr_d = 0.01')
    """

    fleet: Lineup

    def __init__(
        self, recipes: Sequence[Recipe], seeds: int = 8, device: str = "cpu", clock: Clock = time.perf_counter
    ) -> None:
        sides = check_sides(recipes)
        check_count("seeds", seeds, MOST_SEEDS)
        members = [member for recipe in sides for member in recipe.seeds(seeds)]
        self._begin(Lineup(members, device, INTERVAL, SAMPLES, live_metrics(), clock=clock), seeds)

    @classmethod
    def from_session(cls, session: Session) -> TwinsSession:
        """Return a session of one side: a copy of the run of another session, with its past."""
        one = cls.__new__(cls)
        one._begin(Lineup.from_run(session.run.split(range(session.seeds))), session.seeds)
        one._focus, one._changes, one.pins = session.focus, list(session._changes), session.pins.copy()
        one.layers = session.layers
        return one

    def _begin(self, fleet: Lineup, seeds: int) -> None:
        self._focus, self._seeds = 0, seeds
        self._compared: tuple[object, float, list[Comparison]] = (None, -np.inf, [])
        self._told: tuple[object, str] = (None, "")  # the comparisons that were put in words last
        super().__init__(fleet)

    # The sides.

    @property
    def seeds(self) -> int:
        """The number of seeds of each side."""
        return self._seeds

    @property
    def sides(self) -> int:
        """The number of sides."""
        return len(self.fleet.recipes) // self.seeds

    def members(self, side: int) -> range:
        """Return the numbers of the members of a side."""
        return range(side * self.seeds, (side + 1) * self.seeds)

    @property
    def places(self) -> list[tuple[Run, int]]:
        return [self.fleet.member(self.members(side)[self.focus]) for side in range(self.sides)]

    @property
    def recipes(self) -> list[Recipe]:
        """The recipe of each side, under its first seed."""
        return list(self.fleet.recipes[:: self.seeds])

    @property
    def differences(self) -> list[str]:
        """The fields in which the sides differ, for each side in words."""
        return describe_differences(self.recipes)

    @property
    def differing(self) -> list[str]:
        """The fields in which the sides differ."""
        return list_differing(self.recipes)

    def _halt(self) -> None:
        super()._halt()
        self.fleet.level()

    @alone
    def take(self, attempt: Attempt, seconds: float) -> None:
        """Take over an iteration, as `FleetSession.take`; a single one is over when all sides have trained it."""
        single = self.playing and self._single
        super().take(attempt, seconds)
        if single and self.left and len({run.steps for run in self.fleet.working}) > 1:
            self.playing = True

    @alone
    def pause(self) -> None:
        """Stop, and measure the present iteration unless that takes long."""
        super().pause()
        if not self.slow:
            self.fleet.measure()
            self._stop_at_end()

    # Changes.

    @alone
    def set(self, field: str, value: Any, sides: Sequence[int] | None = None) -> bool:
        """Change a setting of all sides, or of some; return False, and say why, if one of them refuses it.

        Args:
            field: A field of a recipe, or a strength as "regularizers.r1".
            value: Its new value; None takes a regularizer away.
            sides: The numbers of the sides [default: all].
        """
        chosen = range(self.sides) if sides is None else sides
        before = self.recipes
        try:
            new = {side: with_value(before[side], field, value) for side in chosen}
            check_sides([new.get(side, recipe) for side, recipe in enumerate(before)])
        except RecipeError as error:
            self.say(str(error), refused=True)
            return False
        if field == "seed":  # the sides share their seeds
            new = {side: recipe.amend(seed=next(iter(new.values())).seed) for side, recipe in enumerate(before)}
        new = {side: r for side, r in new.items() if r != before[side] or list_changes(before[side], r)}
        if not new:
            return True
        letters = "" if len(new) == self.sides else f"{', '.join(LETTERS[side] for side in new)}: "
        return self._switch(new, f"{letters}{field} = {describe_value(next(iter(new.values())), field)}")

    def _switch(self, new: dict[int, Recipe], words: str) -> bool:
        """Continue with other recipes of some sides, or begin again if one of them cannot change as it plays."""
        try:
            if any(_restarts(self.recipes[side], recipe) for side, recipe in new.items()):
                several = [new.get(side, recipe) for side, recipe in enumerate(self.recipes)]
                members = [member for recipe in several for member in recipe.seeds(self.seeds, renew=False)]
                return self._restart(members, f"{words}: a new run of all sides")
            self._change(new)
        except RecipeError as error:
            self.say(str(error), refused=True)
            return False
        except Exception as error:  # of a part of the user's own
            self.say(f"{words}: {describe_error(error)}", refused=True)
            return False
        self.say(f"{words}: from iteration {self.iteration:,} on", changed=True)
        self._mark(words)
        self._stop_at_end()
        return True

    def _change(self, new: dict[int, Recipe]) -> None:
        """Continue with other recipes, measured unless that takes long; if they cannot be, the old ones stay."""
        self.give_up()
        self.fleet.level()
        with self.fleet.restored_on_error():
            for side, recipe in new.items():
                self.fleet.change(self.members(side), recipe.seeds(self.seeds, renew=False))
            if not (self.playing or self.slow):
                self.fleet.measure()
        self._share_memory()

    @alone
    def copy_side(self, side: int = 0, field: str | None = None, value: Any = None) -> bool:
        """Put a copy of a side beside it, from the present iteration on; return False, and say why, if it cannot be.

        Args:
            side: The number of the side.
            field: A setting that the copy changes at once [default: none].
            value: Its value.
        """
        if reason := self._refuse_copy(side):
            self.say(reason, refused=True)
            return False
        self._halt()
        words = f"{LETTERS[self.sides]}: a copy of {LETTERS[side]}"
        try:
            self.fleet.copy(self.members(side))
        except RecipeError as error:
            self.say(str(error), refused=True)
            return False
        if field is not None and not self.set(field, value, [self.sides - 1]):
            self.fleet.remove(self.members(self.sides - 1))
            return False
        self._share_memory()
        self._mark(words)
        if field is None:
            self.say(f"{words} from iteration {self.iteration:,} on; change one setting of it")
        return True

    def _refuse_copy(self, side: int) -> str:
        """Return the reason why a side cannot be copied now, or ""."""
        if not 0 <= side < self.sides:
            return f"side={side!r}: must be from 0 to {self.sides - 1}"
        if self.sides == MOST_SIDES:
            return f"sides={MOST_SIDES + 1}: must be at most {MOST_SIDES}; close one first"
        if (self.fleet.diverged_at[list(self.members(side))] >= 0).all():
            back = "go back to an iteration before that, or reset"
            return f"side={LETTERS[side]}: every seed has diverged; {back}"
        return ""

    @alone
    def close_side(self, side: int) -> bool:
        """Leave out a side; the others continue. Return False, and say why, if it is the last one."""
        if not 0 <= side < self.sides or self.sides == 1:
            allowed = f"must be from 0 to {self.sides - 1}, and not the only one"
            self.say(f"side={side!r}: {allowed}", refused=True)
            return False
        self._halt()
        words = f"{LETTERS[side]} closed"
        self.fleet.remove(self.members(side))
        self._share_memory()
        self.say(f"{words}; the others continue from iteration {self.iteration:,}")
        return True

    # What is seen.

    @property
    def diagnoses(self) -> list[list[Diagnosis]]:
        """The diagnoses of the seeds of each side, as last measured."""
        every = self.fleet.gather([self._diagnose(run) for run in self.fleet.runs])
        return [every[i : i + self.seeds] for i in range(0, len(every), self.seeds)]

    @property
    def metrics(self) -> list[str]:
        """The metrics that are compared in words, of more than two sides the first: modes covered, and the distance."""
        names = [run.record.names for run in self.fleet.runs]
        found = [name for name in ("modes-covered", DISTANCE) if all(name in known for known in names)]
        return found if self.sides == 2 else found[:1]

    @property
    def comparisons(self) -> list[Comparison]:
        """The second and each further side minus the first, by each metric of `metrics`, as measured so far."""
        measured, at, found = self._compared
        now = self.fleet.measured, tuple(self.recipes)
        if measured != now and not (self.playing and time.monotonic() < at + COMPARE_SECONDS and found):
            found = [self.compare(side, metric) for side in range(1, self.sides) for metric in self.metrics]
            self._compared = now, time.monotonic(), found
        return found

    def compare(self, side: int, metric: str) -> Comparison:
        """Return a side minus the first by a metric, as `toygan.compare` gives it for the run so far."""
        steps, course = self.fleet.rows(metric)
        pair = [self.members(side), self.members(0)]
        courses, ends = [course[:, list(one)] for one in pair], [self.fleet.diverged_at[list(one)] for one in pair]
        seeds = [recipe.seed for recipe in self.fleet.recipes[: self.seeds]]
        last = int(steps[-1]) if len(steps) else 0
        recipes = self.recipes[side], self.recipes[0]
        return Comparison(recipes, metric, last, SAMPLES, tabulate_pair(seeds, metric, courses, ends))

    @property
    def title(self) -> str:
        """The sides in one line."""
        first, several = self.recipes[0], self.differences
        words = [f"{letter}: {words or 'equal'}" for letter, words in zip(LETTERS, several, strict=False)]
        data = describe_value(first, "data")
        return f"{data}  ·  {'  |  '.join(words)}" if self.sides > 1 else f"{first.loss}  ·  {data}"

    @property
    def about(self) -> str:
        return f"{self.sides} recipe{'s' * (self.sides > 1)}, {self.seeds} seed{'s' * (self.seeds > 1)} each"

    @property
    def share(self) -> str:
        return "  |  ".join(recipe.to_string() or "defaults" for recipe in self.recipes)

    @property
    def status(self) -> str:
        """The sides in one line: the iteration, the seed that is drawn, and how they differ."""
        first = self.recipes[0].seed
        of = f" (curves: mean and middle half of seeds {first} to {first + self.seeds - 1})" if self.seeds > 1 else ""
        words = [f"{letter}: {words}" for letter, words in zip(LETTERS, self.differences, strict=False) if words]
        equal = "all sides are equal: change one setting of one of them" if self.sides > 1 else ""
        return f"iteration {self.iteration:,} · seed {first + self.focus}{of} · {' | '.join(words) or equal}".rstrip(
            " ·"
        )

    @property
    def stretch(self) -> str:
        return " | ".join(
            f"{letter}: {words or 'equal'}" for letter, words in zip(LETTERS, self.differences, strict=False)
        )

    @property
    def words(self) -> dict[str, str]:
        """The verdicts on each side, and the differences so far."""
        verdicts = [_count_verdicts(several) for several in self.diagnoses]
        verdict = " | ".join(f"{letter}: {words}" for letter, words in zip(LETTERS, verdicts, strict=False))
        return {"verdict": verdict, "evidence": "", "cause": self._differences_so_far(), "remedy": ""}

    @property
    def grounds(self) -> str:
        """The numbers behind the verdicts on the seed in focus, a line a side."""
        seed, shown = self.recipes[0].seed + self.focus, [several[self.focus] for several in self.diagnoses]
        numbers = [", ".join(one.evidence) or one.cause for one in shown]
        lines = zip(LETTERS, shown, numbers, strict=False)
        return "\n".join(f"{letter}, seed {seed}: {one.said} ({numbers})" for letter, one, numbers in lines)

    @property
    def early(self) -> bool:
        return all(several[self.focus].pending for several in self.diagnoses)

    def _differences_so_far(self) -> str:
        """Return the comparisons in words, a line a side."""
        if self.sides == 1 or self.seeds < 2:
            return ""
        several, n = self.comparisons, len(self.metrics)
        if self._told[0] is not several:  # each takes an interval, and every frame asks twice
            lines = [
                f"{LETTERS[side]} against A: " + "; ".join(str(one) for one in several[(side - 1) * n : side * n])
                for side in range(1, self.sides)
                if several
            ]
            self._told = several, "\n".join(lines)
        return self._told[1]

    def _new_pins(self) -> list[Pin]:
        """Return a pin of each side; those of the sides before leave first."""
        pins = []
        for side, recipe in enumerate(self.recipes):
            placed = [self.fleet.member(member) for member in self.members(side)]
            pins.append(Pin.from_record(placed[0][0].record, recipe, [number for _, number in placed]))
        return pins

    @property
    def offers(self) -> dict[str, str]:
        return self._pin_offers

    def _best_marks(self) -> list[TimeMark]:
        marks = []
        for side in range(self.sides):
            run, number = self.fleet.member(side * self.seeds + self.focus)
            if number < len(run.record.best_at) and (at := int(run.record.best_at[number])) >= 0:
                marks.append(TimeMark(at, "best", f"{LETTERS[side]} closest to the data: least {label(DISTANCE)}"))
        return marks


def check_sides(recipes: Sequence[Recipe]) -> list[Recipe]:
    """Return the recipes of sides, under the seed of the first; RecipeError if they cannot be compared."""
    for recipe in recipes:
        check_recipe("against", recipe)
    if not 1 <= len(recipes) <= MOST_SIDES:
        raise RecipeError("against", len(recipes) - 1, f"recipes; at most {MOST_SIDES - 1} can stand beside the first")
    first = recipes[0]
    for recipe in recipes[1:]:
        dims = recipe.distribution.dim, first.distribution.dim
        if dims[0] != dims[1]:
            allowed = f"must have as many dimensions as the data beside it: {dims[1]}, not {dims[0]}"
            raise RecipeError("data", recipe.data, allowed)
    return [recipe if recipe.seed == first.seed else recipe.amend(seed=first.seed) for recipe in recipes]


def _restarts(old: Recipe, new: Recipe) -> bool:
    """Return True if a run cannot continue with a recipe, or with what its names stand for now."""
    return old.needs_restart(new) is not None or any(not KNOBS[field].live for field in list_changes(old, new))


def _count_verdicts(several: Sequence[Diagnosis]) -> str:
    """Return the verdicts on the seeds of a side, the most frequent first."""
    counts = Counter(diagnosis.said for diagnosis in several).most_common()
    return ", ".join(f"{count} × {verdict}" if len(several) > 1 else verdict for verdict, count in counts)
