"""Exercise of lesson 12: how far back an averaged generator looks."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "age-of-an-average": Exercise(
        arguments={"beta": torch.tensor([0.0, 0.5, 0.9, 0.99, 0.999])},
        solution=lambda beta: beta / (1 - beta),
        praise="Right: 99 iterations for .99, 999 for .999.",
        mistakes={
            "This counts the present iteration as 1; its age is 0.": lambda beta: 1 / (1 - beta),
            "This is the weight of the present parameters, not an age.": lambda beta: 1 - beta,
            "This is the half-life, after which half of the weight is older; the mean is asked for.": (
                lambda beta: torch.log(torch.tensor(0.5)) / beta.log()
            ),
            "Turned over: the nearer beta is to 1, the longer the memory.": (
                lambda beta: (1 - beta) / beta.clamp(min=1e-9)
            ),
            "This is the weight of the iteration before the present one.": lambda beta: beta * (1 - beta),
        },
    ),
}
