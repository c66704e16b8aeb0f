"""Capture of an iteration: the code that trains is run once, and the tensor operations that it takes are noted.

The step of `turns` is a pure function of tensors, so it can be traced as it stands. Inputs are all that may change from
one iteration to the next: the state, rates, strengths and random numbers. What the trace has fixed, such as the batch
size, belongs to the recipe's shape.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, cast

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from toygan.recipe import Recipe
from toygan.training.batches import Batch, Source
from toygan.training.game import Game
from toygan.training.iteration import Iteration

if TYPE_CHECKING:
    from torch.fx import GraphModule

_one_tracer = threading.Lock()  # torch's tracer replaces methods of its modules while it works, in all threads
Holds = Callable[[int], bool]  # True for the iterations for which a trace holds


class Untraceable(Exception):
    """The error of a step that cannot be written down as operations on tensors; its message is the reason."""


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
        with _one_tracer:
            trace = _trace(population, requests)
        _try(trace, population)
        return trace
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


class _UntilExit(TorchFunctionMode):
    """Raise Untraceable once the process ends: it waits for its threads, and a trace may take seconds."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if not threading.main_thread().is_alive():
            raise Untraceable("is not needed any more")
        return func(*args, **(kwargs or {}))


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
    from torch.fx.experimental.proxy_tensor import make_fx  # here: it takes as long to load as torch itself

    asked: list[Holds] = []
    now, moving = inputs(population), len(population.moving())
    given = draw(population.game.source.fork(), requests)

    def step(*tensors: Tensor) -> tuple[Tensor, ...]:
        one = population.fork()
        one.put_moving(tensors[:moving])
        one.fix_numbers(tensors[moving : len(now)])
        one.game.source = _Given(requests, tensors[len(now) :])
        one.game.steps = cast(int, Iteration(population.game.steps, asked))
        with _UntilExit():
            one.take_step()
        return tuple(one.moving())

    graph = make_fx(step)(*contiguous(now), *given)
    constants = _lift_constants(graph)
    _refuse_randomness(graph)
    graph.graph.eliminate_dead_code()
    graph.recompile()
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
    return [x.detach().contiguous() for x in tensors]


def _lift_constants(graph: GraphModule) -> tuple[Tensor, ...]:
    """Make an input of each tensor that the step has made itself, so that a graph is operations and nothing else."""
    from operator import attrgetter

    nodes = [node for node in graph.graph.nodes if node.op == "get_attr"]
    names = list(dict.fromkeys(str(node.target) for node in nodes))
    last = [node for node in graph.graph.nodes if node.op == "placeholder"][-1]
    held: list[Tensor] = []
    for name in reversed(names):
        with graph.graph.inserting_after(last):
            new = graph.graph.placeholder(f"constant_{name.replace('.', '_')}")
        for node in nodes:
            if node.target == name:
                node.replace_all_uses_with(new)
                graph.graph.erase_node(node)
        held.insert(0, attrgetter(name)(graph).detach().contiguous())
    return tuple(held)


def _refuse_randomness(graph: GraphModule) -> None:
    for node in graph.graph.nodes:
        if torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ()):
            raise Untraceable(f"draws random numbers of its own, by {node.target}")


def _try(trace: Trace, population: Traceable) -> None:
    """Compare one iteration by the operations with one by the step."""
    one = population.fork()
    given = draw(population.game.source.fork(), trace.requests)
    by_graph = trace.graph(*contiguous(inputs(population)), *given, *trace.constants)
    one.take_step()
    for found, expected in zip(by_graph, one.moving(), strict=True):
        if found.shape != expected.shape or found.dtype != expected.dtype:
            raise Untraceable("gives other shapes when it is traced")
        if not torch.allclose(found.double(), expected.double(), rtol=0, atol=0, equal_nan=True):
            raise Untraceable("gives other numbers when it is traced")


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
        sys.setprofile(outer)
