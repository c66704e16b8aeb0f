"""Distributions: samples follow the exact density, modes are as many as promised, wrong arguments are named."""

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import contracts
import numpy as np
import pytest
import torch
from scipy import integrate, stats

import toygan
from toygan import DISTRIBUTIONS, Distribution, Recipe, RecipeError
from toygan.parts.distributions.curves import Curve

VARIANTS = [
    "ring(k=5, radius=2, sigma=0.1)",
    "bimodal(gap=3, weight=0.2, widths=(0.2, 0.6))",
    "pinwheel(blades=3, rate=-0.5)",
    "checkerboard(side=5, width=0.5)",
    "uniform(low=0, high=3, dim=2)",
    "points(x=((0, 0), (1, 2)), sigma=0.2)",
    "points(x=(0, 1, 5), sigma=0.3)",
]
DENSE = [name for name, d in DISTRIBUTIONS.items() if d.has_density] + VARIANTS
CURVES = [name for name, d in DISTRIBUTIONS.items() if isinstance(d, Curve)]
SAMPLES = 20_000


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@cache
def on_grid(spec: str) -> tuple[torch.Tensor, torch.Tensor, float]:
    """Midpoints of a fine grid over the window `(m, dim)`, the log density there `(m,)` and a cell's volume."""
    d = DISTRIBUTIONS.make(spec)
    n = 3200 if d.dim == 1 else 160 if isinstance(d, Curve) else 320  # finer than sigma, in step with edges of squares
    axes = [low + (high - low) * (torch.arange(n, dtype=torch.float64) + 0.5) / n for low, high in d.extent]
    x = torch.cartesian_prod(*axes).reshape(-1, d.dim)
    return x, d.log_prob(x), math.prod((high - low) / n for low, high in d.extent)


@pytest.mark.parametrize("spec", VARIANTS)
@pytest.mark.parametrize("contract", contracts.OF_DISTRIBUTIONS, ids=lambda contract: contract.__name__)
def test_a_row_with_other_numbers_is_a_distribution_too(contract: Callable[[Distribution], None], spec: str) -> None:
    contract(DISTRIBUTIONS.make(spec))


@pytest.mark.parametrize("spec", DENSE)
def test_samples_have_the_entropy_of_the_density(spec: str) -> None:
    d = DISTRIBUTIONS.make(spec)
    _, log_prob, volume = on_grid(spec)
    expected = float(torch.special.xlogy(log_prob.exp(), log_prob.exp()).sum() * volume)
    found = d.log_prob(d.sample(SAMPLES, rng()).double())
    error = float(found.std()) / math.sqrt(SAMPLES)
    assert float(found.mean()) == pytest.approx(expected, abs=4 * error + 1e-5)


@pytest.mark.parametrize("spec", DENSE)
def test_samples_fill_coarse_cells_as_the_density_does(spec: str) -> None:
    d = DISTRIBUTIONS.make(spec)
    x, log_prob, volume = on_grid(spec)
    edges = [np.linspace(low, high, 17) for low, high in d.extent]
    expected, _ = np.histogramdd(x.numpy(), edges, weights=SAMPLES * volume * log_prob.exp().numpy())
    counts, _ = np.histogramdd(d.sample(SAMPLES, rng(1)).numpy(), edges)
    filled = expected > 5
    rest = SAMPLES - counts[filled].sum(), SAMPLES - expected[filled].sum()
    observed, means = (np.append(a[filled], b) for a, b in zip((counts, expected), rest, strict=True))
    means[-1] = max(means[-1], 1e-3)
    chi2 = ((observed - means) ** 2 / np.maximum(means, 1)).sum()
    assert stats.chi2.sf(chi2, len(means) - 1) > 1e-4


@pytest.mark.parametrize("name", [name for name in DISTRIBUTIONS if name != "dirac"])
def test_another_generator_gives_other_samples(name: str) -> None:
    assert not torch.equal(DISTRIBUTIONS[name].sample(50, rng(3)), DISTRIBUTIONS[name].sample(50, rng(4)))


