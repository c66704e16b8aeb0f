"""Handwritten digits of 8 x 8 pixels, whose modes a classifier recognises; and independent copies of other data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.parts.checks import number, whole
from toygan.parts.distributions.base import Distribution
from toygan.parts.distributions.wrapped import Wrapped

SIDE = 8  # pixels
TRAINING = 1297  # images; the other 500 are held out
TYPICAL = 0.9  # share of held-out images that count as high quality


class DigitImages(NamedTuple):
    """Images `(n, 64)` from -1 (paper) to 1 (ink), and the digit of each `(n,)`, for training and held out."""

    training: Tensor
    digit: Tensor
    held_out: Tensor
    held_out_digit: Tensor


@lru_cache(maxsize=1)
def images() -> DigitImages:
    """Load scikit-learn's digits (Alpaydin and Kaynak 1998) in a fixed random split; ImportError without it."""
    from sklearn.datasets import load_digits

    x, digit = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    pixels, digits = torch.from_numpy(x[order] / 8 - 1).float(), torch.from_numpy(digit[order]).long()
    return DigitImages(pixels[:TRAINING], digits[:TRAINING], pixels[TRAINING:], digits[TRAINING:])


def find_nearest(x: Tensor) -> tuple[Tensor, Tensor]:
    """Find the training image nearest to each x `(n, 64)`: its index and the distance to it, both `(n,)`."""
    return torch.cdist(x, images().training.to(x)).min(-1)[::-1]


@lru_cache(maxsize=1)
def classify_held_out() -> tuple[float, float]:
    """Compute the classifier's error on held-out images, and the largest distance of high quality."""
    index, distance = find_nearest(images().held_out)
    wrong = images().digit[index] != images().held_out_digit
    return float(wrong.double().mean()), float(torch.quantile(distance, TYPICAL))


