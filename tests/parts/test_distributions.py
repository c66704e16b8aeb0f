"""Distributions: samples follow the exact density, modes are as many as promised, wrong arguments are named."""

import math
import os
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from support import contracts

import toygan
from toygan import DISTRIBUTIONS, Distribution, Population, Recipe, RecipeError
from toygan.parts.distributions.base import choose
from toygan.parts.distributions.curves import Curve

VARIANTS = [
    "ring(k=5, radius=2, sigma=0.1)",
    "bimodal(gap=3, weight=0.2, widths=(0.2, 0.6))",
    "pinwheel(blades=3, rate=-0.5)",
    "checkerboard(side=5, width=0.5)",
    "uniform(low=0, high=3, dim=2)",
    "points(x=((0, 0), (1, 2)), sigma=0.2)",
    "points(x=(0, 1, 5), sigma=0.3)",
    "points(x=(0, 1, 5), shares=(0.7, 0.2, 0.1), sigma=0.3)",
    "gaussian2d(mean=(3.0, -1.0), widths=(0.1, 2.0), angle=1.2)",
    "mixture2d(means=((0, 0), (1, 1)), shares=(0.1, 0.9), covariances=(((1, -0.9), (-0.9, 1)), 0.5))",
    "two-rings(radii=(1.0, 0.6, 0.3), sigma=0.08)",
    "two-rings(radii=(0.4, 1.0), shares=(0.1, 0.9), sigma=0.08)",
    "ring(k=3, centre=(2.0, -1.0), sigma=0.1)",
    "checkerboard(side=5, width=0.5, corner=False)",
    "two-moons(radius=2.0, gap=0.5, sigma=0.1)",
    "swiss-roll(turns=(0.5, 1.5), even=True, sigma=0.08)",
    "function(f=absolute, low=-1, high=2, sigma=0.2)",
    "funnel(spread=0.5)",
    "random-ring(k=5, rare=1, share=0.05, sigma=0.1)",
    "standardised(of=ring8(radius=50.0, sigma=5.0))",
    "training-set(of=laplace(mean=3.0), n=20)",
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


def test_a_ring_around_another_centre_is_the_ring_moved_there() -> None:
    here, there = (DISTRIBUTIONS.make(f"ring8{arguments}") for arguments in ("", "(centre=(3.0, -2.0))"))
    move = torch.tensor([3.0, -2.0])
    torch.testing.assert_close(there.modes, here.modes + move)
    torch.testing.assert_close(there.sample(50, rng()), here.sample(50, rng()) + move)
    assert DISTRIBUTIONS.make("unequal(centre=(3.0, -2.0))").modes.mean(0).tolist() == pytest.approx([3, -2])


def test_circles_hold_the_shares_that_they_promise_in_the_order_of_their_radii() -> None:
    d = DISTRIBUTIONS.make("two-rings(radii=(0.5, 2.0), shares=(0.2, 0.8), sigma=0.05)")
    inner = (d.sample(SAMPLES, rng()).norm(dim=-1) < 1).double().mean()
    assert float(inner) == pytest.approx(0.2, abs=4 * math.sqrt(0.2 * 0.8 / SAMPLES))
    on_rings = d.log_prob(torch.tensor([[0.5, 0.0], [2.0, 0.0]], dtype=torch.float64)).exp()
    assert float(on_rings[0] / on_rings[1]) == pytest.approx((0.2 / 0.5) / (0.8 / 2), rel=2e-3)  # mass over length
    assert d.moments[1].tolist() == pytest.approx([math.sqrt((0.2 * 0.5**2 + 0.8 * 2**2) / 2 + 0.05**2)] * 2)


def test_the_cells_of_both_colours_are_the_whole_board() -> None:
    both = [DISTRIBUTIONS.make(f"checkerboard(side=3, corner={corner})") for corner in (True, False)]
    x = DISTRIBUTIONS.make("uniform(low=-1.5, high=1.5, dim=2)").sample(100, rng())
    inside = [torch.isfinite(d.log_prob(x)) for d in both]
    assert torch.equal(inside[0], ~inside[1])
    assert [float(d.log_prob(x).max().exp()) for d in both] == pytest.approx([1 / 5, 1 / 4])
    assert bool(inside[0][(x < -0.5).all(-1)].all())  # the corner at the lower left


def test_moons_of_another_radius_and_gap_end_where_they_should() -> None:
    upper, lower = DISTRIBUTIONS.make("two-moons(radius=2.0, gap=1.0)").curve(torch.tensor([0.0, 0.5, 1.0]))
    torch.testing.assert_close(upper, torch.tensor([[1.0, 0.5], [-1.0, 2.5], [-3.0, 0.5]]), rtol=0, atol=1e-6)
    torch.testing.assert_close(lower, -upper)
    assert (upper[0] - lower[0])[1] == pytest.approx(1.0)  # the gap between the lines on which they end


@pytest.mark.parametrize(("even", "middle"), [(False, 1.0), (True, math.sqrt((0.5**2 + 1.5**2) / 2))])
def test_half_of_a_roll_lies_within_the_middle_of_its_law(even: bool, middle: float) -> None:
    """All angles are equally likely, or all areas that the arm sweeps, so that points lie evenly along it."""
    d = DISTRIBUTIONS.make(f"swiss-roll(turns=(0.5, 1.5), even={even}, sigma=0.001)")
    x = d.sample(SAMPLES, rng())
    within = (x.norm(dim=-1) < 2 * math.pi * middle / 7.5).double().mean()
    assert float(within) == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(SAMPLES))