@pytest.mark.parametrize("k", [1, 2, 7, 8, 12])
def test_a_ring_of_k_modes_has_k_different_ones(k: int) -> None:
    """With the end point of the circle among the angles, the first and the last would be one: 7 modes called 8."""
    modes = DISTRIBUTIONS.make(f"ring(k={k}, radius=2)").modes
    assert modes.shape == (k, 2)
    if k > 1:
        assert torch.pdist(modes).min() == pytest.approx(4 * math.sin(math.pi / k), rel=1e-5)
    assert modes.norm(dim=-1).numpy() == pytest.approx(2)


@pytest.mark.parametrize(("name", "radius"), [("ring8", 1.0), ("grid25", None)])
def test_sigma_is_a_standard_deviation_per_axis(name: str, radius: float | None) -> None:
    """Public codes pass 0.02 as a variance, which makes modes seven times as wide."""
    d = DISTRIBUTIONS[name]
    x = d.sample(SAMPLES, rng())
    off = x - d.modes[torch.cdist(x, d.modes).argmin(-1)]
    assert off.std(0).numpy() == pytest.approx(d.sigma, rel=0.02)
    assert d.sigma == (0.02 if name == "ring8" else 0.05)


def test_the_density_of_a_mixture_is_that_of_torch() -> None:
    d = DISTRIBUTIONS.make("bimodal(gap=3, weight=0.2, widths=(0.2, 0.6))")
    normals = torch.distributions.Normal(torch.tensor([-1.5, 1.5]), torch.tensor([0.2, 0.6]))
    mixture = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.tensor([0.2, 0.8])), normals)
    x = torch.linspace(-4, 4, 50)
    assert d.log_prob(x[:, None]).numpy() == pytest.approx(mixture.log_prob(x).numpy(), abs=1e-5)


def test_unequal_modes_hold_the_shares_that_they_promise() -> None:
    d = DISTRIBUTIONS["unequal"]
    assert float(d.weights[0] / d.weights[-1]) == pytest.approx(10, rel=1e-5)
    counts = torch.cdist(d.sample(SAMPLES, rng()), d.modes).argmin(-1).bincount(minlength=8)
    expected = 10 ** -np.linspace(0, 1, 8)
    assert stats.chisquare(counts.numpy(), SAMPLES * expected / expected.sum()).pvalue > 1e-4


def test_a_random_mixture_is_the_same_for_every_seed_of_a_run_and_its_modes_stand_apart() -> None:
    one, two = (Recipe(data="random-mixture(k=20)", seed=s).distribution for s in (0, 1))
    assert torch.equal(one.modes, two.modes)
    assert torch.pdist(one.modes).min() >= 6 * one.sigma
    assert not torch.equal(one.modes, DISTRIBUTIONS.make("random-mixture(k=20, seed=1)").modes)


@pytest.mark.parametrize("name", CURVES)
def test_the_density_around_a_curve_is_its_integral(name: str) -> None:
    d = DISTRIBUTIONS[name]
    for x in d.sample(3, rng()).double():

        def at(t: float, x: torch.Tensor = x) -> float:
            square = ((d.curve(torch.tensor([t], dtype=torch.float64))[:, 0] - x) ** 2).sum(-1) / d.sigma**2
            return float((-square / 2).exp().mean()) / (2 * math.pi * d.sigma**2)

        pieces = np.linspace(0, 1, 101)
        integral = sum(integrate.quad(at, a, b)[0] for a, b in pairwise(pieces))
        assert float(d.log_prob(x)) == pytest.approx(math.log(integral), abs=1e-8)


def test_a_pinwheel_looks_the_same_from_every_blade() -> None:
    d = DISTRIBUTIONS["pinwheel"]
    x, c, s = d.sample(100, rng()).double(), math.cos(2 * math.pi / 5), math.sin(2 * math.pi / 5)
    turned = x @ torch.tensor([[c, s], [-s, c]], dtype=torch.float64)
    assert d.log_prob(turned).numpy() == pytest.approx(d.log_prob(x).numpy(), abs=1e-5)


