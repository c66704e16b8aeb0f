"""Regularizers of the players' parameters: bounds, norms and pulls."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from toygan.parts.kinks import at_least
from toygan.parts.networks import Network, name_discriminators
from toygan.parts.protocols import RecipeParts
from toygan.parts.regularizers.base import DiscriminatorPass, Regularizer, RegularizerState

TINY = 1e-12  # a matrix of zeros stays one
WARM_UP = 50  # power iterations before the first step, of which every step adds one


@dataclass(frozen=True)
class WeightClipping(Regularizer):
    """Every parameter of D within strength / sqrt(fan in), in units of its initial range (Arjovsky et al. 2017).

    The paper's fixed bound of 0.01 makes a small critic nearly flat: layers 2-128-128-1 have input gradients of at most
    0.02. It is `relative=False`: the strength itself, for any fan in.
    """

    relative: bool = True

    strengths = (0.05, 1.0, 10.0)
    weaker = "larger"
    formula = r"\psi\leftarrow\mathrm{clip}(\psi,\pm c/\sqrt{n_{\mathrm{in}}})"

    def project(self, theta_d: Tensor, net: Network, strength: Tensor) -> Tensor:
        bound = strength[:, None] * (net.spread().to(theta_d) if self.relative else 1)
        # Unrolling differentiates this with parameters exactly at their bounds, where the derivative of `clamp` is 1 in
        # PyTorch 2.13 and 1/2 in 2.14: here it is 1 in every release.
        inside = (theta_d >= -bound) & (theta_d <= bound)
        return torch.where(inside, theta_d, theta_d.detach().clamp(-bound, bound))


@dataclass(frozen=True)
class WeightDecay(Regularizer):
    """Small parameters of D: gamma/2 times their squared length (Krogh and Hertz 1992); on the Dirac-GAN it is R1."""

    strengths = (1e-5, 1e-3, 1.0)
    formula = r"\tfrac\gamma2\lVert\psi\rVert^2"

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        return loss + strength / 2 * (c.theta_d**2).sum(-1)


@dataclass(frozen=True)
class SpectralNorm(Regularizer):
    """Every weight matrix of D over its largest singular value, and the output times the strength (Miyato et al. 2018).

    With activations of slope at most 1, logits of two points then differ by at most strength times their distance: on a
    ring of radius 1 a strength of 1 leaves D hardly beyond +-1. One power iteration after every step of D keeps the
    left singular vectors u, and the largest singular value is read as |W'u| (sec. 2.1, algorithm 1).
    """

    strengths = (0.5, 5.0, 50.0)
    weaker = "larger"
    formula = r"a(x)=s\cdot a_{\bar\psi}(x),\quad \bar W=W/\sigma_{\max}(W)"

    def refuses(self, parts: RecipeParts) -> str | None:
        network, named = parts.discriminator, parts.names["discriminator"]
        if network.layered and not network.scale_free:
            return None
        why = "undoes the scale of every matrix" if network.layered else "at norm 1 can only learn a direction"
        fitting = name_discriminators(lambda kind: kind.layered and not kind.scale_free)
        return f"discriminator {named!r} {why}; needs {fitting}"

    def start(self, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        matrices = net.matrices(theta_d)
        state: RegularizerState = tuple(torch.ones_like(w[..., 0]) / math.sqrt(w.shape[1]) for w in matrices)
        for _ in range(WARM_UP):
            state = self.update(state, theta_g, theta_d, net)
        return state

    def update(self, state: RegularizerState, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        pairs = zip(state, net.matrices(theta_d), strict=True)
        return tuple(normalize(torch.bmm(w, torch.bmm(u.unsqueeze(1), w).mT).squeeze(-1), dim=-1) for u, w in pairs)

    def reparametrized(self, theta_d: Tensor, net: Network, strength: Tensor, state: RegularizerState) -> Tensor:
        rows = [torch.bmm(u.unsqueeze(1), w) for u, w in zip(state, net.matrices(theta_d), strict=True)]
        norms = torch.cat([row.norm(dim=-1) for row in rows], dim=-1)
        return net.scale_weights(theta_d, torch.split(1 / at_least(norms, TINY), 1, dim=-1), strength[:, None])


@dataclass(frozen=True)
class HistoricalAveraging(Regularizer):
    """Each player is pulled to the mean of all its past parameters (Salimans et al. 2016, sec. 3.3)."""

    strengths = (1e-4, 1e-3, 1.0)
    formula = r"\lambda\lVert\theta-\tfrac1t\sum_s\theta_s\rVert^2"

    def start(self, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        return theta_g.detach(), theta_d.detach(), torch.ones_like(theta_g[:, :1])

    def update(self, state: RegularizerState, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        mean_g, mean_d, count = state
        count = count + 1
        return mean_g + (theta_g - mean_g) / count, mean_d + (theta_d - mean_d) / count, count

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        return loss + strength * ((c.theta_d - state[1]) ** 2).sum(-1)

    def generator_loss(self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> Tensor:
        return loss + strength * ((c.theta_g - state[0]) ** 2).sum(-1)


WEIGHTS: dict[str, Regularizer] = {
    "weight-clipping": WeightClipping(),
    "weight-decay": WeightDecay(),
    "spectral-norm": SpectralNorm(),
    "historical-averaging": HistoricalAveraging(),
}
