"""Every spec beside a foreign name equals what that package computes, by its formula, without the package.

The formulas below are written from the sources of the packages. Scores on given points are those that the packages gave
in the versions of the rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from toygan import (
    DISTRIBUTIONS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    REGULARIZERS,
    MetricInputs,
    Population,
    Recipe,
    RecipeError,
    evaluate,
    find_equivalents,
)
from toygan.parts.equivalents import KINDS, Equivalent, equivalents
from toygan.parts.losses import LogitPair
from toygan.parts.optimizers import OptimizerRates
from toygan.recipe import KNOBS

Array = np.ndarray
Density = Callable[[Array], Array]  # log density (n,) of points (n, 2)


def of(kind: str) -> dict[str, Equivalent]:
    """The rows of a field that a spec equals."""
    return {row.name: row for row in equivalents() if row.kind == kind and row.equals}


# The rows themselves


@pytest.mark.parametrize("row", equivalents(), ids=lambda row: row.name)
def test_a_row_names_a_part_that_is_there_or_says_why_none_is(row: Equivalent) -> None:
    spec = row.equals or row.nearest
    assert not (row.equals and row.nearest)
    assert row.equals or row.conversion
    assert all((row.package, row.there, row.version, row.computes, row.formula))
    assert row.check.startswith(("ran", "read"))
    if row.kind == "metrics":
        METRICS.make(spec)
    else:
        KNOBS[row.kind].check(row.kind, KNOBS[row.kind].read(row.kind, spec))


def test_no_name_stands_twice() -> None:
    names = [row.name for row in equivalents()]
    assert len(names) == len(set(names))


def test_every_row_that_a_spec_equals_is_held_to_a_formula() -> None:
    held = {"data": DATA, "loss": LOSS, "regularizers": SLOPES | SMOOTHED | CLIPPED, "optimizer": STEPS}
    held |= {"turns": WAYS, "ema": AVERAGES, "ema_warmup": WARMED, "metrics": SCORES}
    assert {kind: set(rows) for kind, rows in held.items()} == {kind: set(of(kind)) for kind in KINDS}


# Distributions: the log density of theirs at samples of ours, moved as the row says


def ring(k: int, radius: float) -> Array:
    angle = 2 * np.pi * np.arange(k) / k
    return radius * np.stack([np.cos(angle), np.sin(angle)], -1)


def gaussians(centres: Array, sigma: float, shares: Array | None = None) -> Density:
    """A mixture of round Gaussians."""
    centres = np.asarray(centres, dtype=float)
    mass = np.full(len(centres), 1 / len(centres)) if shares is None else shares

    def log_density(x: Array) -> Array:
        square = ((x[:, None] - centres) ** 2).sum(-1)
        exponent = -square / (2 * sigma**2) + np.log(mass / (2 * np.pi * sigma**2))
        top = exponent.max(-1)
        return top + np.log(np.exp(exponent - top[:, None]).sum(-1))

    return log_density


def middles(n: int, end: float) -> Array:
    """The middles of n equal pieces from 0 to `end`: a Gaussian on each is noise along a curve."""
    return end * (np.arange(n) + 0.5) / n


def moons(size: float, shift: tuple[float, float], sigma: float) -> Density:
    t = middles(2000, np.pi)
    upper, lower = np.stack([np.cos(t), np.sin(t)], -1), np.stack([1 - np.cos(t), 0.5 - np.sin(t)], -1)
    return gaussians(size * np.concatenate([upper, lower]) + shift, sigma)


def roll(size: float, sigma: float) -> Density:
    t = 1.5 * np.pi * (1 + 2 * middles(6000, 1.0))
    return gaussians(size * np.stack([t * np.cos(t), t * np.sin(t)], -1), sigma)


def circles(radii: tuple[float, ...], sigma: float) -> Density:
    return gaussians(np.concatenate([ring(2000, r) for r in radii]), sigma)


def board(width: float, odd: bool) -> Density:
    """Half of the cells of [-4, 4]^2, those of one colour."""
    return lambda x: np.where((np.floor(x / width).sum(-1) % 2 == 1) == odd, -math.log(32), -np.inf)


def normal(x: Array, sigma: float) -> Array:
    return -((x / sigma) ** 2) / 2 - math.log(sigma * math.sqrt(2 * math.pi))


def long_roll() -> Array:
    """Points along t (cos, sin)(t), t = 3 pi (1 + 2 u)."""
    t = 3 * np.pi * (1 + 2 * middles(40000, 1.0))
    return np.stack([t * np.cos(t), t * np.sin(t)], -1)


def long_roll_spread() -> float:
    """Twice the mean of both standard deviations: of t cos t and t sin t over [3 pi, 9 pi], and of the noise."""
    square = 117 * math.pi**2 / 6  # E t^2 / 2
    return math.sqrt(square + 1 / 4 + 0.05**2) + math.sqrt(square - 1 / 4 - 1 + 0.05**2)


LONG_ROLL = long_roll_spread()


def flowjax_arcs() -> Array:
    """2 (cos, sin)(t), moved to the left by 1 for t below pi, and to the right for t above."""
    t = middles(4000, 2 * np.pi)
    return 2 * np.stack([np.cos(t), np.sin(t)], -1) + np.stack([np.where(t > np.pi, 1, -1), 0 * t], -1)


SEVEN = np.stack([f(2 * np.pi * np.arange(7) / 7) for f in (np.sin, np.cos)], -1)
CORNERS = np.array([[0, 0], [1, 1], [-1, 1], [-1, -1], [1, -1]])
GRID = 2 * np.stack(np.meshgrid(np.arange(-2, 3), np.arange(-2, 3)), -1).reshape(-1, 2)


def same(x: Array) -> Array:
    return x


# By name: the log density of theirs, how theirs is made of ours, and the change of area.
DATA: dict[str, tuple[Density, Callable[[Array], Array], float]] = {
    "torchcfm.sample_8gaussians": (gaussians(ring(8, 5), math.sqrt(math.sqrt(0.1))), same, 1),
    "torchdyn.generate_gaussians(n_gaussians=8)": (gaussians(ring(8, 0.5), 0.1), same, 1),
    "normflows.CircularGaussianMixture()": (gaussians(ring(8, 2), 2 / 3 * math.sin(math.pi / 8)), same, 1),
    "normflows.CircularGaussianMixture(16)": (gaussians(ring(16, 2), 2 / 3 * math.sin(math.pi / 16)), same, 1),
    "ott-jax.GaussianMixture('circle')": (gaussians(ring(8, 5), 0.5**2), same, 1),
    "ott-jax.GaussianMixture('square_four')": (gaussians(ring(4, 5), 0.5**2), same, 1),
    "ott-jax.GaussianMixture('square_five')": (gaussians(5 * CORNERS, 0.5**2), same, 1),
    "jaxfm.eight_gaussian": (gaussians(2 * ring(8, 1) + 0.5, 2 * 0.05), same, 1),
    "enflows.EightGaussianDataset": (gaussians(ring(8, 4) / 1.414, 0.5 / 1.414), same, 1),
    "enflows.CheckerboardDataset": (board(2, odd=False), same, 1),
    "enflows.TwoMoonsDataset": (moons(2, (-1, -0.2), 0.2), lambda x: 2 * x + [0, 0.3], 4),
    "enflows.SwissRollDataset": (roll(1 / 5, 1 / 5), lambda x: 1.5 * x, 2.25),
    "enflows.TwoCircles": (circles((3, 1.5), 3 * 0.08), same, 1),
    "enflows.ConcentricRingsDataset": (circles((3, 2.25, 1.5, 0.75), 0.08), same, 1),
    "enflows.CrescentDataset": (
        lambda x: normal(x[:, 1], 1) + normal(x[:, 0] - x[:, 1] ** 2 / 2 + 1, math.exp(-1)),
        lambda x: x[:, ::-1] - [0.5, 0],
        1,
    ),
    "enflows.GaussianDataset": (lambda x: normal(x[:, 0], 1) + normal(x[:, 1], 0.5), same, 1),
    "torchebm.EightGaussiansDataset": (gaussians(ring(8, 2), 0.02), same, 1),
    "torchebm.GaussianMixtureDataset": (gaussians(ring(8, 1), 0.05), same, 1),
    "torchebm.CircleDataset": (circles((1,), 0.05), same, 1),
    "torchebm.TwoMoonsDataset": (moons(1, (0, 0), 0.05), lambda x: x + np.array([0.5, 0.25]), 1),
    "torchebm.CheckerboardDataset": (board(1, odd=True), same, 1),
    "torchebm.SwissRollDataset": (
        gaussians(long_roll() / LONG_ROLL - np.array([0, 1 / LONG_ROLL]), 0.05 / LONG_ROLL),
        lambda x: (7.5 * x - [0, 1]) / 27.709858,
        (7.5 / 27.709858) ** 2,
    ),
    "flowjax.two_moons": (gaussians(flowjax_arcs(), 0.2), same, 1),
    "pzflow.get_twomoons_data": (moons(1, (0, 0), 0.05), lambda x: x + np.array([0.5, 0.25]), 1),
    "sklearn.make_moons(noise=0.05)": (moons(1, (0, 0), 0.05), lambda x: x + np.array([0.5, 0.25]), 1),
    "sklearn.make_circles(noise=0.05)": (circles((1, 0.8), 0.05), same, 1),
    "sklearn.make_swiss_roll(noise=0.25)": (roll(1, 0.25), lambda x: 7.5 * x, 7.5**2),
    "improved_wgan_training.8gaussians": (gaussians(ring(8, 2) / 1.414, 0.02 / 1.414), same, 1),
    "improved_wgan_training.25gaussians": (gaussians(GRID / 2.828, 0.05 / 2.828), same, 1),
    "improved_wgan_training.swissroll": (roll(1 / 7.5, 0.25 / 7.5), same, 1),
    "ffjord.8gaussians": (gaussians(ring(8, 4) / 1.414, 0.5 / 1.414), same, 1),
    "ffjord.moons": (moons(2, (-1, -0.2), 0.2), lambda x: 2 * x + [0, 0.3], 4),
    "ffjord.circles": (circles((3, 1.5), 3 * 0.08), same, 1),
    "ffjord.swissroll": (roll(1 / 5, 1 / 5), lambda x: 1.5 * x, 2.25),
    "unrolled_gan.sample_mog": (gaussians(SEVEN, 0.01, np.array([2, 1, 1, 1, 1, 1, 1]) / 8), same, 1),
    "sklearn.make_blobs(centers=[[0, 0], [1, 1]], cluster_std=0.1)": (gaussians(CORNERS[:2], 0.1), same, 1),
    "torch.distributions.Exponential(2)": (lambda x: math.log(2) - 2 * x[:, 0], same, 1),
    "torch.distributions.Laplace(1, 0.5)": (lambda x: -2 * np.abs(x[:, 0] - 1), same, 1),
    "PacGAN.2DRing": (gaussians(ring(8, 1), 0.01), same, 1),
}


@pytest.mark.parametrize("name", DATA)
def test_the_density_is_that_of_the_packages_formula(name: str) -> None:
    theirs, move, area = DATA[name]
    data = DISTRIBUTIONS.make(of("data")[name].equals)
    x = data.sample(100, torch.Generator().manual_seed(0)).double()
    log_p = data.log_prob(x).numpy() - math.log(area)
    assert theirs(move(x.numpy())) == pytest.approx(log_p, abs=1e-3)


# Losses: means over given logits on real and on generated samples

REAL, FAKE = np.array([1.3, -0.4, 0.2, 2.5]), np.array([-0.7, 0.6, -1.5, 0.1])


def cross_entropy(logit: Array, label: float) -> Array:
    p = 1 / (1 + np.exp(-logit))
    return -label * np.log(p) - (1 - label) * np.log(1 - p)


def logistic(r: Array, f: Array) -> Array:
    return cross_entropy(r, 1) + cross_entropy(f, 0)


def saturating(r: Array, f: Array) -> Array:
    return -cross_entropy(f, 0)


def unsure(r: Array, f: Array) -> Array:
    return cross_entropy(f, 1)


def difference(r: Array, f: Array) -> Array:
    return f - r


def lower(r: Array, f: Array) -> Array:
    return -f


def hinge(r: Array, f: Array) -> Array:
    return np.maximum(0, 1 - r) + np.maximum(0, 1 + f)


def squares(r: Array, f: Array) -> Array:
    return ((r - 1) ** 2 + f**2) / 2


def to_one(r: Array, f: Array) -> Array:
    return (f - 1) ** 2 / 2


def averaged(r: Array, f: Array) -> Array:
    return cross_entropy(r - f.mean(), 1) + cross_entropy(f - r.mean(), 0)


def margins(r: Array, f: Array) -> Array:
    return (cross_entropy(r - f, 1) + cross_entropy(f - r, 0)) / 2


Term = Callable[[Array, Array], Array]
# By name: D's and G's loss there, written as there, from the logits that D has there.
LOSS: dict[str, tuple[Term, Term]] = {
    "torchgan.MinimaxGeneratorLoss, MinimaxDiscriminatorLoss": (logistic, unsure),
    "torchgan.MinimaxGeneratorLoss(nonsaturating=False)": (logistic, saturating),
    "torchgan.LeastSquaresGeneratorLoss, LeastSquaresDiscriminatorLoss": (squares, to_one),
    "torchgan.WassersteinGeneratorLoss, WassersteinDiscriminatorLoss": (difference, lower),
    "torch-mimicry.minimax_loss_dis, minimax_loss_gen": (logistic, unsure),
    "torch-mimicry.hinge_loss_dis, hinge_loss_gen": (hinge, lower),
    "torch-mimicry.wasserstein_loss_dis, wasserstein_loss_gen": (difference, lower),
    "vegans.WassersteinLoss": (lambda r, f: r - f, lambda r, f: f),
    "tensorflow-gan.modified_generator_loss, modified_discriminator_loss(label_smoothing=0)": (logistic, unsure),
    "tensorflow-gan.wasserstein_generator_loss, wasserstein_discriminator_loss": (difference, lower),
    "tensorflow-gan.wasserstein_hinge_generator_loss, wasserstein_hinge_discriminator_loss": (hinge, lower),
    "tensorflow-gan.least_squares_generator_loss, least_squares_discriminator_loss": (squares, to_one),
    "tensorflow-gan.minimax_generator_loss": (logistic, lambda r, f: -logistic(np.ones_like(f), f)),
    "tensorflow-gan.relativistic_generator_loss, relativistic_discriminator_loss": (
        averaged,
        lambda r, f: averaged(f, r),
    ),
    "PyTorch-GAN.lsgan": (squares, lambda r, f: (f - 1) ** 2),
    "PyTorch-GAN.relativistic_gan": (margins, lambda r, f: margins(f, r)),
    "PyTorch-GAN.relativistic_gan(--rel_avg_gan)": (
        lambda r, f: averaged(r, f) / 2,
        lambda r, f: averaged(f, r) / 2,
    ),
    "PyTorch-GAN.gan": (lambda r, f: logistic(r, f) / 2, unsure),
    "pytorch-examples.dcgan": (logistic, unsure),
    "GAN_stability.gan_type: standard": (logistic, unsure),
    "GAN_stability.gan_type: wgan": (lambda r, f: r - f, lambda r, f: f),
    "improved_wgan_training.disc_cost, gen_cost": (difference, lower),
    "unrolled_gan.loss": (logistic, lambda r, f: -logistic(r, f)),
}
SIGN = {"vegans.WassersteinLoss": -1, "GAN_stability.gan_type: wgan": -1}  # of their logits
FACTORS = {
    "PyTorch-GAN.lsgan": (1, 2),
    "PyTorch-GAN.gan": (0.5, 1),
    "tensorflow-gan.relativistic_generator_loss, relativistic_discriminator_loss": (2, 2),
}
MORE = {  # of G's loss there
    "tensorflow-gan.minimax_generator_loss": -0.3132617,
    "unrolled_gan.loss": -cross_entropy(REAL, 1).mean(),
}


@pytest.mark.parametrize("name", LOSS)
def test_both_losses_are_those_of_the_packages_formula(name: str) -> None:
    loss = LOSSES.make(of("loss")[name].equals)
    logits = LogitPair(torch.from_numpy(REAL)[None], torch.from_numpy(FAKE)[None])
    ours = float(loss.discriminator(logits).mean()), float(loss.generator(logits).mean())
    sign, (for_d, for_g) = SIGN.get(name, 1), FACTORS.get(name, (1, 1))
    theirs = [float(term(sign * REAL, sign * FAKE).mean()) for term in LOSS[name]]
    assert theirs == pytest.approx([for_d * ours[0], for_g * ours[1] + MORE.get(name, 0.0)], abs=1e-7)


def test_the_probabilities_of_a_loss_with_an_epsilon_are_equal_until_it_counts() -> None:
    """torch-mimicry's ns_loss_gen: -log(s + 1e-8), at most 18.42."""
    loss = LOSSES["non-saturating"]

    def difference_at(logit: float) -> float:
        ours = float(loss.for_generator(torch.tensor([[logit]], dtype=torch.float64)))
        return ours + math.log(1 / (1 + math.exp(-logit)) + 1e-8)

    assert abs(difference_at(-9.0)) < 1e-4
    assert 100 - difference_at(-100.0) == pytest.approx(18.42, abs=0.005)


