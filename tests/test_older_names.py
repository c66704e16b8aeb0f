"""Public names that were renamed since 0.1.0 still work."""

from __future__ import annotations

import torch

from toygan import NETWORKS, Population, Recipe, State, claims, gallery, read_sweep, sweep
from toygan.measure.diagnosis import Diagnosis
from toygan.parts.networks import Shape
from toygan.studies.claims.findings import measure_claims
from toygan.studies.gallery.report import measure_gallery


def test_functions_and_methods_work_by_their_older_names() -> None:
    assert claims.measure is measure_claims
    assert gallery.measure is measure_gallery
    assert sweep.read is read_sweep  # type: ignore[attr-defined]
    assert Diagnosis("healthy", (), "", "a remedy").knob == "a remedy"
    case = gallery.GALLERY["few-of-eight"]
    assert case.fixed == case.remedied
    shape = Shape(4, 1, "relu")
    spec = NETWORKS["mlp"]
    assert spec.shaped(shape) == spec.adapt(shape)
    net = spec(2, 1, shape)
    assert net.of(5) == net.with_inputs(5)
    theta, twice = net.start(torch.Generator().manual_seed(0))[None], torch.tensor([[2.0]])
    assert torch.equal(net.scaled(theta, [twice, twice], twice), net.scale_weights(theta, [twice, twice], twice))
    p = Population(Recipe(width=4, batch=8))
    assert isinstance(p.state, State)
    assert torch.equal(p.twin().generator.theta, p.fork().generator.theta)
