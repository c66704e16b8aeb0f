"""Exercise of lesson 03: the answer of the best discriminator on a mode that is covered."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "covered-mode": Exercise(
        arguments={
            "m": torch.tensor([1.0, 1.0, 2.0, 3.0, 7.0, 8.0, 5.0]),
            "K": torch.tensor([2.0, 8.0, 8.0, 4.0, 8.0, 8.0, 25.0]),
        },
        solution=lambda m, k: m / (m + k),
        praise="Right: one number for the whole mode. D is not fooled, but it is flat, so G gets no direction.",
        mistakes={
            "This is the ratio p/q on the mode. D is the share of p in the whole, p / (p + q).": lambda m, k: m / k,
            "This is the probability that a sample on the mode is generated; D says how likely it is real.": (
                lambda m, k: k / (m + k)
            ),
            "This is D's best logit there. The exercise asks for its sigmoid.": (lambda m, k: (m / k).log()),
            "This is the answer at equilibrium. It is right only if all modes are covered, m = K.": (
                lambda m, k: torch.full_like(m, 0.5)
            ),
            "You used p = 1 on the mode, but only 1/K of the data is there.": lambda m, k: m / (m + 1),
            "You used q = 1 on the mode, but G has m modes, so 1/m of its samples are there.": lambda m, k: 1 / (1 + k),
            "This is the share of missing modes. Think of the densities p and q on a mode that is covered.": (
                lambda m, k: 1 - m / k
            ),
        },
    ),
}
