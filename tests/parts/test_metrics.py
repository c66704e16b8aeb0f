"""Metrics score what their closed forms say, whatever the order of the samples and the number of members."""

from __future__ import annotations

import math

import numpy as np
import ot
import pytest
import torch
from prdc import compute_prdc
from scipy.stats import binom, chi2, ncx2, wasserstein_distance
from scipy.stats import energy_distance as scipy_energy_distance

from toygan import DISTRIBUTIONS, METRICS, Metric, Population, Recipe, evaluate, points
from toygan.parts.metrics import default_metrics, measure
from toygan.parts.metrics.columns import COLUMN_METRICS, STANDARDISED
from toygan.parts.metrics.game import GAME_METRICS
from toygan.parts.metrics.inputs import Earlier, MetricInputs
from toygan.parts.metrics.modes import mode_hopping
from toygan.parts.metrics.reference import ReferenceBand, reference_band, reference_shares
from toygan.parts.metrics.statistics import Balls

TWO_MOMENTS = ("mode-hopping", "drift", STANDARDISED + "drift")
RING, LINE = DISTRIBUTIONS["ring8"], DISTRIBUTIONS["gaussian1d"]
SAMPLE_METRICS = [name for name in METRICS if name in evaluate(RING.sample(100, torch.Generator()), "ring8")]


def true_samples(data: str, n: int, seed: int = 7) -> torch.Tensor:
    return DISTRIBUTIONS.make(data).sample(n, torch.Generator().manual_seed(seed))


def on_modes(counts: list[int]) -> torch.Tensor:
    """Samples of the ring, exactly at the modes' centres, so many at each."""
    return RING.modes.repeat_interleave(torch.tensor(counts), dim=0)


def inside(score: float, band: ReferenceBand) -> bool:
    """Whether a score lies in a band, widened to both sides by its own width and by what float32 rounds off."""
    width, rounding = band.high - band.low, 1e-6 + 1e-6 * abs(band.mean)
    return band.low - width - rounding <= score <= band.high + width + rounding


@pytest.mark.parametrize("data", DISTRIBUTIONS)
def test_true_samples_score_inside_their_own_band(data):
    n, sets = 150, 8
    several = torch.stack([true_samples(data, n, seed=100 + i) for i in range(sets)])
    scores = evaluate(several, data)
    bands = {name: reference_band(name, data, n) for name in scores if name not in TWO_MOMENTS}
    assert None not in bands.values()
    assert not {name: band for name, band in bands.items() if band and not inside(scores[name].mean(), band)}


@pytest.mark.parametrize(("data", "sets"), [("ring8", 300), ("grid25", 300), ("bimodal", 300), ("two-moons", 300)])
def test_bands_hold_nine_of_ten_fresh_sets(data, sets):
    """Each against true samples of its own, of the metrics that are drawn often: within what 128 sets can tell."""
    n, d, g = 400, DISTRIBUTIONS[data], torch.Generator().manual_seed(77)
    x, reference = (torch.stack([d.sample(n, g) for _ in range(sets)]) for _ in range(2))
    inputs = MetricInputs(x, d, compared_with=reference)
    names = [
        name
        for name in ("sliced-w1", "high-quality", "mean-offset", "spread-ratio", "within-ratio", "bridges")
        if METRICS[name].needs(inputs)
    ]
    for name, scores in measure(inputs, names).items():
        band = reference_band(name, data, n)
        assert 0.75 <= ((scores >= band.low) & (scores <= band.high)).mean() <= 1, name


@pytest.mark.parametrize("metric", ["w1", "density"])
def test_bands_of_dear_metrics_have_their_middle_at_that_of_fresh_sets(metric):
    n, d, g = 200, DISTRIBUTIONS["grid25"], torch.Generator().manual_seed(78)
    x, reference = (torch.stack([d.sample(n, g) for _ in range(60)]) for _ in range(2))
    scores = measure(MetricInputs(x, d, compared_with=reference), [metric])[metric]
    band = reference_band(metric, "grid25", n)
    error = scores.std() * (1 / 16 + 1 / 60) ** 0.5
    assert band.mean == pytest.approx(scores.mean(), abs=4 * error)
    assert ((scores >= band.low) & (scores <= band.high)).mean() >= 0.75


