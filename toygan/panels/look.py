"""A look: all that a panel may show of one member at one moment, as plain numpy arrays."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import torch

from toygan.measure import theory
from toygan.measure.words import status
from toygan.parts.metrics.reference import ReferenceBand, reference_band
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.training import Population, Snapshot
from toygan.training.interruption import Interrupted, interruptible
from toygan.training.probe import Probe

Window = tuple[tuple[float, float], ...]  # low and high end of each axis

GRID = {1: 240, 2: 40}  # cells per axis in whose middle D is asked
POINTS = {1: 2000, 2: 500}  # samples of each kind; on a line they make a histogram, which needs more
MANY_DIMENSIONS = 200  # samples of data of more dimensions
MEASURED = ("steps", "metrics", "measured", "scores", "shares")  # fields that only a new measurement changes
EARLIER = ("real", "generated", "arrows", "d_output", "shares")  # fields that stay when a member diverges
FIELD_SIDE = 15  # arrows on a side of a phase portrait


@dataclass(frozen=True, eq=False)
class Look:
    """One member at one moment, n samples of each kind, and what was measured of all P members up to now.

    `d_output` is D's answer over the data's window, `(ny, nx)` or `(nx,)`, and `(0,)` for data of more dimensions: 0
    says generated, 1 real, 0.5 undecided.
    Where `probability` holds that is sigmoid(logit), D's probability that a sample is real; for other losses it is the
    logit, moved and scaled (`scaled`); without a discriminator, the loss's witness stands for it.
    """

    recipe: Recipe
    member: int
    names: tuple[str, ...]  # of all members (P,)
    step: int
    diverged_at: int  # the iteration at which the member left the finite numbers, or -1
    real: np.ndarray  # (n, dim)
    generated: np.ndarray  # (n, dim)
    arrows: np.ndarray  # (n, dim), or (0, dim) where left out: minus the gradient of G's loss at each generated sample
    d_output: np.ndarray
    probability: bool
    equilibrium: tuple[float | None, float | None]  # D's and G's loss when neither can improve, where that is a number
    steps: np.ndarray  # (T,): iterations at which all was measured
    metrics: dict[str, np.ndarray]  # (T, P)
    measured: int  # samples in the latest measurement, 0 where there is none
    scores: dict[str, np.ndarray]  # (P,): the latest measurement, which may be a little older than the samples
    shares: np.ndarray | None  # (K,): what each mode gets of the member's samples there; None once it diverged
    all_diverged_at: np.ndarray  # (P,)
    trajectory_steps: np.ndarray  # (S,): iterations at which a game of one number a player was followed; else S is 0
    places: np.ndarray  # (S, 2): theta_G and theta_D there
    means: np.ndarray  # (S, 2): the mean of all places up to there
    status: str  # how the member and the others stand, in words; empty where nothing was measured

    @staticmethod
    def of(
        population: Population,
        record: Record,
        snapshot: Snapshot | None = None,
        member: int = 0,
        n: int | None = None,
        metrics: Iterable[str] | None = None,
        before: Look | None = None,
        patience: float = math.inf,
    ) -> Look:
        """The member as it stands; only its own networks are asked, so a look costs the same in any population.

        `metrics` are all that were measured unless some are named. What was measured is that of the look `before` where
        nothing has been measured since. Arrows that would take more than `patience` seconds are left out.
        """
        recipe = population.recipes[member]
        data, loss = recipe.parts.data, recipe.parts.loss
        n = n or POINTS.get(data.dim, MANY_DIMENSIONS)
        probe = population.probe(member)
        generated, arrows = _samples_and_arrows(probe, n, patience)
        real = probe.real(n)[0]
        d_output = _d_output(probe, data.extent, real, generated) if data.dim in GRID else np.empty(0)
        last, path, diverged_at = snapshot or record.last, record.path, population.diverged_at
        now, followed = int(diverged_at[member]), len(path.steps) > 0
        if (
            before is not None and last is not None and before.scores is last.metrics
            and (before.member, before.diverged_at) == (member, now)
        ):  # fmt: skip
            measured = {name: getattr(before, name) for name in MEASURED}
        else:
            names = (last.metrics if last else ()) if metrics is None else metrics
            measured = {
                "steps": record.steps.copy(),
                "metrics": {name: record.metric(name).copy() for name in names if last and name in last.metrics},
                "measured": last.samples.shape[1] if last else 0,
                "scores": last.metrics if last else {},
                "shares": last.shares[member].copy() if last and now < 0 else None,
            }
        return Look(
            recipe=recipe,
            member=member,
            names=tuple(f"seed {recipe.seed}" for recipe in population.recipes),
            step=population.steps,
            diverged_at=now,
            real=real.cpu().numpy(),
            generated=generated.cpu().numpy(),
            arrows=arrows.cpu().numpy(),
            d_output=d_output,
            probability=loss.probability,
            equilibrium=loss.equilibrium_lines,
            all_diverged_at=diverged_at,
            **measured,
            trajectory_steps=path.steps.copy(),
            places=path.places[:, member].copy() if followed else np.empty((0, 2)),
            means=path.means[:, member].copy() if followed else np.empty((0, 2)),
            status=status(last, member, population.diverged_at) if last else "",
        )

    def measured_as(self, before: Look) -> bool:
        """Whether this look shows what that one showed of measurements: the same, of the same game."""
        alike = ("recipe", "member", "diverged_at")
        return all(getattr(self, name) is getattr(before, name) for name in MEASURED) and all(
            getattr(self, name) == getattr(before, name) for name in alike
        )

    @property
    def finite(self) -> bool:
        """Whether samples and arrows can be drawn."""
        return self.diverged_at < 0 and bool(np.isfinite(self.generated).all() and np.isfinite(self.arrows).all())

    def after(self, before: Look | None) -> Look:
        """This look; where its samples are not finite, with those of an earlier look at the same member."""
        if before is None or self.finite or (self.member, self.recipe.data) != (before.member, before.recipe.data):
            return self
        return replace(self, **{name: getattr(before, name) for name in EARLIER})

    def metric(self, name: str) -> np.ndarray:
        """One metric of the member over the measured iterations `(T,)`, NaN where it was not taken."""
        taken = name in self.metrics and len(self.steps) > 0
        return self.metrics[name][:, self.member] if taken else np.full(len(self.steps), np.nan)

    def reference(self, metric: str) -> ReferenceBand | None:
        """What as many true samples as were measured score; None where nothing was, or the metric has no meaning."""
        return reference_band(metric, self.recipe.data, self.measured) if self.measured else None

    def portrait(self, reach: float = 2.0) -> theory.Portrait | None:
        """The phase portrait of the recipe, without runs; None where a player has more than one number."""
        return _portrait(self.recipe, reach)


def _d_output(probe: Probe, window: Window, real: torch.Tensor, generated: torch.Tensor) -> np.ndarray:
    """D's answer over the window, `(ny, nx)` or `(nx,)` (Look)."""
    cells, n = grid(window).to(generated), len(real)
    if probe.game.loss.probability:
        output = probability_of(probe.critic(cells)[0].cpu().numpy())
    else:
        logits = probe.critic(torch.cat([cells, real, generated]))[0].cpu().numpy()
        output = scaled(logits[: -2 * n], logits[-2 * n : -n], logits[-n:])
    return output.reshape((GRID[len(window)],) * len(window))


