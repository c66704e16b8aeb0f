"""Exercise of lesson 06: how steep the best critic is under a gradient penalty."""

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
        praise="Right: 1 only where W is small beside the penalty. At W = 4 and .1 it is 21.",
        mistakes={
            "This is what the distance asks for; the penalty is soft, and a steeper critic gains more than it pays.": (
                lambda w, lam: torch.ones_like(w)
            ),
            "The derivative of lam (s - 1)^2 is 2 lam (s - 1): a factor 2 is missing.": lambda w, lam: 1 + w / lam,
            "You priced s^2, as R1 does; this penalty prices (s - 1)^2.": lambda w, lam: w / (2 * lam),
            "The sign is turned: to gain s W, the critic makes s larger than 1, not smaller.": (
                lambda w, lam: 1 - w / (2 * lam)
            ),
            "You solved for where gain and penalty are equal; the best slope is where their difference peaks.": (
                lambda w, lam: (2 * lam + w + (w**2 + 4 * lam * w).sqrt()) / (2 * lam)
            ),
        },
    ),
}
