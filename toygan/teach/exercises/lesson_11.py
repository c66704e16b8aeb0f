"""Exercise of lesson 11: how much mass went over from one mode to the other."""

from __future__ import annotations

import torch

from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "mass-that-moved": Exercise(
        arguments={
            "p": torch.tensor([0.5, 1.0, 0.0, 0.9, 0.2]),
            "q": torch.tensor([0.5, 0.0, 1.0, 0.6, 0.7]),
        },
        solution=lambda p, q: (p - q).abs(),
        praise="Right: the metric mode-hopping, for two modes.",
        mistakes={
            "This counts it twice, where it left and where it came: half of it moved.": lambda p, q: 2 * (p - q).abs(),
            "A mass is never below 0, whichever way it goes.": lambda p, q: q - p,
            "This is half of what moved: one mode's change is all of it already.": lambda p, q: (p - q).abs() / 2,
            "A square makes small moves vanish; mass is counted as it is.": lambda p, q: (p - q) ** 2,
            "This is what stayed.": lambda p, q: 1 - (p - q).abs(),
        },
    ),
}
