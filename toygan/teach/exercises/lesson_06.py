"""Exercises of lesson 06: the best critic under a penalty, a one-sided penalty, the slope of clipped weights."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "critic-slope": Exercise(
        arguments={
            "W": torch.tensor([0.0, 1.0, 4.0, 4.0, 8.0, 400.0]),
            "lam": torch.tensor([1.0, 1.0, 0.1, 10.0, 0.5, 10.0]),
        },
        solution=lambda w, lam: 1 + w / (2 * lam),
        praise="Right: it is 1 only if W is small compared with the penalty. For W = 4 and a penalty of .1 it is 21.",
        mistakes={
            "The distance needs this slope. But the penalty is soft, and a steeper critic gains more than it pays.": (
                lambda w, lam: torch.ones_like(w)
            ),
            "The derivative of lam (s - 1)^2 is 2 lam (s - 1): a factor 2 is missing.": lambda w, lam: 1 + w / lam,
            "This penalizes s^2, as R1 does. The penalty here is on (s - 1)^2.": lambda w, lam: w / (2 * lam),
            "The sign is wrong: to gain s W, the critic makes s larger than 1, not smaller.": (
                lambda w, lam: 1 - w / (2 * lam)
            ),
            "At this slope gain and penalty are equal. At the best slope their difference is largest.": (
                lambda w, lam: (2 * lam + w + (w**2 + 4 * lam * w).sqrt()) / (2 * lam)
            ),
        },
    ),
    "price-above-one": Exercise(
        arguments={"length": torch.tensor([0.0, 0.5, 1.0, 1.5, 4.0])},
        solution=lambda length: (length - 1).clamp(min=0) ** 2,
        praise="Right: WGAN-LP (Petzka et al. 2018). A flat critic pays nothing.",
        mistakes={
            "This penalizes flat critics, too: it is the penalty of WGAN-GP. Below 1 the penalty should be 0.": (
                lambda length: (length - 1) ** 2
            ),
            "This is the excess. The exercise asks for its square, which gets flat as the excess gets small.": (
                lambda length: (length - 1).clamp(min=0)
            ),
            "This penalizes slopes below 1, and not the steep ones.": lambda length: (1 - length).clamp(min=0) ** 2,
            "This penalizes every slope, as R1 does.": lambda length: length**2,
            "Square the excess, not the slope: at 1.5 the penalty is 0.25.": lambda length: (length**2 - 1).clamp(
                min=0
            ),
            "This penalizes the whole slope above 1: the penalty would jump from 0 to 1 at a slope of 1.": (
                lambda length: torch.where(length > 1, length**2, 0 * length)
            ),
        },
    ),
    "slope-of-clipped-weights": Exercise(
        arguments={"c": torch.tensor([0.01, 0.1, 0.1, 0.5, 1.0]), "w": torch.tensor([16.0, 16.0, 64.0, 16.0, 4.0])},
        solution=lambda c, w: c**3 * w**2,
        praise="Right: with 16 units, c = .01 allows a slope of .000256, and c = .5 a slope of 32.",
        mistakes={
            "Every path through the network has three weights, and there are many paths: add them up.": lambda c, w: (
                c**3
            ),
            "A path goes through a unit of the first layer and one of the second: count both.": lambda c, w: c**3 * w,
            "Each of the w units of the second layer sees w units: w times w paths, not w to the third.": (
                lambda c, w: c**3 * w**3
            ),
            "There are three layers of weights: from the input, between the hidden units, to the output.": (
                lambda c, w: c**2 * w**2
            ),
            "Weights that follow each other multiply.": lambda c, w: 3 * c * w**2,
        },
    ),
}