def test_a_pinwheel_looks_the_same_from_every_blade() -> None:
    d = DISTRIBUTIONS["pinwheel"]
    x, c, s = d.sample(100, rng()).double(), math.cos(2 * math.pi / 5), math.sin(2 * math.pi / 5)
    turned = x @ torch.tensor([[c, s], [-s, c]], dtype=torch.float64)
    assert d.log_prob(turned).numpy() == pytest.approx(d.log_prob(x).numpy(), abs=1e-5)


@pytest.mark.parametrize("name", ["two-moons", "swiss-roll", "pinwheel", "checkerboard", "uniform", "banana"])
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


def test_an_array_far_from_0_keeps_what_tells_its_numbers_apart() -> None:
    array = 1e5 + np.random.default_rng(0).uniform(size=(50, 2))
    rows = Recipe(data=toygan.points(array)).distribution.outline.numpy()
    np.testing.assert_array_equal(rows, array.astype(np.float32))


def test_noise_on_points_gives_them_a_density() -> None:
    d = Recipe(data=toygan.points([[0, 0], [1, 1]], sigma=0.1)).distribution
    assert d.has_density
    assert float(d.log_prob(torch.zeros(2))) == pytest.approx(math.log(1 / (2 * 2 * math.pi * 0.01)), abs=1e-5)


def test_a_title_is_for_people_and_changes_no_sample():
    plain, named = (Recipe(data=toygan.points([[0, 0], [1, 1]], title=title)).distribution for title in ("", "two"))
    assert named.title == "two"
    assert repr(named) == repr(plain), "it seeds the true samples"


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
        ("two-moons(radius=0)", "radius=0"),
        ("two-moons(radius=60)", "radius=60"),
        ("two-moons(gap='wide')", "gap='wide'"),
        ("swiss-roll(turns=(1, 1))", r"turns\[1\]=1"),
        ("swiss-roll(turns=(0, 1))", r"turns\[0\]=0"),
        ("swiss-roll(turns=2)", "turns=2"),
        ("swiss-roll(even=1)", "even=1"),
        ("ring(centre=(1,))", "centre="),
        ("ring(centre=(1, 'up'))", r"centre\[1\]='up'"),
        ("two-rings(shares=(0.5, 0.6))", "must sum to 1"),
        ("two-rings(shares=(1.0,))", "shares="),
        ("checkerboard(side=1, corner=False)", "side=1"),
        ("checkerboard(corner=0)", "corner=0"),
        ("spiral(arms=0)", "arms=0"),
        ("pinwheel(blades=0)", "blades=0"),
        ("checkerboard(side=-4)", "side=-4"),
        ("uniform(low=1, high=0)", "high=0"),
        ("uniform(dim=3)", "dim=3"),
        ("points(x=())", r"x=\(\)"),
        ("points(x=((1, 2), (3,)))", r"x\[1\]"),
        ("points(x=((1, 2, 3),))", r"x\[0\]"),
        ("points(sigma=-1)", "sigma=-1"),
        (f"points(title='{'a' * 61}')", "title='a"),
    ],
)
def test_nonsense_is_named_with_what_is_allowed(spec: str, named: str) -> None:
    with pytest.raises(RecipeError, match=f"data=.*{named}.*"):
        Recipe(data=spec)


# ------------------------------------------------------------------------------- given means, shares and covariances


