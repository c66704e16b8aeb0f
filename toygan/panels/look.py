"""A look: everything a panel may show of one member at one iteration, as plain numpy arrays."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from toygan.measure import theory
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.words import status
from toygan.panels.best import Best, find_best
from toygan.panels.latent import LatentMap, map_latent
from toygan.panels.layers import ARROWS, BEST, DEFAULT_LAYERS, DIFFERENCE, MAP
from toygan.panels.pins import Pin
from toygan.parts.distributions import Distribution
from toygan.parts.menu import Itself
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.reference import ReferenceBand, reference_band
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.training import Population, Snapshot
from toygan.training.interruption import Interrupted, interruptible
from toygan.training.probe import Probe

Window = tuple[tuple[float, float], ...]  # low and high end of each axis

GRID = {1: 240, 2: 40}  # by dimensions of the data: cells per axis, in whose middles D is evaluated
SAMPLES = {1: 2000, 2: 500}  # of each kind; on a line they make a histogram, which needs more
SAMPLES_ELSEWHERE = 200  # for data of more dimensions
ASKED = ("latent_map", "each", "verdicts", "status")  # fields of a look that are left out unless a panel asks
SAMPLES_OF_ALL, FEWEST_OF_EACH, MOST_OF_EACH = 6400, 25, 300  # in a picture of every member
FIELD_SIDE = 15  # arrows on a side of a phase portrait


@dataclass(frozen=True, eq=False)
class Measurement:
    """The measurements of all P members up to a moment: one object for all the looks until the next measurement.

    Args:
        n: Samples of each member in the newest measurement; 0 before the first.
        steps: Iterations `(T,)` of the curves: all measurements, or of a long run the extremes of each stretch.
        metrics: Metrics `(T, P)` by name.
        scores: The newest measurement `(P,)` by name; it may be a little older than the samples of a look.
        best_at: The iteration of each member's least distance to the data `(P,)`, or -1; empty before the first.
        verdicts: The diagnosis of each member in a word `(P,)`; empty before the first, or if nobody asked.
    """

    n: int
    steps: np.ndarray
    metrics: dict[str, np.ndarray]
    scores: dict[str, np.ndarray]
    best_at: np.ndarray
    verdicts: tuple[str, ...] = ()

    @staticmethod
    def from_record(
        record: Record, newest: Snapshot | None, metrics: Iterable[str] | None, diagnosed: bool
    ) -> Measurement:
        """Copy the named metrics of a record, by default all that the newest snapshot has, and verdicts if asked."""
        if newest is None:
            return Measurement(0, record.steps.copy(), {}, {}, record.best_at.copy())
        verdicts = tuple(diagnosis.said for diagnosis in diagnose_all(record)) if diagnosed and len(record) else ()
        names = list(newest.metrics if metrics is None else [name for name in metrics if name in newest.metrics])
        courses = [record.course(name) for name in names]
        if courses and all(np.array_equal(at, courses[0][0]) for at, _ in courses):
            steps, columns = courses[0][0], {name: x for name, (_, x) in zip(names, courses, strict=True)}
        else:  # metrics that came at different iterations
            steps, columns = record.steps.copy(), {name: record.metric(name).copy() for name in names}
        return Measurement(newest.samples.shape[1], steps, columns, newest.metrics, record.best_at.copy(), verdicts)

    def known(self, newest: Snapshot, diagnosed: bool) -> Measurement | None:
        """Return itself if it is still the newest, and holds the verdicts if these are asked for."""
        return self if self.scores is newest.metrics and (self.verdicts or not diagnosed) else None


@dataclass(frozen=True, eq=False)
class Look:
    """One member at one iteration, with n samples of each kind, beside the measurements of all P members up to then.

    A panel reads these fields and properties, all of them plain numpy arrays, numbers and words.

    Args:
        recipe: The member's recipe.
        member: The member's number, from 0 on.
        names: Names of all members `(P,)`, such as "seed 3".
        step: The iteration.
        diverged_at: The iteration at which the member's parameters were no longer finite, or -1.
        real: Real samples `(n, dim)`, in the data's units.
        generated: Generated samples `(n, dim)`, in the data's units.
        arrows: Minus the gradient of G's loss at each generated sample `(n, dim)`; `(0, dim)` if it takes too long.
        d_output: D's output over the data's window, `(ny, nx)` or `(nx,)`, and `(0,)` for more than two dimensions:
            0 for generated, 1 for real, 0.5 for undecided. See `probability`.
        shares: Share of each mode `(K,)` among the generated samples above, as metrics count them; None without modes.
        trajectory_steps: Iterations `(S,)` at which a game of one number a player was followed; none of larger games.
        places: theta_G and theta_D at these iterations `(S, 2)`.
        means: The mean of all places up to each of these iterations `(S, 2)`.
        measurement: The measurements of all members up to now.
        status: State of the member and of the others in words; empty before the first measurement, or if nobody asked.
        latent_map: G as a map of its noise; None if no panel asks for it, or if the noise has no plane.
        best: The best discriminator over the data's window; None if no layer shows it, or if it is not known.
        layers: Layers of the samples that are switched on.
        each: Some generated samples of every member `(P, m, dim)`; none `(0, 0, dim)` unless they were asked for.
        sort: What members are sorted by in a picture of all of them, such as "distance".
        pins: Earlier runs, whose curves are shown behind.
    Example:
        >>> from toygan import Look, Population, Recipe
        >>> from toygan.runs.record import Record
        >>> population, record = Population(Recipe(width=4, batch=8).seeds(3)), Record()
        >>> record.add(population.snapshot(100))
        >>> look = Look.from_run(population, record, member=1, n=50)
        >>> look.names[look.member], look.generated.shape, look.d_output.shape
        ('seed 1', (50, 2), (40, 40))
        >>> look.metric("loss-d").shape, look.metrics["loss-d"].shape
        ((1,), (1, 3))
    """

    recipe: Recipe
    member: int
    names: tuple[str, ...]
    step: int
    diverged_at: int
    real: np.ndarray
    generated: np.ndarray
    arrows: np.ndarray
    d_output: np.ndarray
    shares: np.ndarray | None
    trajectory_steps: np.ndarray
    places: np.ndarray
    means: np.ndarray
    measurement: Measurement
    status: str
    latent_map: LatentMap | None = None
    best: Best | None = None
    layers: frozenset[str] = DEFAULT_LAYERS
    each: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 0)))
    sort: str = "seed"
    pins: tuple[Pin, ...] = ()

    @staticmethod
    def from_run(
        population: Population,
        record: Record,
        snapshot: Snapshot | None = None,
        member: int = 0,
        n: int | None = None,
        metrics: Iterable[str] | None = None,
        before: Look | None = None,
        patience: float = math.inf,
        asks: Collection[str] = ASKED,
        layers: Collection[str] = DEFAULT_LAYERS,
    ) -> Look:
        """Look at a member of a population; without `each` and `verdicts` the cost does not depend on their number.

        Args:
            population: The population; looking does not change it.
            record: Its measurements up to now.
            snapshot: The newest measurement [default: the record's].
            member: The member's number.
            n: Samples of each kind [default: 500 in the plane, 2000 on a line, 200 elsewhere].
            metrics: The metrics to show [default: all that were measured].
            before: An earlier look, whose measurement is shared if there is no newer one.
            patience: Seconds after which arrows are left out.
            layers: Layers of the samples that are switched on [default: "arrows"].
            asks: Names of the fields of a look that only some panels show [default: all].
        Returns:
            The look, which does not change with the run.
        """
        newest, path, probe = snapshot or record.last, record.path, population.probe(member)
        diverged_at = int(probe.diverged_at)
        real, generated, arrows, d_output = _ask(probe, n, patience if ARROWS in layers else 0.0)
        diagnosed = "verdicts" in asks
        measurement = None if before is None or newest is None else before.measurement.known(newest, diagnosed)
        if measurement is None:
            measurement = Measurement.from_record(record, newest, metrics, diagnosed)
        return Look(
            recipe=population.recipes[member],
            member=member,
            names=tuple(f"seed {recipe.seed}" for recipe in population.recipes),
            step=population.steps,
            diverged_at=diverged_at,
            real=real,
            generated=generated,
            arrows=arrows,
            d_output=d_output,
            shares=_shares(population.recipes[member].parts.data, generated) if diverged_at < 0 else None,
            trajectory_steps=path.steps.copy(),
            places=path.places[:, member : member + 1].reshape(-1, 2).copy(),  # of a larger game `(0, 2)`
            means=path.means[:, member : member + 1].reshape(-1, 2).copy(),
            measurement=measurement,
            status=status(newest, member, population.diverged_at) if newest and "status" in asks else "",
            latent_map=map_latent(probe) if "latent_map" in asks or MAP in layers else None,
            best=_find_best(probe) if {BEST, DIFFERENCE} & set(layers) else None,
            layers=frozenset(layers),
            each=_some_of_each(population) if "each" in asks else np.empty((0, 0, real.shape[1])),
        )

    @property
    def probability(self) -> bool:
        """True if `d_output` is sigmoid(logit), D's probability that a sample is real.

        For other losses it is the logit, moved and scaled (`scale_logits`), or without D the loss's witness function.
        """
        return self.recipe.parts.loss.probability

    @property
    def equilibrium(self) -> tuple[float | None, float | None]:
        """D's and G's loss when neither can improve; None if that is not one number."""
        return self.recipe.parts.loss.equilibrium_lines

    @property
    def steps(self) -> np.ndarray:
        """Iterations `(T,)` of the curves: all measurements, or of a long run the extremes of each stretch."""
        return self.measurement.steps

    @property
    def measured_at(self) -> int:
        """The iteration of the newest measurement, at which curves end; -1 before the first."""
        return int(self.steps[-1]) if len(self.steps) else -1

    @property
    def best_at(self) -> int:
        """The measured iteration at which the member was closest to the data; -1 if the distance is not measured."""
        return int(self.measurement.best_at[self.member]) if self.member < len(self.measurement.best_at) else -1

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """Metrics of all members `(T, P)` by name."""
        return self.measurement.metrics

    @property
    def scores(self) -> dict[str, np.ndarray]:
        """The newest measurement of all members `(P,)` by name."""
        return self.measurement.scores

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The diagnosis of every member in a word, as last measured `(P,)`; empty if nobody asked."""
        return self.measurement.verdicts

    @property
    def measured(self) -> int:
        """Samples of each member in the newest measurement; 0 before the first."""
        return self.measurement.n

    @property
    def finite(self) -> bool:
        """True if samples and arrows can be drawn."""
        return self.diverged_at < 0 and bool(np.isfinite(self.generated).all() and np.isfinite(self.arrows).all())

    @property
    def drawn(self) -> dict[str, Any]:
        """The fields that stay when a member diverges, by name."""
        return {name: getattr(self, name) for name in ("real", "generated", "arrows", "d_output", "shares")}

    def after(self, before: Look | None) -> Look:
        """Return this look; if its samples are not finite, with those of an earlier look at the same member."""
        if (
            before is None
            or self.finite
            or (self.member, self.recipe.data, self.real.shape[1:])
            != (before.member, before.recipe.data, before.real.shape[1:])
        ):
            return self
        return replace(self, **before.drawn)

    def metric(self, name: str) -> np.ndarray:
        """Return the metric `name` of the member over the measured iterations `(T,)`; NaN if it was not measured."""
        taken = name in self.metrics and len(self.steps) > 0
        return self.metrics[name][:, self.member] if taken else np.full(len(self.steps), np.nan)

    def reference(self, metric: str) -> ReferenceBand | None:
        """Return the range of a metric for as many true samples as were measured; None if it has no meaning."""
        return reference_band(metric, self.recipe.distribution, self.measured) if self.measured else None

    def portrait(self, reach: float = 2.0) -> theory.Portrait | None:
        """Compute the phase portrait of the recipe up to `reach` on both axes; None if a player has several numbers."""
        return _portrait(self.recipe, Itself(self.recipe.parts), reach)


def _ask(probe: Probe, n: int | None, patience: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return real and generated samples, arrows and D's output of the only member of a probe."""
    data = probe.data
    n = n or SAMPLES.get(data.dim, SAMPLES_ELSEWHERE)
    generated, arrows = _samples_and_arrows(probe, n, patience)
    real = probe.real(n)
    d_output = np.empty(0)
    if data.dim in GRID:
        output = find_d_output(probe, grid(data.extent), real, generated[None])[0]
        d_output = output.reshape((GRID[data.dim],) * data.dim)
    return real[0].cpu().numpy(), generated.cpu().numpy(), arrows.cpu().numpy(), d_output


def _find_best(probe: Probe) -> Best | None:
    """Return the best discriminator over the data's window; None if it has no meaning or is not known."""
    return find_best(probe, probe.data.extent, GRID[probe.data.dim]) if probe.data.dim in GRID else None


def _some_of_each(population: Population) -> np.ndarray:
    """Return generated samples of every member `(P, m, dim)`, fewer of each if there are more members."""
    share = SAMPLES_OF_ALL // len(population.recipes)
    samples: np.ndarray = population.generate(min(max(share, FEWEST_OF_EACH), MOST_OF_EACH)).cpu().numpy()
    return samples


def _shares(data: Distribution, generated: np.ndarray) -> np.ndarray | None:
    """Return the share of each mode `(K,)` among the generated samples `(n, dim)`; None without modes."""
    if not data.has_modes:
        return None
    shares: np.ndarray = MetricInputs(torch.from_numpy(generated)[None], data).shares[0].numpy()
    return shares


def find_d_output(probe: Probe, cells: torch.Tensor, real: torch.Tensor, generated: torch.Tensor) -> np.ndarray:
    """Return D's output `(P, m)` at cells `(m, dim)`, as `Look` describes it, beside samples `(P, n, dim)`."""
    cells, n = cells.to(generated), real.shape[1]
    if probe.game.loss.probability:
        output: np.ndarray = (
            1 + np.tanh(probe.critic(cells).cpu().numpy() / 2)
        ) / 2  # the sigmoid, without an overflow
        return output
    logits = probe.critic(torch.cat([cells.expand(len(real), -1, -1), real, generated], 1)).cpu().numpy()
    return np.stack([scale_logits(row[: -2 * n], row[-2 * n : -n], row[-n:]) for row in logits])


@lru_cache(maxsize=32)
def _portrait(recipe: Recipe, parts: Itself, reach: float) -> theory.Portrait | None:
    """Compute the portrait of a recipe with its own parts: a row of a menu may be another part under the same name."""
    try:
        return theory.phase_portrait(recipe, starts=(), steps=0, reach=reach, side=FIELD_SIDE)
    except ValueError:
        return None


def scale_logits(logits: np.ndarray, real: np.ndarray, generated: np.ndarray) -> np.ndarray:
    """Move and scale the logits of a critic, which gives no probability, into [0, 1].

    Its level has no meaning, so 0.5 is midway between its mean outputs for both kinds of samples. The scale is 1, or
    larger if the logits need it.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # logits on their way to infinity
        from_middle = logits - (real.mean() + generated.mean()) / 2
        output: np.ndarray = 0.5 + from_middle / (2 * np.fmax(1, np.abs(from_middle).max()))
    return output


def middles(low: float, high: float, cells: int) -> np.ndarray:
    """Return the middles of equal cells between low and high `(cells,)`."""
    return low + (np.arange(cells) + 0.5) * (high - low) / cells


def _samples_and_arrows(probe: Probe, n: int, patience: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return generated samples `(n, dim)` of the only member, and as many arrows, or none if they take too long."""
    if not patience:
        samples = probe.generate(n)[0]
        return samples, samples[:0]
    end = time.monotonic() + patience
    limit = contextlib.nullcontext() if patience == math.inf else interruptible(lambda: time.monotonic() > end)
    with contextlib.suppress(Interrupted), limit:
        samples, arrows = probe.descent_directions(n)
        return samples[0], arrows[0]
    samples = probe.generate(n)[0]
    return samples, samples[:0]


@lru_cache(maxsize=32)
def grid(window: Window, side: int = 0) -> torch.Tensor:
    """Return the points at which D is evaluated `(m, dim)`; the first axis changes fastest.

    They are the middles of `side` cells along each axis, or of as many as a picture has.
    """
    axes = [middles(low, high, side or GRID[len(window)]) for low, high in window]
    mesh = np.meshgrid(*reversed(axes), indexing="ij")
    return torch.from_numpy(np.stack(mesh[::-1], axis=-1).reshape(-1, len(axes)))
