"""A run that can be played, stepped, changed and reset: all of the live view that needs no widget."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from toygan.measure.diagnosis import Diagnosis, diagnose_all, told
from toygan.measure.words import status
from toygan.parts.metrics import live_metrics
from toygan.parts.metrics.game import GAME_METRICS
from toygan.recipe import DEFAULT, Recipe, RecipeError
from toygan.runs.attempt import Attempt
from toygan.runs.record import Record
from toygan.runs.run import Run
from toygan.training import Population, Snapshot
from toygan.training.cost import cost, refuse_too_large

Clock = Callable[[], float]  # seconds since some moment

SAMPLES = 1000  # per measurement; of 25 equal modes each still gets 40
PACE = 2e-6  # seconds that the least call of torch takes (`Cost.time`), until iterations have been timed
SLOW, LONG = 0.1, 0.5  # seconds of an iteration that is to be taken aside, and of one that learners are told of
QUICK = [name for name in live_metrics() if name not in GAME_METRICS]  # that ask for no loss and no gradient
SOONEST, LATEST = 10, 50  # iterations from one measurement to the next, early and late in a run


def interval(step: int) -> int:
    """Iterations from a measurement at iteration `step` to the next: often at first, later such as to cost little."""
    return min(max(step // 20, SOONEST), LATEST)


def live_run(recipes: Sequence[Recipe], device: str = "cpu") -> Run:
    """A run that is measured as often as one plays, of what a learner may look at."""
    return Run(recipes, device, interval, SAMPLES, live_metrics())


class Session:
    """One recipe under `seeds` seeds at once, its own seed first; a change that cannot be live restarts.

    A wrong setting raises nothing: the run stays as it was, and `message` names field, value and what is allowed.
    Raises RecipeError where `seeds` is no whole number of at least 1, or leaves the range of seeds.
    """

    def __init__(
        self, recipe: Recipe = DEFAULT, seeds: int = 8, device: str = "cpu", clock: Clock = time.perf_counter
    ) -> None:
        self._settle(seeds, device, clock)
        self._start(recipe)

    @classmethod
    def of(cls, run: Run, clock: Clock = time.perf_counter) -> Session:
        """A session that goes on with a run (`live_run`) from where that stands."""
        new = cls.__new__(cls)
        new._settle(len(run.population.recipes), str(run.population.device), clock)
        new._take(run)
        return new

    def _settle(self, seeds: int, device: str, clock: Clock) -> None:
        self.seeds = seeds
        self._device, self._clock = device, clock
        self.playing = self._single = False  # to go on, and to pause after one iteration
        self._attempt: Attempt | None = None
        self._paces = deque([PACE, PACE], maxlen=2)  # of the last two iterations: one alone may have been held up
        self.message = ""  # what the last action did, or why it was refused
        self.refused = False
        self._focus = 0

    @property
    def population(self) -> Population:
        """The members as they stand."""
        return self.run.population

    @property
    def record(self) -> Record:
        """The measurements so far."""
        return self.run.record

    @property
    def recipe(self) -> Recipe:
        """The recipe of the first member, from which the others differ in the seed alone."""
        return self.population.recipes[0]

    @property
    def focus(self) -> int:
        """The member that is shown; ValueError for one that there is not."""
        return self._focus

    @focus.setter
    def focus(self, member: int) -> None:
        if type(member) is not int or not 0 <= member < self.seeds:
            raise ValueError(f"focus={member!r}: must be a whole number from 0 to {self.seeds - 1}")
        self._focus = member

    @property
    def iteration(self) -> int:
        """Updates of the generator so far."""
        return self.run.steps

    def _start(self, recipe: Recipe) -> None:
        self._take(live_run(recipe.seeds(self.seeds), self._device))

    def _take(self, run: Run) -> None:
        self.run = run
        self._changed()
        first = self.population.snapshot(SAMPLES, None, QUICK) if self.slow else None
        self.measure(first)

    def _changed(self) -> None:
        """The next iteration is another one than it was."""
        self.give_up()
        self._calls = cost(self.recipe, self.seeds).time

    @property
    def seconds(self) -> float:
        """How long an iteration takes: by what it costs, and by how long the last ones took."""
        return self._calls * min(self._paces)

    @property
    def slow(self) -> bool:
        """Whether the next iteration is to be taken aside, by `attempt`: during `advance` nothing is heard."""
        return self.seconds > SLOW

    def measure(self, taken: Snapshot | None = None) -> Snapshot:
        """The snapshot of the present iteration, a new one unless it was `taken` before; it goes into the record."""
        self.snapshot = self.run.measure(taken)
        self.diagnoses = diagnose_all(self.record)
        if not self.snapshot.alive.any():
            self.playing = False
            self.say("every seed has diverged: change a setting and reset")
        return self.snapshot

    def play(self, single: bool = False) -> None:
        """From now on `advance` is to be called, until `playing` is False, where `single` after one iteration."""
        self.say("")
        self.playing, self._single = True, single
        if not self.snapshot.alive.any():
            self.measure()

    def pause(self) -> None:
        """Stops playing, and measures where the run stands, unless that takes long."""
        self.say("")
        self.playing = False
        self.give_up()
        if not self.slow:
            self.measure()

    def advance(self, seconds: float) -> None:
        """Iterations until the time is used up, at least one, measured as often as costs little beside training."""
        if self._single:
            self.step()
            return
        now = self._clock()
        end = now + seconds
        while True:
            start = now
            self.run.step()
            if self.run.due and not self.measure().alive.any():
                break
            now = self._clock()
            self._time(now - start)
            if now >= end:
                break

    def attempt(self) -> Attempt:
        """The next iteration, to be taken aside: whatever stops or changes the run gives it up."""
        self._attempt = Attempt(self.run, self._single)
        return self._attempt

    def take(self, attempt: Attempt, seconds: float) -> None:
        """Stands where an attempt has come in so many seconds, unless it was given up."""
        if attempt.given_up:
            return
        self._time(seconds)
        if (taken := attempt.take()) is not None:
            self.measure(taken)
        if self._single:
            self.playing = False

    def give_up(self) -> None:
        """Ends the iteration that is under way, as if it had never begun."""
        if self._attempt is not None:
            self._attempt.given_up = True

    def _time(self, seconds: float) -> None:
        self._paces.append(seconds / self._calls)

    def step(self) -> None:
        """One iteration, measured."""
        self.say("")
        self.playing = False
        self.give_up()
        attempt = Attempt(self.run)  # interrupted, it leaves the run as it was
        attempt.work()
        attempt.take()
        self.measure()

    def reset(self) -> None:
        """The same recipe from iteration 0, with every setting as it is now: equal settings give an equal run."""
        self.say("")
        self.playing = False
        self._start(self.recipe)

    def set(self, field: str, value: Any) -> bool:
        """Changes a field of the recipe, or one regularizer's strength as "regularizers.r1" (None takes it away).

        Returns whether that was allowed.
        """
        old = self.recipe
        try:
            new = _with(old, field, value)
            if new == old:
                return True
            restart = old.needs_restart(new)
            if restart is None:
                self.run.change(new.seeds(self.seeds))
                self._changed()
            else:
                self._start(new)
        except RecipeError as error:
            self.say(str(error), refused=True)
            return False
        effect = "a new run" if restart else f"from iteration {self.iteration:,} on"
        self.say(f"{field} = {'off' if value is None else _words(value)}: {effect}")
        if restart is None and not self.playing and not self.slow:
            self.measure()
        return True

    def weigh(self, field: str, value: Any) -> None:
        """Finds out what a change would cost, so that `set` need not: of many penalties at once, half a minute."""
        with contextlib.suppress(RecipeError):
            refuse_too_large(_with(self.recipe, field, value), self.seeds)

    def say(self, message: str, refused: bool = False) -> None:
        """Puts a message where the user sees it, until the next one."""
        self.message, self.refused = message, refused

    @property
    def diagnosis(self) -> Diagnosis:
        """What goes on in the member in focus."""
        return self.diagnoses[self.focus]

    @property
    def verdict(self) -> str:
        """What goes on, in a few words: the verdict on the member in focus, and how many seeds share it."""
        return told(self.diagnoses, self.focus)["verdict"]

    @property
    def status(self) -> str:
        """Where the run stands, in one line: iteration, how the seed in focus stands, how the others do."""
        where = f"iteration {self.iteration:,} · {status(self.snapshot, self.focus, self.population.diverged_at)}"
        return f"{where} · one iteration takes about {_duration(self.seconds)}" if self.seconds > LONG else where


def _with(recipe: Recipe, field: str, value: Any) -> Recipe:
    group, _, name = field.partition(".")
    if not name:
        return recipe.but(**{field: value})
    if group != "regularizers":
        raise RecipeError(field, value, "only regularizers have parts, as in regularizers.r1")
    strengths = {other: strength for other, strength in recipe.regularizers.items() if other != name}
    return recipe.but(regularizers=strengths if value is None else {**strengths, name: value})


def _duration(seconds: float) -> str:
    """A length of time in one digit, since that is what is known of it."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{float(f'{seconds / size:.0e}'):,g} {unit}"
    return f"{float(f'{seconds:.0e}'):g} s"


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(strength)}" for name, strength in value.items()) or "none"
    return str(value)
