"""Distances of states to the data, on samples that no measurement of a run uses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from toygan.parts.metrics import measure
from toygan.parts.metrics.columns import STANDARDISED
from toygan.parts.metrics.inputs import MetricInputs
from toygan.runs.record import DISTANCE, SAMPLES, distance
from toygan.training import Population, State
from toygan.training.batches import ProbeSource


def measure_on_new_samples(state: State, n: int = SAMPLES) -> np.ndarray:
    """Return the distance of each member to the data `(P,)`, the same at every call; NaN for one that diverged.

    Both the generated and the true samples are others than those by which a run chooses its best iteration: the least
    of many distances on the same samples is less than the distance on new ones.
    """
    population = Population.restore(state)
    batch = ProbeSource(state.recipes, "new samples", population.device, population.dtype, ahead=1).batch(n)
    probe = replace(population.probe(), batch=lambda n: batch)
    inputs = MetricInputs(probe.generate(n), probe.data, compared_with=probe.real(n))
    return distance(measure(inputs, [DISTANCE, STANDARDISED + DISTANCE]))
