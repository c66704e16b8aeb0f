"""Exercise of lesson 04: R1 of a discriminator that is a line."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "r1-of-a-line": Exercise(
        arguments={
            "psi": torch.tensor([-2.0, -0.5, 0.0, 0.3, 1.0, 3.0]),
            "gamma": torch.tensor([0.1, 1.0, 0.3, 2.0, 0.5, 0.1]),
        },
        solution=lambda psi, gamma: gamma / 2 * psi**2,
        praise="Right: its slope is gamma times psi, a friction in proportion to D's slope.",
        mistakes={
            "This is twice too much: R1 is gamma / 2 times the square. Some programs leave out the half.": (
                lambda psi, gamma: gamma * psi**2
            ),
            "This asks for a slope of 1, as WGAN-GP does; at equilibrium it would push D away from 0.": (
                lambda psi, gamma: gamma / 2 * (psi.abs() - 1) ** 2
            ),
            "This is the length of the slope. R1 takes its square, which pulls less and less as psi gets small.": (
                lambda psi, gamma: gamma / 2 * psi.abs()
            ),
            "This is the derivative of the penalty. D adds the penalty itself to its loss.": (
                lambda psi, gamma: gamma * psi
            ),
            "The sign is wrong: D descends its loss, and this one rewards a steep D.": (
                lambda psi, gamma: -gamma / 2 * psi**2
            ),
        },
        slope="psi",
        wrong_slope="D descends this, and its slope psi should shrink towards 0.",
    ),
}