@pytest.mark.parametrize("name", ["two-moons", "swiss-roll", "spiral", "pinwheel", "checkerboard", "uniform", "points"])
def test_where_there_are_no_modes_no_metric_counts_them(name: str) -> None:
    d = DISTRIBUTIONS[name]
    assert len(d.modes) == len(d.weights) == len(d.sigmas) == 0
    assert "modes-covered" not in toygan.evaluate(d.sample(100, rng()), d)


def test_a_point_has_no_density() -> None:
    assert not DISTRIBUTIONS["dirac"].has_density
    assert not DISTRIBUTIONS["points"].has_density
    with pytest.raises(ValueError, match="no density"):
        DISTRIBUTIONS["points"].log_prob(torch.zeros(1, 2))


@pytest.mark.parametrize("shape", [(7,), (7, 1), (7, 2)])
def test_an_array_becomes_data_that_survives_being_shared(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).normal(size=shape).round(3)
    recipe = Recipe(data=toygan.points(array))
    assert Recipe.from_string(recipe.to_string()) == Recipe.from_json(recipe.to_json()) == recipe
    drawn = recipe.distribution.sample(1000, rng()).numpy()
    assert {tuple(row) for row in drawn} == {tuple(row) for row in array.reshape(7, -1).astype(np.float32)}


def test_noise_on_points_gives_them_a_density() -> None:
    d = Recipe(data=toygan.points([[0, 0], [1, 1]], sigma=0.1)).distribution
    assert d.has_density
    assert float(d.log_prob(torch.zeros(2))) == pytest.approx(math.log(1 / (2 * 2 * math.pi * 0.01)), abs=1e-5)


@pytest.mark.parametrize("array", [np.zeros((0, 2)), np.zeros((3, 3)), np.zeros((5000, 2)), [[0.0, np.nan]], 1.0])
def test_an_array_that_is_no_data_is_refused(array: object) -> None:
    with pytest.raises(ValueError, match="array: "):
        toygan.points(array)


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ("ring(k=0)", "k=0"),
        ("ring(k=2.5)", "k=2.5"),
        ("ring(k=10000000)", "k=10000000"),
        ("ring(sigma=0)", "sigma=0"),
        ("ring(radius='wide')", "radius='wide'"),
        ("unequal(ratio=-1)", "ratio=-1"),
        ("grid(side=0)", "side=0"),
        ("grid(spacing=1e999)", "spacing=inf"),
        ("random-mixture(k=200)", "k=200"),
        ("random-mixture(seed=-1)", "seed=-1"),
        ("bimodal(weight=1)", "weight=1"),
        ("bimodal(widths=(1, 2, 3))", "widths="),
        ("bimodal(widths=(1, 0))", r"widths\[1\]=0"),
        ("mixture1d(means=())", "means="),
        ("mixture1d(means=(0, 1))", "shares="),
        ("mixture1d(shares=(0.5, 0.5, 0.5))", "must sum to 1"),
        ("mixture1d(shares=(0.5, -0.5, 1))", r"shares\[1\]=-0.5"),
        ("gaussian1d(sigma=-1)", "sigma=-1"),
        ("two-moons(sigma=0)", "sigma=0"),
        ("spiral(arms=0)", "arms=0"),
        ("pinwheel(blades=0)", "blades=0"),
        ("checkerboard(side=-4)", "side=-4"),
        ("uniform(low=1, high=0)", "high=0"),
        ("uniform(dim=3)", "dim=3"),
        ("points(x=())", r"x=\(\)"),
        ("points(x=((1, 2), (3,)))", r"x\[1\]"),
        ("points(x=((1, 2, 3),))", r"x\[0\]"),
        ("points(sigma=-1)", "sigma=-1"),
    ],
)
def test_nonsense_is_named_with_what_is_allowed(spec: str, named: str) -> None:
    with pytest.raises(RecipeError, match=f"data=.*{named}.*"):
        Recipe(data=spec)