def test_a_game_that_has_arrived_scores_the_floor_of_every_metric():
    data, n = "gaussian1d(mean=0.0, sigma=1.0)", 400
    p = Population(Recipe(data=data, generator="linear", discriminator="linear", latent=1))
    p.generator.theta = torch.ones_like(p.generator.theta)  # samples are the latent points, N(0, 1)
    p.discriminator.theta = torch.zeros_like(p.discriminator.theta)
    score = p.snapshot(n, since=p.snapshot(n), metrics=METRICS).metrics
    bands = {name: reference_band(name, data, n) for name in METRICS}
    without = {name for name, band in bands.items() if band is None}
    elsewhere = {
        "bridges",
        "nearest-training",
        "accuracy-training",
        "turned-distance",
        "shuffled-distance",
        "matched-w1",
    }
    elsewhere |= COLUMN_METRICS.keys()  # of several columns
    assert without == {name for name in GAME_METRICS if not METRICS[name].better} | elsewhere
    assert score.keys() == METRICS.keys() - elsewhere
    assert not {name: (score[name], band) for name, band in bands.items() if band and not inside(score[name][0], band)}


@pytest.mark.parametrize("data", ["ring8", "grid25", "unequal", "bimodal"])
def test_shares_of_true_samples_are_the_modes_weights_within_three_sigmas(data):
    n, d = 2500, DISTRIBUTIONS[data]
    quality = chi2.cdf(9, d.dim)  # the chance to lie within three standard deviations
    low, mean, high = reference_shares(data, n)
    np.testing.assert_allclose(mean, quality * d.weights.numpy(), rtol=0.01)
    for least, share, most in zip(low, mean, high, strict=True):
        held = binom.cdf(math.floor(n * most), n, share) - binom.cdf(math.ceil(n * least) - 1, n, share)
        assert held == pytest.approx(0.9, abs=0.025)


@pytest.mark.parametrize("data", ["mixture1d", "bimodal(gap=1.0, weight=0.8, widths=(0.3, 0.6))"])
def test_shares_of_modes_that_overlap_are_those_of_true_samples(data):
    shares = MetricInputs(true_samples(data, 200_000)[None], DISTRIBUTIONS.make(data)).shares[0]
    np.testing.assert_allclose(reference_shares(data, 1000)[1], shares, atol=0.005)


@pytest.mark.parametrize("m", [1, 3, 7])
def test_a_generator_with_m_of_k_modes_scores_the_closed_forms(m):
    k = 8
    score = {
        name: float(x[0])
        for name, x in evaluate(on_modes([1000] * m + [0] * (k - m)), "ring8", default_metrics()).items()
    }
    assert score["modes-covered"] == score["modes-covered-strict"] == m
    assert score["high-quality"] == 1
    assert score["effective-modes"] == pytest.approx(m)
    assert score["effective-places"] == pytest.approx(m, rel=1e-5)
    assert score["reverse-kl"] == pytest.approx(math.log(k / m), abs=1e-6)
    assert score["total-variation"] == pytest.approx((k - m) / k, abs=1e-6)
    expected = (math.log(2 * k / (m + k)) + math.log(2 * m / (m + k)) * m / k + math.log(2) * (k - m) / k) / 2
    assert score["js"] == pytest.approx(expected, abs=1e-6)
    smoothed = np.array([1000.5] * m + [0.5] * (k - m))
    smoothed /= smoothed.sum()
    assert score["forward-kl"] == pytest.approx(np.log(1 / k / smoothed).mean(), abs=1e-6)


def test_one_good_sample_covers_a_mode_but_not_strictly():
    score = evaluate(on_modes([993, 1, 1, 1, 1, 1, 1, 1]), "ring8", default_metrics())
    assert score["modes-covered"] == 8
    assert score["modes-covered-strict"] == 1


