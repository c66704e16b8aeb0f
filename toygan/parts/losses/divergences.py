"""f-GANs: D's best value is an f-divergence between the data and the generated samples (Nowozin et al. 2016)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from toygan.parts.checks import flag
from toygan.parts.losses.base import Logits, Loss


@dataclass(frozen=True)
class Divergence(Loss):
    """D_f(p || q) = E_q f(p/q): the maximum of E_p t - E_q f*(t) over functions t(x) = g(a(x)).

    The activation g maps every logit into the domain of f* and rises, so a high logit means real for every f (some
    public codes use falling ones). G minimises the divergence that D estimates. With saturating=False it maximises g on
    its samples instead (sec. 3.2 of the paper), as the non-saturating loss does; `formula` shows the first form.
    `on_fake` is f*(g(a)) with exponentials and logarithms cancelled, so that no logit overflows before its loss does.
    """

    saturating: bool = True

    def __post_init__(self) -> None:
        flag("saturating", self.saturating)

    def f(self, u: Tensor) -> Tensor:
        """Compute the divergence's convex function of the density ratio u > 0, with f(1) = 0."""
        raise NotImplementedError

    def activation(self, a: Tensor) -> Tensor:
        """Compute g, the value of t at a logit."""
        raise NotImplementedError

    def conjugate(self, t: Tensor) -> Tensor:
        """Compute f*, the maximum of u t - f(u) over u."""
        raise NotImplementedError

    def on_real(self, a: Tensor) -> Tensor:
        return -self.activation(a)

    def on_fake(self, a: Tensor) -> Tensor:
        return self.conjugate(self.activation(a))

    def for_generator(self, a: Tensor) -> Tensor:
        return -self.on_fake(a) if self.saturating else -self.activation(a)

    def exact_equilibrium(self) -> tuple[float, float]:
        """Return -f(1) = 0 and -f*(f'(1)) = -f'(1), which is also -g there."""
        one = torch.ones(1, dtype=torch.float64, requires_grad=True)
        (rise,) = torch.autograd.grad(self.f(one).sum(), one)
        return 0.0, -float(rise)


@dataclass(frozen=True)
class KL(Divergence):
    """KL(p || q), which is large if modes are missing; f* explodes far from the data."""

    formula = r"\mathcal L_D=-a_r+e^{a_f-1},\quad \mathcal L_G=-e^{a_f-1}"
    equilibrium_logit = 1.0

    def f(self, u: Tensor) -> Tensor:
        return torch.xlogy(u, u)

    def activation(self, a: Tensor) -> Tensor:
        return a

    def conjugate(self, t: Tensor) -> Tensor:
        return (t - 1).exp()

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.exp(logits.fake - 1) if self.saturating else -torch.ones_like(logits.fake)

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return 1 + log_ratio


@dataclass(frozen=True)
class ReverseKLDivergence(Divergence):
    """KL(q || p), which is large if samples lie off the data."""

    formula = r"\mathcal L_D=e^{-a_r}+a_f-1,\quad \mathcal L_G=1-a_f"
    probability = True

    def f(self, u: Tensor) -> Tensor:
        return -u.log()

    def activation(self, a: Tensor) -> Tensor:
        return -(-a).exp()

    def conjugate(self, t: Tensor) -> Tensor:
        return -1 - (-t).log()

    def on_fake(self, a: Tensor) -> Tensor:
        return a - 1

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.ones_like(logits.fake) if self.saturating else -torch.exp(-logits.fake)

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return log_ratio


@dataclass(frozen=True)
class Pearson(Divergence):
    """Pearson's chi square, E_q (p/q - 1)^2; f* is that of all u, not only of u > 0, which pulls D back from t < -2."""

    formula = r"\mathcal L_D=-a_r+\tfrac14a_f^2+a_f,\quad \mathcal L_G=-\tfrac14a_f^2-a_f"

    def f(self, u: Tensor) -> Tensor:
        return (u - 1) ** 2

    def activation(self, a: Tensor) -> Tensor:
        return a

    def conjugate(self, t: Tensor) -> Tensor:
        return t**2 / 4 + t

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -(logits.fake / 2 + 1) if self.saturating else -torch.ones_like(logits.fake)

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return 2 * torch.expm1(log_ratio)


