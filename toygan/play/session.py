"""One recipe under several seeds that can be played, changed and reset: all of the live view that needs no widget."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Generator, Sequence
from typing import Any

from toygan.identity import describe_file, list_changes
from toygan.limits import refuse_too_large
from toygan.measure.advice import advice, describe_changes, remedies
from toygan.measure.diagnosis import Diagnosis
from toygan.measure.shares import describe, tell_grounds
from toygan.measure.terms import Term, list_terms
from toygan.measure.words import label, status
from toygan.panels.picture import headline, seeds_line
from toygan.panels.pins import Pin
from toygan.panels.seeds import sorts
from toygan.parts.metrics import live_metrics
from toygan.play.alone import alone
from toygan.play.fleet_session import Diagnosed, Interval
from toygan.play.settings import describe_value, with_value
from toygan.play.time_machine import TimeMachine, TimeMark
from toygan.recipe import DEFAULT, KNOBS, MOST_SEEDS, Recipe, RecipeError, check_count, check_recipe
from toygan.remedy import RemedySearch, TriedRemedy
from toygan.runs.fleet import Clock, Fleet
from toygan.runs.record import DISTANCE, Record
from toygan.runs.run import Run
from toygan.text import describe_error, format_number, round_to, short
from toygan.training import Population, Snapshot, State, StateError

SAMPLES = 1000  # of each measurement; of 25 equal modes each still gets 40
LONG_SECONDS = 0.5  # of an iteration, above which the status line states the time
INTERVAL = Interval(per=10, soonest=10, latest=50)  # often at first, later rarely enough to cost little


class Session(TimeMachine):
    """One recipe under several seeds at once; a change that cannot be live restarts the run.

    A wrong setting raises nothing: the run stays as it was, and `message` names the field, the value and what is
    allowed.

    Args:
        recipe: The recipe; its own seed is the first.
        seeds: The number of seeds.
        device: The device on which they train.
        clock: Seconds since some moment.
    Raises:
        RecipeError: If `seeds` is not a whole number from 1 to 4096, or leaves the range of seeds; if the device is not
            here, or an iteration needs more memory than is allowed.
    Example:
        >>> from toygan import Recipe, Session
        >>> session = Session(Recipe(width=4, batch=8), seeds=2)
        >>> session.set("lr_g", 0.01), session.message
        (True, 'lr_g = 0.01: from iteration 0 on')
        >>> session.step()
        >>> session.iteration
        1
    """

    def __init__(
        self, recipe: Recipe = DEFAULT, seeds: int = 8, device: str = "cpu", clock: Clock = time.perf_counter
    ) -> None:
        check_recipe("recipe", recipe)
        check_count("seeds", seeds, MOST_SEEDS)
        self._earlier: list[Recipe] = []  # before each remedy that was applied and not undone
        members = recipe.seeds(seeds)
        super().__init__(Fleet(members, device, INTERVAL, SAMPLES, live_metrics(), clock=clock))

    @classmethod
    def from_run(cls, run: Run, clock: Clock = time.perf_counter) -> Session:
        """Return a session that continues a run from its present iteration."""
        session = cls.__new__(cls)
        session._earlier = []
        TimeMachine.__init__(session, Fleet.from_run(run, clock))
        return session

    @classmethod
    def from_state(cls, state: State, device: str = "cpu", clock: Clock = time.perf_counter) -> Session:
        """Return a session that continues from a state.

        Args:
            state: The state of one recipe under several seeds.
            device: The device on which they train.
            clock: Seconds since some moment.
        Returns:
            The session at the state's iteration; a reset starts again at iteration 0.
        Raises:
            StateError: If its members are not one recipe under seeds that follow one another.
            RecipeError: If an iteration needs more memory than is allowed.
        Example:
            >>> from toygan import Population, Recipe, Session
            >>> population = Population(Recipe(width=4, batch=8).seeds(2))
            >>> population.run(3)
            >>> Session.from_state(population.state).iteration
            3
        """
        refuse_several_recipes(state)
        refuse_too_large(state.recipes[0], len(state.recipes))
        population, record = Population.restore(state, device), Record()
        record.path.add(population)
        run = Run.resume(population, record, every=INTERVAL, n=SAMPLES, metrics=live_metrics())
        return cls.from_run(run, clock)

    every_seed = False  # True while all seeds are shown at once
    sort = "seed"  # what they are sorted by, one of `SORTS`

    @alone
    def show_seeds(self, sort: str | None = None) -> None:
        """Show all seeds at once.

        Args:
            sort: "seed", "distance" or "modes covered", the best first [default: as before].
        Raises:
            ValueError: If they cannot be sorted by that.
        """
        if sort is not None and sort not in (known := sorts(self.recipe)):
            raise ValueError(f"sort={short(sort)}: must be one of {', '.join(known)}")
        self.every_seed, self.sort = True, sort or self.sort

    @alone
    def show_one(self) -> None:
        """Show the seed in focus alone again."""
        self.every_seed = False

    @property
    def run(self) -> Run:
        """The run of all seeds."""
        return self.fleet.runs[0]

    @property
    def population(self) -> Population:
        """The members at the present iteration."""
        return self.run.population

    @property
    def record(self) -> Record:
        """The measurements so far."""
        return self.run.record

    @property
    def snapshot(self) -> Snapshot:
        """The newest measurement."""
        return self.fleet.snapshot

    @property
    def recipe(self) -> Recipe:
        """The recipe of the first member; the others differ in the seed alone."""
        return self.population.recipes[0]

    @property
    def seeds(self) -> int:
        """The number of members."""
        return len(self.population.recipes)

    @alone
    def measure(self) -> Snapshot:
        """Measure the present iteration, and return its snapshot."""
        snapshot = self.run.measure()
        self._stop_at_end()
        return snapshot

    @alone
    def pause(self) -> None:
        """Stop, and measure the present iteration unless that takes long."""
        super().pause()
        if not self.slow:
            self.measure()

    # A change of the recipe.

    def set(self, field: str, value: Any) -> bool:
        """Change a field of the recipe, or a strength as "regularizers.r1" (None takes the regularizer away).

        Returns True if that was allowed.
        """
        new = self.propose(field, value)
        if new is not None:
            self.weigh(new)  # before the lock: a run that plays need not wait for it
        with self.lock:
            new = self.propose(field, value)
            return new is not None and self.apply(field, new)

    def propose(self, field: str, value: Any) -> Recipe | None:
        """Return the recipe with another value; None if it is not allowed, and then `message` says why."""
        try:
            return with_value(self.recipe, field, value)
        except RecipeError as error:
            self.say(str(error), refused=True)
            return None

    def weigh(self, recipe: Recipe) -> None:
        """Estimate the cost of a recipe ahead of `apply`: for many penalties at once it takes half a minute."""
        with contextlib.suppress(RecipeError):
            refuse_too_large(recipe, self.seeds)

    @alone
    def apply(self, field: str, new: Recipe) -> bool:
        """Continue with the recipe `new`, or restart if the field cannot change during a run.

        Returns False if it needs more memory than is allowed.
        """
        if new == self.recipe and not list_changes(self.recipe, new):
            return True
        if not self._switch(new, f"{field} = {describe_value(new, field)}"):
            return False
        self._earlier.clear()  # an undo would take back this change as well
        return True

    def _switch(self, new: Recipe, words: str) -> bool:
        restarts = self._needs_restart(new)
        try:
            members = new.seeds(self.seeds, renew=False)
            if restarts:
                return self._restart(members, f"{words}: a new run")
            self._change(members)
        except RecipeError as error:
            self.say(str(error), refused=True)
            return False
        except Exception as error:  # of a part of the user's own
            self.say(f"{words}: {describe_error(error)}", refused=True)
            return False
        file = describe_file(self.recipe)
        self.say(f"{words}: from iteration {self.iteration:,} on" + f"; {file}" * bool(file), changed=True)
        self._mark(words)
        self._stop_at_end()
        return True

    def _change(self, members: Sequence[Recipe]) -> None:
        """Continue with other recipes, measured unless that takes long; if they cannot be, the old ones stay."""
        before = self.run.mark()
        try:
            self.run.change(members)
            self.give_up()
            if not (self.playing or self.slow):
                self.measure()
        except BaseException:
            self.run.take_back(before)
            raise

    def _needs_restart(self, new: Recipe) -> bool:
        """Return True if the run cannot continue with a recipe, or with what its names stand for now."""
        changed = list_changes(self.recipe, new)
        return self.recipe.needs_restart(new) is not None or any(not KNOBS[field].live for field in changed)

    # A remedy, applied and undone.

    _advised: tuple[object, Recipe | None] = (None, None)  # the question that was answered last, and its answer

    @property
    def remedy(self) -> Recipe | None:
        """The recipe with the remedy that the diagnosis of the member in focus advises, or None."""
        asked = self.diagnosis.verdict, self.recipe, len(self._earlier)
        if self._advised[0] != asked:  # every frame asks, and each remedy builds a recipe
            found = remedies(self.diagnosis.verdict, self.recipe, self._earlier)
            self._advised = asked, next((changed for _, changed, _ in found), None)
        return self._advised[1]

    @alone
    def apply_remedy(self) -> bool:
        """Apply the remedy that the diagnosis advises; return False if there is none, or if it was refused."""
        before, after = self.recipe, self.remedy
        if after is None or not self._switch(after, f"applied: {describe_changes(before, after, 'was')}"):
            return False
        self._earlier.append(before)
        return True

    @alone
    def undo(self) -> bool:
        """Take back the remedy that was applied last; return False if there is none."""
        if not self._earlier:
            return False
        before, after = self.recipe, self._earlier[-1]
        if not self._switch(after, f"undone: {describe_changes(before, after, 'was')}"):
            return False
        self._earlier.pop()
        return True

    # A search for a remedy.

    @alone
    def search_remedy(
        self,
        seconds: float | None = None,
        iterations: int | None = None,
        networks: bool = False,
        jobs: int | None = None,
    ) -> RemedySearch:
        """Return a search for a remedy from where the run stands, to be run in any thread.

        Args:
            seconds: The time that it may take [default: 60 if no iterations are given].
            iterations: What it may spend in place of seconds, as for `find_remedy`.
            networks: True also changes the networks [default: False].
            jobs: Worker processes [default: all cores but one, and at least one].
        Returns:
            The search: its `run` returns what it has found, `followed` hears of its progress, `stop` ends it.
        Raises:
            RecipeError: If an argument is not allowed.
        """
        state = self.population.state if self.iteration else None
        workers = max(1, (os.cpu_count() or 1) - 1) if jobs is None else jobs
        return RemedySearch(self.recipe, seconds, iterations, state, networks=networks, jobs=workers)

    @alone
    def adopt(self, remedy: TriedRemedy) -> bool:
        """Continue with a remedy that was found, or start again with it if it was tried from the start.

        Args:
            remedy: A row of what a search has found.
        Returns:
            False, with the reason in `message`, if that is refused; `undo` takes the change back.
        """
        before = self.recipe
        words = f"applied: {describe_changes(before, remedy.recipe, 'was')}"
        if remedy.live:
            done = self._switch(remedy.recipe, words)
        else:
            self._halt()
            done = self._restart(remedy.recipe.seeds(self.seeds, renew=False), f"{words}: a new run")
        if done:
            self._earlier.append(before)
        return done

    @alone
    def reset(self) -> None:
        """Put every member at iteration 0, with every setting as it is now; earlier remedies cannot be undone then."""
        self._earlier.clear()
        super().reset()

    def travel(self, step: int) -> Generator[int, None, bool]:
        done = yield from super().travel(step)
        if done:
            self._earlier.clear()
        return done

    @alone
    def go_to(self, step: int) -> bool:
        """Go to an iteration that it has been at, as it was then; earlier remedies cannot be undone there.

        Args:
            step: The iteration, from `first` to `reached`.
        Returns:
            False, with the reason in `message`, if that cannot be.
        """
        return super().go_to(step)

    @alone
    def go_to_best(self) -> bool:
        """Go to the iteration at which the member in focus was closest to the data; `go_to(reached)` returns.

        Returns:
            False, with the reason in `message`, if that cannot be.
        """
        if (at := self.best_at) < 0:
            self.say(f"best iteration: {DISTANCE} was not measured yet", refused=True)
            return False
        reached, done = self.reached, self.go_to(at)
        if done:
            self.say(
                f"seed {self._seed} was closest to the data at iteration {at:,} of {reached:,}: play continues here"
            )
        return done

    @property
    def best_at(self) -> int:
        """The measured iteration at which the member in focus was closest to the data; -1 if there is none."""
        return int(self.record.best_at[self.focus]) if self.focus < len(self.record.best_at) else -1

    @property
    def _seed(self) -> int:
        return self.recipe.seed + self.focus

    def _new_pins(self) -> list[Pin]:
        return [Pin.from_record(self.record, self.recipe)]

    def _best_marks(self) -> list[TimeMark]:
        if (at := self.best_at) < 0:
            return []
        return [TimeMark(at, "best", f"seed {self._seed} closest to the data: least {label(DISTANCE)}")]

    @property
    def offers(self) -> dict[str, str]:
        remedy = self.remedy
        restarts = remedy is not None and self.recipe.needs_restart(remedy) is not None
        apply = "" if remedy is None else "Apply and restart" if restarts else "Apply"
        every = "" if self.seeds == 1 else "One seed" if self.every_seed else "All seeds"
        undo = "Undo" if self._earlier else ""
        return {"apply": apply, "undo": undo, "compare": "Compare", "all": every, **self._pin_offers}

    @property
    def sorting(self) -> dict[str, Any]:
        """The order of all seeds, and those that there are, by the names of `seeds.js`; empty while one is shown."""
        return {"sort": self.sort, "sorts": sorts(self.recipe)} if self.every_seed else {}

    # What is seen.

    @property
    def diagnoses(self) -> list[Diagnosis]:
        """The diagnosis of every member, as last measured."""
        return self._diagnose(self.run)

    @property
    def diagnosis(self) -> Diagnosis:
        """The diagnosis of the member in focus."""
        return self.diagnoses[self.focus]

    @property
    def words(self) -> dict[str, str]:
        """The diagnosis of the member in focus, by the names of `view.js`, and when it was made if that is not now."""
        words = self._in_words[0].copy()
        dated = self.diagnosis.evidence and self.diagnosis.verdict != "diverged"
        if (at := self._diagnosed_at(self.run)) < self.iteration and dated:
            words["evidence"] = ", ".join(filter(None, (words["evidence"], f"at iteration {at:,}")))
        if self._earlier:
            words["remedy"] = advice(self.diagnosis.verdict, self.recipe, self._earlier)
        return words

    _worded: tuple[Diagnosed, int, dict[str, str], str] | None = None  # diagnoses, a member, and both in words

    @property
    def _in_words(self) -> tuple[dict[str, str], str]:
        """The diagnosis of the member in focus, and its grounds; most frames have those of the frame before."""
        made = self._diagnosed(self.run)
        if self._worded is None or self._worded[0] is not made or self._worded[1] != self.focus:
            grounds = tell_grounds(made.found, self.focus, self.recipe.seed)
            self._worded = made, self.focus, describe(made.found, self.focus), grounds
        return self._worded[2:]

    @property
    def grounds(self) -> str:
        return self._in_words[1]

    @property
    def early(self) -> bool:
        return bool(self.diagnosis.pending)

    @property
    def places(self) -> list[tuple[Run, int]]:
        return [(self.run, self.focus)]

    @alone
    def list_terms(self) -> list[Term]:
        """Compute the terms of what both players of the member in focus minimise; the run is not changed."""
        return list_terms(self.population.probe(self.focus))

    @property
    def verdict(self) -> str:
        """The verdict on the member in focus, and how many seeds share it."""
        return self.words["verdict"]

    @property
    def status(self) -> str:
        """The run in one line: its iteration, the seed in focus, and the other seeds."""
        line = f"iteration {self.iteration:,} · {self._tell_newest()}"
        if self.snapshot.step < self.iteration:
            line += f" · measured at {self.snapshot.step:,}"
        return f"{line} · one iteration takes about {_duration(self.seconds)}" if self.seconds > LONG_SECONDS else line

    _told: tuple[Snapshot | None, int, bytes, str] = (None, 0, b"", "")  # a measurement, and it in words

    def _tell_newest(self) -> str:
        """Return the newest measurement in words; most frames have the words of the frame before."""
        newest, diverged_at = self.snapshot, self.population.diverged_at
        asked = self.focus, diverged_at.tobytes()
        if self._told[0] is not newest or self._told[1:3] != asked:
            self._told = newest, *asked, status(newest, self.focus, diverged_at)
        return self._told[3]

    @property
    def title(self) -> str:
        """Loss, regularizers and data in one line."""
        return headline(self.recipe)

    @property
    def about(self) -> str:
        """The seed that is drawn, and the number of seeds."""
        return seeds_line(self.recipe, self.seeds)

    @property
    def share(self) -> str:
        """The recipe as a line to share."""
        return self.recipe.to_string()


def refuse_several_recipes(state: State) -> None:
    """Raise StateError unless the members of a state are one recipe under seeds that follow one another."""
    first = state.recipes[0]
    for i, recipe in enumerate(state.recipes):
        different = next(
            (name for name in KNOBS if getattr(recipe, name) != getattr(first.amend(seed=recipe.seed), name)), None
        )
        field = different or ("seed" if recipe.seed != first.seed + i else None)
        if field is not None:
            value = getattr(recipe, field)
            allowed = "must be one recipe under seeds that follow one another; state.select([i]) takes one member"
            raise StateError(f"state: member {i} has {field}={value!r}; members {allowed}")


def _duration(seconds: float) -> str:
    """Return a length of time with one digit, which is as exact as the estimate."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{format_number(round_to(seconds / size, 1))} {unit}"
    return f"{format_number(round_to(seconds, 1))} s"