def test_samples_farther_than_three_sigmas_are_of_no_quality():
    off = RING.modes + torch.tensor([3.1 * RING.sigma, 0])
    on = RING.modes + torch.tensor([2.9 * RING.sigma, 0])
    assert evaluate(off, "ring8")["high-quality"] == 0
    assert evaluate(on, "ring8")["high-quality"] == 1
    assert math.isnan(evaluate(off, "ring8")["reverse-kl"][0])
    assert evaluate(off, "ring8")["total-variation"] == 1


def test_perfect_ring_sampler_has_the_known_quality_and_reverse_kl():
    n = 2500
    quality, kl = reference_band("high-quality", "ring8", n), reference_band("reverse-kl", "ring8", n)
    assert quality.mean == pytest.approx(1 - math.exp(-4.5), abs=1e-3)
    assert kl.mean == pytest.approx(7 / (2 * n), rel=0.2)  # (K - 1) / 2n


@pytest.mark.parametrize("shift", [0.5, 2.0])
def test_a_shifted_line_is_that_far_away(shift):
    score = evaluate(true_samples("gaussian1d", 500) + shift, "gaussian1d", CLOSED)
    for name in ("w1", "w2", "sliced-w2"):
        floor = reference_band(name, "gaussian1d", 500)
        assert score[name][0] == pytest.approx(shift, abs=2 * floor.high), name
    gap = -(shift**2) / (2 * LINE.sigma**2)  # E log p(x + shift) - E log p(x) for a Gaussian
    assert score["log-likelihood-gap"][0] == pytest.approx(gap, abs=0.25 * abs(gap))


def test_a_blurred_line_loses_quality_and_likelihood_as_calculated():
    n, blur = 2500, 2.0  # times the standard deviation
    x = true_samples("gaussian1d", n)
    score = evaluate(LINE.mean + blur * (x - LINE.mean), "gaussian1d", ["high-quality", "log-likelihood-gap"])
    assert score["high-quality"][0] == pytest.approx(math.erf(3 / blur / math.sqrt(2)), abs=0.02)
    assert score["log-likelihood-gap"][0] == pytest.approx((1 - blur**2) / 2, abs=0.15)


BLOB = "grid(side=1, sigma=1.0)"  # one Gaussian in the plane
CLOSED = ["w1", "w2", "sliced-w2", "high-quality", "total-variation", "log-likelihood-gap"]


@pytest.mark.parametrize("shift", [0.5, 2.0])
def test_a_shift_in_the_plane_scores_the_closed_forms(shift):
    x = true_samples(BLOB, 500) + shift * torch.tensor([0.6, 0.8])
    score, floor = (
        evaluate(x, BLOB, CLOSED),
        {name: reference_band(name, BLOB, 500) for name in ("w1", "w2", "sliced-w2")},
    )
    assert score["w1"][0] == pytest.approx(shift, abs=floor["w1"].high)
    assert score["w2"][0] == pytest.approx(shift, abs=floor["w2"].high)
    assert score["sliced-w2"][0] == pytest.approx(shift / 2**0.5, abs=floor["sliced-w2"].high + 0.06 * shift)
    quality = ncx2.cdf(9, 2, shift**2)  # the squared distance from the mode is chi-square, not central
    assert score["high-quality"][0] == pytest.approx(quality, abs=0.05)
    assert score["total-variation"][0] == pytest.approx(1 - score["high-quality"][0], abs=1e-6)
    assert score["log-likelihood-gap"][0] == pytest.approx(-(shift**2) / 2, abs=0.1 + 0.06 * shift)


