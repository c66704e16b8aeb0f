"""The cases: recipes that fail, each with its remedy, and the signs by which a seed counts as failed."""

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
    """Return the sign that the mean of a metric over the last fifth of a run is below `level`."""
    return lambda runs: late(metric).compute(runs) < level


def above(metric: str, level: float) -> Sign:
    """Return the sign that it is above `level`."""
    return lambda runs: late(metric).compute(runs) > level


def both(one: Sign, other: Sign) -> Sign:
    """Return the sign that a seed shows both signs."""
    return lambda runs: one(runs) & other(runs)


def swings(metric: str, by: float) -> Sign:
    """Return the sign that a metric has a standard deviation above `by` over the last fifth of a run."""
    return lambda runs: runs.metric(metric)[runs.late].std(0) > by


def broke(runs: Record) -> np.ndarray:
    """Return the seeds that left the finite numbers, or whose losses are beyond 100."""
    losses = np.stack([runs.metric("loss-d"), runs.metric("loss-g")])[:, runs.late]
    within: np.ndarray = (np.abs(losses) < 100).all((0, 1))  # false for an infinite or undefined loss
    return ~within | (runs.diverged_at >= 0)


LINE = Recipe(data="gaussian1d", optimizer="sgd", lr_g=0.05, lr_d=0.05, width=32, batch=64)
MEANS = Recipe(
    data="gaussian1d(mean=4.0,sigma=1.0)",
    generator="shift",
    latent=1,
    discriminator="linear",
    loss="wasserstein",
    optimizer="sgd",
    lr_g=0.05,
    lr_d=0.05,
)

