"""What game theory says of a population: its vector field, the field's Jacobian, and what one iteration does to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions import DISTRIBUTIONS
from toygan.parts.distributions.base import Distribution
from toygan.parts.losses import LOSSES, Loss
from toygan.recipe import Recipe
from toygan.training import PROBE_BATCH, Population

DIFFERENCE = 1e-5  # of a parameter: with float64 the Jacobians are right to about nine digits
LARGEST = 2000  # parameters, optimizer state included, whose Jacobian is still computed
TOGETHER = 512  # copies of a member in one population
WIDEST = 700.0  # logits between which the optimum is searched: exp(700) is still a number


def game_field(p: Population, batch: int = PROBE_BATCH) -> Tensor:
    """v = (-dL_G/dtheta_G, -dL_D/dtheta_D) `(P, n)` at the present parameters, generator first.

    It is what the turn descends, so consensus and symplectic terms are in it; expectations are over `batch` samples to
    look at, and the run is not changed.
    """
    for_g, for_d = p.turn.gradients(p.game, p.generator.theta, p.discriminator.theta, p.probe_batch(batch))
    return -torch.cat([for_g, for_d], dim=-1)


def game_jacobian(p: Population, batch: int = PROBE_BATCH) -> Tensor:
    """dv/dtheta `(P, n, n)` of the field v of `game_field`; ValueError where a member has more than 2000 parameters.

    By central differences of the field itself, each a copy of the member: differentiating the objectives twice would
    miss what an objective holds fixed on purpose, such as an unrolled discriminator that is not differentiated through.
    """
    n_g = p.generator.theta.shape[-1]

    def field(theta: Tensor, copies: Population) -> Tensor:
        copies.generator.theta, copies.discriminator.theta = theta[:, :n_g], theta[:, n_g:]
        return game_field(copies, batch)

    return _differences(p, torch.cat([p.generator.theta, p.discriminator.theta], dim=-1), field)


def step_jacobian(p: Population, steps: int = 1) -> Tensor:
    """Derivative `(P, s, s)` of `steps` iterations as training does them, in the whole state of s numbers.

    The state is theta_G, theta_D, then what G's and D's optimizer, the turn and the regularizers keep. ValueError where
    s is above 2000. The run is not changed: copies of it are stepped instead.
    """

    def after(numbers: Tensor, copies: Population) -> Tensor:
        moved = Population.restore(copies.state.with_numbers(numbers))
        moved.run(steps)
        return moved.state.numbers

    return _differences(p, p.state.numbers, after)


def eigenvalues(jacobian: Tensor) -> Tensor:
    """Eigenvalues `(..., n)` of Jacobians `(..., n, n)`, complex, by falling real, then falling imaginary part."""
    values: Tensor = torch.linalg.eigvals(jacobian)
    values = values.gather(-1, values.imag.argsort(dim=-1, descending=True, stable=True))
    return values.gather(-1, values.real.round(decimals=9).argsort(dim=-1, descending=True, stable=True))


class Stability(NamedTuple):
    """What the linearised game does near the present parameters, in the words converges, cycles, diverges, undecided.

    `flow` reads the field's eigenvalues `rates` `(P, n)`: real parts below, on or above 0. `iteration` reads the
    eigenvalues `factors` `(P, s)` of one iteration, longest first: inside, on or outside the unit circle. Undecided
    where the decisive ones stand still to first order. It speaks of equilibria: where the field is not 0, the game is
    on its way.
    """

    flow: tuple[str, ...]
    iteration: tuple[str, ...]
    rates: Tensor
    factors: Tensor

    @property
    def radius(self) -> Tensor:
        """The spectral radius of one iteration `(P,)`: distances grow by this factor at worst."""
        return self.factors.abs().amax(-1)


def stability(p: Population, batch: int = PROBE_BATCH) -> Stability:
    """The local stability at the present parameters, for infinitely small steps and for those that training takes."""
    rates, period = eigenvalues(game_jacobian(p, batch)), p.turn.period
    factors = eigenvalues(step_jacobian(p, period)) ** (1 / period)
    factors = factors.gather(-1, factors.abs().argsort(dim=-1, descending=True, stable=True))
    flow = tuple(_word(rate.real, rate.imag.abs(), 1e-6) for rate in rates)
    return Stability(flow, tuple(_word(f.abs().log(), f.angle().abs(), 1e-8) for f in factors), rates, factors)


def _word(growth: Tensor, turning: Tensor, tolerance: float) -> str:
    if growth.max() > tolerance:
        return "diverges"
    if growth.max() < -tolerance:
        return "converges"
    neutral = growth >= -tolerance
    return "cycles" if (turning[neutral] > tolerance).all() else "undecided"


def _differences(p: Population, at: Tensor, of: Callable[[Tensor, Population], Tensor]) -> Tensor:
    """Derivative `(P, n, n)` of a function of numbers `(P, n)` that a population of copies computes."""
    members, n = at.shape
    if n > LARGEST:
        raise ValueError(f"{n} numbers a member: a Jacobian is computed of at most {LARGEST}; lower width or depth")
    at, columns = at.double(), []
    for part in torch.split(torch.arange(n, device=at.device), TOGETHER // 2):
        shift = DIFFERENCE * torch.eye(n).to(at)[part]
        moved = at.unsqueeze(1) + torch.cat([shift, -shift])
        there = of(moved.flatten(0, 1), p.copies(2 * len(part), torch.float64))
        up, down = there.view(members, 2, len(part), n).unbind(1)
        columns.append((up - down) / (2 * DIFFERENCE))
    return torch.cat(columns, dim=1).transpose(1, 2)


@dataclass(frozen=True)
class Portrait:
    """The plane of a game of one number a player, theta_G to the right and theta_D upwards, as plain arrays.

    `vectors[i, j]` is the field v at (axis[j], axis[i]); a trajectory holds its start and the point after every
    iteration, NaN once it has left the finite numbers. `stability` is that of the equilibrium (0, 0).
    """

    axis: np.ndarray  # (k,)
    vectors: np.ndarray  # (k, k, 2)
    trajectories: np.ndarray  # (starts, steps + 1, 2)
    stability: Stability


def phase_portrait(
    recipe: Recipe,
    starts: Sequence[tuple[float, float]] = ((1.0, 1.0),),
    steps: int = 500,
    reach: float = 2.0,
    side: int = 17,
) -> Portrait:
    """The phase portrait of a recipe of the Dirac-GAN family: data "dirac", generator "point", discriminator "linear".

    With loss "wasserstein" that is the bilinear game min_x max_y xy. Every grid point and every start is a member of a
    population. ValueError where a player has more than one parameter.
    """
    one = Population(recipe, dtype=torch.float64)
    sizes = one.generator.theta.shape[-1], one.discriminator.theta.shape[-1]
    if sizes != (1, 1):
        raise ValueError(f"a phase portrait needs one parameter a player; G has {sizes[0]} and D has {sizes[1]}")
    axis = torch.linspace(-reach, reach, side, dtype=torch.float64)
    field = game_field(_placed(one, torch.cartesian_prod(axis, axis).flip(-1)))
    path = np.empty((len(starts), steps + 1, 2))
    if len(starts):
        runs = _placed(one, torch.tensor(starts, dtype=torch.float64))
        for t in range(steps + 1):
            path[:, t] = torch.cat([runs.generator.theta, runs.discriminator.theta], dim=-1).cpu()
            runs.step()
    judged = stability(_placed(one, torch.zeros(1, 2, dtype=torch.float64)))
    return Portrait(axis.numpy(), field.view(side, side, 2).cpu().numpy(), path, judged)


def _placed(p: Population, at: Tensor) -> Population:
    """Copies of a fresh member of one number a player, at points `(m, 2)`."""
    copies = p.copies(len(at))
    g, d = copies.generator, copies.discriminator
    g.theta, d.theta = at[:, :1].to(g.theta), at[:, 1:].to(d.theta)
    return copies


def optimal_discriminator(
    data: str | Distribution, x: Tensor, generated: str | Distribution, loss: str = "non-saturating"
) -> Tensor:
    """The logits `(...)` at x `(..., dim)` that minimise D's loss where both densities are known, or +-infinity.

    Found point by point: the a with p on_real'(a) + q on_fake'(a) = 0. For the logistic loss that is log p/q
    (Goodfellow et al. 2014, proposition 1). ValueError where the loss is no sum over single samples.
    """
    of = LOSSES.make(loss)
    if not of.uses_discriminator or not of.separable:
        raise ValueError(f"loss={loss!r}: D's loss is no sum over single samples, so it has no optimum point by point")
    named = (DISTRIBUTIONS.make(d) if isinstance(d, str) else d for d in (data, generated))
    p, q = (d.log_prob(x.double()) for d in named)
    ratio = (p - q).clamp(-WIDEST, WIDEST)
    return _balance(of, torch.sigmoid(ratio), torch.sigmoid(-ratio))


def _balance(loss: Loss, p: Tensor, q: Tensor) -> Tensor:
    """Where p on_real + q on_fake stops falling, by bisection, to the last digits of float64."""
    low, high = torch.full_like(p, -WIDEST), torch.full_like(p, WIDEST)
    for _ in range(64):
        a = ((low + high) / 2).requires_grad_()
        (rise,) = torch.autograd.grad((p * loss.on_real(a) + q * loss.on_fake(a)).sum(), a)
        a = a.detach()
        falls = torch.where(rise == 0, a > 0, rise < 0)  # a derivative that has underflowed says nothing: further out
        low, high = torch.where(falls, a, low), torch.where(falls, high, a)
    a = (low + high) / 2
    return torch.where(a.abs() > WIDEST - 1e-9, torch.sign(a) * math.inf, a)
