"""Game theory of a population: its vector field, the Jacobians of the field and of an iteration, local stability."""

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

PARAMETER_STEP = 1e-5  # of a central difference: with float64 the Jacobians are right to about nine digits
MOST_NUMBERS = 2000  # of a member, optimizer state included, whose Jacobian is still computed
MOST_COPIES = 512  # of a member in one population
MOST_LOGIT = 700.0  # either way, between which the optimum is searched: exp(700) is still a number


def game_field(p: Population, batch: int = PROBE_BATCH) -> Tensor:
    """Compute the vector field v = (-dL_G/dtheta_G, -dL_D/dtheta_D) of the game at the present parameters.

    It holds all that the turn follows, consensus and symplectic terms included. The run does not change.

    Args:
        p: The population.
        batch: Samples of each kind over which expectations are taken, from a stream of their own [default: 128].
    Returns:
        The field `(P, n)` for n parameters a member, the generator's first.
    Source: Mescheder et al. 2017, The Numerics of GANs, equation 3.
    Example:
        >>> from toygan import Population, Recipe, theory
        >>> dirac = Recipe(data="dirac", generator="point", discriminator="linear", loss="wasserstein")
        >>> p = Population(dirac)
        >>> p.generator.theta[:], p.discriminator.theta[:] = 2.0, 3.0
        >>> theory.game_field(p).tolist()  # of min_x max_y xy, to which both players give opposite signs
        [[3.0, -2.0]]
    """
    for_g, for_d = p.turn.gradients(p.game, p.generator.theta, p.discriminator.theta, p.probe_batch(batch))
    return -torch.cat([for_g, for_d], dim=-1)


def game_jacobian(p: Population, batch: int = PROBE_BATCH) -> Tensor:
    """Compute the Jacobian dv/dtheta of the field v of `game_field` at the present parameters.

    It takes central differences of the field, each on a copy of the member. Differentiating the objectives twice would
    miss what an objective holds fixed on purpose, such as an unrolled discriminator that is not differentiated through.

    Args:
        p: The population; the run does not change.
        batch: Samples of each kind over which expectations are taken [default: 128].
    Returns:
        The Jacobians `(P, n, n)` in float64: rows are components of v, columns parameters, the generator's first.
    Raises:
        ValueError: If a member has more than 2000 parameters.
    Source: Mescheder et al. 2017, The Numerics of GANs, section 3.
    Example:
        >>> from toygan import Population, Recipe, theory
        >>> p = Population(Recipe(data="dirac", generator="point", discriminator="linear", loss="wasserstein"))
        >>> theory.game_jacobian(p).round(decimals=6).tolist()
        [[[0.0, 1.0], [-1.0, 0.0]]]
    """
    n_g = p.generator.theta.shape[-1]

    def field(theta: Tensor, copies: Population) -> Tensor:
        copies.generator.theta, copies.discriminator.theta = theta[:, :n_g], theta[:, n_g:]
        return game_field(copies, batch)

    return _differences(p, torch.cat([p.generator.theta, p.discriminator.theta], dim=-1), field)


def step_jacobian(p: Population, steps: int = 1) -> Tensor:
    """Compute the Jacobian of whole iterations, as training takes them, in the whole state of a member.

    The state is theta_G, theta_D, then the state of G's and D's optimizer, of the turn and of the regularizers.

    Args:
        p: The population; copies of it take the iterations, so the run does not change.
        steps: The number of iterations [default: 1].
    Returns:
        The Jacobians `(P, s, s)` in float64, for a state of s numbers.
    Raises:
        ValueError: If the state has more than 2000 numbers.
    Example:
        >>> from toygan import Population, Recipe, theory
        >>> dirac = Recipe(data="dirac", generator="point", discriminator="linear", loss="wasserstein")
        >>> p = Population(dirac.but(optimizer="sgd", turns="simultaneous", lr_g=0.5, lr_d=0.5))
        >>> theory.step_jacobian(p).shape  # theta_G, theta_D, and the velocity of each, which SGD keeps
        torch.Size([1, 4, 4])
        >>> theory.step_jacobian(p)[0, :2, :2].round(decimals=6).tolist()
        [[1.0, 0.5], [-0.5, 1.0]]
    """

    def after(numbers: Tensor, copies: Population) -> Tensor:
        moved = Population.restore(copies.state.with_numbers(numbers))
        moved.run(steps)
        return moved.state.numbers

    return _differences(p, p.state.numbers, after)


def eigenvalues(jacobian: Tensor) -> Tensor:
    """Compute the eigenvalues of Jacobians, in a fixed order.

    Args:
        jacobian: Square matrices `(..., n, n)`.
    Returns:
        Complex eigenvalues `(..., n)`, by falling real part, then by falling imaginary part.
    Example:
        >>> import torch
        >>> from toygan import theory
        >>> theory.eigenvalues(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])).tolist()
        [1j, -1j]
    """
    values: Tensor = torch.linalg.eigvals(jacobian)
    values = values.gather(-1, values.imag.argsort(dim=-1, descending=True, stable=True))
    return values.gather(-1, values.real.round(decimals=9).argsort(dim=-1, descending=True, stable=True))