# Regularizers: what they add to the loss of a linear critic of slope psi, or where they bring its weights

LINEAR = Recipe(data="gaussian2d", generator="point", discriminator="linear", batch=4)


def discriminator_loss(spec: str, psi: tuple[float, float], **fields: object) -> tuple[float, Array, Array]:
    """D's loss under a regularizer, written name:strength, and the logits on real and on generated samples."""
    strengths = KNOBS["regularizers"].read("regularizers", spec) if spec else {}
    p = Population(LINEAR.but(regularizers=strengths, **fields), dtype=torch.float64)
    p.discriminator.theta = torch.tensor([psi], dtype=torch.float64)
    batch = p.probe_batch(4)
    real = batch.real[0] @ p.discriminator.theta[0]
    fake = (p.generator.theta[0] @ p.discriminator.theta[0]).expand(4)
    loss = p.game.losses(p.generator.theta, p.discriminator.theta, batch)[1]
    return float(loss.detach()), real.numpy(), fake.numpy()


def two_sided(r: float) -> float:
    return (r - 1) ** 2


SLOPES: dict[str, Callable[[float], float]] = {
    "tensorflow-gan.wasserstein_gradient_penalty": lambda r: (math.sqrt(r**2 + 1e-10) - 1) ** 2,
    "tensorflow-gan.wasserstein_gradient_penalty(one_sided=True)": lambda r: max(0, math.sqrt(r**2 + 1e-10) - 1) ** 2,
    "torch-mimicry.compute_gradient_penalty_loss": lambda r: 10 * two_sided(r),
    "wgangp-pytorch.calculate_gradient_penalty": two_sided,
    "GAN_stability.reg_type: real, reg_param: 10": lambda r: 10 * r**2,
    "GAN_stability.reg_type: fake, reg_param: 10": lambda r: 10 * r**2,
    "GAN_stability.reg_type: wgangp, reg_param: 10": lambda r: 10 * two_sided(r),
    "stylegan2-ada-pytorch.r1_gamma": lambda r: 10 / 2 * r**2,
    "improved_wgan_training.LAMBDA": lambda r: 0.1 * two_sided(r),
    "torch.optim.SGD(weight_decay=0.01)": lambda r: 0.01 * r**2 / 2,  # whose gradient is 0.01 psi
}