@pytest.mark.parametrize("blur", [0.3, 0.7, 1.6, 3.0])
def test_a_blur_in_the_plane_scores_the_closed_forms(blur):
    x = blur * true_samples(BLOB, 500)
    score, floor = evaluate(x, BLOB, CLOSED), reference_band("w2", BLOB, 500)
    assert score["w2"][0] == pytest.approx(abs(blur - 1) * 2**0.5, abs=floor.high)
    assert score["sliced-w2"][0] == pytest.approx(abs(blur - 1), abs=reference_band("sliced-w2", BLOB, 500).high)
    assert score["high-quality"][0] == pytest.approx(chi2.cdf(9 / blur**2, 2), abs=0.05)
    assert score["total-variation"][0] == pytest.approx(1 - score["high-quality"][0], abs=1e-6)
    assert score["log-likelihood-gap"][0] == pytest.approx(1 - blur**2, abs=0.05 + 0.06 * blur**2)


@pytest.mark.parametrize("blur", [0.5, 2.0])
def test_energy_distance_and_mmd_of_a_blurred_gaussian_have_their_closed_forms(blur):
    data = "gaussian1d(mean=0.0, sigma=1.0)"
    score = evaluate(blur * true_samples(data, 2000, seed=3), data, ["energy-distance", "mmd"])
    energy = 2 * (2 * (1 + blur**2) / math.pi) ** 0.5 - 2 * (1 + blur) / math.pi**0.5
    h = 2**0.5 * 0.6744897501960817  # median of |x - x'|, x - x' ~ N(0, 2)

    def kernel(variance):  # E exp(-d^2 / 2 h^2) for d ~ N(0, variance)
        return (h**2 / (h**2 + variance)) ** 0.5

    mmd = kernel(2) + kernel(2 * blur**2) - 2 * kernel(1 + blur**2)
    assert score["energy-distance"][0] == pytest.approx(energy, rel=0.2)
    assert score["mmd"][0] == pytest.approx(mmd, rel=0.25)


@pytest.mark.parametrize("m", [2, 6])
def test_with_m_of_k_modes_neighbours_find_that_share_of_the_data(m):
    x = true_samples("ring8", 4000)
    x = x[torch.cdist(x, RING.modes).argmin(-1) < m][:800]
    score = evaluate(x, "ring8", ["precision", "density", "recall", "coverage"])
    reference = MetricInputs(x[None], RING).reference[0]
    share = float((torch.cdist(reference, RING.modes).argmin(-1) < m).double().mean())
    assert inside(score["precision"][0], reference_band("precision", "ring8", 800))
    assert share - 0.1 < score["recall"][0] <= share
    assert share - 0.1 < score["coverage"][0] <= share
    # Each true ball holds K / m times as many generated samples, and only m of K of the balls count.
    assert score["density"][0] == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("data", ["ring8", "bimodal", "two-moons"])
def test_neighbour_metrics_agree_with_the_package_of_their_authors(data):
    x = true_samples(data, 250) * 1.1
    reference = MetricInputs(x[None], DISTRIBUTIONS[data]).reference[0]
    score = evaluate(x, data, ["precision", "recall", "density", "coverage"])
    by_three, by_five = (compute_prdc(reference.double().numpy(), x.double().numpy(), nearest_k=k) for k in (3, 5))
    theirs = {name: by_three[name] for name in ("precision", "recall")}
    theirs |= {name: by_five[name] for name in ("density", "coverage")}
    assert {name: float(x[0]) for name, x in score.items()} == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("data", ["ring8", "two-moons"])
def test_in_the_plane_transport_agrees_with_pot(data):
    x = true_samples(data, 300) * 1.3 + 0.2
    score = evaluate(x, data, ["w1", "w2", "sliced-w2"])
    ours, theirs = x.double().numpy(), MetricInputs(x[None], DISTRIBUTIONS[data]).reference[0].double().numpy()
    assert score["w1"][0] == pytest.approx(ot.emd2([], [], ot.dist(ours, theirs, "euclidean")), abs=1e-5)
    assert score["w2"][0] ** 2 == pytest.approx(ot.emd2([], [], ot.dist(ours, theirs)), abs=1e-5)
    sliced = ot.sliced_wasserstein_distance(ours, theirs, n_projections=4000, seed=0)
    assert score["sliced-w2"][0] == pytest.approx(sliced, rel=0.03)  # ours takes 128 directions


