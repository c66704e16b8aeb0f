"""The arguments of one's own part: a class or an instance registers alike, and a spec sets its fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from toygan import (
    DISTRIBUTIONS,
    LOSSES,
    METRICS,
    PANELS,
    REGULARIZERS,
    Distribution,
    Loss,
    Metric,
    Panel,
    Population,
    Recipe,
    Regularizer,
)
from toygan.parts.menu import Menu


@dataclass(frozen=True)
class Power(Loss):
    """A power of the softplus."""

    power: float = 1.0

    def on_real(self, a: Tensor) -> Tensor:
        return softplus(-a) ** self.power

    def on_fake(self, a: Tensor) -> Tensor:
        return softplus(a) ** self.power

    def for_generator(self, a: Tensor) -> Tensor:
        return softplus(-a) ** self.power


@dataclass(frozen=True)
class Shrink(Regularizer):
    """A power of the logits on real samples."""

    power: float = 1.0

    def discriminator_loss(self, loss: Tensor, c: Any, strength: Tensor, state: Any) -> Tensor:
        return loss + strength * (c.real.abs() ** self.power).mean(-1)


@dataclass  # not frozen
class Line(Distribution):
    """A line through the origin."""

    power: float = 1.0
    dim: ClassVar[int] = 2

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        x = torch.rand(n, generator=generator)
        return torch.stack([x, x**self.power], -1)


KINDS: dict[str, tuple[Menu[Any], type, Callable[[str], Recipe]]] = {
    "loss": (LOSSES, Power, lambda spec: Recipe(loss=spec, width=8, batch=8, optimizer="sgd")),
    "regularizer": (
        REGULARIZERS,
        Shrink,
        lambda spec: Recipe(regularizers={spec: 0.5}, width=8, batch=8, optimizer="sgd"),
    ),
    "distribution": (DISTRIBUTIONS, Line, lambda spec: Recipe(data=spec, width=8, batch=8, optimizer="sgd")),
}


def trained(recipe: Recipe) -> Tensor:
    population = Population(Recipe.from_string(recipe.to_string()))  # a spec survives the share string
    population.run(3)
    return torch.cat([population.generator.theta, population.discriminator.theta], -1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_argument_in_a_spec_is_that_of_the_instance(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    menu, part, recipe = KINDS[kind]
    for name, row in {"mine": part, "mine-1": part(), "mine-3": part(power=3)}.items():
        monkeypatch.setitem(menu, name, row)
    usual, cubic = trained(recipe("mine")), trained(recipe("mine-3"))
    assert torch.equal(trained(recipe("mine-1")), usual)
    assert torch.equal(trained(recipe("mine(power=3)")), cubic)
    assert not torch.equal(usual, cubic)
    with pytest.raises(ValueError, match="allowed: power"):
        recipe("mine(powre=3)")


def test_a_metric_needs_its_function() -> None:
    with pytest.raises(TypeError, match=r"mine=Metric: needs of; set an instance, such as Metric\(of=...\)"):
        METRICS["mine"] = Metric  # type: ignore[assignment]


def test_a_panel_registers_as_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(Panel):
        title = "mine"

    monkeypatch.setitem(PANELS, "mine", Mine)  # type: ignore[arg-type]
    (panel,) = PANELS.make("mine")
    assert isinstance(panel, Mine)