@pytest.mark.parametrize("length", [0.5, 5.0])
@pytest.mark.parametrize("name", SLOPES)
def test_a_penalty_is_that_of_the_packages_formula(name: str, length: float) -> None:
    psi = (0.6 * length, 0.8 * length)
    spec = of("regularizers")[name].equals
    added = discriminator_loss(spec, psi)[0] - discriminator_loss("", psi)[0]
    assert added == pytest.approx(SLOPES[name](length), abs=1e-9)


SMOOTHED = {  # the label of real samples
    "torchgan.MinimaxDiscriminatorLoss(label_smoothing=0.1)": 1 - 0.1,
    "tensorflow-gan.modified_discriminator_loss, minimax_discriminator_loss": (1 - 0.25) + 0.25 / 2,
}


@pytest.mark.parametrize("loss", ["non-saturating", "minimax"])
@pytest.mark.parametrize("name", SMOOTHED)
def test_smoothed_labels_are_those_of_the_packages_formula(name: str, loss: str) -> None:
    ours, real, fake = discriminator_loss(of("regularizers")[name].equals, (0.6, 0.8), loss=loss)
    theirs = cross_entropy(real, SMOOTHED[name]) + cross_entropy(fake, 0)
    assert ours == pytest.approx(theirs.mean(), abs=1e-12)


