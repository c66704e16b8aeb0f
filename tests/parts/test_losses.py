"""Losses: equilibria, generator weights and best logits in closed form; f-GANs dual to their divergences."""

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, tensor

from toygan import LOSSES, Population, Recipe, RecipeError
from toygan.parts.losses import LogitPair, Loss
from toygan.parts.losses.classical import Minimax
from toygan.parts.losses.distances import KernelDistance
from toygan.parts.losses.divergences import Divergence

LOG2 = math.log(2)
CRITICS = [name for name, loss in LOSSES.items() if loss.uses_discriminator]
SEPARABLE = [name for name in CRITICS if LOSSES[name].separable]
DIVERGENCES = [name for name, loss in LOSSES.items() if isinstance(loss, Divergence)]
DISTANCES = [name for name, loss in LOSSES.items() if not loss.uses_discriminator]


def f64(*values: float) -> Tensor:
    return tensor([values], dtype=torch.float64)


REAL, FAKE = f64(1.3, -0.4, 0.2, 2.5), f64(-0.7, 0.6, -1.5, 0.1)


def variants(name: str) -> list[str]:
    """A row, and the same with each of its switches turned."""
    switches = (
        [(f.name, getattr(LOSSES[name], f.name)) for f in fields(LOSSES[name])] if is_dataclass(LOSSES[name]) else []
    )
    return [name, *(f"{name}({key}={not value})" for key, value in switches if isinstance(value, bool))]


# What each loss says of itself in closed form; a row that says nothing is held to the contracts alone.
NONE = f64(0.0)
SPECS = [*(spec for name in CRITICS for spec in variants(name)), "least-squares-signed(c=1)"]
EQUILIBRIA = [spec for spec in SPECS if LOSSES.make(spec).exact_equilibrium() is not None]
WEIGHTS = [spec for spec in SPECS if LOSSES.make(spec).exact_generator_weight(LogitPair(NONE, NONE)) is not None]
BEST = [name for name in SEPARABLE if LOSSES[name].optimal_logit(NONE) is not None]

P = f64(0.1, 0.3, 0.2, 0.15, 0.25)
Q = f64(0.3, 0.05, 0.25, 0.2, 0.2)


def score(loss: Loss, logit_p: Tensor, logit_q: Tensor, p: Tensor = P, q: Tensor = Q) -> float:
    """What D maximises on discrete distributions, E_p t - E_q f*(t) for an f-GAN."""
    return -float((p * loss.on_real(logit_p)).sum() + (q * loss.on_fake(logit_q)).sum())


@pytest.mark.parametrize("spec", EQUILIBRIA)
def test_equilibrium_is_that_of_the_closed_form(spec: str) -> None:
    loss = LOSSES.make(spec)
    assert loss.equilibrium == pytest.approx(loss.exact_equilibrium(), abs=1e-12)


@pytest.mark.parametrize("spec", WEIGHTS)
def test_generator_weight_is_that_of_the_closed_form(spec: str) -> None:
    loss, logits = LOSSES.make(spec), LogitPair(REAL, FAKE)
    assert loss.generator_weight(logits).numpy() == pytest.approx(
        loss.exact_generator_weight(logits).numpy(), abs=1e-12
    )


@pytest.mark.parametrize("spec", [spec for spec in SPECS if "least-squares" not in spec])
def test_generator_always_wants_a_higher_logit(spec: str) -> None:
    """High means real for every loss, the f-GANs too: some public codes turn the sign of the reverse KL's logit."""
    weight = LOSSES.make(spec).generator_weight(LogitPair(REAL, FAKE))
    assert (weight <= 0).all()
    assert (weight < 0).any()


