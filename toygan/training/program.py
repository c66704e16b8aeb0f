"""A program: iterations of a population as calls of a function of tensors, without Python between the operations."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from operator import is_not
from pathlib import Path

import torch
from torch import Tensor

from toygan.compiler import background
from toygan.compiler.job import Job
from toygan.parts.menu import Menu
from toygan.recipe import KNOBS
from toygan.training.capture import Trace, Traceable, capture, contiguous, draw, inputs
from toygan.training.replay import Call, replay
from toygan.training.tracer import Untraceable

ROUNDING = 1e-3, 1e-5  # relative and absolute difference after one iteration that a compiler may make
AHEAD = 1000  # iterations for which all traces are captured at once
MOST = 8  # traces of a program: a step that asks ever new questions about its iteration stays step by step


def interpret(trace: Trace, like: Sequence[Tensor]) -> Call:
    """Return a call that takes the operations one by one, in Python; `like` are inputs of the right shapes."""
    return lambda tensors: trace.graph(*tensors)


def script(trace: Trace, like: Sequence[Tensor]) -> Call:
    """Return a call that takes the operations one by one, without Python; `like` are inputs of the right shapes.

    On CUDA they are replayed as a whole, if that is possible.
    """
    # For good, since warnings.catch_warnings would change what other threads see.
    warnings.filterwarnings("ignore", r"`torch\.jit\.trace", DeprecationWarning)
    with torch.no_grad():
        try:
            function = torch.jit.trace(trace.graph, tuple(like), check_trace=False)  # type: ignore[no-untyped-call]
        except Exception:  # a release without it, or operations that it does not know
            return interpret(trace, like)

    def call(tensors: list[Tensor]) -> Sequence[Tensor]:
        # Optimised, it adds up some sums in another order than the step does.
        with torch.no_grad(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            result: Sequence[Tensor] = function(*tensors)
        return result

    return replay(call, like) if like[0].is_cuda else call


def shape_of(population: Traceable) -> str:
    """Return what a program of the population has fixed: all but numbers of the members, as one line."""
    first, members = population.recipes[0], population.recipes
    fields = [how.shape_part(getattr(first, name)) for name, how in KNOBS.items()]
    counts = [[r.regularizers[name] for r in members] for name, part in first.parts.regularizers.items() if part.whole]
    averaged = any(recipe.ema for recipe in members)
    return repr((Menu.changes, fields, counts, len(members), averaged, population.device, population.dtype))


class Program:
    """The iterations of populations of one shape, each as one call.

    Args:
        population: A population; it does not change. The program serves all of its shape.
        run: Makes the call of a trace.
    Raises:
        Untraceable: If a step is more than operations on tensors.
    """

    def __init__(self, population: Traceable, run: Callable[[Trace, Sequence[Tensor]], Call] = script) -> None:
        self.shape, self.device, self.compiled = shape_of(population), population.device, False
        self.traces = tuple(_traces(population))
        self._like = [example(trace, population) for trace in self.traces]
        thetas = population.game.generator.theta, population.game.discriminator.theta
        self._kinds = [(x.shape, x.dtype, x.device) for x in thetas]
        self._known: Sequence[Tensor] = self._like[0]  # inputs whose kind and order are known to be right
        self.use(run)

    @property
    def examples(self) -> list[tuple[Trace, list[Tensor]]]:
        """Each trace, with inputs of the right shapes."""
        return list(zip(self.traces, self._like, strict=True))

    def use(self, run: Callable[[Trace, Sequence[Tensor]], Call]) -> None:
        """Take the calls that `run` makes from now on."""
        self._calls = [run(trace, like) for trace, like in self.examples]

    def list_jobs(self) -> list[Job]:
        """Return what the compiler has to do."""
        return [Job.of(trace.graph, like) for trace, like in self.examples]

    def take(self, libraries: Sequence[Path]) -> Program:
        """Return the same program by compiled libraries, one for each trace.

        Raises Untraceable if they cannot be loaded or give other numbers.
        """
        from toygan.compiler.library import load

        try:
            calls = [load(path) for path in libraries]
            results = [call(like) for call, like in zip(calls, self._like, strict=True)]
        except Exception as error:  # of torch or of the system
            raise Untraceable(f"cannot be loaded when it is compiled ({error})".splitlines()[0][:200]) from error
        for result, before, like in zip(results, self._calls, self._like, strict=True):
            for found, expected in zip(result, before(like), strict=True):
                if not torch.allclose(found.double(), expected.double(), *ROUNDING, equal_nan=True):
                    raise Untraceable("gives other numbers when it is compiled")
        one = copy(self)
        one._calls, one.compiled = calls, True
        return one

    def compile(self) -> tuple[Program, str]:
        """Wait for the compiler; return the program that it makes, or this one, and in words what it is."""
        if self.device.type != "cpu":
            return self, f"captured: programs are compiled for the CPU, and this population is on {self.device}"
        if background.is_off():
            return self, f"captured: {background.SWITCH}=0 turns the compiler off"
        if not background.has_compiler():
            return self, "captured: no C++ compiler is found, or it has failed too often"
        libraries = background.compile_now(self.list_jobs())
        if libraries is None:
            return self, "captured: the compiler has failed, or leaves operations of the step to torch"
        try:
            return self.take(libraries), "compiled"
        except Untraceable as error:
            return self, f"captured: the step {error}"

    @property
    def operations(self) -> int:
        """The number of operations of all traces."""
        return sum(len(trace.graph.graph.nodes) for trace in self.traces)

    def fits(self, population: Traceable) -> bool:
        """Return True if the program serves populations of this shape."""
        return self.shape == shape_of(population)

    def step(self, population: Traceable) -> bool:
        """Train a population for one iteration; return False if no trace holds for it, and nothing has changed."""
        game = population.game
        found = next((i for i, trace in enumerate(self.traces) if trace.holds(game.steps)), None)
        if found is None:
            return False
        now = inputs(population)
        if any(map(is_not, now, self._known)):
            if not self._suits(population):
                return False
            now = contiguous(now)
        trace, call = self.traces[found], self._calls[found]
        results = call([*now, *draw(game.source, trace.requests), *trace.constants])
        population.put_moving(results)
        self._known = [*results, *now[len(results) :]]
        game.steps += 1
        game.apply_schedule()
        return True

    def _suits(self, population: Traceable) -> bool:
        """Return False if parameters of another kind were assigned, which a library would not notice."""
        thetas = population.game.generator.theta, population.game.discriminator.theta
        return all((x.shape, x.dtype, x.device) == kind for x, kind in zip(thetas, self._kinds, strict=True))


def example(trace: Trace, population: Traceable) -> list[Tensor]:
    """Return inputs of a trace as they are for the next iteration; nothing changes."""
    return [*contiguous(inputs(population)), *draw(population.game.source.fork(), trace.requests), *trace.constants]


def _traces(population: Traceable) -> Iterator[Trace]:
    """Yield traces, one of which holds for each of the next iterations."""
    found: list[Trace] = []
    one = population.fork()
    start = one.game.steps
    for one.game.steps in range(start, start + AHEAD):
        if not any(trace.holds(one.game.steps) for trace in found):
            if len(found) == MOST:
                raise Untraceable(f"takes other operations in each of {MOST} iterations")
            found.append(capture(one))
            yield found[-1]
