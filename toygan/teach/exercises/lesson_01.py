"""Exercise of lesson 01: the answer of the best discriminator."""

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
        praise="Right: the share of real samples among all samples at x. If p = q, it is 1/2.",
        mistakes={
            "This is 1 if all samples are generated. But p is the density of real data, and D says 1 for real.": (
                lambda p, q: q / (p + q)
            ),
            "This is the ratio of real to generated. A probability is a share of the whole, between 0 and 1.": (
                lambda p, q: p / q
            ),
            "This is D's best logit. The exercise asks for the probability: its sigmoid.": (lambda p, q: (p / q).log()),
            "This uses the real data only. If generated samples are twice as dense, D should say less.": (
                lambda p, q: p
            ),
            "This is a difference: it is negative if q is larger, and a probability is never negative.": lambda p, q: (
                p - q
            ),
            "This is half of the right answer: D sees as many generated as real samples, so compare p with p + q.": (
                lambda p, q: p / (p + q) / 2
            ),
        },
    ),
}
