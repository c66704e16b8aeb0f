"""Exercises of lesson 09: the interval after a few seeds, and a step of sign descent."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "seeds-needed": Exercise(
        arguments={
            "p": torch.tensor([0.5, 0.5, 0.5, 0.1, 0.9, 1.0]),
            "n": torch.tensor([4.0, 16.0, 400.0, 16.0, 64.0, 16.0]),
        },
        solution=lambda p, n: 1.96 * (p * (1 - p) / n).sqrt(),
        praise="Right: .25 for 8 of 16 seeds. At p = 1 it gives 0, which is too small; Wilson's interval is better.",
        mistakes={
            "This is one standard error. The 95 % interval reaches 1.96 of them.": lambda p, n: (
                p * (1 - p) / n
            ).sqrt(),
            "This is a variance: the standard error is its root.": lambda p, n: 1.96 * p * (1 - p) / n,
            "This does not get smaller with n: it is the spread of one seed, not of their mean.": (
                lambda p, n: 1.96 * (p * (1 - p)).sqrt()
            ),
            "Take the root of n, too: the error of a mean falls with the root of n.": (
                lambda p, n: 1.96 * (p * (1 - p)).sqrt() / n
            ),
            "The variance of an outcome that is 0 or 1 is p (1 - p), not p.": lambda p, n: 1.96 * (p / n).sqrt(),
        },
    ),
    "sign-descent": Exercise(
        arguments={
            "gradient": torch.tensor([-200.0, -1.0, 0.0, 1e-6, 3.0]),
            "lr": torch.tensor([0.1, 0.1, 0.1, 0.01, 0.01]),
        },
        solution=lambda gradient, lr: -lr * gradient.sign(),
        praise="Right: the step is as long for a gradient of a millionth as for a gradient of two hundred.",
        mistakes={
            "The sign is wrong: this climbs.": lambda gradient, lr: lr * gradient.sign(),
            "This is plain gradient descent: its steps are as long as the gradient.": lambda gradient, lr: (
                -lr * gradient
            ),
            "The rate is missing: every step would have the length 1.": lambda gradient, lr: -gradient.sign(),
            "This is the length of the step without its direction.": lambda gradient, lr: (
                lr * torch.ones_like(gradient)
            ),
            "This cuts long gradients and keeps short ones. A sign gives all of them the same length.": (
                lambda gradient, lr: -lr * gradient.clamp(-1, 1)
            ),
        },
    ),
}
