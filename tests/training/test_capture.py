"""Capture: which steps can be written down as operations, and what is noted of them."""

from __future__ import annotations

import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from toygan import LOSSES, TURNS, Loss, Population, Recipe, Turn
from toygan.parts.losses import LogitPair
from toygan.parts.protocols import GameView
from toygan.training.capture import Draws, capture
from toygan.training.program import example
from toygan.training.tracer import Untraceable

SMALL = Recipe(width=8, batch=8)


def test_requests_are_the_random_numbers_of_an_iteration_in_order() -> None:
    trace = capture(Population(SMALL.but(d_steps=2, regularizers={"instance-noise": 0.1})))
    batch = [Draws("data", 8), Draws("latent", 8)]
    noise = [request for request in trace.requests if request not in batch]
    assert [request for request in trace.requests if request in batch] == 3 * batch  # two steps of D, one of G
    assert {request.stream.split()[0] for request in noise} == {"normal"}


def test_to_capture_changes_no_run() -> None:
    population = Population(SMALL.seeds(2))
    population.run(3)
    twin = Population.restore(population.state)
    capture(population)
    for one in (population, twin):
        one.run(3)
    assert population.state.to_bytes() == twin.state.to_bytes()


def test_a_graph_is_operations_without_constants_or_python() -> None:
    trace = capture(Population(SMALL.but(regularizers={"unrolled": 2})))
    kinds = {node.op for node in trace.graph.graph.nodes}
    assert kinds <= {"placeholder", "call_function", "output"}


def test_a_turn_with_phases_holds_for_the_iterations_of_its_phase() -> None:
    trace = capture(Population(SMALL.but(turns="lookahead(k=4)")))
    assert [trace.holds(steps) for steps in range(8)] == [True, False, False, False, True, False, False, False]


@dataclass(frozen=True)
class Printing(Turn):
    """Prints in every iteration."""

    def step(self, game: GameView) -> None:
        super().step(game)
        print("stepped")


@dataclass(frozen=True)
class Branching(Turn):
    """Reads a number of a tensor."""

    def step(self, game: GameView) -> None:
        if game.generator.theta.sum() > 0:
            super().step(game)
        super().step(game)


@dataclass(frozen=True)
class Exporting(Turn):
    """Reads numbers of a tensor where torch does not notice it."""

    def gradients(self, game, theta_g, theta_d, batch):  # type: ignore[no-untyped-def]
        for_g, for_d = super().gradients(game, theta_g, theta_d, batch)
        return float(theta_g.detach().numpy().sum()) * for_g, for_d


@dataclass(frozen=True)
class Dicing(Turn):
    """Draws from torch's own generator."""

    def gradients(self, game, theta_g, theta_d, batch):  # type: ignore[no-untyped-def]
        for_g, for_d = super().gradients(game, theta_g, theta_d, batch)
        return for_g + torch.randn_like(for_g), for_d


class Counting(Turn):
    """Counts its iterations, outside of the state."""

    def __init__(self) -> None:
        self.done = 0

    def gradients(self, game, theta_g, theta_d, batch):  # type: ignore[no-untyped-def]
        self.done += 1
        for_g, for_d = super().gradients(game, theta_g, theta_d, batch)
        return self.done * for_g, for_d


@dataclass(frozen=True)
class Warming(Turn):
    """Computes a number from that of the iteration."""

    def gradients(self, game, theta_g, theta_d, batch):  # type: ignore[no-untyped-def]
        for_g, for_d = super().gradients(game, theta_g, theta_d, batch)
        return min(1.0, game.steps / 100) * for_g, for_d


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (Printing(), "prints"),
        (Branching(), "reads the values"),
        (Exporting(), "other numbers"),
        (Dicing(), "random numbers of its own"),
        (Counting(), "other numbers"),
        (Warming(), "TypeError"),
    ],
)
def test_a_step_that_is_more_than_operations_is_found_out_by_trying(
    monkeypatch: pytest.MonkeyPatch, turn: Turn, reason: str
) -> None:
    monkeypatch.setitem(TURNS, "own", turn)
    population = Population(SMALL.but(turns="own", optimizer="sgd"))
    out = sys.stdout
    with pytest.raises(Untraceable, match=reason):
        capture(population)
    assert sys.stdout is out


def test_to_capture_leaves_output_and_warnings_of_other_threads_alone(capsys: pytest.CaptureFixture[str]) -> None:
    seen = []

    def watch() -> None:
        while thread.is_alive():
            seen.append((sys.stdout, warnings.filters, warnings.showwarning, sys.getprofile()))
            print(".", end="")

    before = sys.stdout, warnings.filters, warnings.showwarning, sys.getprofile()
    thread = threading.Thread(target=capture, args=(Population(SMALL),))
    thread.start()
    watch()
    assert all(a is b for found in seen for a, b in zip(found, before, strict=True))
    assert capsys.readouterr().out == "." * len(seen)


def test_what_a_step_prints_is_not_shown_and_the_profiler_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(TURNS, "own", Printing())
    profiler = lambda frame, event, of: None  # noqa: E731
    outer = sys.getprofile()
    sys.setprofile(profiler)
    try:
        with pytest.raises(Untraceable, match="prints"):
            capture(Population(SMALL.but(turns="own")))
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(outer)
    assert capsys.readouterr().out == ""


def test_a_process_that_ends_waits_for_no_capture() -> None:
    code = """if True:
        import threading
        from toygan import Population, Recipe
        from toygan.training.capture import capture
        from toygan.training.tracer import Untraceable
        population = Population(Recipe(width=4, batch=8, regularizers={"unrolled": 10}))
        def work():
            try:
                capture(population)
            except Untraceable as error:
                print(error)
            else:
                print("captured in the end")
        threading.Thread(target=work).start()
    """
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "is not needed any more"
    assert ended.stderr == ""


def test_a_loss_of_ones_own_is_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cubed(Loss):
        def for_real(self, a: Tensor) -> Tensor:
            return -a

        def for_fake(self, a: Tensor) -> Tensor:
            return a + a.abs() ** 3

        def discriminator(self, c: LogitPair) -> Tensor:
            return self.for_real(c.real) + self.for_fake(c.fake)

        def generator(self, c: LogitPair) -> Tensor:
            return -c.fake

    monkeypatch.setitem(LOSSES, "cubed", Cubed())
    population = Population(SMALL.but(loss="cubed"))
    trace = capture(population)
    assert len(population.moving()) == len(trace.graph(*example(trace, population)))
