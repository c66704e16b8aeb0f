"""The classical losses: logistic, least squares, Wasserstein, hinge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy, relu, softplus

from toygan.parts.checks import flag, number
from toygan.parts.losses.base import Logits, Loss


@dataclass(frozen=True)
class Minimax(Loss):
    """The original zero-sum game: G maximises the loss that D minimises (Goodfellow et al. 2014, eq. 1)."""

    formula = r"\mathcal L_D=-\log D(x)-\log(1-D(G(z))),\quad \mathcal L_G=\log(1-D(G(z)))"
    probability = True

    def on_real(self, a: Tensor) -> Tensor:
        return softplus(-a)

    def on_fake(self, a: Tensor) -> Tensor:
        return softplus(a)

    def for_generator(self, a: Tensor) -> Tensor:
        return -softplus(a)

    def exact_equilibrium(self) -> tuple[float, float]:
        return 2 * math.log(2), -math.log(2)

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.sigmoid(logits.fake)

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return log_ratio


@dataclass(frozen=True)
class NonSaturating(Minimax):
    """Minimax with another loss for G: -log D(G(z)) in place of log(1 - D(G(z))) (Goodfellow et al. 2014, sec. 3)."""

    formula = r"\mathcal L_D=-\log D(x)-\log(1-D(G(z))),\quad \mathcal L_G=-\log D(G(z))"

    def for_generator(self, a: Tensor) -> Tensor:
        return softplus(-a)

    def exact_equilibrium(self) -> tuple[float, float]:
        return 2 * math.log(2), math.log(2)

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.sigmoid(-logits.fake)


@dataclass(frozen=True)
class ProbabilityCrossEntropy(NonSaturating):
    """The non-saturating loss on float32 probabilities of a D that ends in a sigmoid: a common mistake.

    Beyond logits of about 17 the probability rounds to 1 and the gradient is exactly 0, while that of the logit form is
    not. PyTorch's `binary_cross_entropy` also cuts the loss at 100.
    """

    saturating: bool = False

    def __post_init__(self) -> None:
        flag("saturating", self.saturating)

    formula = r"\mathcal L_D=-\log D(x)-\log(1-D(G(z))),\quad \mathcal L_G=-\log D(G(z)),\quad D=\mathrm{fl}(\sigma(a))"

    def on_real(self, a: Tensor) -> Tensor:
        p = a.sigmoid()
        return _cross_entropy(p, torch.ones_like(p))

    def on_fake(self, a: Tensor) -> Tensor:
        p = a.sigmoid()
        return _cross_entropy(p, torch.zeros_like(p))

    def for_generator(self, a: Tensor) -> Tensor:
        return -self.on_fake(a) if self.saturating else self.on_real(a)

    def exact_equilibrium(self) -> tuple[float, float]:
        return 2 * math.log(2), math.log(2) * (-1 if self.saturating else 1)

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.sigmoid(logits.fake if self.saturating else -logits.fake)


def _cross_entropy(p: Tensor, target: Tensor) -> Tensor:
    """Compute the cross entropy of probabilities; NaN for a NaN, which `binary_cross_entropy` does not allow."""
    return torch.where(p.isnan(), p, binary_cross_entropy(p.nan_to_num(0.5), target, reduction="none"))


@dataclass(frozen=True)
class Alpha(Loss):
    """The (alpha_d, alpha_g)-GAN; alpha 1 is the logistic loss, 1/2 Hellinger's (Welfert et al. 2023, eq. 14-16).

    With k = (alpha - 1) / alpha the loss of a probability p is (1 - p^k) / k in place of -log p. If alpha_d is below 1,
    the loss of a D that is confident and wrong grows exponentially.
    """

    alpha_d: float = 0.5
    alpha_g: float = 1.0
    saturating: bool = True

    def __post_init__(self) -> None:
        number("alpha_d", self.alpha_d, 0.05, 1e6)
        number("alpha_g", self.alpha_g, 0.05, 1e6)
        flag("saturating", self.saturating)

    formula = (
        r"\mathcal L_D=\ell_{\alpha_D}(D(x))+\ell_{\alpha_D}(1-D(G(z))),\quad "
        r"\mathcal L_G=-\ell_{\alpha_G}(1-D(G(z))),\quad \ell_\alpha(p)=\tfrac{\alpha}{\alpha-1}(1-p^{1-1/\alpha})"
    )
    probability = True

    def on_real(self, a: Tensor) -> Tensor:
        return _alpha_loss(a, self.alpha_d)

    def on_fake(self, a: Tensor) -> Tensor:
        return _alpha_loss(-a, self.alpha_d)

    def for_generator(self, a: Tensor) -> Tensor:
        return -_alpha_loss(-a, self.alpha_g) if self.saturating else _alpha_loss(a, self.alpha_g)

    def exact_equilibrium(self) -> tuple[float, float]:
        for_d, for_g = (
            math.log(2) if alpha == 1 else (1 - 0.5 ** (1 - 1 / alpha)) / (1 - 1 / alpha)
            for alpha in (self.alpha_d, self.alpha_g)
        )
        return 2 * for_d, -for_g if self.saturating else for_g

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        p = logits.fake.sigmoid()
        q = 1 - p
        return -(q ** (1 - 1 / self.alpha_g)) * p if self.saturating else -(p ** (1 - 1 / self.alpha_g)) * q

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        """Return alpha_d log p/q, from D = p^alpha / (p^alpha + q^alpha) with alpha = alpha_d."""
        return self.alpha_d * log_ratio


def _alpha_loss(a: Tensor, alpha: float) -> Tensor:
    """Compute (1 - p^k) / k for p = sigmoid(a) and k = 1 - 1/alpha, or -log p for k = 0."""
    k = 1 - 1 / alpha
    return softplus(-a) if k == 0 else -torch.expm1(-k * softplus(-a)) / k


@dataclass(frozen=True)
class LeastSquares(Loss):
    """Least squares: D's targets are b for real and a for generated samples, G's is c (Mao et al. 2017, eq. 2).

    The paper has (a, b, c) = (0, 1, 1) and, signed, (-1, 1, 0). A critic without a bias can reach opposite targets
    only. On the Dirac-GAN (0, 1, 1) stalls, and so does (-1, 1, 0), whose c is D's equilibrium logit; (-1, 1, 1)
    converges.
    """

    a: float = 0.0
    b: float = 1.0
    c: float = 1.0

    def __post_init__(self) -> None:
        for name in ("a", "b", "c"):
            number(name, getattr(self, name))

    formula = r"\mathcal L_D=\tfrac12(a_r-b)^2+\tfrac12(a_f-a)^2,\quad \mathcal L_G=\tfrac12(a_f-c)^2"

    @property
    def equilibrium_logit(self) -> float:  # type: ignore[override]
        """The logit halfway between D's two targets."""
        return (self.a + self.b) / 2

    def on_real(self, a: Tensor) -> Tensor:
        return (a - self.b) ** 2 / 2

    def on_fake(self, a: Tensor) -> Tensor:
        return (a - self.a) ** 2 / 2

    def for_generator(self, a: Tensor) -> Tensor:
        return (a - self.c) ** 2 / 2

    def exact_equilibrium(self) -> tuple[float, float]:
        return (self.b - self.a) ** 2 / 4, ((self.a + self.b) / 2 - self.c) ** 2 / 2

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return logits.fake - self.c

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        return self.a + (self.b - self.a) * torch.sigmoid(log_ratio)


