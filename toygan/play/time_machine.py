"""A fleet that plays and can go back: what the time line of a live view needs, without a widget."""

from __future__ import annotations

from typing import Any, NamedTuple

from toygan.play.alone import alone
from toygan.play.fleet_session import FleetSession
from toygan.runs.history import STRIDE

MOST_BYTES = 40 * 2**20  # of the bookmarks of all runs of a session
REPEAT_SECONDS = 1.0  # from a bookmark to the iteration before the next, at most, until memory is short
MOST_MARKS = 200  # on a time line, which has no room for more


class TimeMark(NamedTuple):
    """An iteration of a time line that has a meaning: its kind is "best" (the least distance) or "change"."""

    step: int
    kind: str
    words: str


class TimeMachine(FleetSession):
    """A fleet that plays and can go back to any of its iterations, within a budget of memory.

    What followed is repeated to the last bit, the changes of settings included, until a setting changes in another way.
    """

    _focus = 0
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
        """Give each run the same share of the budget."""
        for run in self.fleet.runs:
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

    @alone
    def go_to(self, step: int) -> bool:
        """Go to an iteration that it has been at; return False, and say why, if that cannot be."""
        if type(step) is not int or not self.first <= step <= self.reached:
            self.say(f"iteration={step!r}: must be from {self.first} to {self.reached}", refused=True)
            return False
        self._halt()
        if step == self.iteration:
            return True
        try:
            self.fleet.go_to(step)
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

    @alone
    def advance(self, seconds: float) -> None:
        """Train for this many seconds, as `FleetSession.advance`."""
        super().advance(seconds)
        departed = [run.engine.departed for run in self.fleet.runs if run.engine.departed is not None]
        if departed and not self._said:
            self._said = True
            self.say(f"repeated from iteration {min(departed):,} on without its compiled program: rounded differently")

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
