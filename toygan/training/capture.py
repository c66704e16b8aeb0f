"""Capture of an iteration: the code that trains is run once, and the tensor operations that it takes are noted.

The step of `turns` is a pure function of tensors, so it can be traced as it stands. Inputs are all that may change from
one iteration to the next: the state, rates, strengths and random numbers. What the trace has fixed, such as the batch
size, belongs to the recipe's shape.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, cast

import torch
from torch import Tensor

from toygan.recipe import Recipe
from toygan.training.batches import Batch, Source
from toygan.training.game import Game
from toygan.training.iteration import Iteration
from toygan.training.tracer import Untraceable, trace_operations

if TYPE_CHECKING:
    from torch.fx import GraphModule

Holds = Callable[[int], bool]  # True for the iterations for which a trace holds


class Traceable(Protocol):
    """What a trace asks of a population."""

    recipes: tuple[Recipe, ...]
    game: Game
    device: torch.device
    dtype: torch.dtype

    def fork(self) -> Self:
        """Return one at the same point that continues by itself."""

    def take_step(self) -> None:
        """Train for one iteration, step by step."""

    def moving(self) -> list[Tensor]:
        """Return the tensors that a step replaces."""

    def put_moving(self, tensors: Iterable[Tensor]) -> None:
        """Replace them."""

    def numbers(self) -> list[Tensor]:
        """Return the rates and strengths of the next iteration."""

    def fix_numbers(self, tensors: Iterable[Tensor]) -> None:
        """Replace them, whatever the iteration."""


class Draws(NamedTuple):
    """Random numbers that a step asks for: the stream, and the rows of each member."""

    stream: str
    rows: int


@dataclass(frozen=True)
class Trace:
    """One iteration as a graph of tensor operations, from `inputs` to the next state.

    Args:
        graph: The operations.
        requests: The random numbers that the step asks for, in order.
        constants: Tensors that the step makes itself, the last inputs of the graph.
        asked: The iterations for which the trace holds, as conditions that all have to be true.
    """

    graph: GraphModule
    requests: tuple[Draws, ...]
    constants: tuple[Tensor, ...]
    asked: tuple[Holds, ...]

    def holds(self, steps: int) -> bool:
        """Return True if the next iteration, after so many, takes these operations."""
        return all(holds(steps) for holds in self.asked)


def capture(population: Traceable) -> Trace:
    """Trace the next iteration of a population, which does not change.

    Raises:
        Untraceable: If the step reads the values of tensors, prints, or draws random numbers of its own; or if the
            operations do not give what the step gives.
    """
    try:
        requests = _requests(population)
        found = _trace(population, requests)
        _try(found, population)
        return found
    except Untraceable:
        raise
    except Exception as error:  # of torch or of a learner's part: anything that only a step with numbers can do
        reason = (str(error).strip().splitlines() or [""])[0][:200]
        raise Untraceable(f"{type(error).__name__}: {reason}") from error


def inputs(population: Traceable) -> list[Tensor]:
    """Return what a step reads, apart from random numbers and constants, in the order of a trace."""
    return [*population.moving(), *population.numbers()]


class _Recorder(Source):
    """A source that notes what it is asked for."""

    requests: list[Draws]

    @classmethod
    def of(cls, source: Source) -> _Recorder:
        one = cls.__new__(cls)
        vars(one).update(vars(source.fork()), requests=[])
        return one

    def batch(self, n: int) -> Batch:
        self.requests += [Draws("data", n), Draws("latent", n)]
        return super().batch(n)

    def noise(self, kind: str, name: str, like: Tensor) -> Tensor:
        self.requests.append(Draws(f"{kind} {like.shape[-1]} {name}", like.shape[1]))
        return super().noise(kind, name, like)


class _Given(Source):
    """A source that returns given numbers; they have to be asked for in the order of the requests."""

    def __init__(self, requests: Sequence[Draws], given: Sequence[Tensor]) -> None:
        self._left = iter(zip(requests, given, strict=True))

    def _next(self, request: Draws) -> Tensor:
        expected, numbers = next(self._left)
        if request != expected:
            raise Untraceable("asks for other random numbers in one iteration than in another")
        return numbers.mT

    def batch(self, n: int) -> Batch:
        return Batch(self._next(Draws("data", n)), self._next(Draws("latent", n)), self)

    def noise(self, kind: str, name: str, like: Tensor) -> Tensor:
        return self._next(Draws(f"{kind} {like.shape[-1]} {name}", like.shape[1]))


def _trace(population: Traceable, requests: tuple[Draws, ...]) -> Trace:
    asked: list[Holds] = []
    now, moving = inputs(population), len(population.moving())
    given = draw(population.game.source.fork(), requests)

    def step(*tensors: Tensor) -> tuple[Tensor, ...]:
        one = population.fork()
        one.put_moving(tensors[:moving])
        one.fix_numbers(tensors[moving : len(now)])
        one.game.source = _Given(requests, tensors[len(now) :])
        one.game.steps = cast(int, Iteration(population.game.steps, asked))
        one.take_step()
        return tuple(one.moving())

    graph, constants = trace_operations(step, [*contiguous(now), *given])
    return Trace(graph, requests, constants, tuple(asked))


def _requests(population: Traceable) -> tuple[Draws, ...]:
    one = population.fork()
    one.game.source = recorder = _Recorder.of(population.game.source)
    with _silent():
        one.take_step()
    return tuple(recorder.requests)


def draw(source: Source, requests: Sequence[Draws]) -> list[Tensor]:
    """Draw the random numbers of one iteration, each `(P, dim, n)`."""
    return [source.columns(*request) for request in requests]


def contiguous(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Return tensors without a history whose numbers lie in order, as a program reads them."""
    return [x.detach().contiguous() if x.requires_grad else x.contiguous() for x in tensors]


def _try(trace: Trace, population: Traceable) -> None:
    """Compare the operations with the step, in this iteration, and in the next one if they hold for it.

    The next one has other numbers: those that the step has read without an operation are found out there.
    """
    by_graph, by_step = population.fork(), population.fork()
    for _ in range(2):
        if not trace.holds(by_graph.game.steps):
            return
        given = draw(by_graph.game.source, trace.requests)
        found = trace.graph(*contiguous(inputs(by_graph)), *given, *trace.constants)
        by_step.take_step()
        for one, other in zip(found, by_step.moving(), strict=True):
            if one.shape != other.shape or one.dtype != other.dtype:
                raise Untraceable("gives other shapes when it is traced")
            if not torch.allclose(one.double(), other.double(), rtol=0, atol=0, equal_nan=True):
                raise Untraceable("gives other numbers when it is traced")
        by_graph.put_moving(found)
        by_graph.game.steps += 1
        by_graph.game.apply_schedule()


@contextmanager
def _silent() -> Iterator[None]:
    """Raise Untraceable if this thread prints, before it does: a step that prints would print once, and never again."""

    def watch(frame: object, event: str, function: Any) -> None:
        if event == "c_call" and (function is print or getattr(function, "__self__", None) is sys.stdout):
            raise Untraceable("prints")

    outer = sys.getprofile()
    sys.setprofile(watch)  # of this thread alone: others use sys.stdout meanwhile
    try:
        yield
    finally:
        if callable(outer) or outer is None:
            sys.setprofile(outer)
        else:  # the standard profiler
            outer.enable()