class Stability(NamedTuple):
    """The local stability of a game: its linearization converges, cycles, diverges or is undecided.

    It has a meaning at an equilibrium, where the field is 0. It is undecided if the deciding eigenvalues are
    neutral and real, so that the first order says nothing.

    Args:
        flow: For each member "converges", "cycles", "diverges" or "undecided", for infinitely small steps: real parts
            of `rates` below, on or above 0.
        iteration: The same for one iteration of training: `factors` inside, on or outside the unit circle.
        rates: Eigenvalues `(P, n)` of the Jacobian of the field.
        factors: Eigenvalues `(P, s)` of the Jacobian of one iteration, the longest first.
    Example:
        >>> from toygan import Population, Recipe, theory
        >>> dirac = Recipe(data="dirac", generator="point", discriminator="linear", loss="wasserstein")
        >>> p = Population(dirac.but(optimizer="sgd", turns="simultaneous", lr_g=0.5, lr_d=0.5))
        >>> found = theory.stability(p)
        >>> found.flow, found.iteration
        (('cycles',), ('diverges',))
        >>> float(found.radius[0].round(decimals=6))  # sqrt(1 + 0.5 ** 2)
        1.118034
    """

    flow: tuple[str, ...]
    iteration: tuple[str, ...]
    rates: Tensor
    factors: Tensor

    @property
    def radius(self) -> Tensor:
        """The spectral radius of one iteration `(P,)`: in the long run distances grow by at most this factor."""
        return self.factors.abs().amax(-1)


def stability(p: Population, batch: int = PROBE_BATCH) -> Stability:
    """Compute the local stability at the present parameters, for infinitely small steps and for those of training.

    Args:
        p: The population; the run does not change.
        batch: Samples of each kind over which expectations are taken [default: 128].
    Returns:
        A `Stability` of all members. A turn of several iterations counts with their geometric mean.
    Raises:
        ValueError: If a member, its optimizers' state included, has more than 2000 numbers.
    Source: Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?, section 2.
    Example:
        >>> from toygan import Population, Recipe, theory
        >>> dirac = Recipe(data="dirac", generator="point", discriminator="linear", optimizer="sgd")
        >>> theory.stability(Population(dirac.but(regularizers={"r1": 1.0}, lr_g=0.1, lr_d=0.1))).iteration
        ('converges',)
    """
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


