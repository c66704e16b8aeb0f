"""Exercises of lesson 12: G's loss on a pair, and the age of its average."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "pair-loss-of-g": Exercise(
        arguments={
            "a_real": torch.tensor([0.0, 1.0, -1.0, 3.0, 0.5]),
            "a_fake": torch.tensor([0.0, -1.0, 1.0, -2.0, 2.5]),
        },
        solution=lambda a_real, a_fake: torch.nn.functional.softplus(a_real - a_fake),
        praise="Right: D's loss with the roles of the two samples exchanged. It is log 2 if D cannot tell them apart.",
        mistakes={
            "This is D's own loss. G wants its sample to be called the real one.": (
                lambda a_real, a_fake: torch.nn.functional.softplus(a_fake - a_real)
            ),
            "Minus D's loss is the minimax form, which is flat if D is sure (lesson 2). Exchange the roles instead.": (
                lambda a_real, a_fake: -torch.nn.functional.softplus(a_fake - a_real)
            ),
            "This is the non-saturating loss: it looks at the generated sample alone, not at the pair.": (
                lambda a_real, a_fake: torch.nn.functional.softplus(-a_fake)
            ),
            "A difference without the logarithm is the Wasserstein loss.": lambda a_real, a_fake: a_real - a_fake,
            "This is a probability. The loss is minus its logarithm.": (
                lambda a_real, a_fake: torch.sigmoid(a_fake - a_real)
            ),
        },
    ),
    "age-of-an-average": Exercise(
        arguments={"beta": torch.tensor([0.0, 0.5, 0.9, 0.99, 0.999])},
        solution=lambda beta: beta / (1 - beta),
        praise="Right: 99 iterations for .99, 999 for .999.",
        mistakes={
            "This counts the age of the present iteration as 1, but it is 0.": lambda beta: 1 / (1 - beta),
            "This is the weight of the present parameters, not an age.": lambda beta: 1 - beta,
            "This is the half-life: half of the weight is older. The exercise asks for the mean.": (
                lambda beta: torch.log(torch.tensor(0.5)) / beta.log()
            ),
            "This is the inverse: the nearer beta is to 1, the longer the memory.": (
                lambda beta: (1 - beta) / beta.clamp(min=1e-9)
            ),
            "This is the weight of the iteration before the present one.": lambda beta: beta * (1 - beta),
        },
    ),
}
