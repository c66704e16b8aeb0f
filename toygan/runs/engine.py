"""The choice of how a run computes its iterations: step by step at first, by a program as soon as that pays."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from toygan.compiler import background
from toygan.training import Population
from toygan.training.program import Program, shape_of
from toygan.training.tracer import Untraceable

STEP_BY_STEP, CAPTURED, COMPILED = NAMES = ("step by step", "captured", "compiled")
CAPTURE_SECONDS, COMPILE_SECONDS = 0.3, 15.0  # what they are expected to take
OPERATIONS = 250  # of an iteration for which the compiler takes as long as that; more take longer
WORTH = 3  # times as long as it takes: what is left to train must be more before something is prepared
OPEN = 4  # times as long as it has trained: what is left of a run without an end
OFTEN = 16  # iterations between two thoughts about it
MOST_CHANGES = 1000  # the newest ones that are kept

_one_at_a_time = threading.Lock()  # of a slider that is dragged, each position may be a new shape


class Engine:
    """What computes the iterations of one run; `history` holds the iteration of each change, and what came then.

    Captured iterations are those of the step to the last bit; compiled ones are rounded differently.

    Args:
        clock: Seconds of work since some moment: where others are at work too, they delay a run and its compiler alike.
        history: That of the run which is continued, if it is one: if it was compiled, it is from the start again.
        later: Iterations of the same shape that are to be trained after this run.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.process_time,
        history: Sequence[tuple[int, str]] = ((0, STEP_BY_STEP),),
        later: int = 0,
    ) -> None:
        self._clock, self._later = clock, later
        self._start, self._done = clock(), -OFTEN  # iterations since then; at first, those that are not timed
        self._shared: _Shared | None = None
        self._recipes: object = None
        self.history = list(history)
        self.departed: int | None = None  # the iteration from which a repetition may be rounded differently

    @property
    def name(self) -> str:
        """How the next iteration is computed."""
        return self.history[-1][1]

    @property
    def compiled_since(self) -> int | None:
        """The first iteration that was compiled, or None."""
        return find_compiled(self.history)

    def prepare(self, population: Population, left: int | None) -> None:
        """Give the population its program, if it is ready, before an iteration; `left` are still to be trained."""
        if population.recipes is not self._recipes:
            self._turn_to(population)
        if self._shared is None:
            return
        self._done += 1
        if self._done == 0:  # what an engine does first takes longer than what follows
            self._start = self._clock()
        elif self._done > 0 and self._done % OFTEN == 0:
            passed = self._clock() - self._start
            pace = passed / self._done
            self._shared.want(population, OPEN * passed if left is None else (left + self._later) * pace)
        program = population.program = self._shared.program  # once: a thread may replace it meanwhile
        if (name := _name_of(program)) != self.name:
            self.history.append((population.steps, name))
            self._done = -OFTEN
            del self.history[1:-MOST_CHANGES]

    def repeat(self, population: Population) -> None:
        """Give the population the program by which its next iteration was computed before.

        If that is gone, `departed` is the iteration from which numbers are rounded differently.
        """
        if population.recipes is not self._recipes:
            self._turn_to(population)
        name = next(name for at, name in reversed(self.history) if at <= population.steps or at == self.history[0][0])
        shared = self._shared
        population.program = None if shared is None else shared.program if name == COMPILED else shared.captured
        if name == COMPILED and _name_of(population.program) != COMPILED and self.departed is None:
            self.departed = population.steps

    def forget_after(self, step: int) -> None:
        """Forget the changes after an iteration: from there on it is another run."""
        if self.history[-1][0] > step:
            self.history[1:] = [change for change in self.history[1:] if change[0] <= step]

    def _turn_to(self, population: Population) -> None:
        """Take what is shared by populations of this shape, which may be a new one."""
        before, self._recipes, self._shared = self._shared, population.recipes, _find(population)
        if self._shared is not before:
            self._done = -OFTEN
        if self._shared is not None and before is None and self.name == COMPILED:
            self._shared.continue_compiled(population)


class _Shared:
    """The program of all populations of one shape in this process."""

    def __init__(self) -> None:
        self.program: Program | None = None
        self.captured: Program | None = None  # the same before it was compiled
        self._asked: set[str] = set()

    def want(self, population: Population, seconds: float) -> None:
        """Prepare what pays if so many seconds are left to train, in a thread, once."""
        program = self.program
        if program is None:
            if seconds > WORTH * CAPTURE_SECONDS and CAPTURED not in self._asked:
                self._start_capture(population.fork())
        elif (
            COMPILED not in self._asked
            and population.device.type == "cpu"
            and seconds > WORTH * COMPILE_SECONDS * max(1.0, program.operations / OPERATIONS)
            and background.has_compiler()
            and background.start(program.list_jobs(), self._take)
        ):
            self._asked.add(COMPILED)

    def continue_compiled(self, population: Population) -> None:
        """Take the libraries of a run that is continued now, if they are still there; else log that they are not."""
        if self.program is None:
            self._asked.add(CAPTURED)
            self._capture(population.fork())
        if self.program is None or not self.program.compiled:
            until = f"a run was compiled up to iteration {population.steps}, and that program is not here"
            background.log(f"{until}: from there on it is rounded differently")

    def _start_capture(self, population: Population) -> None:
        if _one_at_a_time.acquire(blocking=False):
            self._asked.add(CAPTURED)
            threading.Thread(target=self._capture_and_release, args=(population,), name="toygan capture").start()

    def _capture_and_release(self, population: Population) -> None:
        try:
            self._capture(population)
        finally:
            _one_at_a_time.release()

    def _capture(self, population: Population) -> None:
        try:
            self.program = self.captured = program = Program(population)
        except Untraceable:
            return
        if population.device.type == "cpu" and (libraries := background.find(program.list_jobs())) is not None:
            self._take(libraries)

    def _take(self, libraries: list[Path]) -> None:
        assert self.program is not None
        self._asked.add(COMPILED)
        try:
            self.program = self.program.take(libraries)
        except Untraceable as error:
            background.log(f"a run continues without its compiled program: the step {error}")


def find_compiled(history: Sequence[tuple[int, str]]) -> int | None:
    """Return the first iteration that was compiled, or None."""
    return next((at for at, name in history if name == COMPILED), None)


def _name_of(program: Program | None) -> str:
    if program is None:
        return STEP_BY_STEP
    return COMPILED if program.compiled else CAPTURED


def _find(population: Population) -> _Shared | None:
    """Return what populations of this shape share, or None if programs are turned off."""
    if background.is_off():
        return None
    return _share(shape_of(population))


@lru_cache(maxsize=32)
def _share(shape: str) -> _Shared:
    return _Shared()
