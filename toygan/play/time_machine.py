"""A fleet that plays and can go back: what the time line of a live view needs, without a widget."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

from toygan.panels.pins import Pin, Pins
from toygan.play.alone import alone
from toygan.play.fleet_session import FleetSession
from toygan.play.slow_motion import Slow, Stage
from toygan.runs.fleet import Fleet
from toygan.runs.history import STRIDE
from toygan.runs.run import Run

MOST_BYTES = 40 * 2**20  # of the bookmarks of all runs of a session
RECORD_BYTES = 24 * 2**20  # of what they have measured
REPEAT_SECONDS = 1.0  # from a bookmark to the iteration before the next, at most, until memory is short
MOST_MARKS = 200  # on a time line, which has no room for more


class TimeMark(NamedTuple):
    """An iteration of a time line that has a meaning: its kind is "best" (the least distance) or "change"."""

    step: int
    kind: str
    words: str


def finish(travel: Generator[int, None, bool]) -> bool:
    """Go all of the way; return whether it was possible."""
    while True:
        try:
            next(travel)
        except StopIteration as end:
            return bool(end.value)


class TimeMachine(FleetSession):
    """A fleet that plays and can go back to any of its iterations, within a budget of memory.

    What followed is repeated to the last bit, the changes of settings included, until a setting changes in another way.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.pins = Pins()
        super().__init__(fleet)

    _focus = 0
    _slow: Slow | None = None  # the newest iteration in slow motion
    _changes: list[TimeMark]
    _landed: int | None  # the iteration at which the changes that were made there are still to be repeated

    def _measure_start(self) -> None:
        self._changes, self._landed, self._said = [], None, False
        for run in self.fleet.runs:
            if run.past.history is None:
                stride = int(REPEAT_SECONDS / max(self.fleet.estimate(run), REPEAT_SECONDS / STRIDE))
                run.past.remember(run.population.state, MOST_BYTES, max(1, stride))
        self._share_memory()
        super()._measure_start()

    def _share_memory(self) -> None:
        """Give each run the same share of the budgets."""
        for run in self.fleet.runs:
            run.record.bound(RECORD_BYTES / len(self.fleet.runs))
            if run.past.history is not None:
                run.past.history.limit(MOST_BYTES // len(self.fleet.runs))

    @property
    def seeds(self) -> int:
        """The number of seeds."""
        raise NotImplementedError

    @property
    def focus(self) -> int:
        """The seed that is shown, by its number; ValueError for a number that no seed has."""
        return self._focus

    @focus.setter
    def focus(self, member: int) -> None:
        if type(member) is not int or not 0 <= member < self.seeds:
            raise ValueError(f"focus={member!r}: must be a whole number from 0 to {self.seeds - 1}")
        self._focus = member

    @property
    def choices(self) -> int:
        return self.seeds

    @property
    def first(self) -> int:
        """The first iteration that it can go back to."""
        return max(run.past.first for run in self.fleet.working or self.fleet.runs)

    @property
    def reached(self) -> int:
        """The last iteration that it has been at."""
        return min(run.past.reached for run in self.fleet.working or self.fleet.runs)

    @property
    def repeats(self) -> bool:
        """True if the next iteration was trained before."""
        return self.iteration < self.reached

    def travel(self, step: int) -> Generator[int, None, bool]:
        """Go to an iteration that it has been at, in steps that each take the time of one; yield each on the way.

        Returns False, and says why, if that cannot be. It can be given up before its end: nothing has changed then.
        """
        if type(step) is not int or not self.first <= step <= self.reached:
            self.say(f"iteration={step!r}: must be from {self.first} to {self.reached}", refused=True)
            return False
        self._halt()
        if step == self.iteration:
            return True
        try:
            yield from self.fleet.travel(step)
        except ValueError as error:
            self.say(str(error), refused=True)
            return False
        self.fleet.measure(self._quick_look)
        self._landed = step
        parted = max(run.past.parted for run in self.fleet.runs)
        rounded = f"; up to {parted:,} it trained beside others: rounded differently" if step < parted else ""
        self.say(f"back at iteration {step:,}{rounded}" if self.repeats else "")
        self._stop_at_end()
        return True

    # Slow motion.

    @property
    def places(self) -> list[tuple[Run, int]]:
        """The run of each side, and the member of it that is shown."""
        raise NotImplementedError

    @alone
    def next_stage(self) -> tuple[Stage, ...]:
        """Show the next stage of an iteration in slow motion; after the last one, the iteration is over.

        Whatever else is done first ends it, as if it had not begun.

        Returns:
            The stage of each side; none once the iteration is over.
        """
        if self._slow is None or not self.stages:
            self._halt()
            for run in self.fleet.working:
                run.prepare_again()
            self._slow = Slow([(run.population, member) for run, member in self.places])
        else:
            self._slow.at += 1
        if stages := self.stages:
            self.say(stages[0].caption)
            return stages
        ends = {id(run): end for (run, _), end in zip(self.places, self._slow.ends, strict=True)}
        for run in self.fleet.working:
            run.take(ends[id(run)]) if id(run) in ends else run.step()
        if not self.slow:
            self.fleet.measure()
        self.say("the iteration is over")
        self._stop_at_end()
        return ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stage of each side of an iteration in slow motion; none at a whole iteration."""
        if self._slow is None:
            return ()
        return self._slow.stages_at([(run.population, member) for run, member in self.places])

    @property
    def slow_motion(self) -> Slow | None:
        """The iteration that is shown in slow motion; None at a whole iteration."""
        return self._slow if self.stages else None

    @property
    def between(self) -> bool:
        return bool(self.stages)

    @alone
    def go_to(self, step: int) -> bool:
        """Go to an iteration that it has been at; return False, and say why, if that cannot be."""
        return finish(self.travel(step))

    def estimate_travel(self, step: int) -> float:
        """Return the seconds that it takes to go to an iteration."""
        runs = self.fleet.working
        return sum(run.past.distance(step, run.population) * self.fleet.estimate(run) for run in runs)

    # Pins, which stay through every reset and change.

    def _new_pins(self) -> list[Pin]:
        """Return pins of the present runs: by subclasses."""
        raise NotImplementedError

    @alone
    def pin(self) -> bool:
        """Let the curves so far stay behind those of later runs; return False, and say why, if there are none yet."""
        if self.iteration == self.first:
            self.say("pin: nothing was trained yet", refused=True)
            return False
        for pin in self._new_pins():
            self.pins.add(pin)
        self.say("pinned: its curves stay, in grey; change a setting or reset, and compare")
        return True

    @alone
    def unpin(self) -> bool:
        """Take away the curves that were pinned last; return False if there are none."""
        there = len(self.pins) > 0
        self.pins.remove()
        return there

    @property
    def _pin_offers(self) -> dict[str, str]:
        return {"pin": "Pin" if self.iteration > self.first else "", "unpin": "Unpin" if len(self.pins) else ""}

    @alone
    def advance(self, seconds: float) -> None:
        """Train for this many seconds, as `FleetSession.advance`."""
        super().advance(seconds)
        departed = [run.engine.departed for run in self.fleet.runs if run.engine.departed is not None]
        if departed and not self._said:
            self._said = True
            self.say(f"repeated from iteration {min(departed):,} on without its compiled program: rounded differently")

    def _note(self, words: str) -> None:
        self._mark(words)

    def _mark(self, words: str) -> None:
        """Note on the time line what has changed at the present iteration; later changes are gone."""
        last = self.iteration - (self._landed == self.iteration)
        self._landed = None
        self._changes = [mark for mark in self._changes if mark.step <= last][-MOST_MARKS:]
        self._changes.append(TimeMark(self.iteration, "change", words))

    @property
    def marks(self) -> list[TimeMark]:
        """The marks of the time line, rising: the changes, and the iteration of the least distance."""
        return sorted([*self._changes, *self._best_marks()])

    def _best_marks(self) -> list[TimeMark]:
        """Return a mark for the iteration of the least distance, if it is known: by subclasses."""
        return []

    @property
    def timeline(self) -> dict[str, Any]:
        marks = [mark for mark in self.marks if self.first <= mark.step <= self.reached]
        return {"first": self.first, "reached": self.reached, "at": self.iteration, "marks": marks}