def test_a_tilted_mixture_is_scipys() -> None:
    d = DISTRIBUTIONS["mixture2d"]
    x = d.sample(200, rng()).double()
    covariances = [0.01 * np.eye(2), [[0.04, 0.03], [0.03, 0.04]], 0.04 * np.eye(2)]
    means, shares = [[-1, -1], [1, -1], [0, 1]], [0.25, 0.25, 0.5]
    laws = [stats.multivariate_normal(mean, cov) for mean, cov in zip(means, covariances, strict=True)]
    density = sum(share * law.pdf(x.numpy()) for share, law in zip(shares, laws, strict=True))
    np.testing.assert_allclose(d.log_prob(x).exp().numpy(), density, rtol=1e-5)
    index, distance = d.nearest_mode(x[None])
    for point, k, sigmas in zip(x.numpy(), index[0], distance[0], strict=True):
        away = point - np.array(means[k])
        assert float(sigmas) == pytest.approx(math.sqrt(away @ np.linalg.solve(covariances[k], away)), rel=1e-5)


def test_quality_of_a_tilted_gaussian_is_that_of_a_round_one() -> None:
    """Within three standard deviations in every direction: 1 - e^-4.5, whatever the tilt."""
    d = DISTRIBUTIONS.make("gaussian2d(widths=(2.0, 0.1), angle=0.5)")
    quality = toygan.evaluate(d.sample(SAMPLES, rng()), d, ["high-quality"])["high-quality"][0]
    assert quality == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert toygan.evaluate(d.sample(SAMPLES, rng()), d, ["within-ratio"])["within-ratio"][0] == pytest.approx(
        1, abs=0.02
    )


@pytest.mark.parametrize("name", [name for name in DISTRIBUTIONS if name != "digits"])  # theirs are of all images
def test_moments_are_those_of_the_samples(name: str) -> None:
    d = DISTRIBUTIONS[name]
    x, (mean, spread) = d.sample(2**17, rng(7)).double(), d.moments
    assert mean.shape == spread.shape == (d.dim,)
    np.testing.assert_allclose(x.mean(0), mean, atol=5 * float(spread.max()) / 2**8.5 + 1e-6)
    np.testing.assert_allclose(x.std(0), spread, rtol=0.02, atol=1e-6)


def test_modes_of_a_random_ring_stand_apart_and_the_first_are_rare() -> None:
    for seed in range(5):
        d = DISTRIBUTIONS.make(f"random-ring(k=12,rare=3,share=0.01,sigma=0.03,seed={seed})")
        assert float(torch.pdist(d.modes).min()) >= 6 * 0.03 * (1 - 1e-5)
        np.testing.assert_allclose(d.weights[:3] / d.weights[3], 0.01, rtol=1e-5)
    with pytest.raises(ValueError, match="do not fit"):
        DISTRIBUTIONS.make("random-ring(k=100,sigma=0.1)")


# --------------------------------------------------------------------------------------------------------- points


def test_points_are_modes_and_without_noise_as_wide_as_a_twelfth_of_their_gap() -> None:
    d = DISTRIBUTIONS.make("points(x=((0,0),(1,1),(0,1),(1,0),(0,0)))")
    assert len(d.modes) == 4
    assert sorted(d.weights.tolist()) == pytest.approx([0.2, 0.2, 0.2, 0.4])
    assert d.sigmas.tolist() == pytest.approx([1 / 12] * 4)
    score = toygan.evaluate(d.sample(100, rng()) + 0.1, d, ["modes-covered", "high-quality", "coverage"])
    assert score == {"modes-covered": 4, "high-quality": 1, "coverage": 1}  # copies are one neighbour
    assert len(DISTRIBUTIONS.make(toygan.points(np.random.default_rng(0).normal(size=(100, 2)))).modes) == 0