@pytest.mark.parametrize("name", BEST)
def test_no_logit_beats_the_optimal_one(name: str) -> None:
    loss = LOSSES[name]
    best = loss.optimal_logit((P / Q).log())
    at_best = score(loss, best, best)
    for scale in (1e-3, 0.1, 1.0):
        noise = scale * torch.randn(200, 1, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        assert max(score(loss, best + e, best + e) for e in noise) <= at_best + 1e-12


@pytest.mark.parametrize("name", BEST)
def test_at_equal_densities_the_optimal_logit_is_the_equilibrium_logit(name: str) -> None:
    best = LOSSES[name].optimal_logit(f64(0))
    assert best.isnan() or float(best) == pytest.approx(LOSSES[name].equilibrium_logit, abs=1e-12)  # f-tv: 0 infinite


@pytest.mark.parametrize("name", DIVERGENCES)
def test_f_gan_is_dual_to_its_divergence(name: str) -> None:
    """E_p t - E_q f*(t) at t = f'(p/q) is E_q f(p/q), for the table's f, f* and g and for the loss that trains."""
    loss = LOSSES[name]
    assert isinstance(loss, Divergence)
    u = (P / Q).requires_grad_()
    divergence = (Q * loss.f(u)).sum()
    (t,) = torch.autograd.grad(loss.f(u).sum(), u)
    dual = (P * t - Q * loss.conjugate(t)).sum()
    best = loss.optimal_logit(u.detach().log())
    assert float(dual.detach()) == pytest.approx(float(divergence.detach()), abs=1e-12)
    assert loss.activation(best).numpy() == pytest.approx(t.numpy(), abs=1e-12)
    assert score(loss, best, best) == pytest.approx(float(divergence.detach()), abs=1e-12)
    assert float(loss.f(f64(1))) == 0


@pytest.mark.parametrize("name", DIVERGENCES)
def test_conjugate_is_the_largest_u_t_less_f(name: str) -> None:
    loss = LOSSES[name]
    assert isinstance(loss, Divergence)
    u = torch.linspace(1e-4, 20, 400_001, dtype=torch.float64)
    for a in (-1.0, -0.3, 0.0, 0.7, 1.5):
        t = loss.activation(f64(a))
        assert float(loss.conjugate(t)) == pytest.approx(float((u * t - loss.f(u)).max()), abs=1e-4)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_activation_rises_into_the_domain_of_the_conjugate(name: str) -> None:
    loss = LOSSES[name]
    assert isinstance(loss, Divergence)
    a = torch.linspace(-8, 8, 321, dtype=torch.float64)
    t = loss.activation(a)
    assert (t.diff() > 0).all()
    assert torch.isfinite(loss.conjugate(t)).all()
    assert loss.on_fake(a).numpy() == pytest.approx(loss.conjugate(t).numpy(), rel=1e-9, abs=1e-9)
    assert loss.on_real(a).numpy() == pytest.approx(-t.numpy(), abs=1e-12)
    top = {"f-reverse-kl": 0, "f-neyman": 1, "f-hellinger": 1, "f-js": LOG2, "f-tv": 0.5}.get(name, math.inf)
    assert (t < top).all()


def test_js_is_the_original_game_moved_to_zero() -> None:
    ours, original = LOSSES["f-js"], Minimax()
    logits = LogitPair(REAL, FAKE)
    assert ours.discriminator(logits).numpy() == pytest.approx(original.discriminator(logits).numpy() - 2 * LOG2)
    assert ours.generator(logits).numpy() == pytest.approx(original.generator(logits).numpy() + LOG2)


def test_signed_least_squares_minimises_the_pearson_divergence_of_its_paper() -> None:
    """2 C(G) = chi^2(p + q || 2 q) for (-1, 1, 0), with G's loss taken over data too (Mao et al. 2017, sec. 3.2)."""
    loss = LOSSES["least-squares-signed"]
    best = loss.optimal_logit((P / Q).log())
    c = ((P + Q) * loss.for_generator(best)).sum()
    assert 2 * float(c) == pytest.approx(float(((P - Q) ** 2 / (P + Q)).sum()), abs=1e-12)
    assert LOSSES.make("least-squares(a=-1, b=1, c=0)") == loss


GRID = torch.linspace(-30, 30, 60_001, dtype=torch.float64)


def normal_density(x: Tensor, mean: float) -> Tensor:
    return (-((x - mean) ** 2) / 2).exp() / math.sqrt(2 * math.pi)


def generator_gradient(loss: Loss, shift: float, best: Callable[[Tensor], Tensor]) -> float:
    """|dL_G/dtheta| of G(z) = z + theta at theta = 0, against the best D for data N(shift, 1): by quadrature."""
    theta = torch.zeros((), dtype=torch.float64, requires_grad=True)
    logit = best(shift * (GRID + theta - shift / 2))
    mean = torch.trapezoid(normal_density(GRID, 0) * loss.for_generator(logit), GRID)
    return float(torch.autograd.grad(mean, theta)[0].abs())


def best_score(name: str, shift: float) -> float:
    """What the best D reaches on N(shift, 1) against N(0, 1), by quadrature."""
    loss = LOSSES[name]
    a = loss.optimal_logit(shift * (GRID - shift / 2))
    terms = normal_density(GRID, shift) * loss.on_real(a) + normal_density(GRID, 0) * loss.on_fake(a)
    return -float(torch.trapezoid(terms, GRID))


SHIFTS = [  # shift, JSD, TV, KL, |gradient| of minimax and of non-saturating (Arjovsky and Bottou 2017 in numbers)
    (0.5, 0.030311, 0.19741, 0.125, 0.23526, 0.2647),
    (1.0, 0.111421, 0.38292, 0.5, 0.39797, 0.6020),
    (2.0, 0.336831, 0.68269, 2.0, 0.44960, 1.5504),
    (4.0, 0.632720, 0.95450, 8.0, 0.13719, 3.8628),
    (8.0, 0.693054, 0.99994, 32.0, 3.93e-4, 7.9996),
    (10.0, 0.693146, 1.0, 50.0, 4.46e-6, 10.000),
]


@pytest.mark.parametrize(("shift", "jsd", "tv", "kl", "minimax", "non_saturating"), SHIFTS)
def test_gradients_vanish_or_not_as_gaussians_part(
    shift: float, jsd: float, tv: float, kl: float, minimax: float, non_saturating: float
) -> None:
    logistic = LOSSES["minimax"].optimal_logit
    assert generator_gradient(LOSSES["minimax"], shift, logistic) == pytest.approx(minimax, rel=2e-3)
    assert generator_gradient(LOSSES["non-saturating"], shift, logistic) == pytest.approx(non_saturating, rel=1e-3)
    assert generator_gradient(LOSSES["wasserstein"], shift, lambda s: s / shift) == pytest.approx(1)
    assert minimax <= shift / 2 * math.exp(-(shift**2) / 8)
    assert best_score("f-js", shift) / 2 == pytest.approx(jsd, abs=1e-6)
    assert best_score("minimax", shift) == pytest.approx(2 * jsd - 2 * LOG2, abs=2e-6)
    assert best_score("f-tv", shift) == pytest.approx(tv, abs=1e-3)
    assert best_score("f-kl", shift) == pytest.approx(kl, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "gradient"),
    [
        ("f-kl", lambda d: d),
        ("f-reverse-kl", lambda d: d),
        ("f-pearson", lambda d: 2 * d * math.exp(d**2)),
        ("f-neyman", lambda d: 2 * d * math.exp(d**2)),
        ("f-hellinger", lambda d: d / 2 * math.exp(-(d**2) / 8)),
        ("f-js", lambda d: d * 2 * 0.39797 / 2),
        ("f-tv", lambda d: 0.0),  # its best D is a step, whose gradient is 0 wherever it has one
    ],
)
def test_an_f_gan_descends_its_divergence_when_d_is_best(name: str, gradient: Callable[[float], float]) -> None:
    """The saturating gradient at D's optimum is the divergence's own: of shifted Gaussians in closed form."""
    assert generator_gradient(LOSSES[name], 1.0, LOSSES[name].optimal_logit) == pytest.approx(
        gradient(1.0), rel=1e-4, abs=1e-12
    )