@lru_cache(maxsize=32)
def _portrait(recipe: Recipe, reach: float) -> theory.Portrait | None:
    try:
        return theory.phase_portrait(recipe, starts=(), steps=0, reach=reach, side=FIELD_SIDE)
    except ValueError:
        return None


def probability_of(logits: np.ndarray) -> np.ndarray:
    """D's output in [0, 1] where its logits give a probability: their sigmoid."""
    sigmoid: np.ndarray = (1 + np.tanh(logits / 2)) / 2
    return sigmoid


def scaled(logits: np.ndarray, real: np.ndarray, generated: np.ndarray) -> np.ndarray:
    """D's output in [0, 1] where logits give no probability: 0.5 is midway between its mean answers to both samples.

    The level of a critic means nothing; the scale is 1, or larger if the logits need it.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # logits on their way to infinity
        from_middle = logits - (real.mean() + generated.mean()) / 2
        output: np.ndarray = 0.5 + from_middle / (2 * np.fmax(1, np.abs(from_middle).max()))
    return output


def middles(low: float, high: float, cells: int) -> np.ndarray:
    """The middles of equal cells between low and high `(cells,)`."""
    return low + (np.arange(cells) + 0.5) * (high - low) / cells


def _samples_and_arrows(probe: Probe, n: int, patience: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Generated samples `(n, dim)` of the only member, and arrows, as many or none."""
    end = time.monotonic() + patience
    limit = contextlib.nullcontext() if patience == math.inf else interruptible(lambda: time.monotonic() > end)
    with contextlib.suppress(Interrupted), limit:
        samples, arrows = probe.descent_directions(n)
        return samples[0], arrows[0]
    samples = probe.generate(n)[0]
    return samples, samples[:0]


@cache
def grid(window: Window) -> torch.Tensor:
    """The points at which D is asked `(m, dim)`, the first axis running fastest."""
    axes = [middles(low, high, GRID[len(window)]) for low, high in window]
    mesh = np.meshgrid(*reversed(axes), indexing="ij")
    return torch.from_numpy(np.stack(mesh[::-1], axis=-1).reshape(-1, len(axes)))