def test_on_the_line_wasserstein_and_energy_agree_with_scipy():
    n = 300
    x = true_samples("bimodal", n) * 1.3 + 0.2
    score = evaluate(x, "bimodal")
    reference = MetricInputs(x[None], DISTRIBUTIONS["bimodal"]).reference[0, :, 0].numpy()
    ours = x[:, 0].numpy()
    assert score["w1"][0] == pytest.approx(wasserstein_distance(ours, reference), abs=1e-5)
    assert score["sliced-w2"][0] == pytest.approx(score["w2"][0], abs=1e-5)  # in one dimension they are the same
    v_statistic = scipy_energy_distance(ours, reference) ** 2
    u_statistic = score["energy-distance"][0]
    assert u_statistic == pytest.approx(v_statistic, abs=4 * float(np.abs(ours).max()) / n)  # the diagonals' share


def test_energy_distance_and_mmd_of_two_gaussians_have_their_closed_forms():
    data = "gaussian1d(mean=0.0, sigma=1.0)"
    x = true_samples(data, 2000, seed=3) + 2
    score = evaluate(x, data, ["energy-distance", "mmd"])
    assert score["energy-distance"][0] == pytest.approx(1.9442598, abs=0.15)
    h = 2**0.5 * 0.6744897501960817  # median of |x - x'|, x - x' ~ N(0, 2)
    expected = 2 * (h**2 / (h**2 + 2)) ** 0.5 * (1 - math.exp(-4 / (2 * (h**2 + 2))))
    assert score["mmd"][0] == pytest.approx(expected, abs=0.04)


def test_collapse_onto_one_ring_mode_is_as_far_as_geometry_says():
    score = evaluate(RING.modes[:1].repeat(800, 1), "ring8", ["w1", "w2"])
    assert score["w1"][0] == pytest.approx(1.25683, abs=0.08)  # sampled shares move it by .02
    assert score["w2"][0] == pytest.approx(math.sqrt(2), abs=0.08)


def test_neighbour_metrics_tell_missing_modes_from_missing_quality():
    half = true_samples("ring8", 800)
    half = half[half[:, 0] > 0.1]
    blurred = true_samples("ring8", 400) + 0.3 * torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    few, poor = evaluate(half[:280], "ring8"), evaluate(blurred, "ring8")
    assert few["precision"][0] > 0.9
    assert few["recall"][0] < 0.5
    assert few["coverage"][0] < 0.5
    assert poor["precision"][0] < 0.3
    assert poor["density"][0] < 0.3


def test_a_generator_that_repeats_itself_has_the_same_recall_and_coverage_of_more_samples():
    places = true_samples("two-moons", 40)
    few, many = (evaluate(places.repeat(times, 1), "two-moons", ["recall", "coverage"]) for times in (2, 20))
    once = evaluate(places, "two-moons", ["recall", "coverage"])
    for name in ("recall", "coverage"):
        assert few[name][0] == pytest.approx(once[name][0], abs=0.2)
        assert many[name][0] == pytest.approx(once[name][0], abs=0.2)
        assert many[name][0] > 0.6


def test_samples_that_repeat_are_one_neighbour():
    whole = torch.tensor([[0.0], [0.0], [0.0], [0.0], [1.0], [3.0], [7.0]])
    radii = Balls(2, different=True).radii(torch.cdist(whole[None], whole[None]))
    assert radii[0].tolist() == [3, 3, 3, 3, 2, 3, 6]
    assert Balls(9, different=True).radii(torch.cdist(whole[None], whole[None]))[0].tolist() == [7, 7, 7, 7, 6, 4, 7]


