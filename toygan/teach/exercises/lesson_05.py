"""Exercises of lesson 05: least squares at equilibrium, a smoothed target, G's loss on some of the modes."""

from __future__ import annotations

import math

import torch
from torch.nn.functional import softplus

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "least-squares-at-equilibrium": Exercise(
        arguments={
            "a": torch.tensor([0.0, -1.0, 0.0, 2.0, 1.0]),
            "b": torch.tensor([1.0, 1.0, 3.0, -2.0, 1.0]),
        },
        solution=lambda a, b: (b - a) ** 2 / 4,
        praise="Right: .25 for the targets 0 and 1. A program without the factors of one half shows .5.",
        mistakes={
            "This is the loss without the factors of one half. Many programs show it, but the formula here has them.": (
                lambda a, b: (b - a) ** 2 / 2
            ),
            "This is one of the two terms. D pays on real and on generated samples.": lambda a, b: (b - a) ** 2 / 8,
            "This is the best logit, halfway between the targets. The exercise asks for the loss there.": (
                lambda a, b: (a + b) / 2
            ),
            "With a loss of 0, D would tell the two kinds apart. But they are the same, and get the same logit.": (
                lambda a, b: torch.zeros_like(a)
            ),
            "This is the line of the cross-entropy. The line of least squares depends on its targets.": (
                lambda a, b: torch.full_like(a, 2 * 0.6931471805599453)
            ),
        },
    ),
    "smoothed-target": Exercise(
        arguments={"a": torch.tensor([-30.0, -3.0, -0.2, 0.0, 1.0, 4.0, 30.0])},
        solution=lambda a: 0.9 * softplus(-a) + 0.1 * softplus(a),
        praise="Right: it is smallest at a logit of log 9, where D says 0.9, and rises above that.",
        mistakes={
            "This is the loss for a target of 1.": lambda a: softplus(-a),
            "A tenth is missing: a target of 0.9 leaves 0.1 for generated, the weight of the other logarithm.": (
                lambda a: 0.9 * softplus(-a)
            ),
            "The two weights are exchanged: the weight of real is 0.9.": lambda a: (
                0.1 * softplus(-a) + 0.9 * softplus(a)
            ),
            "The target is the weight of the two logarithms. It does not multiply the logit.": lambda a: softplus(
                -0.9 * a
            ),
            "The sign is wrong: D descends this.": lambda a: -0.9 * softplus(-a) - 0.1 * softplus(a),
            "This is the squared distance to the target. The exercise asks for the cross-entropy.": (
                lambda a: (torch.sigmoid(a) - 0.9) ** 2
            ),
        },
    ),
    "loss-on-some-of-the-modes": Exercise(
        arguments={"m": torch.tensor([1.0, 1.0, 2.0, 4.0, 8.0]), "K": torch.tensor([2.0, 8.0, 8.0, 8.0, 8.0])},
        solution=lambda m, K: ((m + K) / m).log(),
        praise="Right: it is log 2 if all modes are covered, and larger if they are fewer.",
        mistakes={
            "This is D's answer. The non-saturating loss is minus its logarithm.": lambda m, K: m / (m + K),
            "The sign is wrong: D's answer is below 1, so minus its logarithm is above 0.": lambda m, K: (
                m / (m + K)
            ).log(),
            "This is minus log(1 - D). The non-saturating loss is minus log D.": (lambda m, K: ((m + K) / K).log()),
            "This is the line if D cannot tell the two kinds apart. Here it can, on every sample.": (
                lambda m, K: torch.full_like(m, math.log(2))
            ),
            "This is log(K / m), the KL divergence of the modes. D's best answer is m / (m + K).": lambda m, K: (
                K / m
            ).log(),
        },
    ),
}