def _differences(p: Population, at: Tensor, function: Callable[[Tensor, Population], Tensor]) -> Tensor:
    """Return the Jacobian `(P, n, n)` of a function of numbers `(P, n)` that a population of copies computes."""
    members, n = at.shape
    if n > MOST_NUMBERS:
        raise ValueError(f"{n} numbers a member: a Jacobian may have at most {MOST_NUMBERS}; lower width or depth")
    at, columns = at.double(), []
    for part in torch.split(torch.arange(n, device=at.device), MOST_COPIES // 2):
        shift = PARAMETER_STEP * torch.eye(n).to(at)[part]
        moved = at.unsqueeze(1) + torch.cat([shift, -shift])
        there = function(moved.flatten(0, 1), p.copies(2 * len(part), torch.float64))
        up, down = there.view(members, 2, len(part), n).unbind(1)
        columns.append((up - down) / (2 * PARAMETER_STEP))
    return torch.cat(columns, dim=1).transpose(1, 2)


@dataclass(frozen=True)
class Portrait:
    """The phase portrait of a game with one number for each player: theta_G to the right, theta_D upwards.

    Args:
        axis: The grid's places `(k,)`, the same for both players.
        vectors: The field `(k, k, 2)`: `vectors[i, j]` is v at (axis[j], axis[i]).
        trajectories: The runs `(starts, steps + 1, 2)`: each start, and the point after every iteration; NaN once a run
            has left the finite numbers.
        stability: The stability of the equilibrium (0, 0).
    Example:
        >>> from toygan import Recipe, theory
        >>> dirac = Recipe(data="dirac", generator="point", discriminator="linear", loss="wasserstein")
        >>> portrait = theory.phase_portrait(dirac, steps=3, reach=1.0, side=3)
        >>> portrait.axis.tolist(), portrait.vectors[0, 2].tolist()  # v at (1, -1)
        ([-1.0, 0.0, 1.0], [-1.0, -1.0])
    """

    axis: np.ndarray
    vectors: np.ndarray
    trajectories: np.ndarray
    stability: Stability


def phase_portrait(
    recipe: Recipe,
    starts: Sequence[tuple[float, float]] = ((1.0, 1.0),),
    steps: int = 500,
    reach: float = 2.0,
    side: int = 17,
) -> Portrait:
    """Compute the phase portrait of a game with one number for each player, such as the Dirac-GAN.

    Its recipe has data "dirac", generator "point" and discriminator "linear"; with loss "wasserstein" it is the
    bilinear game min_x max_y xy. Every grid point and every start is a member of a population.

    Args:
        recipe: The recipe of the game.
        starts: The points (theta_G, theta_D) at which trajectories start [default: (1, 1)].
        steps: Iterations of each trajectory [default: 500].
        reach: The grid reaches from -reach to reach [default: 2].
        side: Points of the grid along each axis [default: 17].
    Returns:
        A `Portrait` of plain arrays.
    Raises:
        ValueError: If a player has more than one parameter.
    Source: Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?, figures 1 and 3.
    Example:
        >>> from toygan import Recipe, theory
        >>> dirac = Recipe(data="dirac", generator="point", discriminator="linear", optimizer="sgd", lr_g=0.1, lr_d=0.1)
        >>> theory.phase_portrait(dirac, steps=100).trajectories.shape
        (1, 101, 2)
    """
    one = Population(recipe, dtype=torch.float64)
    sizes = one.generator.theta.shape[-1], one.discriminator.theta.shape[-1]
    if sizes != (1, 1):
        raise ValueError(f"a phase portrait needs one parameter a player; G has {sizes[0]} and D has {sizes[1]}")
    axis = torch.linspace(-reach, reach, side, dtype=torch.float64)
    field = game_field(_place(one, torch.cartesian_prod(axis, axis).flip(-1)))
    path = np.empty((len(starts), steps + 1, 2))
    if len(starts):
        runs = _place(one, torch.tensor(starts, dtype=torch.float64))
        for t in range(steps + 1):
            path[:, t] = torch.cat([runs.generator.theta, runs.discriminator.theta], dim=-1).cpu()
            runs.step()
    stable = stability(_place(one, torch.zeros(1, 2, dtype=torch.float64)))
    return Portrait(axis.numpy(), field.view(side, side, 2).cpu().numpy(), path, stable)


def _place(p: Population, at: Tensor) -> Population:
    """Return copies of a member with one number for each player, at points `(m, 2)`."""
    copies = p.copies(len(at))
    g, d = copies.generator, copies.discriminator
    g.theta, d.theta = at[:, :1].to(g.theta), at[:, 1:].to(d.theta)
    return copies


def optimal_discriminator(
    data: str | Distribution, x: Tensor, generated: str | Distribution, loss: str = "non-saturating"
) -> Tensor:
    """Compute the logits that minimise D's loss if the densities of the data and of the samples are known.

    At each point that is the logit a with p on_real'(a) + q on_fake'(a) = 0; for the logistic loss a = log p/q.

    Args:
        data: The distribution of the data, or its name, with density p.
        x: Points `(..., dim)`.
        generated: The distribution of generated samples, or its name, with density q.
        loss: The name of the loss [default: "non-saturating"].
    Returns:
        The logits `(...)` in float64, infinite if the loss falls without end.
    Raises:
        ValueError: If D's loss is not a sum over single samples, so that it has no optimum point by point.
    Source: Goodfellow et al. 2014, Generative Adversarial Nets, proposition 1.
    Example:
        >>> import torch
        >>> from toygan import theory
        >>> x, data = torch.tensor([[0.0], [1.0]]), "gaussian1d(mean=1,sigma=1)"
        >>> theory.optimal_discriminator(data, x, "gaussian1d(mean=0,sigma=1)").round(decimals=6)
        tensor([-0.5000,  0.5000], dtype=torch.float64)
    """
    resolved = LOSSES.make(loss)
    if not resolved.uses_discriminator or not resolved.separable:
        raise ValueError(f"loss={loss!r}: must be a sum over single samples, to have an optimum at each point")
    named = (DISTRIBUTIONS.make(d) if isinstance(d, str) else d for d in (data, generated))
    p, q = (d.log_prob(x.double()) for d in named)
    ratio = (p - q).clamp(-MOST_LOGIT, MOST_LOGIT)
    return _balance(resolved, torch.sigmoid(ratio), torch.sigmoid(-ratio))


def _balance(loss: Loss, p: Tensor, q: Tensor) -> Tensor:
    """Return the logits where p on_real + q on_fake stops falling, by bisection, to the last digits of float64."""
    low, high = torch.full_like(p, -MOST_LOGIT), torch.full_like(p, MOST_LOGIT)
    for _ in range(64):
        a = ((low + high) / 2).requires_grad_()
        (rise,) = torch.autograd.grad((p * loss.on_real(a) + q * loss.on_fake(a)).sum(), a)
        a = a.detach()
        falls = torch.where(rise == 0, a > 0, rise < 0)  # a derivative that has underflowed says nothing: further out
        low, high = torch.where(falls, a, low), torch.where(falls, high, a)
    a = (low + high) / 2
    return torch.where(a.abs() > MOST_LOGIT - 1e-9, torch.sign(a) * math.inf, a)
