"""Turns with second derivatives of the game: the change of each gradient with the other player's parameters."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts import checks
from toygan.parts.protocols import BatchView, GameView, RecipeParts
from toygan.parts.turns.base import Turn, plain
from toygan.text import short

LARGEST = 400  # parameters of either player up to which competitive gradient descent solves for both steps


@dataclass(frozen=True)
class Consensus(Turn):
    """Both players also descend gamma/2 times the squared length of the whole field: v - gamma grad |v|^2 / 2.

    It damps rotation, but attracts to every point where the field is 0 (Mescheder et al. 2017, eq. 14).
    """

    gamma: float = 1.0

    couples = True

    def __post_init__(self) -> None:
        checks.size("gamma", self.gamma)

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        g, d, loss_g, loss_d = _differentiable_losses(game, theta_g, theta_d, batch)
        (for_g,), (for_d,) = _gradients(loss_g, g), _gradients(loss_d, d)
        uphill_g, uphill_d = _gradients(_half_square(for_g, for_d), g, d, again=False)
        return for_g.detach() + self.gamma * uphill_g, for_d.detach() + self.gamma * uphill_d


@dataclass(frozen=True)
class Symplectic(Turn):
    """Symplectic gradient adjustment: xi + strength A^T xi, A the antisymmetric part of the gradient's Jacobian H.

    With `align` the strength's sign is that of <xi, H^T xi> <A^T xi, H^T xi> / n + 0.1, towards stable and away from
    unstable fixed points (Balduzzi et al. 2018, algorithm 1).
    """

    strength: float = 1.0
    align: bool = True

    couples = True

    def __post_init__(self) -> None:
        checks.size("strength", self.strength)
        if not isinstance(self.align, bool):
            raise ValueError(f"align={short(self.align)}: must be True or False")

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        g, d, loss_g, loss_d = _differentiable_losses(game, theta_g, theta_d, batch)
        (xi_g, g_in_d), (d_in_g, xi_d) = _gradients(loss_g, g, d), _gradients(loss_d, g, d)
        for_g, for_d = xi_g.detach(), xi_d.detach()
        # H's diagonal blocks are symmetric and drop out of A; what is left of A^T xi are the mixed derivatives.
        (turn_g,) = _gradients(((xi_d - g_in_d) * for_d).sum(-1) / 2, g, again=False)
        (turn_d,) = _gradients(((xi_g - d_in_g) * for_g).sum(-1) / 2, d, again=False)
        strength: Tensor | float = self.strength
        if self.align:
            uphill_g, uphill_d = _gradients(_half_square(xi_g, xi_d), g, d, again=False)
            along = (for_g * uphill_g).sum(-1) + (for_d * uphill_d).sum(-1)
            turning = (turn_g * uphill_g).sum(-1) + (turn_d * uphill_d).sum(-1)
            n = g.shape[-1] + d.shape[-1]
            strength = strength * torch.sign(along * turning / n + 0.1).unsqueeze(-1)
        return for_g + strength * turn_g, for_d + strength * turn_d


@dataclass(frozen=True)
class Competitive(Turn):
    """Both players step to the equilibrium of their game's local bilinear model (Schaefer and Anandkumar 2019, eq. 4).

    With mixed second derivatives B = d^2 L_G / dg dd and C = d^2 L_D / dd dg the steps solve
    s_g + lr_d B s_d = grad_g L_G and s_d + lr_g C s_g = grad_d L_D, exactly, hence for small networks only.
    """

    couples = True

    def refuses(self, parts: RecipeParts) -> str | None:
        """Return a reason unless both players take plain gradient steps and have small networks."""
        if not plain(parts):
            return "solves for plain gradient steps: needs optimizer 'sgd' with momentum 0"
        n_g, n_d = parts.generator.n_params, parts.discriminator.n_params
        if max(n_g, n_d) > LARGEST:
            most = f"at most {LARGEST} parameters a player, here {n_g} and {n_d}; lower width or depth"
            return f"solves for every parameter at once: {most}"
        return None

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        g, d, loss_g, loss_d = _differentiable_losses(game, theta_g, theta_d, batch)
        (xi_g,), (xi_d,) = _gradients(loss_g, g), _gradients(loss_d, d)
        n_g, n_d = g.shape[-1], d.shape[-1]
        b = game.discriminator.rates.lr.unsqueeze(-1) * _jacobian(xi_g, d)
        c = game.generator.rates.lr.unsqueeze(-1) * _jacobian(xi_d, g)
        one_g, one_d = (torch.eye(n).to(g).expand(len(g), n, n) for n in (n_g, n_d))
        matrix = torch.cat([torch.cat([one_g, b], -1), torch.cat([c, one_d], -1)], -2)
        # solve_ex: a member that diverged, or a singular system, gives no error but numbers that are not finite
        steps = torch.linalg.solve_ex(matrix, torch.cat([xi_g, xi_d], -1).detach())[0]
        return steps[:, :n_g], steps[:, n_g:]


def _differentiable_losses(
    game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return both players' parameters as variables, and both losses as functions of both."""
    g, d = theta_g.detach().requires_grad_(), theta_d.detach().requires_grad_()
    return g, d, *game.losses(g, d, batch)


def _half_square(for_g: Tensor, for_d: Tensor) -> Tensor:
    """Return half the squared length of the whole field `(P,)`."""
    return ((for_g**2).sum(-1) + (for_d**2).sum(-1)) / 2


def _gradients(value: Tensor, *thetas: Tensor, again: bool = True) -> tuple[Tensor, ...]:
    """Compute the gradients of every member's value `(P,)` in its parameters; `again` makes them differentiable."""
    if not value.requires_grad:  # it does not depend on any parameter
        return tuple(torch.zeros_like(theta) for theta in thetas)
    return torch.autograd.grad(
        value.sum(), thetas, retain_graph=True, create_graph=again, allow_unused=True, materialize_grads=True
    )


def _jacobian(field: Tensor, theta: Tensor) -> Tensor:
    """Compute the derivative of field `(P, m)` in theta `(P, n)`, `(P, m, n)`."""
    if not field.requires_grad:
        return torch.zeros(*field.shape, theta.shape[-1]).to(theta)
    rows = torch.eye(field.shape[-1]).to(field).unsqueeze(1).expand(-1, *field.shape)  # (m, P, m)
    how = {"retain_graph": True, "allow_unused": True, "materialize_grads": True, "is_grads_batched": True}
    return torch.autograd.grad(field, theta, rows, **how)[0].transpose(0, 1)


SECOND_ORDER: dict[str, Turn] = {
    "consensus": Consensus(),
    "symplectic": Symplectic(),
    "competitive": Competitive(),
}
