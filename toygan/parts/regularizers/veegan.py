"""VEEGAN: an encoder as a third player, whose codes show D the modes that the generator misses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts.networks import MLP, Network
from toygan.parts.protocols import RecipeParts
from toygan.parts.regularizers.base import DiscriminatorPass, Regularizer, RegularizerState, norm


@dataclass(frozen=True)
class WithEncoder(Network):
    """A generator and an encoder of data into latent points, in one vector of parameters, the generator first."""

    generator: Network
    encoder: Network

    @property
    def n_params(self) -> int:
        return self.generator.n_params + self.encoder.n_params

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.cat([self.generator.start(rng), self.encoder.start(rng)])

    def spread(self) -> Tensor:
        return torch.cat([self.generator.spread(), self.encoder.spread()])

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return self.generator(theta[:, : self.generator.n_params], x)

    def encode(self, theta: Tensor, x: Tensor) -> Tensor:
        """Compute the codes `(P, n, latent)` of data x `(P, n, dim)`."""
        return self.encoder(theta[:, self.generator.n_params :], x)


@dataclass(frozen=True)
class Veegan(Regularizer):
    """D judges pairs, (G(z), z) against (x, code of x), and G and the encoder F also minimise |z - F(G(z))|^2.

    F learns from the second term to invert G; if G misses a mode, its codes are unlike noise, and D sees that. The
    code of x is F(x) and Gaussian noise as large as what F misses (the most likely p(z|x) around F): without it, D
    would tell codes by their sharpness alone. `strength` weighs the second term, by 1 in the paper (Srivastava et al.
    2017, algorithm 1). F is an MLP of G's size; its parameters follow G's, and G's optimizer moves both.
    """

    strengths = (0.01, 0.1, 1.0)
    structural = True
    formula = r"a(x,F(x)),\ a(G(z),z),\quad \mathcal L_G+\lambda\,\mathbb E\lVert z-F(G(z))\rVert^2"

    def refuses(self, parts: RecipeParts) -> str | None:
        if parts.generator.beside:
            return f"{parts.names['generator']!r} is noise inside of G: no code to undo"
        return "a latent point is its number in a table: no code to undo" if parts.noise.tabulated else None

    def networks(self, g: Network, d: Network, strength: float) -> tuple[Network, Network]:
        encoder = MLP(g.outputs, g.inputs, g.shape)
        return WithEncoder(g.inputs, g.outputs, g.shape, g, encoder), d.with_inputs(d.inputs + g.inputs)

    def inputs(self, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> tuple[Tensor, Tensor]:
        missed = self._code_error(c)
        spread = norm(missed.mT).unsqueeze(1) / math.sqrt(missed.shape[1])
        codes = self._encoder(c).encode(c.theta_g, c.x_real) + spread * c.batch.normal("codes", c.batch.z)
        return torch.cat([c.x_real, codes], dim=-1), torch.cat([c.x_fake, c.batch.z], dim=-1)

    def point(self, x: Tensor, g: Network, theta_g: Tensor, strength: Tensor) -> Tensor:
        assert isinstance(g, WithEncoder)
        return torch.cat([x, g.encode(theta_g, x)], dim=-1)

    def generator_loss(self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> Tensor:
        return loss + strength * (self._code_error(c) ** 2).sum(-1).mean(-1)

    def _code_error(self, c: DiscriminatorPass) -> Tensor:
        """Compute z - F(G(z)), `(P, n, latent)`."""
        return c.batch.z - self._encoder(c).encode(c.theta_g, c.samples)

    def _encoder(self, c: DiscriminatorPass) -> WithEncoder:
        assert isinstance(c.generator, WithEncoder)
        return c.generator


VEEGAN: dict[str, Regularizer] = {"veegan": Veegan()}
