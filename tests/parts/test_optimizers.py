"""Optimizers are PyTorch's where it has them and the papers' where it has not, and nothing but functions."""

from __future__ import annotations

import pytest
import torch

from toygan import OPTIMIZERS, Population, Recipe
from toygan.parts.optimizers import OptimizerRates

LR = torch.tensor([[1e-2], [3e-2], [1e-3]], dtype=torch.float64)


def rates(**changed: float) -> OptimizerRates:
    numbers = {"beta1": 0.5, "beta2": 0.9, "momentum": 0.0} | changed
    return OptimizerRates(LR, *(torch.full_like(LR, numbers[name]) for name in ("beta1", "beta2", "momentum")))


def gradient(theta: torch.Tensor) -> torch.Tensor:
    """Of sum(theta^4 / 4 + sin(3 theta) / 3): neither linear nor of one sign."""
    return theta**3 + torch.cos(3 * theta)


def start() -> torch.Tensor:
    return torch.randn(3, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def descended(name: str, numbers: OptimizerRates, steps: int = 60) -> torch.Tensor:
    optimizer, theta = OPTIMIZERS[name], start()
    state = optimizer.start(theta)
    for _ in range(steps):
        step, state = optimizer.step(gradient(theta), state, numbers)
        theta = theta + step
    return theta


TORCH = [
    ("sgd", {}, lambda p, lr: torch.optim.SGD(p, lr)),
    ("sgd", {"momentum": 0.9}, lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9)),
    ("rmsprop", {}, lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.9)),
    ("adam", {}, lambda p, lr: torch.optim.Adam(p, lr, betas=(0.5, 0.9))),
    ("adam", {"beta1": 0.0}, lambda p, lr: torch.optim.Adam(p, lr, betas=(0.0, 0.9))),
]


@pytest.mark.parametrize(("name", "numbers", "reference"), TORCH)
def test_every_member_goes_where_pytorch_goes(name: str, numbers: dict, reference: object) -> None:
    ours = descended(name, rates(**numbers))
    for i, lr in enumerate(LR[:, 0].tolist()):
        theta = start()[i].requires_grad_()
        torchs = reference([theta], lr)  # type: ignore[operator]
        for _ in range(60):
            theta.grad = gradient(theta.detach())
            torchs.step()
        torch.testing.assert_close(ours[i], theta.detach(), rtol=0, atol=1e-6)


def test_negative_momentum_is_the_recurrence_of_gidel_et_al() -> None:
    """v' = g + beta v, theta' = theta - lr v', at beta = -0.3; torch.optim.SGD refuses a negative momentum."""
    theta, velocity = start(), torch.zeros(3, 5, dtype=torch.float64)
    for _ in range(60):
        velocity = gradient(theta) - 0.3 * velocity
        theta = theta - LR * velocity
    torch.testing.assert_close(descended("sgd", rates(momentum=-0.3)), theta)


def test_optimistic_sgd_is_the_recurrence_of_daskalakis_et_al() -> None:
    """theta_{t+1} = theta_t - 2 lr g_t + lr g_{t-1}, with no gradient before the first."""
    theta, last = start(), torch.zeros(3, 5, dtype=torch.float64)
    for _ in range(60):
        now = gradient(theta)
        theta, last = theta - 2 * LR * now + LR * last, now
    torch.testing.assert_close(descended("optimistic-sgd", rates()), theta)


def test_optimistic_adam_takes_adams_step_twice_and_the_last_one_back() -> None:
    adam, theta, last = OPTIMIZERS["adam"], start(), torch.zeros(3, 5, dtype=torch.float64)
    state = adam.start(theta)
    for _ in range(60):
        now, state = adam.step(gradient(theta), state, rates())
        theta, last = theta + 2 * now - last, now
    torch.testing.assert_close(descended("optimistic-adam", rates()), theta)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_first_step_is_downhill(name: str) -> None:
    optimizer, theta = OPTIMIZERS[name], start()
    step, _ = optimizer.step(gradient(theta), optimizer.start(theta), rates())
    assert (step * gradient(theta)).sum(-1).max() < 0


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_changes_neither_gradient_nor_state_so_that_it_can_be_imagined(name: str) -> None:
    optimizer, theta = OPTIMIZERS[name], start()
    _, state = optimizer.step(gradient(theta), optimizer.start(theta), rates())
    before, slope = [x.clone() for x in state], gradient(theta)
    one, _ = optimizer.step(slope, state, rates())
    again, _ = optimizer.step(slope, state, rates())
    torch.testing.assert_close(one, again, rtol=0, atol=0)
    torch.testing.assert_close(list(state), before, rtol=0, atol=0)
    torch.testing.assert_close(slope, gradient(theta), rtol=0, atol=0)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_state_has_a_row_a_member_and_members_do_not_meet(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    together = descended(name, rates())
    assert all(len(x) == 3 for x in optimizer.start(start()))
    alone, state = start()[1:2], optimizer.start(start()[1:2])
    for _ in range(60):
        step, state = optimizer.step(gradient(alone), state, OptimizerRates(*(x[1:2] for x in rates())))
        alone = alone + step
    torch.testing.assert_close(together[1:2], alone)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_change_of_optimizer_goes_on_from_the_present_parameters(name: str) -> None:
    p = Population(Recipe(width=4, depth=1, batch=8, optimizer="adam"))
    p.run(3)
    here = p.generator.theta.clone()
    p.change(p.recipes[0].but(optimizer=name))
    torch.testing.assert_close(p.generator.theta, here, rtol=0, atol=0)
    p.run(3)
    assert torch.isfinite(p.generator.theta).all()
    assert not torch.equal(p.generator.theta, here)


def test_a_player_with_an_optimizer_of_its_own_moves_by_that_and_the_other_by_the_recipes() -> None:
    """D as with plain descent, G as with Adam: to the last bit, on one batch."""
    both = Recipe(width=4, batch=8, lr_d=0.1, turns="simultaneous")
    mixed = Population(both.but(optimizer_d="sgd(momentum=0.25)"))
    adam, sgd = Population(both), Population(both.but(optimizer="sgd", momentum=0.25))
    for p in (mixed, adam, sgd):
        p.step()
    assert torch.equal(mixed.generator.theta, adam.generator.theta)
    assert torch.equal(mixed.discriminator.theta, sgd.discriminator.theta)


@pytest.mark.parametrize(
    ("spec", "numbers"),
    [
        ("adam(beta1=0.9,beta2=0.999)", {"optimizer": "adam", "beta1": 0.9, "beta2": 0.999}),
        ("rmsprop(beta2=0.9)", {"optimizer": "rmsprop", "beta2": 0.9}),
        ("optimistic-sgd(momentum=-0.5)", {"optimizer": "optimistic-sgd", "momentum": -0.5}),
    ],
)
def test_numbers_of_an_optimizer_stand_in_place_of_the_recipes(spec: str, numbers: dict[str, object]) -> None:
    plain = Recipe(width=4, batch=8)
    a, b = Population(plain.but(optimizer=spec)), Population(plain.but(**numbers))
    a.run(3)
    b.run(3)
    assert torch.equal(a.generator.theta, b.generator.theta)
    assert torch.equal(a.discriminator.theta, b.discriminator.theta)
