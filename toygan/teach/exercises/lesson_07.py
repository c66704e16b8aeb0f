"""Exercises of lesson 07: an unrolled G in the smallest game, packs that show a rare mode, a penalty on moments."""

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
        praise="Right: psi makes the players turn, and 2 k eta theta pulls theta back to 0.",
        mistakes={
            "This is the slope without unrolling: the two players would circle.": lambda theta, psi, eta, k: psi,
            "You held D's future fixed. But theta is in it, too, so the product rule gives the term twice.": (
                lambda theta, psi, eta, k: psi + k * eta * theta
            ),
            "This is the loss, not its derivative with respect to theta.": lambda theta, psi, eta, k: (
                (psi + k * eta * theta) * theta
            ),
            "This is only the part that D's future adds. Psi itself belongs to the slope, too.": (
                lambda theta, psi, eta, k: 2 * k * eta * theta
            ),
            "The number of steps is missing: D takes k of them.": lambda theta, psi, eta, k: psi + 2 * eta * theta,
        },
    ),
    "packs-that-show-it": Exercise(
        arguments={"p": torch.tensor([0.1, 0.1, 0.1, 0.5, 0.01]), "m": torch.tensor([1.0, 2.0, 4.0, 4.0, 64.0])},
        solution=lambda p, m: 1 - (1 - p) ** m,
        praise="Right: a tenth of single samples show it, and a third of packs of four.",
        mistakes={
            "This is the mean number of such samples in a pack. One pack may hold several.": lambda p, m: p * m,
            "This is the share of packs with all samples on the rare mode. One such sample is enough.": lambda p, m: (
                p**m
            ),
            "This is the share of packs without such a sample. The exercise asks for the others.": lambda p, m: (
                (1 - p) ** m
            ),
            "This is the share of packs with at least one sample on the other mode.": lambda p, m: 1 - p**m,
            "This is the share among single samples. A pack has m chances.": lambda p, m: p + 0 * m,
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
        praise="Right: it is 0 if both match, and otherwise has a slope towards both.",
        mistakes={
            "This compares the means only: a cluster in the middle would have no penalty.": (
                lambda m_real, s_real, m_fake, s_fake: (m_fake - m_real) ** 2
            ),
            "This compares the spreads only: a cluster at the wrong place would have no penalty.": (
                lambda m_real, s_real, m_fake, s_fake: (s_fake - s_real) ** 2
            ),
            "Add the squares: squared as a sum, an error of the mean could cancel one of the spread.": (
                lambda m_real, s_real, m_fake, s_fake: (m_fake - m_real + s_fake - s_real) ** 2
            ),
            "The exercise asks for squares, which pull less and less as the moments come together.": (
                lambda m_real, s_real, m_fake, s_fake: (m_fake - m_real).abs() + (s_fake - s_real).abs()
            ),
            "This is the distance. The exercise asks for its square, which has a slope at 0, too.": (
                lambda m_real, s_real, m_fake, s_fake: ((m_fake - m_real) ** 2 + (s_fake - s_real) ** 2).sqrt()
            ),
            "The sign is wrong: G descends this, and would move away from the moments of the data.": (
                lambda m_real, s_real, m_fake, s_fake: -((m_fake - m_real) ** 2) - (s_fake - s_real) ** 2
            ),
        },
    ),
}
