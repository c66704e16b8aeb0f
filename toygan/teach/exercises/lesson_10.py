"""Exercises of lesson 10: the reverse KL over modes, repeated samples of a memory, a score that sees the width."""

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
        praise="Right: it is 0 if all modes are covered. The forward KL would be infinite for any missing mode.",
        mistakes={
            "The sign is wrong: a divergence is never below 0.": lambda m, k: (m / k).log(),
            "This is the share of modes that are missing, not a divergence.": lambda m, k: 1 - m / k,
            "The unit is nats: take the natural logarithm, not that of base 2.": lambda m, k: (k / m).log2(),
            "This is the term of one mode, weighted by 1/m. There are m such terms.": lambda m, k: (k / m).log() / m,
            "You used the weights of the data, 1/K. The reverse KL takes the weights of G, 1/m.": (
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
        praise="Right: 19.9 % for 100 points and 500 samples. The share tells how many different samples G can make.",
        mistakes={
            "This is the number of different samples. The exercise asks for their share of the n samples.": (
                lambda N, n: N * (1 - (1 - 1 / N) ** n)
            ),
            "This is the share of the N points that were drawn. The exercise asks for the share of the n samples.": (
                lambda N, n: 1 - (1 - 1 / N) ** n
            ),
            "Points are drawn by chance: even among a hundred samples of a hundred points some are the same.": (
                lambda N, n: (N / n).clamp(max=1)
            ),
            "This is the probability that a given point is never drawn.": lambda N, n: (1 - 1 / N) ** n,
            "This counts only samples without an equal. Count each different value once, however often it occurs.": (
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
        praise="Right: its mean is 1 for true samples. Below 1 means too narrow, above 1 too wide or shifted.",
        mistakes={
            "The mean of this is the number of dimensions: in the plane, 2 for true samples.": (
                lambda distance, dim: distance**2
            ),
            "The mean distance of true samples is not 1 in any dimension. The mean of its square is known.": (
                lambda distance, dim: distance
            ),
            "The mean of the square grows like the dimension, not the mean of the distance.": lambda distance, dim: (
                distance / dim
            ),
            "This is the root of each value, before the mean. The mean of the squares is known.": (
                lambda distance, dim: distance / dim.sqrt()
            ),
            "Divide by the dimension: the square is a sum over all coordinates.": (
                lambda distance, dim: distance**2 * dim
            ),
        },
    ),
}