def quantiles(mean: float, n: int = 2000) -> Tensor:
    """n evenly likely points of N(mean, 1), `(1, n, 1)`."""
    points = stats.norm.ppf((np.arange(n) + 0.5) / n, loc=mean)
    return torch.from_numpy(points).reshape(1, n, 1)


@pytest.mark.parametrize(
    ("spec", "distance"),
    [
        ("energy-distance", 1.9442598),
        ("mmd(widths=(1,))", 0.5618575),
        ("sliced-wasserstein", 4.0),
    ],
)
def test_distance_of_two_gaussians_is_the_closed_form(spec: str, distance: float) -> None:
    loss = LOSSES.make(spec)
    found = loss.generator(LogitPair(quantiles(2), quantiles(0))).mean()
    assert float(found) == pytest.approx(distance, abs=4e-3)  # quantiles stand for draws up to 1/n


def clouds(n: int = 40, dim: int = 2, members: int = 3) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, members, n, dim, dtype=torch.float64, generator=rng)
    return real + 1, fake


@pytest.mark.parametrize("name", DISTANCES)
def test_distance_is_one_number_a_sample_and_goes_with_it(name: str) -> None:
    real, fake = clouds()
    order = torch.randperm(40, generator=torch.Generator().manual_seed(1))
    value = LOSSES[name].generator(LogitPair(real, fake))
    shuffled = LOSSES[name].generator(LogitPair(real, fake[:, order]))
    assert value.shape == (3, 40)
    assert shuffled.mean(-1).numpy() == pytest.approx(value.mean(-1).numpy(), abs=1e-12)
    assert LOSSES[name].discriminator(LogitPair(real, fake)).abs().sum() == 0


