"""The derivative that toygan uses exactly at a kink: it is stated here, so that no release of PyTorch changes a run.

Where PyTorch's own derivative depends on its release, that of PyTorch 2.13 is written out. Metrics are never
differentiated, so their medians, clamps and distances have no part in this.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from toygan import LOSSES, parts
from toygan.parts.kinks import at_least
from toygan.parts.losses.distances import EnergyDistance, SlicedWasserstein
from toygan.parts.networks import ACTIVATIONS, Shape
from toygan.parts.networks.layers import Maxout
from toygan.parts.optimizers import TINY as TINY_SQUARE
from toygan.parts.optimizers import _root
from toygan.parts.regularizers.base import norm
from toygan.parts.regularizers.batch_aware import EPSILON, SimilarityMLP, StddevMLP
from toygan.parts.regularizers.generator_losses import TopK
from toygan.parts.regularizers.gradient_penalties import GradientPenalty, OneSided
from toygan.parts.regularizers.weights import TINY, SpectralNorm, WeightClipping

SHAPE = Shape(width=2, depth=1, activation="relu")
PARTS = Path(parts.__file__).parent


def slopes(f: Callable[[Tensor], Tensor], at: float) -> tuple[float, float]:
    """First and second derivative of a function of one number."""
    x = torch.tensor([at], requires_grad=True)
    (first,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    second = torch.autograd.grad(first, x, allow_unused=True, materialize_grads=True)[0] if first.requires_grad else x
    return first.item(), second.item() if first.requires_grad else 0.0


def slope(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    x = x.requires_grad_()
    return torch.autograd.grad(f(x).sum(), x)[0]


@pytest.mark.parametrize(("at", "first"), [(-1.0, 0.0), (0.5, 1.0), (0.7, 1.0), (math.nan, 1.0)])
def test_a_lower_bound_has_slope_1_at_itself(at: float, first: float) -> None:
    assert slopes(lambda x: at_least(x, 0.5), at) == (first, 0.0)
    assert at_least(torch.tensor([-1.0, 0.5, math.nan]), 0.5).nan_to_num(9).tolist() == [0.5, 0.5, 9]


@pytest.mark.parametrize(("at", "second"), [(0.5, 0.0), (1.0, 2.0), (1.5, 2.0)])
def test_the_one_sided_penalty_is_curved_from_a_slope_of_exactly_1_on(at: float, second: float) -> None:
    """The slope of a linear D on a line is 1 at its start."""
    first = 2 * max(0.0, at - 1)
    assert slopes(lambda x: OneSided().penalty(x[..., None]), at) == pytest.approx((first, second))


def test_a_length_has_slope_0_at_the_origin() -> None:
    assert slopes(lambda x: norm(x[..., None]), 0.0) == (0.0, 0.0)
    assert slopes(lambda x: GradientPenalty().penalty(x[..., None]), 0.0) == (0.0, 0.0)
    assert slopes(lambda x: OneSided().penalty(x[..., None]), 0.0) == (0.0, 0.0)
    assert slopes(lambda x: EnergyDistance().kernel(x**2), 0.0) == (0.0, 0.0)


def test_a_weight_at_its_bound_is_free() -> None:
    part, net = WeightClipping(relative=False), Maxout(1, 1, SHAPE)
    assert slopes(lambda x: part.project(x[None], net, torch.tensor([0.5])), 0.5) == (1.0, 0.0)
    assert slopes(lambda x: part.project(x[None], net, torch.tensor([0.5])), -0.5) == (1.0, 0.0)


@pytest.mark.parametrize("weight", [0.0, TINY])
def test_a_matrix_of_zeros_has_the_largest_factor_and_one_at_the_bound_none_beyond(weight: float) -> None:
    """W / max(|W'u|, tiny): of one number the quotient is constant from the bound on."""
    net = SimpleNamespace(matrices=lambda theta: [theta[..., None]], scale_weights=lambda theta, by, s: theta * by[0])
    state = (torch.ones(1, 1),)
    f: Any = lambda x: SpectralNorm().reparametrized(x[None], net, torch.ones(1), state)  # type: ignore[arg-type]  # noqa: E731
    first = slope(f, torch.tensor([weight]))
    assert first.item() == pytest.approx(0.0 if weight else 1 / TINY, abs=1e5)


def test_the_root_of_a_mean_square_has_slope_0_at_0() -> None:
    assert slopes(_root, 0.0) == (0.0, 0.0)
    at = torch.tensor(TINY_SQUARE).item()  # as float32 holds it
    assert slopes(_root, at)[0] == pytest.approx(0.5 / math.sqrt(TINY_SQUARE), rel=1e-3)


@pytest.mark.parametrize(("name", "side", "at"), [("hinge", "on_real", 1.0), ("hinge", "on_fake", -1.0)])
def test_the_hinge_pushes_no_more_at_its_margin(name: str, side: str, at: float) -> None:
    assert slopes(getattr(LOSSES[name], side), at) == (0.0, 0.0)


def test_the_relativistic_hinge_pushes_no_more_at_its_margin() -> None:
    penalty: Any = getattr(LOSSES["relativistic-hinge"], "penalty")  # noqa: B009
    assert slopes(penalty, 1.0) == (0.0, 0.0)


@pytest.mark.parametrize(("activation", "first"), [("relu", 0.0), ("leaky-relu", 0.2)])
def test_a_unit_at_0_has_the_slope_of_the_side_below(activation: str, first: float) -> None:
    f = ACTIVATIONS.make(activation)
    assert slopes(lambda x: f(x * 1), 0.0) == (pytest.approx(first), 0.0)


def test_pieces_of_maxout_that_tie_share_the_gradient() -> None:
    net = Maxout(1, 1, SHAPE, pieces=4)
    x = torch.tensor([2.0, 2.0, 1.0, 2.0] * 2)
    shares = slope(lambda x: net._activate(x.view(1, 8, 1)), x)
    assert shares.tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3] * 2)