CLIPPED = {
    "torchgan.WassersteinDiscriminatorLoss(clip=(-0.01, 0.01))": (-0.01, 0.01),
    "improved_wgan_training.clip_bounds": (-0.01, 0.01),
}


@pytest.mark.parametrize("name", CLIPPED)
def test_weights_are_clipped_at_the_packages_bounds(name: str) -> None:
    (spec,) = KNOBS["regularizers"].read("regularizers", of("regularizers")[name].equals)
    theta = torch.tensor([[-3.0, -0.004, 0.0, 0.009, 0.5]])
    net = Population(LINEAR).discriminator.network
    assert REGULARIZERS.make(spec).project(theta, net, torch.tensor([0.01])).numpy() == pytest.approx(
        theta.numpy().clip(*CLIPPED[name])
    )


def test_the_historical_mean_of_torchgan_leaves_the_present_weights_out() -> None:
    """Theirs gives 0, 1, 2.25, 9 for weights of 0, 1, 2, 4; ours, whose mean holds them, ((t - 1) / t)^2 of that."""
    part = REGULARIZERS["historical-averaging"]
    net = Population(LINEAR).discriminator.network
    weights = torch.tensor([0.0, 1.0, 2.0, 4.0]).reshape(4, 1, 1)
    state, ours = part.start(weights[0], weights[0], net), [0.0]
    for theta in weights[1:]:
        state = part.update(state, theta, theta, net)
        ours.append(float((theta - state[1]).square().sum()))
    theirs = [0, 1, 2.25, 9]
    assert ours == pytest.approx([((t - 1) / t) ** 2 * x for t, x in enumerate(theirs, start=1)])