GALLERY: Menu[FailureCase] = Menu(
    {
        "main-mode-wins": FailureCase(
            "mode collapse, modes absent",
            "Two modes, one of them rare: the generator covers the frequent one well and never the other.",
            Recipe(data="bimodal(weight=0.9)"),
            {"regularizers": {"r1": 1.0}},
            "A D that is flat at the data leaves a gradient from one mode towards the other.",
            both(above("high-quality", 0.5), below("modes-covered-strict", 1.7)),
        ),
        "ring-fades": FailureCase(
            "mode collapse, modes absent",
            "All eight modes are found; then one after the other is lost while quality rises.",
            Recipe(),
            {"loss": "minimax"},
            "At these rates the saturating loss keeps all eight, contrary to what is often said.",
            both(above("high-quality", 0.3), below("modes-covered-strict", 7.7)),
        ),
        "few-of-eight": FailureCase(
            "mode collapse, modes absent",
            "Good samples on one or two of the eight modes from early on, and a D that is far ahead.",
            Recipe(lr_g=1e-4, lr_d=1e-2),
            {"regularizers": {"r1": 0.1}},
            "With the penalty D is less steep and less sure: the samples reach every mode, if slowly.",
            both(above("high-quality", 0.2), below("modes-covered-strict", 7.7)),
        ),
        "rotating-on-a-line": FailureCase(
            "mode collapse, rotating",
            "All samples sit on one of two modes, and a hundred iterations later on the other.",
            Recipe(data="bimodal", loss="wasserstein", regularizers={"weight-clipping": 1.0}),
            {"d_steps": 5},
            "With five steps D has learned the new place before the generator has moved all its mass there.",
            above("mode-hopping", 0.2),
        ),
        "rotating-round-the-ring": FailureCase(
            "mode collapse, rotating",
            "All samples jump together from mode to mode, always ahead of a D that is too slow.",
            Recipe(loss="least-squares", lr_d=1e-4),
            {"lr_d": 1e-3},
            "A D that learns as fast as the generator rejects the samples before all of them have moved.",
            above("mode-hopping", 0.2),
        ),
        "minimax-against-a-sure-d": FailureCase(
            "vanishing gradient",
            "D is right about every sample, and the generator stops moving before it comes near the data.",
            LINE.but(loss="minimax", d_steps=20),
            {"loss": "non-saturating"},
            "The non-saturating loss is steep if D is sure, so the gradient is back.",
            below("high-quality", 0.3),
        ),
        "discriminator-far-ahead": FailureCase(
            "discriminator overpowered",
            "D's loss stays near 0 and both accuracies near 100 %: the usual picture of a convergence failure.",
            Recipe(loss="least-squares", lr_g=1e-5),
            {"lr_g": 1e-3},
            "A generator that learns as fast as D keeps D from being right about every sample.",
            both(above("accuracy-real", 0.8), above("accuracy-fake", 0.8)),
        ),
        "discriminator-too-slow": FailureCase(
            "discriminator too weak",
            "D only guesses, and the samples stay where the initial weights put them.",
            Recipe(loss="least-squares", lr_d=1e-6),
            {"lr_d": 1e-3},
            "A D that learns tells the generator where the data is.",
            below("high-quality", 0.3),
        ),
        "means-that-circle": FailureCase(
            "oscillation",
            "The mean of the samples swings through the mean of the data and back, without end.",
            MEANS,
            {"regularizers": {"r1": 1.0}},
            "The penalty pulls D's input gradient to 0, which damps the rotation.",
            swings("high-quality", 0.1),
        ),
        "means-that-spiral": FailureCase(
            "diverged",
            "The same game with simultaneous steps: each round is wider than the last, until the numbers overflow.",
            MEANS.but(turns="simultaneous", lr_g=0.2, lr_d=0.2),
            {"regularizers": {"r1": 1.0}},
            "The penalty gives the eigenvalues of the game a negative real part, so the spiral turns inwards.",
            broke,
        ),
        "too-much-noise": FailureCase(
            "over-regularized blur",
            "A ring-shaped cloud: D sees the data through noise far wider than a mode, and so does G.",
            Recipe(loss="minimax", regularizers={"instance-noise": 0.5}),
            {"anneal": 1500},
            "Noise that fades first brings the samples near the data, and then lets D see the modes.",
            below("high-quality", 0.5),
        ),
        "flattened": FailureCase(
            "over-regularized blur",
            "Samples surround every mode, and most are too far from it to count.",
            Recipe(loss="minimax", regularizers={"r1": 100.0}),
            {"regularizers": {"r1": 0.1}},
            "A thousandth of the penalty keeps D flat at the data, and lets it resolve a mode.",
            below("high-quality", 0.5),
        ),
        "too-soon": FailureCase(
            "not converged yet",
            "The samples are still moving: their distance to the data falls from one measurement to the next.",
            Recipe(loss="minimax"),
            {"steps": 3000},
            "The samples only need more iterations.",
            below("high-quality", 0.5),
            steps=1000,
        ),
        "a-d-of-zero-weights": FailureCase(
            "does not move",
            "The losses are at their equilibrium from the first iteration, and no sample ever moves.",
            Recipe(discriminator="mlp(init=normal,gain=1e-06)", optimizer="sgd", lr_g=0.05, lr_d=0.05),
            {"discriminator": "mlp"},
            "A product of weights near 0 lets no gradient through; PyTorch's default weights do.",
            below("drift", 1e-3),
            steps=1500,
        ),
        "a-ring-of-fifty": FailureCase(
            "out of scale",
            "The same ring, fifty times as large: most modes are never reached.",
            Recipe(data="ring8(radius=50.0,sigma=1.0)", loss="minimax"),
            {"data": "standardised(of=ring8(radius=50.0,sigma=1.0))"},
            "Standardized, it is exactly the small ring.",
            below("modes-covered-strict", 7.7),
        ),
        "stopped-too-soon": FailureCase(
            "too narrow",
            "The samples lie in the middle of the data and much closer together; nothing changes any more.",
            Recipe(data="gaussian1d", regularizers={"r1": 0.1}, schedule="linear(over=400)"),
            {"schedule": "linear(over=4000)"},
            "Learning rates that fall to 0 ten times later let the samples spread first.",
            below("spread-ratio", 0.6),
            steps=2000,
        ),
        "stopped-on-the-way": FailureCase(
            "off centre",
            "The samples have the right spread, but lie beside the data; nothing changes any more.",
            Recipe(data="gaussian2d(mean=(3.0,0.0))", regularizers={"r1": 0.1}, schedule="linear(over=200)"),
            {"schedule": "linear(over=2000)"},
            "Learning rates that fall to 0 ten times later let the samples arrive.",
            both(above("mean-offset", 0.25), above("spread-ratio", 0.8)),
            steps=2000,
        ),
        "a-generator-that-only-moves": FailureCase(
            "too wide",
            "The samples lie around the mean of the data, twice as far apart as the data.",
            Recipe(
                data="gaussian1d(mean=0.0,sigma=0.5)",
                latent=1,
                generator="shift",
                regularizers={"r1": 0.1},
                lr_g=5e-3,
                lr_d=5e-3,
            ),
            {"generator": "linear"},
            "A generator that only shifts its noise keeps its spread; one that also scales it can narrow it.",
            above("spread-ratio", 1.5),
            steps=2000,
        ),
        "noise-in-three-heaps": FailureCase(
            "uneven shares",
            "Both modes are covered, one with twice as many samples as the other.",
            Recipe(data="bimodal", noise="clusters(k=3,sigma=0.02)", regularizers={"r1": 0.1}),
            {"noise": "normal"},
            "Three clusters of noise do not divide evenly between two modes, and a smooth G does not split one.",
            both(above("share-error", 0.13), below("modes-missing", 0.3)),
            steps=2000,
        ),
        "a-line-through-the-moons": FailureCase(
            "wrong shape",
            "One straight cloud over both moons, with the same mean and spread.",
            Recipe(data="two-moons", generator="linear", regularizers={"r1": 0.1}),
            {"generator": "mlp"},
            "A linear G maps Gaussian noise to a Gaussian; hidden layers can bend it.",
            both(above("off-data", 0.1), below("sliced-w1", 0.3)),
        ),
        "twelve-points-of-noise": FailureCase(
            "memorised",
            "The samples lie on the two moons, at a dozen places: most of the data has no samples near it.",
            Recipe(data="two-moons", noise="table(n=12)", regularizers={"r1": 0.1}),
            {"noise": "normal"},
            "A generator maps twelve points to twelve points; it maps continuous noise to a curve.",
            both(above("gaps", 0.08), below("off-data", 0.15)),
        ),
        "round-noise-for-a-slanted-cloud": FailureCase(
            "link broken",
            "Each column by itself is that of the data, but one no longer rises with the other.",
            Recipe(
                data="gaussian2d(widths=(1.38,0.3))",
                generator="shift",
                regularizers={"r1": 0.1},
                lr_g=5e-3,
                lr_d=5e-3,
            ),
            {"generator": "linear"},
            "A generator that only shifts its noise keeps its columns independent; a linear one can slant the cloud.",
            both(above("axis-ratio", 2.0), below("column-w1", 0.2)),
            steps=2000,
        ),
        "above-the-range-of-tanh": FailureCase(
            "constant column",
            "The second column of the samples is 1 throughout, the end of the range of tanh; the data lies above it.",
            Recipe(
                data="gaussian2d(mean=(0.0,2.0),widths=(0.5,0.5))",
                generator="mlp(output=tanh)",
                regularizers={"r1": 0.1},
            ),
            {"generator": "mlp"},
            "Without tanh at its end G reaches any number.",
            below("column-spread", 0.01),
            steps=2000,
        ),
        "moons-far-ahead": FailureCase(
            "discriminator overpowered",
            "Data without modes: D is right about nearly all samples, which stay at their start.",
            Recipe(data="two-moons", loss="least-squares", lr_g=1e-6),
            {"lr_g": 1e-3},
            "A generator that learns as fast as D keeps D from being right about every sample.",
            both(above("accuracy-real", 0.8), above("accuracy-fake", 0.8)),
            steps=2000,
        ),
        "the-roll-is-not-reached": FailureCase(
            "vanishing gradient",
            "Data without modes: D is sure of every sample, and this loss is flat there.",
            Recipe(
                data="swiss-roll", loss="minimax", d_steps=10, optimizer="sgd", lr_g=0.05, lr_d=0.1, width=32, batch=64
            ),
            {"loss": "non-saturating"},
            "The non-saturating loss is steep if D is sure, so the gradient is back.",
            both(above("sliced-w1", 0.3), below("generator-weight", 0.2)),
            steps=2000,
        ),
    }
)
"""The failure cases by name."""
