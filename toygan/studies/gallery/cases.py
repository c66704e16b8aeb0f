"""The cases: recipes that fail, each with its cure, and the signs by which a seed is counted as ill."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from toygan.measure.quantities import late
from toygan.parts.menu import Menu
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.studies.gallery.case import FailureCase

Sign = Callable[[Record], np.ndarray]


def below(metric: str, level: float) -> Sign:
    """The seeds whose metric is below `level` in the mean over the last fifth of a run."""
    return lambda runs: late(metric).of(runs) < level


def above(metric: str, level: float) -> Sign:
    """The seeds whose metric is above `level` there."""
    return lambda runs: late(metric).of(runs) > level


def both(one: Sign, other: Sign) -> Sign:
    """The seeds that show both signs."""
    return lambda runs: one(runs) & other(runs)


def swings(metric: str, by: float) -> Sign:
    """The seeds whose metric varies by more than `by` (standard deviation) over the last fifth of a run."""
    return lambda runs: runs.metric(metric)[runs.late].std(0) > by


def broke(runs: Record) -> np.ndarray:
    """The seeds that left the finite numbers, or whose losses did so for all that counts."""
    losses = np.stack([runs.metric("loss-d"), runs.metric("loss-g")])[:, runs.late]
    within: np.ndarray = (np.abs(losses) < 100).all((0, 1))  # neither an infinite nor an undefined loss is
    return ~within | (runs.diverged_at >= 0)


LINE = Recipe(data="gaussian1d", optimizer="sgd", lr_g=0.05, lr_d=0.05, width=32, batch=64)
MEANS = Recipe(
    data="gaussian1d(mean=4.0,sigma=1.0)", generator="shift", latent=1, discriminator="linear", loss="wasserstein",
    optimizer="sgd", lr_g=0.05, lr_d=0.05,
)  # fmt: skip

GALLERY: Menu[FailureCase] = Menu(
    {
        "main-mode-wins": FailureCase(
            "mode collapse, modes absent",
            "Two modes, one of them rare: the generator makes the frequent one well and never the other.",
            Recipe(data="bimodal(weight=0.9)"),
            {"regularizers": {"r1": 1.0}},
            "A D that is flat at the data cannot be fooled by one mode alone and leaves a slope towards the other.",
            both(above("high-quality", 0.5), below("modes-covered-strict", 1.7)),
        ),
        "ring-fades": FailureCase(
            "mode collapse, modes absent",
            "All eight modes are found, then one after the other is given up while quality rises.",
            Recipe(),
            {"loss": "minimax"},
            "Against what is often said, the saturating form keeps all eight at these rates.",
            both(above("high-quality", 0.3), below("modes-covered-strict", 7.7)),
        ),
        "few-of-eight": FailureCase(
            "mode collapse, modes absent",
            "Good samples on one or two of the eight modes from early on, and a D that is far ahead.",
            Recipe(lr_g=1e-4, lr_d=1e-2),
            {"regularizers": {"r1": 0.1}},
            "With the penalty D is less sharp, and less sure: the samples get to every mode, if slowly.",
            both(above("high-quality", 0.2), below("modes-covered-strict", 7.7)),
        ),
        "hunt-on-a-line": FailureCase(
            "mode collapse, rotating",
            "All samples sit on one of two modes, and a hundred iterations later on the other.",
            Recipe(data="bimodal", loss="wasserstein", regularizers={"weight-clipping": 1.0}),
            {"d_steps": 5},
            "With five steps D answers before the generator has moved all of its mass.",
            above("mode-hopping", 0.2),
        ),
        "hunt-round-the-ring": FailureCase(
            "mode collapse, rotating",
            "One blob of samples jumps from mode to mode, always ahead of a D that is too slow.",
            Recipe(loss="least-squares", lr_d=1e-4),
            {"lr_d": 1e-3},
            "A D that learns as fast as the generator punishes the blob before it can move on.",
            above("mode-hopping", 0.2),
        ),
        "minimax-against-a-sure-critic": FailureCase(
            "vanishing gradient",
            "D is right about every sample, and the generator, which never came near the data, stands still.",
            LINE.but(loss="minimax", d_steps=20),
            {"loss": "non-saturating"},
            "The reversed target is steep just where D is sure, so the gradient is back.",
            below("high-quality", 0.3),
        ),
        "critic-runs-away": FailureCase(
            "discriminator overpowered",
            "D's loss stays near 0, both accuracies near 100 %: convergence failure as losses and accuracies show it.",
            Recipe(loss="least-squares", lr_g=1e-5),
            {"lr_g": 1e-3},
            "A generator that learns as fast as D keeps the question open.",
            both(above("accuracy-real", 0.8), above("accuracy-fake", 0.8)),
        ),
        "critic-asleep": FailureCase(
            "discriminator too weak",
            "D only guesses, and the samples lie wherever its initial weights sent them.",
            Recipe(loss="least-squares", lr_d=1e-6),
            {"lr_d": 1e-3},
            "A D that learns tells the generator where the data is.",
            below("high-quality", 0.3),
        ),
        "means-that-circle": FailureCase(
            "oscillation",
            "The generator's mean swings through the data's mean and back, for ever.",
            MEANS,
            {"regularizers": {"r1": 1.0}},
            "The penalty pulls D's slope to 0, which damps the turn.",
            swings("high-quality", 0.1),
        ),
        "means-that-spiral": FailureCase(
            "diverged",
            "The same two means, both players moving at once: each turn is wider than the last, until the numbers end.",
            MEANS.but(turns="simultaneous", lr_g=0.2, lr_d=0.2),
            {"regularizers": {"r1": 1.0}},
            "The penalty gives the eigenvalues of the game a negative real part, so that the spiral winds inwards.",
            broke,
        ),
        "drowned-in-noise": FailureCase(
            "over-regularized blur",
            "A ring-shaped cloud: D symptom the data through noise far wider than a mode, and so does the generator.",
            Recipe(loss="minimax", regularizers={"instance-noise": 0.5}),
            {"anneal": 1500},
            "Noise that fades first brings the samples near and then lets D see the modes.",
            below("high-quality", 0.5),
        ),
        "flattened": FailureCase(
            "over-regularized blur",
            "Samples surround every mode, and most are too far from it to count.",
            Recipe(loss="minimax", regularizers={"r1": 100.0}),
            {"regularizers": {"r1": 0.1}},
            "A thousandth of the penalty keeps D flat at the data, and leaves it sharp enough to see a mode.",
            below("high-quality", 0.5),
        ),
        "too-soon": FailureCase(
            "not converged yet",
            "The samples are on their way, and the distance to the data falls from one measurement to the next.",
            Recipe(loss="minimax"),
            {"steps": 3000},
            "Time.",
            below("high-quality", 0.5),
            steps=1000,
        ),
    }
)
