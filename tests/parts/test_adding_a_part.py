"""A part that a user adds, in one place: it is in every list, it trains, and it keeps what parts promise."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from support import contracts
from support.shell import toygan
from torch import Tensor

from toygan import (
    DISTRIBUTIONS,
    LOSSES,
    METRICS,
    NETWORKS,
    OPTIMIZERS,
    PANELS,
    REGULARIZERS,
    TURNS,
    Loss,
    Metric,
    Network,
    NetworkSpec,
    Optimizer,
    Panel,
    Population,
    Recipe,
    Regularizer,
    Turn,
    evaluate,
)
from toygan.chart import Axis, Chart, Line
from toygan.cli.menus import render_tables
from toygan.cli.options import recipe_options
from toygan.panels import Look
from toygan.panels.picture import Picture
from toygan.parts.distributions import Mixture
from toygan.parts.menu import Menu
from toygan.parts.metrics.inputs import MetricInputs
from toygan.play.controls import control
from toygan.runs.record import Record

# What a newcomer writes: one class or function each, and below one row each.


class Exponential(Loss):
    """Exponentials of the logit, as AdaBoost minimises (Freund and Schapire 1997)."""

    def on_real(self, a: Tensor) -> Tensor:
        return (-a).exp()

    def on_fake(self, a: Tensor) -> Tensor:
        return a.exp()

    def for_generator(self, a: Tensor) -> Tensor:
        return (-a).exp()


@dataclass(frozen=True)
class SmallLogits(Regularizer):
    """Half the mean squared logit on both kinds of samples."""

    def discriminator_loss(self, loss: Tensor, c: Any, strength: Tensor, state: Any) -> Tensor:
        return loss + strength / 2 * (c.real.square().mean(-1) + c.fake.square().mean(-1))


@dataclass(frozen=True)
class Cross(Mixture):
    """Five Gaussians: one at the origin, four at this distance from it."""

    arm: float = 1.0
    sigma: float = 0.05

    @property
    def modes(self) -> Tensor:
        return self.arm * torch.tensor([[0.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])


def spread(e: MetricInputs) -> Tensor:
    """Root mean square distance of samples from their mean."""
    return (e.samples - e.samples.mean(1, keepdim=True)).square().sum(-1).mean(-1).sqrt()


class GeneratorFirst(Turn):
    """G steps, then D against the new G."""

    def step(self, game: Any) -> None:
        g, d = game.generator, game.discriminator
        game.step_g(game.generator_gradient(g.theta, d.theta, game.batch()))
        game.step_d(game.discriminator_gradient(g.theta, d.theta, game.batch()))


class SignDescent(Optimizer):
    """A step of the learning rate in every coordinate, against the gradient's sign."""

    def step(self, gradient: Tensor, state: tuple[Tensor, ...], rates: Any) -> tuple[Tensor, tuple[Tensor, ...]]:
        return -rates.lr * gradient.sign(), state


@dataclass(frozen=True)
class Quadratic(Network):
    """A linear function of the inputs and of their squares."""

    @property
    def n_params(self) -> int:
        return 2 * self.inputs * self.outputs

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.randn(self.n_params, generator=rng)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return torch.cat([x, x * x], -1) @ theta.view(-1, 2 * self.inputs, self.outputs)


class Spokes(Panel):
    """A line from the origin to every generated sample."""

    title = "Spokes"

    def chart(self, look: Look) -> Chart:
        spokes = np.concatenate([np.zeros_like(look.generated), look.generated], 1).reshape(-1, 2)
        return Chart(self.title, Axis("x", -2, 2), Axis("y", -2, 2), (Line("spokes", "generated", *spokes.T),))


class Row(NamedTuple):
    """A row: its menu, its part, a recipe that names it, and the contracts of its kind."""

    menu: Menu[Any]
    part: Any
    changes: dict[str, Any]
    contracts: tuple[Callable[[Any], None], ...] = ()


