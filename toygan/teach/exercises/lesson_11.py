"""Exercises of lesson 11: the mass that moved from one mode to the other, and the value of a verdict."""

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
            "This counts the mass twice, once where it left and once where it arrived.": lambda p, q: 2 * (p - q).abs(),
            "A mass is never below 0, whatever its direction.": lambda p, q: q - p,
            "This is half of the mass that moved: the change of one mode is already all of it.": lambda p, q: (
                (p - q).abs() / 2
            ),
            "A square makes small moves nearly vanish. Count the mass itself.": lambda p, q: (p - q) ** 2,
            "This is the mass that stayed.": lambda p, q: 1 - (p - q).abs(),
        },
    ),
    "what-a-verdict-is-worth": Exercise(
        arguments={
            "p": torch.tensor([0.5, 0.03, 0.03, 0.9, 0.2]),
            "hit": torch.tensor([0.9, 0.9, 0.99, 0.8, 1.0]),
            "false": torch.tensor([0.1, 0.1, 0.01, 0.3, 0.05]),
        },
        solution=lambda p, hit, false: p * hit / (p * hit + (1 - p) * false),
        praise="Right (Bayes): if 3 % are healthy, only 22 % of the healthy verdicts of a 90 % test are true.",
        mistakes={
            "This is the share of healthy runs that are called healthy. The exercise asks for the reverse.": (
                lambda p, hit, false: hit
            ),
            "This is the share among all runs. Divide it by the share of all runs that are called healthy.": (
                lambda p, hit, false: p * hit
            ),
            "Healthy and other runs are not equally many: weight both by their shares.": (
                lambda p, hit, false: hit / (hit + false)
            ),
            "Runs that are wrongly called healthy come from the others, whose share is 1 - p.": (
                lambda p, hit, false: p * hit / (p * hit + false)
            ),
            "This is the share of runs called healthy that are not healthy.": (
                lambda p, hit, false: (1 - p) * false / (p * hit + (1 - p) * false)
            ),
        },
    ),
}
