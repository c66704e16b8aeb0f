"""Exercises of lesson 10: the reverse KL over modes, how often a memory repeats itself, a score that sees the width."""

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
    "different-samples": Exercise(
        arguments={
            "N": torch.tensor([100.0, 100.0, 1000.0, 10.0, 1.0]),
            "n": torch.tensor([500.0, 1.0, 500.0, 2.0, 50.0]),
        },
        solution=lambda N, n: N * (1 - (1 - 1 / N) ** n) / n,
        praise="Right: for a hundred points and 500 samples 19.9 %. Read backwards, it counts what G can draw.",
        mistakes={
            "This is how many are different; the share of the n samples is asked for.": (
                lambda N, n: N * (1 - (1 - 1 / N) ** n)
            ),
            "This is the share of the N points that were drawn; the share of the n samples is asked for.": (
                lambda N, n: 1 - (1 - 1 / N) ** n
            ),
            "Even of a hundred samples from a hundred points some are the same: points are drawn by chance.": (
                lambda N, n: (N / n).clamp(max=1)
            ),
            "This is the chance that a certain point is never drawn.": lambda N, n: (1 - 1 / N) ** n,
            "These are samples that no other one equals; count each different one once, however often it comes.": (
                lambda N, n: (1 - 1 / N) ** (n - 1)
            ),
        },
    ),
    "score-of-a-width": Exercise(
        arguments={
            "distance": torch.tensor([0.0, 1.0, 2.0, 0.5, 3.0]),
            "dim": torch.tensor([2.0, 2.0, 1.0, 64.0, 1.0]),
        },
        solution=lambda distance, dim: distance**2 / dim,
        praise="Right: its mean is 1 for true samples; below is too narrow, above is too wide or elsewhere.",
        mistakes={
            "The mean of this is the number of dimensions: in the plane, 2 for true samples.": (
                lambda distance, dim: distance**2
            ),
            "The mean distance of true samples is not 1 in any dimension; that of its square is known.": (
                lambda distance, dim: distance
            ),
            "It is the mean of the square that grows as the dimension.": lambda distance, dim: distance / dim,
            "The root of this would be taken before the mean; the mean of squares is known.": (
                lambda distance, dim: distance / dim.sqrt()
            ),
            "Divide by the dimension: squares of so many coordinates were added.": (
                lambda distance, dim: distance**2 * dim
            ),
        },
    ),
}