@pytest.mark.parametrize("kind", ["csv", "npy", "npz"])
def test_a_file_is_its_rows(kind: str, tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    file = tmp_path / f"data.{kind}"
    if kind == "csv":
        np.savetxt(file, rows, delimiter=",", header="a,b,c", comments="")
    else:
        np.save(file, rows) if kind == "npy" else np.savez(file, rows)
    columns = "c,a" if kind == "csv" else "2,0"
    recipe = toygan.Recipe(data=f"file(path='{file}',columns='{columns}')", width=8)
    np.testing.assert_allclose(recipe.distribution.training_set, rows[:, [2, 0]], rtol=1e-5)
    assert toygan.Recipe.from_string(recipe.to_string(), outside=True) == recipe
    assert next(iter(toygan.train(recipe, steps=2))).samples.shape[-1] == 2


def test_rows_that_are_held_out_are_what_metrics_compare_with_and_no_run_sees_them(tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.arange(50.0)[:, None])
    recipe = toygan.Recipe(data=f"standardised(of=file(path='{tmp_path / 'data.npy'}',held_out=0.2))", width=4)
    data = recipe.distribution
    trained, compared = set(data.training_set[:, 0].tolist()), set(data.sample(1000, rng())[:, 0].tolist())
    assert (len(trained), len(compared)) == (40, 10)
    assert trained | compared == set(map(float, range(50)))
    batch = data.from_players(toygan.Population(recipe).batch().real)
    assert set(batch.round().flatten().tolist()) <= trained
    assert float(data.players_see(data.training_set).mean()) == pytest.approx(0, abs=1e-6)  # held-out rows do not count


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("held_out=0.01", "held_out=0.01: holds out none of 10 rows"),
        ("held_out=1", "held_out=1: must be a finite number from 0 to 0.9"),
        ("held_out=0.5,sigma=0.1", "held_out=0.5: needs sigma=0"),
    ],
)
def test_a_share_that_cannot_be_held_out_is_refused(arguments: str, says: str, tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.arange(10.0))
    with pytest.raises(ValueError, match=says):
        DISTRIBUTIONS.make(f"file(path='{tmp_path / 'data.npy'}',{arguments})")


def test_a_file_that_has_changed_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "data.npy"
    for value in (1.0, 2.0):
        np.save(file, np.full((3, 2), value))
        os.utime(file, (value, value))
        assert toygan.Recipe(data=f"file(path='{file}')").distribution.training_set[0, 0] == value
        assert toygan.Recipe(data=f"standardised(of=file(path='{file}'))").distribution.training_set[0, 0] == value


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b\n1,2\n3\n", "number of columns"),
        ("a,b\n1,x\n", "line 2 of column 'b' holds 'x', which is not a number"),
        ("a,b\n1,nan\n", "no number in line 2 of column 'b'"),
        ("a,b\n", "0 rows of 2 columns"),
        ("", "0 columns"),
    ],
)
def test_a_file_that_holds_no_numbers_is_refused_in_one_line(content: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text(content)
    with pytest.raises(ValueError, match="path=") as error:
        DISTRIBUTIONS.make(f"file(path='{file}')")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    file = tmp_path / "data.npy"
    np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="type object"):
        DISTRIBUTIONS.make(f"file(path='{file}')")
    for spec, says in (
        ("file(path='no-such.csv')", "No such file"),
        ("file(path='x.doc')", "x.doc"),
        ("file(columns='a')", "needs a file"),
    ):
        with pytest.raises(ValueError, match=says):
            DISTRIBUTIONS.make(spec)


# ------------------------------------------------------------------------------------ other units, finitely many points