@dataclass(frozen=True)
class Neyman(Divergence):
    """Neyman's chi square, E_p (q/p - 1)^2: Pearson's with p and q swapped, which explodes off the data."""

    formula = r"\mathcal L_D=e^{-a_r}+1-2e^{-a_f/2},\quad \mathcal L_G=2e^{-a_f/2}-2"

    def f(self, u: Tensor) -> Tensor:
        return (1 - u) ** 2 / u

    def activation(self, a: Tensor) -> Tensor:
        return 1 - torch.exp(-a)  # not expm1: its gradient in autograd underflows to 0 earlier

    def conjugate(self, t: Tensor) -> Tensor:
        return 2 - 2 * (1 - t).sqrt()

    def on_fake(self, a: Tensor) -> Tensor:
        return 2 - 2 * torch.exp(-a / 2)

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.exp(-logits.fake / 2 if self.saturating else -logits.fake)

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return 2 * log_ratio


@dataclass(frozen=True)
class Hellinger(Divergence):
    """The squared Hellinger distance, the integral of (sqrt p - sqrt q)^2: symmetric, at most 2."""

    formula = r"\mathcal L_D=e^{-a_r}+e^{a_f}-2,\quad \mathcal L_G=1-e^{a_f}"

    def f(self, u: Tensor) -> Tensor:
        return (u.sqrt() - 1) ** 2

    def activation(self, a: Tensor) -> Tensor:
        return -torch.expm1(-a)

    def conjugate(self, t: Tensor) -> Tensor:
        return t / (1 - t)

    def on_fake(self, a: Tensor) -> Tensor:
        return torch.expm1(a)

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.exp(logits.fake if self.saturating else -logits.fake)

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return log_ratio / 2


@dataclass(frozen=True)
class JensenShannon(Divergence):
    """Twice the Jensen-Shannon divergence: the minimax loss minus 2 log 2, so that 0 is the equilibrium."""

    formula = r"\mathcal L_D=-\log2D(x)-\log2(1-D(G(z))),\quad \mathcal L_G=\log2(1-D(G(z)))"
    probability = True

    def f(self, u: Tensor) -> Tensor:
        return torch.xlogy(u, u) - (u + 1) * ((u + 1) / 2).log()

    def activation(self, a: Tensor) -> Tensor:
        return math.log(2) - softplus(-a)

    def conjugate(self, t: Tensor) -> Tensor:
        return -(2 - t.exp()).log()

    def on_fake(self, a: Tensor) -> Tensor:
        return softplus(a) - math.log(2)

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.sigmoid(logits.fake if self.saturating else -logits.fake)

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return log_ratio


@dataclass(frozen=True)
class TotalVariation(Divergence):
    """The total variation, half the integral of |p - q|; it is bounded, so its gradient vanishes if D is confident."""

    formula = r"\mathcal L_D=\tfrac12\tanh a_f-\tfrac12\tanh a_r,\quad \mathcal L_G=-\tfrac12\tanh a_f"

    def f(self, u: Tensor) -> Tensor:
        return (u - 1).abs() / 2

    def activation(self, a: Tensor) -> Tensor:
        return a.tanh() / 2

    def conjugate(self, t: Tensor) -> Tensor:
        return t

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -(1 - torch.tanh(logits.fake) ** 2) / 2

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return torch.sign(log_ratio) * torch.inf


DIVERGENCES: dict[str, Loss] = {
    "f-kl": KL(),
    "f-reverse-kl": ReverseKLDivergence(),
    "f-pearson": Pearson(),
    "f-neyman": Neyman(),
    "f-hellinger": Hellinger(),
    "f-js": JensenShannon(),
    "f-tv": TotalVariation(),
}