def test_a_copy_of_a_sample_moves_no_closeness() -> None:
    net = SimilarityMLP(1, 1, SHAPE, extra=1, dims=1)
    theta = torch.ones(1, net.n_params)
    features = torch.zeros(1, 3, 2)
    assert net.about(theta, features, features).tolist() == [[[1.0]] * 3]
    assert slope(lambda x: net.about(theta, x, torch.zeros(1, 3, 2)), features).abs().max() == 0


def test_a_batch_of_copies_has_a_spread_without_slope() -> None:
    net = StddevMLP(1, 1, SHAPE)
    features = torch.ones(1, 3, 2)
    assert net.about(torch.ones(1, net.n_params), features, features)[0, 0, 0].item() == pytest.approx(EPSILON**0.5)
    assert slope(lambda x: net.about(torch.ones(1, net.n_params), x, x), features).abs().max() == 0


def test_generated_samples_that_tie_are_pulled_to_the_real_ones_together() -> None:
    """Which of them gets which target is open, so only their sum is stated: 2 (n y - sum x) / n of a line."""
    real = torch.arange(20.0).view(1, 20, 1)
    pulls = slope(lambda x: SlicedWasserstein().between(real, x).mean(), torch.full((1, 20, 1), 3.0))
    assert pulls.sum().item() == pytest.approx(2 * (20 * 3 - 190) / 20)
    targets = 3 - 20 * pulls.flatten() / 2
    assert sorted(targets.tolist()) == pytest.approx(list(range(20)))


@pytest.mark.parametrize(("at", "first"), [(1.9, -1.9), (2.0, -2.0), (2.1, 2.9)])
def test_the_witness_at_the_middle_of_two_samples_goes_with_the_lower_one(at: float, first: float) -> None:
    """Samples at 1 and 3 are to go to 0 and 5: T(u) = 0 up to 2, and 5 from there on; the derivative is T(u) - u."""
    fake, real = torch.tensor([[[1.0], [3.0]]]), torch.tensor([[[0.0], [5.0]]])
    pulled = slope(lambda x: SlicedWasserstein().witness(x, real, fake), torch.tensor([[[at]]]))
    assert pulled.item() == pytest.approx(first)


def test_of_samples_that_tie_top_k_keeps_as_many_as_it_should() -> None:
    """Which of them is open: those that are kept share the gradient."""
    logits = torch.zeros(1, 20, requires_grad=True)
    c: Any = SimpleNamespace(fake=logits, loss=SimpleNamespace(generator=lambda c: -c.fake))
    loss = TopK().generator_loss(-logits.mean(-1), c, torch.tensor([0.25]), ())
    (pulls,) = torch.autograd.grad(loss.sum(), logits)
    assert sorted(pulls.flatten().tolist()) == pytest.approx([-1 / 5] * 5 + [0] * 15)


@pytest.mark.parametrize("a", [-200.0, 40.0, 200.0])
def test_a_probability_that_is_rounded_to_0_or_1_gives_no_gradient(a: float) -> None:
    loss: Any = LOSSES["probability-cross-entropy"]
    wrong = loss.on_fake if a > 0 else loss.on_real
    assert wrong(torch.tensor([a])).item() == 100
    assert slopes(wrong, a)[0] == 0


CHANGED = {"clamp", "clamp_min", "clamp_max", "clip", "median", "cdist", "fmax", "fmin"}  # between 2.13 and 2.14
DIFFERENTIATED = [
    file
    for place in ("losses", "networks", "regularizers", "turns", "optimizers.py", "schedules.py")
    for file in sorted((PARTS / place).rglob("*.py") if (PARTS / place).is_dir() else [PARTS / place])
]


@pytest.mark.parametrize("file", DIFFERENTIATED, ids=lambda file: file.stem)
def test_nothing_that_a_run_differentiates_has_a_derivative_that_changed(file: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    used = [call.func for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in CHANGED]
    assert [ast.unparse(f) for f in used if not ast.unparse(f.value).endswith(".detach()")] == []
