"""A run that can be played, stepped, changed and reset: all of the live view that needs no widget."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from toygan.measure.diagnosis import Diagnosis, diagnose_all, told
from toygan.measure.words import status
from toygan.parts.metrics import live_metrics
from toygan.recipe import DEFAULT, Recipe, RecipeError
from toygan.runs.record import Record
from toygan.runs.run import Run
from toygan.training import Population, Snapshot

Clock = Callable[[], float]  # seconds since some moment

SAMPLES = 1000  # per measurement; of 25 equal modes each still gets 40
SOONEST, LATEST = 10, 50  # iterations from one measurement to the next, early and late in a run


def interval(step: int) -> int:
    """Iterations from a measurement at iteration `step` to the next: often at first, later such as to cost little."""
    return min(max(step // 20, SOONEST), LATEST)


class Session:
    """One recipe under `seeds` seeds at once, its own seed first; a change that cannot be live restarts.

    A wrong setting raises nothing: the run stays as it was, and `message` names field, value and what is allowed.
    Raises RecipeError where `seeds` is no whole number of at least 1, or leaves the range of seeds.
    """

    def __init__(
        self, recipe: Recipe = DEFAULT, seeds: int = 8, device: str = "cpu", clock: Clock = time.perf_counter
    ) -> None:
        self.seeds = seeds
        self._device, self._clock = device, clock
        self.playing = False
        self.message = ""  # what the last action did, or why it was refused
        self.refused = False
        self._focus = 0
        self._start(recipe)

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
        self.run = Run(recipe.seeds(self.seeds), self._device, interval, SAMPLES, live_metrics())
        self.measure()

    def measure(self) -> Snapshot:
        """The snapshot of the present iteration, which also goes into the record."""
        self.snapshot = self.run.measure()
        self.diagnoses = diagnose_all(self.record)
        if not self.snapshot.alive.any():
            self.playing = False
            self.say("every seed has diverged: change a setting and reset")
        return self.snapshot

    def play(self) -> None:
        """From now on `advance` is to be called, until `playing` is False."""
        self.say("")
        self.playing = True
        if not self.snapshot.alive.any():
            self.measure()

    def pause(self) -> None:
        """Stops playing, and measures where the run stands."""
        self.say("")
        self.playing = False
        self.measure()

    def advance(self, seconds: float) -> None:
        """Iterations until the time is used up, at least one, measured as often as costs little beside training."""
        end = self._clock() + seconds
        while True:
            self.run.step()
            if self.run.due and not self.measure().alive.any():
                break
            if self._clock() >= end:
                break

    def step(self) -> None:
        """One iteration, measured."""
        self.say("")
        self.playing = False
        self.run.step()
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
            new = _changed(old, field, value)
            if new == old:
                return True
            restart = old.needs_restart(new)
            if restart is None:
                self.run.change(new.seeds(self.seeds))
            else:
                self._start(new)
        except RecipeError as error:
            self.say(str(error), refused=True)
            return False
        effect = "a new run" if restart else f"from iteration {self.iteration:,} on"
        self.say(f"{field} = {'off' if value is None else _words(value)}: {effect}")
        if restart is None and not self.playing:
            self.measure()
        return True

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
        return f"iteration {self.iteration:,} · {status(self.snapshot, self.focus, self.population.diverged_at)}"


def _changed(recipe: Recipe, field: str, value: Any) -> Recipe:
    group, _, name = field.partition(".")
    if not name:
        return recipe.but(**{field: value})
    if group != "regularizers":
        raise RecipeError(field, value, "only regularizers have parts, as in regularizers.r1")
    strengths = {other: strength for other, strength in recipe.regularizers.items() if other != name}
    return recipe.but(regularizers=strengths if value is None else {**strengths, name: value})


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(strength)}" for name, strength in value.items()) or "none"
    return str(value)