@dataclass(frozen=True)
class Wasserstein(Loss):
    """The difference of mean logits; a distance if a regularizer keeps D Lipschitz (Arjovsky et al. 2017, eq. 2)."""

    formula = r"\mathcal L_D=a_f-a_r,\quad \mathcal L_G=-a_f"
    relative = True

    def on_real(self, a: Tensor) -> Tensor:
        return -a

    def on_fake(self, a: Tensor) -> Tensor:
        return a

    def for_generator(self, a: Tensor) -> Tensor:
        return -a

    def exact_equilibrium(self) -> tuple[float, float]:
        return 0.0, 0.0

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.ones_like(logits.fake)


@dataclass(frozen=True)
class Hinge(Wasserstein):
    """The hinge loss: D learns only within a margin of 1 (Lim and Ye 2017; Miyato et al. 2018, eq. 16-17)."""

    formula = r"\mathcal L_D=(1-a_r)_++(1+a_f)_+,\quad \mathcal L_G=-a_f"
    relative = False

    def on_real(self, a: Tensor) -> Tensor:
        return relu(1 - a)

    def on_fake(self, a: Tensor) -> Tensor:
        return relu(1 + a)

    def exact_equilibrium(self) -> tuple[float, float]:
        return 2.0, 0.0

    def optimal_logit(self, log_ratio: Tensor) -> Tensor:
        """Return the sign of log p/q: the loss is constant beyond the kinks at +-1."""
        return torch.sign(log_ratio)


@dataclass(frozen=True)
class KLWasserstein(Loss):
    """KL-WGAN: a critic whose generated samples have weights e^a; D's best value is KL(p || q) (Song and Ermon 2020).

    The weights e^a / mean e^a come from the gradient of the logarithm in Donsker and Varadhan's bound (1975).
    """

    formula = r"\mathcal L_D=\log\overline{e^{a_f}}-a_r,\quad \mathcal L_G=-\log\overline{e^{a_f}}"
    relative = True
    separable = False

    def discriminator(self, logits: Logits) -> Tensor:
        return _log_mean_exp(logits.fake) - logits.real

    def generator(self, logits: Logits) -> Tensor:
        return -_log_mean_exp(logits.fake).expand_as(logits.fake)

    def exact_equilibrium(self) -> tuple[float, float]:
        return 0.0, 0.0

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.softmax(logits.fake, dim=-1) * logits.fake.shape[-1]


def _log_mean_exp(a: Tensor) -> Tensor:
    return torch.logsumexp(a, dim=-1, keepdim=True) - math.log(a.shape[-1])


CLASSICAL: dict[str, Loss] = {
    "minimax": Minimax(),
    "non-saturating": NonSaturating(),
    "probability-cross-entropy": ProbabilityCrossEntropy(),
    "alpha": Alpha(),
    "least-squares": LeastSquares(),
    "least-squares-signed": LeastSquares(a=-1.0, b=1.0, c=0.0),
    "wasserstein": Wasserstein(),
    "kl-wasserstein": KLWasserstein(),
    "hinge": Hinge(),
}
