"""Exercises of lesson 08: the penalty of R1 on a slope, and the slope of the best D under noise."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "price-of-a-slope": Exercise(
        arguments={
            "gx": torch.tensor([0.0, 3.0, -3.0, 1.0, 0.5]),
            "gy": torch.tensor([0.0, 4.0, 4.0, -1.0, 2.0]),
            "gamma": torch.tensor([1.0, 1.0, 2.0, 10.0, 0.1]),
        },
        solution=lambda gx, gy, gamma: gamma / 2 * (gx**2 + gy**2),
        praise="Right: R1, eq. 9 of Mescheder et al. 2018. In the menu below it is called 'mine'.",
        mistakes={
            "The half is missing: gamma / 2.": lambda gx, gy, gamma: gamma * (gx**2 + gy**2),
            "This penalizes the length. R1 penalizes its square, so the penalty on small slopes is almost 0.": (
                lambda gx, gy, gamma: gamma / 2 * (gx**2 + gy**2).sqrt()
            ),
            "This is the gradient penalty: it asks for a slope of 1. R1 asks for 0.": (
                lambda gx, gy, gamma: gamma * ((gx**2 + gy**2).sqrt() - 1) ** 2
            ),
            "The squared length is gx^2 + gy^2, not (gx + gy)^2: a slope along (1, -1) would have no penalty.": (
                lambda gx, gy, gamma: gamma / 2 * (gx + gy) ** 2
            ),
            "The sign is wrong: D minimises this, and would make its slopes as steep as it can.": (
                lambda gx, gy, gamma: -gamma / 2 * (gx**2 + gy**2)
            ),
        },
    ),
    "slope-under-noise": Exercise(
        arguments={
            "W": torch.tensor([4.0, 4.0, 2.0, 4.0, 1.0]),
            "sigma": torch.tensor([0.5, 0.5, 1.0, 0.1, 2.0]),
            "s": torch.tensor([0.0, 1.5, 1.0, 0.5, 0.5]),
        },
        solution=lambda W, sigma, s: W / (sigma**2 + s**2),
        praise="Right: noise of 1.5 reduces a slope of 16 to 1.6.",
        mistakes={
            "Independent noise adds variances, not widths.": lambda W, sigma, s: W / (sigma + s) ** 2,
            "D sees the samples with the added noise: both kinds are wider than sigma.": lambda W, sigma, s: (
                W / sigma**2
            ),
            "Keep the squares: the logarithm of a Gaussian falls with the squared distance divided by the variance.": (
                lambda W, sigma, s: W / (sigma**2 + s**2).sqrt()
            ),
            "Each of the two quadratic terms has a factor of one half. In their difference it cancels.": (
                lambda W, sigma, s: W / (2 * (sigma**2 + s**2))
            ),
            "The slope grows with the distance, not with its square.": lambda W, sigma, s: W**2 / (sigma**2 + s**2),
        },
    ),
}