@pytest.mark.parametrize("name", ["energy-distance", "mmd"])
def test_kernel_distance_of_equal_distributions_is_zero_on_average(name: str) -> None:
    real, fake = clouds(n=16, members=2000)
    value = LOSSES[name].generator(LogitPair(real - 1, fake)).mean(-1)
    assert abs(float(value.mean())) < 4 * float(value.std()) / math.sqrt(2000)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_sliced_wasserstein_of_a_shift_is_its_mean_square_over_directions(dim: int) -> None:
    real, _ = clouds(dim=dim)
    shift = torch.arange(1, dim + 1, dtype=torch.float64)
    found = LOSSES["sliced-wasserstein"].generator(LogitPair(real + shift, real)).mean(-1)
    assert found.numpy() == pytest.approx(float((shift**2).sum()) / dim, rel=1e-9 if dim < 3 else 0.3)
    assert LOSSES["sliced-wasserstein"].generator(LogitPair(real, real.flip(1))).abs().max() < 1e-20


@pytest.mark.parametrize("name", DISTANCES)
@pytest.mark.parametrize("dim", [1, 2])
def test_generated_samples_climb_the_witness(name: str, dim: int) -> None:
    loss = LOSSES[name]
    real, fake = clouds(dim=dim)
    descent_directions = -loss.generator_weight(LogitPair(real, fake))
    for j in (0, 7, 39):
        others = torch.cat([fake[:, :j], fake[:, j + 1 :]], dim=1) if isinstance(loss, KernelDistance) else fake
        x = fake[:, j : j + 1].clone().requires_grad_()
        (climb,) = torch.autograd.grad(loss.witness(x, real, others).sum(), x)
        assert descent_directions[:, j].numpy() == pytest.approx(2 * climb[:, 0].numpy(), abs=1e-9)


@pytest.mark.parametrize("name", DISTANCES)
def test_distance_has_finite_second_derivatives_where_samples_coincide(name: str) -> None:
    real = torch.zeros(1, 5, 2)
    fake = torch.zeros(1, 5, 2, requires_grad=True)
    (first,) = torch.autograd.grad(LOSSES[name].generator(LogitPair(real, fake)).sum(), fake, create_graph=True)
    (second,) = torch.autograd.grad((first**2).sum(), fake)
    assert torch.isfinite(first).all()
    assert torch.isfinite(second).all()


@pytest.mark.parametrize("name", DISTANCES)
def test_a_generator_learns_without_a_discriminator(name: str) -> None:
    p = Population([Recipe(loss=name, data="bimodal", width=16, seed=s) for s in range(2)])
    before = p.snapshot()
    p.run(200)
    after = p.snapshot()
    assert p.discriminator.theta.shape == (2, 0)
    assert (after.metrics["loss-g"] < before.metrics["loss-g"] / 2).all()
    assert not {"accuracy-real", "accuracy-fake", "loss-d", "gradient-norm-d"} & set(after.metrics)
    assert torch.isfinite(p.critic(torch.linspace(-3, 3, 50)[:, None])).all()
    samples, directions = p.descent_directions(20)
    assert samples.shape == directions.shape == (2, 20, 1)


