"""Exercises of lesson 11: how much mass went over from one mode to the other, and what a verdict is worth."""

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
    "what-a-verdict-is-worth": Exercise(
        arguments={
            "p": torch.tensor([0.5, 0.03, 0.03, 0.9, 0.2]),
            "hit": torch.tensor([0.9, 0.9, 0.99, 0.8, 1.0]),
            "false": torch.tensor([0.1, 0.1, 0.01, 0.3, 0.05]),
        },
        solution=lambda p, hit, false: p * hit / (p * hit + (1 - p) * false),
        praise="Right (Bayes): where 3 % are healthy, a test right in nine of ten is right in 22 % of them.",
        mistakes={
            "This is how often a healthy run is called so; how often one that is called so is healthy is asked for.": (
                lambda p, hit, false: hit
            ),
            "This is the share of all runs that are healthy and called so; take it of all that are called so.": (
                lambda p, hit, false: p * hit
            ),
            "The two kinds of run are not equally many: weigh both by how many there are.": (
                lambda p, hit, false: hit / (hit + false)
            ),
            "Those that are wrongly called healthy come from the others, whose share is 1 - p.": (
                lambda p, hit, false: p * hit / (p * hit + false)
            ),
            "This is the share of those called healthy that are not.": (
                lambda p, hit, false: (1 - p) * false / (p * hit + (1 - p) * false)
            ),
        },
    ),
}