def test_standardised_data_is_the_same_game_in_any_units() -> None:
    """A ring 50 times larger, standardised, trains as the small one does, and is shown in its own units."""
    small, large = (
        Population(
            toygan.Recipe(
                data=f"standardised(of=ring8(radius={r!r},sigma={r / 50!r}))",
                width=16,
                batch=32,
                regularizers={"gradient-penalty": 1.0},
            )
        )
        for r in (1.0, 64.0)
    )
    for p in (small, large):
        p.run(50)
    torch.testing.assert_close(small.generator.theta, large.generator.theta, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(64 * small.generate(100), large.generate(100), rtol=1e-2, atol=1e-2)
    torch.testing.assert_close(64 * small.real(100), large.real(100), rtol=1e-4, atol=1e-4)
    x = torch.randn(20, 2, generator=rng())
    torch.testing.assert_close(small.critic(x), large.critic(64 * x), rtol=1e-2, atol=1e-2)
    ours, theirs = small.descent_directions(20)[1], large.descent_directions(20)[1]
    torch.testing.assert_close(ours, 64 * theirs, rtol=0.05, atol=1e-3)


def test_players_see_standardised_data_with_mean_0_and_spread_1() -> None:
    data = "mixture1d(means=(400.0,410.0),shares=(0.3,0.7),widths=(1.0,2.0))"
    p = Population(toygan.Recipe(data=f"standardised(of={data})", batch=4096, latent=1))
    x = torch.cat([p.batch().real for _ in range(4)], dim=1)
    assert float(x.mean()) == pytest.approx(0, abs=0.03)
    assert float(x.std()) == pytest.approx(1, abs=0.03)


def test_a_training_set_is_all_that_a_run_sees_and_metrics_compare_with_the_data() -> None:
    recipe = toygan.Recipe(data="training-set(of=ring8,n=30)", batch=64, width=8)
    p, pool = Population(recipe), recipe.distribution.training_set
    seen = torch.unique(torch.cat([p.batch().real[0] for _ in range(20)]), dim=0)
    assert torch.equal(seen, torch.unique(pool, dim=0))
    assert len(torch.unique(p.real(64)[0], dim=0)) == 64
    assert "accuracy-training" in p.snapshot(200).metrics
    copied = pool[torch.randint(30, (500,), generator=rng())]
    held_out = recipe.distribution.sample(500, rng(3))
    for x, least, most in ((copied, 0, 1e-9), (held_out, 0.9, 1.1)):
        assert least <= toygan.evaluate(x, recipe.data, ["nearest-training"])["nearest-training"][0] <= most


def test_a_wrapper_around_nonsense_or_itself_is_refused() -> None:
    for spec in (
        "standardised(of=no-such)",
        "standardised(of=standardised)",
        "training-set(of=ring8(k=0))",
        "standardised(of=3)",
    ):
        with pytest.raises(ValueError, match="of="):
            DISTRIBUTIONS.make(spec)


def test_a_renamed_class_is_still_compared_with_the_same_true_samples() -> None:
    """Metrics seed their true samples with the repr of the data."""
    assert repr(DISTRIBUTIONS["grid25"]) == "Grid(side=5, spacing=2.0, sigma=0.05)"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("ring8", "Ring(k=8, radius=1.0, sigma=0.02)"),
        ("unequal", "Unequal(k=8, radius=1.0, sigma=0.02, ratio=10.0)"),
        ("checkerboard", "Checkerboard(side=4, width=1.0)"),
        ("two-moons", "TwoMoons(sigma=0.05)"),
        ("swiss-roll", "SwissRoll(sigma=0.03333333333333333)"),
        ("two-rings", "Circles(radii=(1.0, 0.5), sigma=0.05)"),
        ("ring8(centre=(1, 0))", "Ring(k=8, radius=1.0, sigma=0.02, centre=(1.0, 0.0))"),
        ("two-moons(gap=0)", "TwoMoons(sigma=0.05, gap=0)"),
    ],
)
def test_an_argument_that_came_later_leaves_the_true_samples_as_they_were(spec: str, words: str) -> None:
    assert repr(DISTRIBUTIONS.make(spec)) == words


def test_a_window_holds_samples_of_data_that_names_no_modes() -> None:
    class Far(Distribution):
        dim, has_density = 2, False

        def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
            return 10 + torch.rand(n, 2, generator=generator)

    for low, high in Far().extent:
        assert low <= 0 < 11 <= high


SEEDING_NAMES = """
    ring8:Ring unequal:Unequal grid25:Grid random-mixture:RandomMixture random-ring:RandomRing gaussian2d:Gaussian2d
    mixture2d:Mixture2d circle:Circles two-rings:Circles two-moons:TwoMoons swiss-roll:SwissRoll spiral:Spiral
    pinwheel:Pinwheel checkerboard:Checkerboard uniform:Uniform function:Function cosine:Function banana:Banana
    funnel:Funnel exponential:Exponential laplace:Laplace bimodal:Bimodal mixture1d:Mixture1d gaussian1d:Gaussian1d
    dirac:Dirac points:Points file:File digits:Digits standardised:Standardised training-set:TrainingSet stacked:Stacked
"""


@pytest.mark.parametrize("pair", SEEDING_NAMES.split())
def test_the_words_that_seed_true_samples_stay_if_a_class_is_renamed(pair: str) -> None:
    """Metrics compare with true samples that `repr` seeds: another name would change the numbers of old runs."""
    row, name = pair.split(":")
    assert repr(DISTRIBUTIONS[row]).startswith(f"{name}(")


@pytest.mark.parametrize("weights", [[1.0], [0.5] * 2, [0.125] * 8, [1 / 5] * 5, [0.1, 0.9], [0.25, 0.0, 0.5, 0.25]])
@pytest.mark.parametrize("n", [1, 2, 1000])
def test_modes_are_chosen_as_torch_does(weights: list[float], n: int) -> None:
    chances, ours, theirs = torch.tensor(weights), torch.Generator().manual_seed(n), torch.Generator().manual_seed(n)
    for _ in range(3):
        expected = torch.multinomial(chances, n, replacement=True, generator=theirs)
        assert torch.equal(choose(chances, n, ours), expected)
        assert torch.equal(ours.get_state(), theirs.get_state())