@pytest.mark.parametrize(("name", "level"), [("least-squares", 0.5), ("f-kl", 1.0), ("non-saturating", 0.0)])
def test_d_calls_real_what_it_answers_above_its_equilibrium_logit(name: str, level: float) -> None:
    p = Population(Recipe(loss=name, width=8))
    p.run(20)
    real = (p.critic(p.real(512)) > level).double().mean()
    metrics = p.snapshot().metrics
    assert metrics["accuracy-real"][0] == pytest.approx(float(real), abs=1e-12)
    assert ("calibration" in metrics) == (name == "non-saturating")  # no other logit here is one of a probability


@pytest.mark.parametrize(
    "spec",
    [
        "least-squares(a='low')",
        "f-kl(saturating=2)",
        "mmd(widths=())",
        "mmd(widths=(0, 1))",
        "sliced-wasserstein(directions=0)",
        "hinge(margin=2)",
    ],
)
def test_nonsense_is_refused_with_what_is_allowed(spec: str) -> None:
    with pytest.raises(RecipeError, match=r"loss=.*(must be|allowed)"):
        Recipe(loss=spec)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_that_any_level_of_the_logits_moves_has_no_line(name: str) -> None:
    """Of a critic only differences count: D's loss is one, G's is not."""
    without = {"wasserstein": (0.0, None), "kl-wasserstein": (0.0, None)}
    assert LOSSES[name].equilibrium_lines == without.get(name, LOSSES[name].equilibrium)


@pytest.mark.parametrize("alpha", [0.3, 0.5, 0.9, 3.0])
def test_the_alpha_loss_is_arimotos_on_the_probability(alpha: float) -> None:
    """alpha / (alpha - 1) (1 - p^((alpha - 1) / alpha)), as the paper writes it (Welfert et al. 2023, eq. 14)."""
    loss, p = LOSSES.make(f"alpha(alpha_d={alpha})"), torch.sigmoid(REAL)
    torch.testing.assert_close(loss.on_real(REAL), alpha / (alpha - 1) * (1 - p ** ((alpha - 1) / alpha)))


def test_alpha_one_is_the_logistic_loss_and_one_half_is_hellingers() -> None:
    """With alpha = 1/2, D pays 1/p - 1 = e^-a, whose best value is 2 sum (p q)^1/2: 2 - 2 times Hellinger's."""
    one, minimax = LOSSES.make("alpha(alpha_d=1.0)"), LOSSES["minimax"]
    torch.testing.assert_close(one.on_real(REAL), minimax.on_real(REAL))
    torch.testing.assert_close(one.on_fake(FAKE), minimax.on_fake(FAKE))
    torch.testing.assert_close(one.for_generator(FAKE), minimax.for_generator(FAKE))
    half, best = LOSSES.make("alpha(alpha_d=0.5)"), 0.5 * (P / Q).log()
    value = (P * half.on_real(best) + Q * half.on_fake(best)).sum()
    torch.testing.assert_close(value, 2 * (P * Q).sqrt().sum())


def test_the_kl_critics_best_score_is_the_kullback_leibler_divergence() -> None:
    """Donsker and Varadhan: sup_a E_p a - log E_q e^a = KL(p || q), where a = log p/q; samples in exact shares."""
    counts_p, counts_q = [(100 * x).round().long()[0] for x in (P, Q)]
    best = (P / Q).log()[0]
    pair = LogitPair(best.repeat_interleave(counts_p)[None], best.repeat_interleave(counts_q)[None])
    value = -LOSSES["kl-wasserstein"].discriminator(pair).mean()
    torch.testing.assert_close(value, (P * (P / Q).log()).sum())


def test_cross_entropy_on_probabilities_stops_where_that_on_logits_goes_on() -> None:
    """In single precision sigmoid(20) is 1, so that a sample which D is sure is generated has no slope left."""
    a = torch.full((1, 1), 20.0, requires_grad=True)
    for name, stops in (("probability-cross-entropy", True), ("non-saturating", False)):
        (slope,) = torch.autograd.grad(LOSSES[name].on_fake(a).sum(), a)
        assert (float(slope) == 0) is stops
    torch.testing.assert_close(LOSSES["probability-cross-entropy"].on_real(REAL), LOSSES["minimax"].on_real(REAL))