def test_the_rows_of_a_table_have_recall_and_coverage():
    rows = true_samples("two-moons", 200).numpy()
    data = DISTRIBUTIONS.make(points(rows))
    assert data.atoms
    names = ["precision", "recall", "coverage"]
    whole, half = (evaluate(x, data, names) for x in (rows, rows[rows[:, 0] < np.median(rows[:, 0])].repeat(2, 0)))
    assert all(whole[name][0] > 0.9 for name in names)
    assert half["precision"][0] > 0.95
    assert 0.4 < half["recall"][0] < 0.75
    assert 0.4 < half["coverage"][0] < 0.75


@pytest.mark.parametrize("scale", [1.0, 5.0])
def test_mmd_of_points_of_which_most_coincide_has_the_width_of_the_others(scale):
    """Three of four true points are 0 and one is 1; all generated ones are 0, or all are 1."""
    true = scale * torch.tensor([[0.0]] * 75 + [[1.0]] * 25)[None]
    data = DISTRIBUTIONS["gaussian1d"]
    ours = [torch.full((1, 100, 1), scale * place) for place in (0.0, 1.0)]
    at_0, at_1 = (measure(MetricInputs(x, data, compared_with=true), ["mmd"])["mmd"][0] for x in ours)
    apart = math.exp(-0.5)  # the kernel at the median distance of different points, which is the width
    among = (75 * 74 + 25 * 24 + 2 * 75 * 25 * apart) / (100 * 99)
    assert at_0 == pytest.approx(1 + among - 2 * (0.75 + 0.25 * apart), rel=1e-4)
    assert at_1 == pytest.approx(1 + among - 2 * (0.25 + 0.75 * apart), rel=1e-4)


def test_mmd_of_data_that_is_one_point_has_a_width_of_one():
    data = DISTRIBUTIONS["dirac"]
    assert evaluate(data.sample(50, torch.Generator()) + 2, data, ["mmd"])["mmd"] == pytest.approx(2 - 2 / math.e**2)


@pytest.mark.parametrize("name", SAMPLE_METRICS)
def test_a_member_scores_the_same_alone_and_among_others(name):
    several = torch.stack([true_samples("ring8", 200, seed) * (1 + 0.1 * seed) for seed in range(3)])
    together = evaluate(several, "ring8", [name])[name]
    alone = [evaluate(x, "ring8", [name])[name][0] for x in several]
    np.testing.assert_allclose(together, alone, rtol=1e-6, atol=1e-8)


def test_diverged_members_have_no_number_and_the_others_keep_theirs():
    several = torch.stack([true_samples("ring8", 200), torch.full((200, 2), math.nan)])
    for name, scores in evaluate(several, "ring8").items():
        assert math.isnan(scores[1]), name
        assert scores[0] == pytest.approx(evaluate(several[0], "ring8", [name])[name][0], nan_ok=True), name


def test_mode_metrics_are_left_out_where_there_are_no_modes():
    assert not DISTRIBUTIONS["dirac"].has_modes
    assert "modes-covered" not in evaluate(torch.zeros(10, 1), "dirac")
    assert reference_band("modes-covered", "dirac", 10) is None


@pytest.mark.parametrize("bad", [torch.zeros(10, 3), torch.zeros(10), torch.zeros(2, 1, 2)])
def test_samples_of_a_wrong_shape_are_refused(bad):
    with pytest.raises(ValueError, match="samples: shape"):
        evaluate(bad, "ring8")


@pytest.mark.parametrize("bad", [np.array([["a", "b"]] * 9), [[1, 2], [3]], None, {"x": [1]}], ids=str)
def test_samples_that_are_no_numbers_are_refused(bad):
    with pytest.raises(ValueError, match=r"^samples=.*: must be an array or a DataFrame of numbers$"):
        evaluate(bad, "ring8")


def test_an_unknown_metric_is_refused_by_name():
    with pytest.raises(ValueError, match="modes-coverd"):
        evaluate(RING.modes, "ring8", ["modes-coverd"])