# Optimizers: steps of one weight for given gradients

GRADIENTS = (1.0, -2.0, 0.5, 3.0)


def descend(spec: str, gradients: tuple[float, ...] = GRADIENTS, lr: float = 0.1) -> list[float]:
    optimizer = OPTIMIZERS.make(spec)
    numbers = [getattr(optimizer, name, None) or 0.0 for name in ("beta1", "beta2", "momentum")]
    rates = OptimizerRates(*(torch.tensor([[x]], dtype=torch.float64) for x in (lr, *numbers)))
    state, steps = optimizer.start(torch.zeros(1, 1, dtype=torch.float64)), []
    for g in gradients:
        step, state = optimizer.step(torch.tensor([[g]], dtype=torch.float64), state, rates)
        steps.append(float(step))
    return steps


def mean_square(decay: float) -> list[float]:
    """RMSprop without a correction of the first steps."""
    s, steps = 0.0, []
    for g in GRADIENTS:
        s = decay * s + (1 - decay) * g**2
        steps.append(-0.1 * g / (math.sqrt(s) + 1e-8))
    return steps


def adam(b1: float, b2: float) -> list[float]:
    m, v, steps = 0.0, 0.0, []
    for t, g in enumerate(GRADIENTS, start=1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        steps.append(-0.1 * m / (1 - b1**t) / (math.sqrt(v / (1 - b2**t)) + 1e-8))
    return steps


STEPS = {
    "torch.optim.SGD(momentum=0.9)": [-0.1, 0.11, 0.049, -0.2559],
    "torch.optim.RMSprop()": mean_square(0.99),
    "torch.optim.Adam()": adam(0.9, 0.999),
    "optax.rmsprop(eps_in_sqrt=False)": mean_square(0.9),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_are_those_of_the_package(name: str) -> None:
    assert descend(of("optimizer")[name].equals) == pytest.approx(STEPS[name], abs=1e-9)


def test_the_first_optimistic_step_is_twice_as_long_as_that_of_optax() -> None:
    assert descend("optimistic-sgd", (1, 1, 3, 3), lr=1.0) == pytest.approx([-2, -1, -5, -3])  # optax: -1 -1 -5 -3
    assert descend("optimistic-adam(beta1=0.9, beta2=0.999)", (1, 1, 1)) == pytest.approx([-0.2, -0.1, -0.1])


# What wraps optimizers: a generator of one weight that climbs by 1 an iteration

CLIMB = Recipe(
    data="dirac", generator="point", discriminator="linear", loss="wasserstein", optimizer="sgd", lr_g=1.0, lr_d=1e-8
)


def climb(recipe: Recipe, average: bool, steps: int) -> list[float]:
    p = Population(recipe, dtype=torch.float64)
    p.discriminator.theta = torch.ones(1, 1, dtype=torch.float64)
    start = float(p.generator.theta[0, 0])
    seen = []
    for _ in range(steps):
        p.step()
        seen.append(float((p.average if average else p.generator.theta)[0, 0]) - start)
    return seen


WAYS = {"pytorch-optimizer.Lookahead(k=2, alpha=0.5)": [1, 1, 2, 2, 3, 3, 4, 4]}


@pytest.mark.parametrize("name", WAYS)
def test_a_wrapped_way_is_that_of_the_package(name: str) -> None:
    assert climb(CLIMB.but(turns=of("turns")[name].equals), False, 8) == pytest.approx(WAYS[name], abs=1e-5)


# a <- d a + (1 - d) theta for theta = 1, 2, 3
AVERAGES = {
    "torch-ema.ExponentialMovingAverage(decay=0.99, use_num_updates=False)": [0.01, 0.0299, 0.059601],
    "GAN_stability.update_average(beta=0.999)": [0.001, 0.002999, 0.005996001],
}


@pytest.mark.parametrize("name", AVERAGES)
def test_an_average_is_that_of_the_package(name: str) -> None:
    seen = climb(CLIMB.but(ema=float(of("ema")[name].equals)), True, 3)
    assert seen == pytest.approx(AVERAGES[name], abs=1e-6)


def averages(decays: list[float]) -> list[float]:
    """a <- d a + (1 - d) theta for theta = 1, 2, 3 .. and these d."""
    a, seen = 0.0, []
    for theta, d in enumerate(decays, start=1):
        a = d * a + (1 - d) * theta
        seen.append(a)
    return seen


WARMED = {
    "torch-ema.ExponentialMovingAverage(decay=0.99)": averages([min(0.99, (1 + n) / (10 + n)) for n in range(1, 9)]),
    "torch.optim.swa_utils.AveragedModel(multi_avg_fn=get_ema_multi_avg_fn(0.99))": averages([0] + [0.99] * 7),
    "ema-pytorch.EMA(beta=0.99)": [*averages(([0] + [1] * 9) * 10 + [0] + [1] * 9), 103.02179718017578],
}


@pytest.mark.parametrize("name", WARMED)
def test_an_average_that_warms_up_is_that_of_the_package(name: str) -> None:
    seen = climb(CLIMB.but(ema=0.99, ema_warmup=of("ema_warmup")[name].equals), True, len(WARMED[name]))
    assert seen == pytest.approx(WARMED[name], rel=3e-5)  # D, and so the length of a step, moves a little


# Metrics: scores that the packages gave on twelve points of each kind, and on their first coordinates

# fmt: off
TRUE = np.array([
    [0.126, -0.132], [0.64, 0.105], [-0.536, 0.362], [1.304, 0.947], [-0.704, -1.265], [-0.623, 0.041],
    [-2.325, -0.219], [-1.246, -0.732], [-0.544, -0.316], [0.412, 1.043], [-0.129, 1.366], [-0.665, 0.352],
])
GENERATED = np.array([
    [1.403, 0.594], [-0.243, -0.422], [0.042, 0.72], [-0.51, 0.291], [0.341, 1.041], [0.715, 0.855],
    [-0.154, 0.37], [1.284, 1.993], [-0.759, 2.014], [1.846, 1.281], [0.764, 0.186], [1.958, 2.46],
])
# fmt: on
TWO_OF_FOUR = np.repeat(ring(4, 1)[:2], 6, axis=0)  # samples on two of four modes, equally many


def score(metric: str, dim: int = 2) -> float:
    data = DISTRIBUTIONS.make("gaussian2d" if dim == 2 else "gaussian1d")
    true, generated = (torch.from_numpy(x[None, :, :dim].copy()) for x in (TRUE, GENERATED))
    return float(METRICS[metric].of(MetricInputs(generated, data, compared_with=true)))


def score_of_modes(metric: str) -> float:
    samples = torch.from_numpy(TWO_OF_FOUR)[None].float()
    return float(METRICS[metric].of(MetricInputs(samples, DISTRIBUTIONS.make("ring8(k=4)"))))


SCORES: dict[str, tuple[Callable[[str], float], float]] = {
    "prdc.compute_prdc(nearest_k=3)['precision']": (score, 11 / 12),
    "prdc.compute_prdc(nearest_k=3)['recall']": (score, 11 / 12),
    "prdc.compute_prdc(nearest_k=5)['density']": (score, 0.9),
    "prdc.compute_prdc(nearest_k=5)['coverage']": (score, 11 / 12),
    "torch-fidelity.precision": (score, 11 / 12),
    "torch-fidelity.recall": (score, 11 / 12),
    "POT.emd2(M=dist(metric='euclidean'))": (score, 1.2524407407946903),
    "POT.emd2": (lambda metric: score(metric) ** 2, 1.3870577373226634**2),
    "scipy.stats.wasserstein_distance_nd": (score, 1.25244074079469),
    "scipy.stats.wasserstein_distance": (lambda metric: score(metric, dim=1), 0.91475),
    "POT.wasserstein_1d(p=2)": (lambda metric: score(metric, dim=1) ** 2, 0.93839925),
    "ott-jax.tools.unreg.wassdis_p(p=1)": (score, 1.2524408),
    "ott-jax.tools.unreg.wassdis_p(p=2)": (score, 1.3870578),
    "dcor.energy_distance(estimation_stat='u_statistic')": (score, 0.43173276325322596),
    "scipy.spatial.distance.jensenshannon": (lambda metric: math.sqrt(score_of_modes(metric)), 0.464501404022459),
    "scipy.stats.entropy(generated, true)": (score_of_modes, math.log(2)),
}


@pytest.mark.parametrize("name", SCORES)
def test_a_score_is_that_of_the_package(name: str) -> None:
    ours, theirs = SCORES[name]
    assert ours(of("metrics")[name].equals) == pytest.approx(theirs, rel=1e-6)


LIKE = {  # what the packages gave on the points above, beyond SCORES
    "scipy.stats.energy_distance": 0.7046768368865579,
    "geomloss.SamplesLoss('energy')": 0.3458586531789025,
    "geomloss.SamplesLoss('gaussian', blur=0.7)": 0.06228524855817169,
    "ummd.MMD['biased_MMD']": 0.17267325066686615,
    "torchmetrics.image.kid.poly_mmd": 4.986018959467218,
    "piq.KID": 4.986018959467218,
    "piq.PR precision": 1,
    "piq.PR recall": 11 / 12,
    "dcor.energy_distance": 0.6917339730244709,
    "sbibm.metrics.mmd": 0.09914821696533216,
} | {name: theirs for name, (_, theirs) in SCORES.items()}
ON_A_LINE = {"scipy.stats.energy_distance", "scipy.stats.wasserstein_distance", "POT.wasserstein_1d(p=2)"}
RANDOM = {"POT.sliced_wasserstein_distance", "torch-fidelity.kernel_inception_distance_mean"}  # in test_packages
OF_MODES = {"scipy.spatial.distance.jensenshannon", "scipy.stats.entropy(generated, true)"}  # there too
WITH_LIKE = [row for row in equivalents() if row.like and row.name not in RANDOM | OF_MODES]


@pytest.mark.parametrize("row", WITH_LIKE, ids=lambda row: row.name)
def test_like_gives_the_score_of_the_package_to_its_last_digits(row: Equivalent) -> None:
    dim = 1 if row.name in ON_A_LINE else 2
    data = "gaussian2d" if dim == 2 else "gaussian1d"
    found = evaluate(GENERATED[:, :dim], data, [row.row], like=row.like, compared_with=TRUE[:, :dim])
    digits = 1e-6 if row.package == "ott-jax" else 1e-12
    assert float(found[row.row][0]) == pytest.approx(LIKE[row.name], rel=digits)


def test_energy_distances_of_all_pairs_are_ours_and_the_pairs_of_one_sample() -> None:
    """scipy takes the root, geomloss the half; ours leaves a sample with itself out."""

    def inner(x: Array) -> float:
        n = len(x)
        return float(np.sqrt(((x[:, None] - x) ** 2).sum(-1)).sum()) / (n * (n - 1))

    for dim, theirs in ((1, 0.7046768368865579**2), (2, 2 * 0.3458586531789023)):
        own = (inner(TRUE[:, :dim]) + inner(GENERATED[:, :dim])) / len(TRUE)
        assert theirs == pytest.approx(score("energy-distance", dim) + own, rel=1e-4)  # geomloss smooths the root


# Found by a foreign name


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("torchcfm.8gaussians", ["torchcfm.sample_8gaussians"]),
        ("torchcfm.sample_8gaussians", ["torchcfm.sample_8gaussians"]),
        ("TorchCFM.eight-gaussians", ["torchcfm.sample_8gaussians"]),
        ("enflows.TwoCircles", ["enflows.TwoCircles"]),
        ("hinge_loss_gen", ["torch-mimicry.hinge_loss_dis, hinge_loss_gen"]),
        ("make_circles", ["sklearn.make_circles(noise=0.05)"]),
        ("no such name", []),
        ("torchcfm.no-such", []),
        ("FID", []),  # though it stands in torch-fidelity
        ("KID", ["piq.KID"]),
        ("r1", ["stylegan2-ada-pytorch.r1_gamma"]),
        ("", []),
    ],
)
def test_a_row_is_found_by_its_name(name: str, found: list[str]) -> None:
    assert [row.name for row in find_equivalents(name)] == found


