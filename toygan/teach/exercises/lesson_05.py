"""Exercise of lesson 05: what the least-squares loss of D is where it cannot tell."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "least-squares-at-equilibrium": Exercise(
        arguments={
            "a": torch.tensor([0.0, -1.0, 0.0, 2.0, 1.0]),
            "b": torch.tensor([1.0, 1.0, 3.0, -2.0, 1.0]),
        },
        solution=lambda a, b: (b - a) ** 2 / 4,
        praise="Right: .25 for the targets 0 and 1. A program that leaves the halves out shows .5.",
        mistakes={
            "This is the loss without the halves of the formula: many programs show it, but here they stand.": (
                lambda a, b: (b - a) ** 2 / 2
            ),
            "This is one of the two terms; D pays on real and on generated samples.": lambda a, b: (b - a) ** 2 / 8,
            "This is the best logit, halfway between the targets; the loss there is asked for.": (
                lambda a, b: (a + b) / 2
            ),
            "With a loss of 0 D would tell the two kinds apart; they are the same, and one logit serves for both.": (
                lambda a, b: torch.zeros_like(a)
            ),
            "This is the cross-entropy's line; the least-squares loss has one that depends on its targets.": (
                lambda a, b: torch.full_like(a, 2 * 0.6931471805599453)
            ),
        },
    ),
}
