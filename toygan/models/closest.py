"""The best generator of several members and iterations: the closest to the rows of training."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from toygan.parts.metrics.directions import directions
from toygan.runs.record import Record
from toygan.training import Population, State

WAYS = 32  # directions in which samples and rows are compared
SAMPLES = 4096  # of each generator
MOST_ROWS = 2**14  # that they are compared with


class Closest:
    """The averaged generator that was closest so far, the state that it was in, and all that was measured.

    Distances are sliced, in the units of the players, on samples from the same latent points: a low-discrepancy set, so
    that the share of a rare mode is that of the generator, and not of the points.

    Args:
        rows: The rows of training `(n, dim)`, in the players' units.
        latent: Dimensions of the noise, which is normal.
    """

    state: State | None = None  # of one member, with its averaged generator; None while no member was finite

    def __init__(self, rows: Tensor, latent: int) -> None:
        few = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:MOST_ROWS]]
        self._ways = directions(rows.shape[1], WAYS)
        along = np.sort((few @ self._ways).numpy(), axis=0)
        quantiles = (np.arange(SAMPLES) + 0.5) / SAMPLES  # as many as there are samples
        self._rows = along[(quantiles * len(along)).astype(int)]
        even = torch.quasirandom.SobolEngine(latent, scramble=True, seed=0).draw(SAMPLES)  # type: ignore[no-untyped-call]
        self._latent = torch.special.ndtri(even.clamp(1e-6, 1 - 1e-6))
        self._distance, self._member, self._record = np.inf, 0, Record(limit=None)

    def look(self, population: Population) -> None:
        """Measure all members, and keep the closest one if it is closer than any before."""
        self._record.add(population.snapshot(since=self._record.last))
        theta = population.average
        samples = population.generator.network(theta, self._latent.to(theta).expand(len(theta), -1, -1)).detach().cpu()
        along = np.sort((samples @ self._ways).numpy(), axis=1)
        distances = np.abs(along - self._rows).mean(axis=(1, 2))
        best = int(np.argmin(np.where(np.isfinite(distances), distances, np.inf)))
        if distances[best] < self._distance:
            self._distance, self._member = float(distances[best]), best
            self.state = _with_average(population.state.select([best]))

    @property
    def past(self) -> Record:
        """What was measured of the member that is kept, before the iteration at which it is."""
        assert self.state is not None
        record = self._record.select([self._member])
        before = record.steps < self.state.steps
        metrics = {name: record.metric(name)[before] for name in record.names}
        return Record.from_arrays(record.recipes, record.steps[before], metrics)


def _with_average(state: State) -> State:
    """Return a state whose generator is the averaged one."""
    return dataclasses.replace(state, generator=dataclasses.replace(state.generator, theta=state.average))