def test_a_package_alone_finds_all_its_rows() -> None:
    assert {row.package for row in find_equivalents("ffjord.")} == {"ffjord"}
    assert len(find_equivalents("ffjord")) == len(find_equivalents("ffjord.")) == 5


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"data": "8gaussians"}, "; in torchcfm sample_8gaussians is ring8(radius=5, sigma=0.5623413); in "),
        ({"data": "generate_moons"}, "; in torchdyn generate_moons has no equal, nearest is two-moons (the noise is"),
        ({"loss": "lsgan"}, "; in PyTorch-GAN lsgan is least-squares (G's loss = 2 times ours"),
        ({"turns": "Lookahead(k=2)"}, "; in pytorch-optimizer Lookahead(k=2, alpha=0.5) is lookahead(k=2, alpha=0.5)"),
        ({"regularizers": {"weight_decay": 0.1}}, "unknown name 'weight_decay'"),
    ],
)
def test_an_unknown_name_that_another_package_has_is_named_as_it_is_here(fields: dict, words: str) -> None:
    with pytest.raises(RecipeError) as error:
        Recipe(**fields)
    assert words in str(error.value)


def test_an_error_names_rows_of_its_own_menu_and_few() -> None:
    with pytest.raises(RecipeError) as error:
        Recipe(loss="8gaussians")
    assert "torchcfm" not in str(error.value)
    with pytest.raises(RecipeError) as error:
        Recipe(data="moons")
    assert str(error.value).count("; in ") == 3
    assert "`toygan menus --like moons` shows" in str(error.value)
    with pytest.raises(RecipeError) as error:
        Recipe(data="Moons\n; rm")
    assert len(str(error.value).splitlines()) == 1
