"""Exercise of lesson 10: the reverse KL divergence over modes, in closed form."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "reverse-kl-of-modes": Exercise(
        arguments={
            "m": torch.tensor([8.0, 7.0, 2.0, 1.0, 5.0]),
            "K": torch.tensor([8.0, 8.0, 8.0, 8.0, 25.0]),
        },
        solution=lambda m, k: (k / m).log(),
        praise="Right: 0 where all modes are there. The forward KL would be infinite for any mode that is missing.",
        mistakes={
            "The sign is turned: a divergence is never below 0.": lambda m, k: (m / k).log(),
            "This is the share of modes that are missing, not a divergence.": lambda m, k: 1 - m / k,
            "In nats: the natural logarithm, not that of base 2.": lambda m, k: (k / m).log2(),
            "This is one mode's term, weighted by 1/m; there are m of them.": lambda m, k: (k / m).log() / m,
            "You weighted by the data's shares, 1/K, on the modes that are there: the reverse KL weighs by G's, 1/m.": (
                lambda m, k: m / k * (k / m).log()
            ),
        },
    ),
}
