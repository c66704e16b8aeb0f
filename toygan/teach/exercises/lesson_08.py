"""Exercises of lesson 08: the price that R1 puts on a slope, and the slope that noise leaves to the best D."""

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
        praise="Right: R1, eq. 9 of Mescheder et al. 2018. It stands in the menu below as 'mine'.",
        mistakes={
            "The half is missing: gamma / 2.": lambda gx, gy, gamma: gamma * (gx**2 + gy**2),
            "This prices the length; R1 prices its square, so that small slopes cost next to nothing.": (
                lambda gx, gy, gamma: gamma / 2 * (gx**2 + gy**2).sqrt()
            ),
            "This is the gradient penalty: it wants a slope of 1. R1 wants 0.": (
                lambda gx, gy, gamma: gamma * ((gx**2 + gy**2).sqrt() - 1) ** 2
            ),
            "The squared length is gx^2 + gy^2, not (gx + gy)^2: a slope along (1, -1) would be free.": (
                lambda gx, gy, gamma: gamma / 2 * (gx + gy) ** 2
            ),
            "The sign is turned: D minimises this, and would make its slopes as steep as it can.": (
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
        praise="Right: noise of 1.5 takes a slope of 16 down to 1.6.",
        mistakes={
            "Independent noise adds variances, not widths.": lambda W, sigma, s: W / (sigma + s) ** 2,
            "D sees the samples with the noise on them: both are wider than sigma.": lambda W, sigma, s: W / sigma**2,
            "The squares stay: the logarithm of a Gaussian falls with the square over the variance.": (
                lambda W, sigma, s: W / (sigma**2 + s**2).sqrt()
            ),
            "Two quadratics are subtracted, and each has a half: together the half is gone.": (
                lambda W, sigma, s: W / (2 * (sigma**2 + s**2))
            ),
            "The slope grows with the distance, not with its square.": lambda W, sigma, s: W**2 / (sigma**2 + s**2),
        },
    ),
}