ROWS = {
    "exponential": Row(LOSSES, Exponential(), {"loss": "exponential"}, contracts.OF_LOSSES),
    "small-logits": Row(
        REGULARIZERS, SmallLogits(), {"regularizers": {"small-logits": 0.1}}, contracts.OF_REGULARIZERS
    ),
    "cross": Row(DISTRIBUTIONS, Cross(), {"data": "cross(arm=2.0)"}, contracts.OF_DISTRIBUTIONS),
    "breadth": Row(METRICS, Metric(spread, "data units"), {}, contracts.OF_METRICS),
    "generator-first": Row(TURNS, GeneratorFirst(), {"turns": "generator-first"}),
    "sign-descent": Row(OPTIMIZERS, SignDescent(), {"optimizer": "sign-descent"}),
    "quadratic": Row(NETWORKS, NetworkSpec(Quadratic), {"generator": "quadratic", "discriminator": "quadratic"}),
}
PARTS = [name for name, row in ROWS.items() if row.changes]


@pytest.fixture(params=ROWS)
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a row that stands in its menu for the time of a test."""
    row = ROWS[request.param]
    row.menu[request.param] = row.part
    yield request.param
    del row.menu[request.param]


def test_it_is_in_every_list(name: str) -> None:
    row = ROWS[name]
    says = (row.part.help if isinstance(row.part, Metric) else row.part.__doc__).split(".")[0]
    assert row.menu.make(name) is row.part
    assert name in toygan("menus").output
    assert f"| `{name}` | {says}" in render_tables()
    flags = CliRunner().invoke(click.command()(recipe_options(lambda **given: None)), ["--help"]).output
    for field in row.changes:
        assert name in " ".join(flags.split("--" + field.replace("_", "-"))[1].split("\n  --")[0].split())
        widget = control(field, Recipe(), lambda field, value: None)
        assert name in getattr(widget, "menu", widget.widget).values


def test_a_metric_is_measured_wherever_metrics_are() -> None:
    METRICS["breadth"] = ROWS["breadth"].part
    try:
        assert evaluate([[1.0, 0.0], [-1.0, 0.0]], "ring8")["breadth"] == 1
        assert Population(Recipe(width=4, batch=4)).snapshot(16).metrics["breadth"].shape == (1,)
        assert "breadth" in toygan("train", "--steps", 1, "--seeds", 1, "--width", 4, "--batch", 4).output
    finally:
        del METRICS["breadth"]


@pytest.mark.parametrize("name", PARTS, indirect=True)
def test_the_shell_trains_it(name: str) -> None:
    flags = [word for field, value in ROWS[name].changes.items() for word in _flag(field, value)]
    result = toygan("train", "--steps", 3, "--seeds", 2, "--width", 4, "--batch", 8, *flags)
    assert result.exit_code == 0, result.output


def _flag(field: str, value: Any) -> tuple[str, str]:
    if field == "regularizers":
        return "-r", ",".join(f"{name}={strength}" for name, strength in value.items())
    return "--" + field, value


@pytest.mark.parametrize("name", PARTS, indirect=True)
@pytest.mark.parametrize("contract", contracts.OF_RECIPES, ids=lambda contract: contract.__name__)
def test_a_recipe_with_it_keeps_the_contracts(contract: Callable[[Recipe], None], name: str) -> None:
    contract(contracts.fitting(ROWS[name].changes))


@pytest.mark.parametrize(
    ("name", "contract"),
    [(name, contract) for name, row in ROWS.items() for contract in row.contracts],
    indirect=["name"],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_it_keeps_the_contracts_of_its_kind(contract: Callable[[Any], None], name: str) -> None:
    contract(ROWS[name].part)


@pytest.mark.parametrize("contract", contracts.OF_LOSSES, ids=lambda contract: contract.__name__)
def test_the_loss_of_the_readme_keeps_the_contracts_of_losses(contract: Callable[[Loss], None]) -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (block,) = [block for block in page.split("```python\n") if "class Exponential(Loss)" in block.split("```")[0]]
    code = ast.parse(block.split("```")[0])
    code.body = [line for line in code.body if isinstance(line, ast.ImportFrom | ast.ClassDef)]
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    contract(names["Exponential"]())


def test_a_panel_is_shown_wherever_panels_are() -> None:
    PANELS["spokes"] = Spokes()
    population = Population(Recipe(width=4, batch=4))
    try:
        assert "| `spokes` | A line from the origin to every generated sample |" in render_tables()
        assert "spokes" in toygan("menus").output
        picture = Picture(population.recipes[0], ("samples", "spokes"), 400, 200)
        picture.draw(Look.from_run(population, Record(), n=3))
        assert [(chart.title, len(chart.marks[0].x)) for chart in picture.charts[1:]] == [("Spokes", 6)]
    finally:
        del PANELS["spokes"]
