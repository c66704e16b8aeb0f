"""Exercise of lesson 01: the probability that the best discriminator answers."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "best-discriminator": Exercise(
        arguments={
            "p": torch.tensor([0.8, 0.5, 0.3, 0.25, 0.02, 1e-6]),
            "q": torch.tensor([1e-6, 0.1, 0.3, 0.5, 0.9, 0.7]),
        },
        solution=lambda p, q: p / (p + q),
        praise="Right: real samples' share of all samples at x. Where p = q it is 1/2: nobody can tell.",
        mistakes={
            "This is 1 where all samples are generated: p belongs to real data, and D says 1 for real.": (
                lambda p, q: q / (p + q)
            ),
            "This is the odds, real to generated; a probability is a share of the whole, between 0 and 1.": (
                lambda p, q: p / q
            ),
            "This is D's best logit. The sigmoid turns it into the probability that is asked for.": (
                lambda p, q: (p / q).log()
            ),
            "This looks at real data alone: where generated samples are twice as dense, D should say less.": (
                lambda p, q: p
            ),
            "This is a difference: it is negative where q is larger, and a probability is not.": lambda p, q: p - q,
            "Half of it is right: D sees as many generated as real samples, so compare p with p + q.": (
                lambda p, q: p / (p + q) / 2
            ),
        },
    ),
}