def test_an_untrained_linear_game_has_the_measured_gradients_and_accuracies():
    p = Population(Recipe(data="dirac", generator="point", discriminator="linear", optimizer="sgd"))
    p.generator.theta, p.discriminator.theta = torch.tensor([[2.0]]), torch.tensor([[0.5]])
    score = {name: float(x[0]) for name, x in p.snapshot(10).metrics.items()}
    sigma = 1 / (1 + math.exp(-1.0))  # D's probability at the generated point: logit 2 * 0.5
    assert score["accuracy-fake"] == 0  # logit +1: D calls the generated point real
    assert score["loss-g"] == pytest.approx(-math.log(sigma), abs=1e-5)
    assert score["loss-d"] == pytest.approx(math.log(2) - math.log(1 - sigma), abs=1e-5)
    assert score["gradient-norm-g"] == pytest.approx(0.5 * (1 - sigma), abs=1e-5)
    assert score["gradient-norm-d"] == pytest.approx(2 * sigma, abs=1e-5)
    assert score["calibration"] == pytest.approx((0.5 + sigma) / 2, abs=1e-5)  # real: 1 - .5, in the bin of .5


def test_gap_to_the_best_discriminator_is_small_for_it_and_large_for_its_opposite():
    p = Population(Recipe(data="gaussian1d(mean=2.0, sigma=1.0)", generator="linear", discriminator="linear", latent=1))
    p.generator.theta = torch.ones_like(p.generator.theta)  # samples N(0, 1); the best logit is 2 x - 2
    p.discriminator.theta = torch.full_like(p.discriminator.theta, 2.0)
    good = p.snapshot(2500, metrics=["gap-to-optimal"]).metrics["gap-to-optimal"][0]
    p.discriminator.theta = -p.discriminator.theta
    bad = p.snapshot(2500, metrics=["gap-to-optimal"]).metrics["gap-to-optimal"][0]
    assert good < 0.35 < 0.6 < bad


def test_mode_hopping_is_the_mass_that_moved():
    now, then = on_modes([10, 0, 0, 0, 0, 0, 0, 0]), on_modes([5, 0, 5, 0, 0, 0, 0, 0])
    e = MetricInputs(now[None], RING, earlier=Earlier(then[None], iterations=50))
    assert float(mode_hopping(e)) == pytest.approx(1.0)  # half the mass in 50 iterations


def test_a_logit_without_a_zero_is_judged_by_the_middle_of_both_kinds():
    p = Population(Recipe(data="gaussian1d", loss="wasserstein", discriminator="linear"))
    p.discriminator.theta = torch.ones_like(p.discriminator.theta)  # logit x: data lies at 4, samples start near 0
    score = p.snapshot(100).metrics
    assert score["accuracy-real"][0] > 0.99
    assert score["accuracy-fake"][0] > 0.99  # by the sign alone, half of them would pass for real
    p.discriminator.theta = -p.discriminator.theta
    assert p.snapshot(100).metrics["accuracy-real"][0] < 0.01


# ------------------------------------------------------------------------------------------- centre, spread, bridges


def test_centre_and_spread_are_in_units_of_the_data():
    x = true_samples("ring8", 4000)
    score = evaluate(torch.stack([x, 2 * x, x + torch.tensor([1.0, 0.0])]), "ring8", ["mean-offset", "spread-ratio"])
    assert score["mean-offset"] == pytest.approx([0, 0, 1], abs=0.05)  # the ring's spread is its radius of 1
    assert score["spread-ratio"] == pytest.approx([1, 2, 1], rel=0.02)


def test_on_a_line_mean_and_spread_are_plain_numbers():
    score = evaluate(true_samples("gaussian1d", 4000), "gaussian1d", ["mean", "spread"])
    assert score["mean"] == pytest.approx(4, abs=0.05)
    assert score["spread"] == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("factor", [0.1, 1.0, 3.0])
