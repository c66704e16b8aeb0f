"""The choice of how a run computes its iterations: step by step at first, by a program as soon as that pays."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from toygan.compiler import background
from toygan.compiler.job import Job
from toygan.training import Population
from toygan.training.capture import Untraceable
from toygan.training.program import Program, shape_of

STEP_BY_STEP, CAPTURED, COMPILED = "step by step", "captured", "compiled"
CAPTURE_SECONDS, COMPILE_SECONDS = 1.0, 15.0  # what they are expected to take
WORTH = 3  # times as long as it takes: what is left to train must be more before something is prepared
OPEN = 4  # times as long as it has trained: what is left of a run without an end
OFTEN = 16  # iterations between two thoughts about it
SWITCH = "TOYGAN_COMPILE"  # "0" in the environment turns programs off


class Engine:
    """What computes the iterations of one run; `history` holds the iteration of each change, and what came then.

    Captured iterations are those of the step to the last bit; compiled ones are rounded differently.

    Args:
        clock: Seconds since some moment.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._start, self._done = clock(), 0
        self._shared: _Shared | None = None
        self._recipes: object = None
        self.history: list[tuple[int, str]] = [(0, STEP_BY_STEP)]

    @property
    def name(self) -> str:
        """How the next iteration is computed."""
        return self.history[-1][1]

    def prepare(self, population: Population, left: int | None) -> None:
        """Give the population its program, if it is ready, before an iteration; `left` are still to be trained."""
        if population.recipes is not self._recipes:
            self._recipes, self._shared = population.recipes, _find(population)
        if self._shared is None:
            return
        self._done += 1
        if self._done % OFTEN == 0:
            passed = self._clock() - self._start
            self._shared.want(population, OPEN * passed if left is None else left * passed / self._done)
        population.program = self._shared.program
        if self._shared.name != self.name:
            self.history.append((population.steps, self._shared.name))


class _Shared:
    """The program of all populations of one shape in this process."""

    def __init__(self) -> None:
        self.program: Program | None = None
        self.name = STEP_BY_STEP
        self._asked: set[str] = set()

    def want(self, population: Population, seconds: float) -> None:
        """Prepare what pays if so many seconds are left to train, in a thread, once."""
        if self.name == STEP_BY_STEP and seconds > WORTH * CAPTURE_SECONDS:
            self._once(CAPTURED, self._capture, population.fork())
        elif self.name == CAPTURED and seconds > WORTH * COMPILE_SECONDS and background.has_compiler():
            self._once(COMPILED, self._compile)

    def _once(self, what: str, work: Callable[..., None], *arguments: object) -> None:
        if what not in self._asked:
            self._asked.add(what)
            threading.Thread(target=work, args=arguments, name=f"toygan {what}").start()

    def _capture(self, population: Population) -> None:
        try:
            program = Program(population)
        except Untraceable:
            return
        self.program, self.name = program, CAPTURED
        if population.device.type == "cpu" and (libraries := background.find(self._jobs())) is not None:
            self._take(libraries)

    def _jobs(self) -> list[Job]:
        assert self.program is not None
        return [Job.of(trace.graph, like) for trace, like in self.program.examples]

    def _compile(self) -> None:
        background.start(self._jobs(), self._take)

    def _take(self, libraries: list[Path]) -> None:
        from toygan.compiler.library import load

        assert self.program is not None
        calls = iter([load(path) for path in libraries])
        self.program.use(lambda trace, like: next(calls))
        self.name = COMPILED


def _find(population: Population) -> _Shared | None:
    """Return what populations of this shape share, or None if programs are turned off."""
    if os.environ.get(SWITCH) == "0":
        return None
    return _share(shape_of(population))


@lru_cache(maxsize=32)
def _share(shape: str) -> _Shared:
    return _Shared()
