"""Exercises of lesson 07: an unrolled G in the smallest game, packs that show a rare mode, moments to be matched."""

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
    "unmatched-moments": Exercise(
        arguments={
            "m_real": torch.tensor([1.6, 0.0, 1.6, 0.0]),
            "s_real": torch.tensor([1.2, 0.7, 1.2, 1.0]),
            "m_fake": torch.tensor([2.0, 0.5, 1.6, 0.0]),
            "s_fake": torch.tensor([0.3, 0.7, 1.5, 1.0]),
        },
        solution=lambda m_real, s_real, m_fake, s_fake: (m_fake - m_real) ** 2 + (s_fake - s_real) ** 2,
        praise="Right: 0 where both are matched, and a slope towards both where they are not.",
        mistakes={
            "This compares the means alone: a heap in the middle would pay nothing.": (
                lambda m_real, s_real, m_fake, s_fake: (m_fake - m_real) ** 2
            ),
            "This compares the spreads alone: a heap at the wrong place would pay nothing.": (
                lambda m_real, s_real, m_fake, s_fake: (s_fake - s_real) ** 2
            ),
            "Add the squares: squared as a sum, an error of the mean could cancel one of the spread.": (
                lambda m_real, s_real, m_fake, s_fake: (m_fake - m_real + s_fake - s_real) ** 2
            ),
            "Squares are asked for, which pull less and less as the moments come together.": (
                lambda m_real, s_real, m_fake, s_fake: (m_fake - m_real).abs() + (s_fake - s_real).abs()
            ),
            "This is the distance; its square is asked for, which has a slope at 0, too.": (
                lambda m_real, s_real, m_fake, s_fake: ((m_fake - m_real) ** 2 + (s_fake - s_real) ** 2).sqrt()
            ),
            "The sign is turned: G descends this, and would run away from the data's moments.": (
                lambda m_real, s_real, m_fake, s_fake: -((m_fake - m_real) ** 2) - (s_fake - s_real) ** 2
            ),
        },
    ),
}