@dataclass(frozen=True)
class Digits(Distribution):
    """8 x 8 images of digits, 64 numbers from -1 to 1, with noise of width sigma; needs scikit-learn.

    Modes are the ten digits. A sample has the digit of the nearest of 1297 training images; the error on the 500
    held-out images is about 1 %. A sample is of high quality if it is as near to a training image as 90 % of these.
    """

    sigma: float = 0.0

    dim = SIDE * SIDE
    has_density = False
    atoms = True
    picture = (SIDE, SIDE)

    def __post_init__(self) -> None:
        number("sigma", self.sigma, 0, 1)

    def refuses(self) -> str | None:
        missing = find_spec("sklearn") is None
        return "needs scikit-learn; pip install 'toygan[digits]'" if missing else None

    @property
    def training_set(self) -> Tensor:
        return images().training

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Draw held-out images, with replacement."""
        which = torch.randint(len(images().held_out), (n,), generator=generator)
        return images().held_out[which] + self.sigma * torch.randn(n, self.dim, generator=generator)

    @cached_property
    def modes(self) -> Tensor:
        """The mean training image of each digit `(10, 64)`."""
        pictures, digit, _, _ = images()
        return torch.stack([pictures[digit == k].mean(0) for k in range(10)])

    @cached_property
    def weights(self) -> Tensor:
        return torch.bincount(images().digit, minlength=10) / TRAINING

    @property
    def sigmas(self) -> Tensor:
        """A third of the largest distance of high quality, in every mode."""
        return torch.full((10,), classify_held_out()[1] / 3)

    @property
    def mode_names(self) -> tuple[str, ...]:
        return tuple("0123456789")

    def nearest_mode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        index, distance = zip(*(find_nearest(member) for member in x), strict=True)
        digit = images().digit.to(x.device)
        return digit[torch.stack(index)], torch.stack(distance) / (classify_held_out()[1] / 3)

    def around_modes(self, x: Tensor) -> Tensor:
        """Return held-out images of each digit, one for each row of x."""
        _, _, pictures, digit = images()
        by_digit = [pictures[digit == k] for k in range(10)]
        return torch.stack([some[torch.arange(len(x)) % len(some)] for some in by_digit])

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        x = torch.cat([images().training, images().held_out]).double()
        return x.mean(0), (x.var(0, correction=0) + self.sigma**2).sqrt()

    @property
    def extent(self) -> tuple[tuple[float, float], ...]:
        return ((-1.0 - 4 * self.sigma, 1.0 + 4 * self.sigma),) * self.dim


@dataclass(frozen=True)
class Stacked(Wrapped):
    """`times` independent samples of other data side by side, so K modes become K^times (after Metz et al. 2017).

    With digits it is a small stacked MNIST.
    """

    of: str = "bimodal"
    times: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("times", self.times, 1, 4)
        if len(self.inner.modes) ** self.times > 10_000:
            raise ValueError(f"times={self.times}: makes {len(self.inner.modes)}^{self.times} modes; at most 10,000")

    @property
    def dim(self) -> int:  # type: ignore[override]
        return self.times * self.inner.dim

    @property
    def picture(self) -> tuple[int, int] | None:  # type: ignore[override]
        inner = self.inner.picture
        return inner and (inner[0] * self.times, inner[1])

    def _split(self, x: Tensor) -> list[Tensor]:
        """Split x `(..., dim)` into its samples, each `(..., inner dim)`."""
        return list(x.reshape(*x.shape[:-1], self.times, self.inner.dim).unbind(-2))

    def _combine(self, x: Tensor) -> Tensor:
        """Combine rows of x `(K, m)` in all ways, side by side `(K^times, times m)`; the last one changes fastest."""
        rows = torch.cartesian_prod(*[torch.arange(len(x))] * self.times).reshape(-1, self.times)
        return x[rows].flatten(1)

    @cached_property
    def modes(self) -> Tensor:
        return self._combine(self.inner.modes) if len(self.inner.modes) else torch.empty(0, self.dim)

    @cached_property
    def weights(self) -> Tensor:
        return self._combine(self.inner.weights[:, None]).prod(-1)

    @cached_property
    def sigmas(self) -> Tensor:
        return self._combine(self.inner.sigmas[:, None]).amax(-1)

    @property
    def training_set(self) -> Tensor | None:
        return None

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.cat([self.inner.sample(n, generator) for _ in range(self.times)], dim=-1)

    def log_prob(self, x: Tensor) -> Tensor:
        return torch.stack([self.inner.log_prob(part) for part in self._split(x)]).sum(0)

    def nearest_mode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Find the nearest mode of all parts; the distance is the largest of any part."""
        index, distance = zip(*(self.inner.nearest_mode(part) for part in self._split(x)), strict=True)
        k = len(self.inner.modes)
        whole_index = sum(part * k**power for power, part in enumerate(reversed(index)))
        return torch.as_tensor(whole_index), torch.stack(distance).amax(0)

    def around_modes(self, x: Tensor) -> Tensor:
        parts = [self.inner.around_modes(part) for part in self._split(x)]
        rows = torch.cartesian_prod(*[torch.arange(len(self.inner.modes))] * self.times).reshape(-1, self.times)
        return torch.cat([part[rows[:, i]] for i, part in enumerate(parts)], dim=-1)

    def players_see(self, x: Tensor) -> Tensor:
        return torch.cat([self.inner.players_see(part) for part in self._split(x)], dim=-1)

    def from_players(self, x: Tensor) -> Tensor:
        return torch.cat([self.inner.from_players(part) for part in self._split(x)], dim=-1)

    @property
    def counts(self) -> tuple[int, ...]:  # type: ignore[override]
        return tuple(i * self.inner.dim + column for i in range(self.times) for column in self.inner.counts)

    def rounded(self, x: Tensor) -> Tensor:
        return torch.cat([self.inner.rounded(part) for part in self._split(x)], dim=-1)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        mean, spread = self.inner.moments
        return mean.repeat(self.times), spread.repeat(self.times)

    @property
    def outline(self) -> Tensor:
        return self.inner.outline.repeat(1, self.times)

    @property
    def extent(self) -> tuple[tuple[float, float], ...]:
        return self.inner.extent * self.times


DIGITS: dict[str, Distribution] = {"digits": Digits()}
