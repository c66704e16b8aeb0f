"""Exercises of lesson 07: an unrolled G in the smallest game, and packs that show a rare mode."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "unrolled-slope": Exercise(
        arguments={
            "theta": torch.tensor([1.0, -2.0, 0.5, 3.0, 0.0]),
            "psi": torch.tensor([0.0, 1.0, -1.0, 2.0, 1.0]),
            "eta": torch.tensor([0.1, 0.1, 0.5, 0.2, 0.1]),
            "k": torch.tensor([1.0, 5.0, 10.0, 0.0, 5.0]),
        },
        solution=lambda theta, psi, eta, k: psi + 2 * k * eta * theta,
        praise="Right: psi turns, and 2 k eta theta pulls home.",
        mistakes={
            "This is the slope without unrolling: the two would circle.": lambda theta, psi, eta, k: psi,
            "You held D's future fixed: theta stands in it, too, so the product rule gives the term twice.": (
                lambda theta, psi, eta, k: psi + k * eta * theta
            ),
            "This is the loss, not its derivative in theta.": lambda theta, psi, eta, k: (
                (psi + k * eta * theta) * theta
            ),
            "This is only what D's future adds; psi itself is part of the slope.": (
                lambda theta, psi, eta, k: 2 * k * eta * theta
            ),
            "The number of steps is missing: D takes k of them.": lambda theta, psi, eta, k: psi + 2 * eta * theta,
        },
    ),
    "packs-that-show-it": Exercise(
        arguments={"p": torch.tensor([0.1, 0.1, 0.1, 0.5, 0.01]), "m": torch.tensor([1.0, 2.0, 4.0, 4.0, 64.0])},
        solution=lambda p, m: 1 - (1 - p) ** m,
        praise="Right: of single samples a tenth, of packs of four a third.",
        mistakes={
            "That is the mean number of such samples in a pack; several may be in one.": lambda p, m: p * m,
            "These are packs that lie on the rare mode altogether; one sample of it is enough.": lambda p, m: p**m,
            "These are packs without any; the others are asked for.": lambda p, m: (1 - p) ** m,
            "These are packs that are not on the rare mode altogether.": lambda p, m: 1 - p**m,
            "This is the share among single samples; a pack has m chances.": lambda p, m: p + 0 * m,
        },
    ),
}
