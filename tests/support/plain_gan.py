"""The default GAN as a user of PyTorch writes it: what the engine's speed is measured in."""

from __future__ import annotations

import math

import torch
from support.timing import Step
from torch import nn
from torch.nn.functional import softplus


def plain_loop(hidden: int, batch: int, r1: float = 0.0) -> Step:
    """One iteration; `r1` is the strength of the gradient penalty on real data."""

    def mlp(outputs: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs)
        )

    generator, discriminator = mlp(2), mlp(1)
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.99))
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.99))

    def ring8() -> torch.Tensor:
        angle = torch.randint(0, 8, (batch,)) * (2 * math.pi / 8)
        return torch.stack([angle.cos(), angle.sin()], dim=1) + 0.02 * torch.randn(batch, 2)

    def penalty(real: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        (slopes,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
        return r1 / 2 * slopes.square().sum(1).mean()

    def step() -> None:
        fake = generator(torch.randn(batch, 2)).detach()
        real = ring8().requires_grad_(r1 > 0)
        logits = discriminator(real)
        loss_d = softplus(-logits).mean() + softplus(discriminator(fake)).mean()
        if r1:
            loss_d = loss_d + penalty(real, logits)
        optimizer_d.zero_grad()
        loss_d.backward()
        optimizer_d.step()

        loss_g = softplus(-discriminator(generator(torch.randn(batch, 2)))).mean()
        optimizer_g.zero_grad()
        loss_g.backward()
        optimizer_g.step()

    return step