def test_spread_within_modes_is_that_of_the_modes_and_not_of_their_distance(factor):
    ring = DISTRIBUTIONS["ring8"]
    g = torch.Generator().manual_seed(3)
    x = ring.modes[torch.randint(8, (4000,), generator=g)] + factor * 0.02 * torch.randn(4000, 2, generator=g)
    assert evaluate(x, "ring8", ["within-ratio"])["within-ratio"][0] == pytest.approx(factor, rel=0.06)


def test_samples_between_modes_are_bridges_and_those_far_out_are_tails():
    ring = DISTRIBUTIONS["ring8"]
    between, out = (ring.modes + ring.modes.roll(1, 0)) / 2, 1.5 * ring.modes
    x = torch.cat([ring.modes, between, out]).repeat(10, 1)
    score = evaluate(x, "ring8", ["bridges", "tails", "high-quality"])
    assert {name: value[0] for name, value in score.items()} == pytest.approx(
        {"bridges": 1 / 3, "tails": 1 / 3, "high-quality": 1 / 3}
    )


def test_sliced_w1_on_a_line_is_exact():
    x = true_samples("bimodal", 500) * 1.1
    reference = MetricInputs(x[None], DISTRIBUTIONS["bimodal"]).reference[0, :, 0].numpy()
    found = evaluate(x, "bimodal", ["sliced-w1"])["sliced-w1"][0]
    assert found == pytest.approx(wasserstein_distance(x[:, 0].numpy(), reference), abs=1e-5)


def test_d_knows_the_training_set_by_heart_where_it_has_few_points_and_long_to_learn():
    """Data and samples have the same law, of which D has seen four points only."""
    recipe = Recipe(data="training-set(of=gaussian2d(widths=(1.0,1.0)),n=4)", generator="shift", lr_g=1e-9, lr_d=5e-3)
    p = Population(recipe.seeds(4))
    p.generator.theta = torch.zeros_like(p.generator.theta)
    p.run(300)
    score = p.snapshot(200).metrics
    assert (score["accuracy-training"] > score["accuracy-real"] + 0.3).all()


def test_ways_to_and_from_the_data_say_what_is_off_it_and_what_is_missing_of_it():
    moons, g = DISTRIBUTIONS["two-moons"], torch.Generator().manual_seed(9)
    x = moons.sample(4000, g)
    half = x[x[:, 1] > 0.25][:500]  # the upper moon alone, far from the other
    off = x[:500] + 0.5 * torch.randn(500, 2, generator=g)
    score = evaluate(torch.stack([x[:500], half, off]), "two-moons", ["off-data", "gaps"])
    band = reference_band("gaps", "two-moons", 500)
    assert band.low <= score["gaps"][0] <= band.high
    assert max(score["off-data"][:2]) <= reference_band("off-data", "two-moons", 500).high
    assert score["gaps"][1] > 10 * band.high  # the other moon is about half a spread away
    assert score["off-data"][2] > 5 * band.high


def test_drift_is_the_way_of_the_samples_in_spreads_of_the_data():
    line = DISTRIBUTIONS["gaussian1d"]  # of spread 0.5
    x = true_samples("gaussian1d", 300)[None]
    e = MetricInputs(x + 0.25, line, earlier=Earlier(x, iterations=50))
    assert measure(e, ["drift"])["drift"][0] == pytest.approx(1.0, rel=0.01)


def test_a_mode_is_missing_below_a_tenth_of_its_share_and_shares_are_compared_whole():
    score = evaluate(on_modes([100, 0, 1, 100, 100, 100, 100, 100]), "ring8", ["modes-missing", "share-error"])
    assert score["modes-missing"][0] == 2
    assert score["share-error"][0] == pytest.approx((6 * (100 / 601 - 1 / 8) + 1 / 8 + 1 / 8 - 1 / 601) / 2)


def test_a_metric_that_returns_no_number_per_member_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METRICS, "total", Metric(lambda e: e.samples.sum()))
    with pytest.raises(ValueError, match=r"metric 'total': must return a number per member, \(2,\); not \(\)"):
        measure(MetricInputs(torch.zeros(2, 3, 2), DISTRIBUTIONS["ring8"]), ["total"])
