"""The engine is held to theory: the Dirac-GAN's eigenvalues and orbits, the bilinear game's spectral radii.

Everything is measured on `Population`, with the objectives, turns and optimizers that train. Expected values are
closed forms: of Mescheder et al. 2018 where they are in the paper, otherwise derived in the comment beside them. The
slope of the logistic loss at logit 0 is f0 = f'(0) = 1/2; "logit high = real", so psi has the opposite sign of theirs.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from toygan import LOSSES, REGULARIZERS, TURNS, Population, Recipe, theory

F0 = 0.5
DIRAC = Recipe(
    data="dirac",
    generator="point",
    discriminator="linear",
    optimizer="sgd",
    turns="simultaneous",
    loss="minimax",
    batch=4,
    lr_g=0.2,
    lr_d=0.2,
)
BILINEAR = DIRAC.but(loss="wasserstein")  # L_G = -psi theta, L_D = psi theta: min max of xy


def at(recipes: Recipe | list[Recipe], theta: float, psi: float) -> Population:
    """A population of Dirac-GANs at one point of the plane."""
    p = Population(recipes, dtype=torch.float64)
    p.generator.theta = torch.full_like(p.generator.theta, theta)
    p.discriminator.theta = torch.full_like(p.discriminator.theta, psi)
    return p


def place(p: Population) -> np.ndarray:
    return torch.cat([p.generator.theta, p.discriminator.theta], dim=-1).numpy()


def radius(p: Population) -> np.ndarray:
    return np.linalg.norm(place(p), axis=-1)


def radii(p: Population, steps: int) -> np.ndarray:
    """The distance from equilibrium at every iteration `(steps + 1, P)`."""
    kept = [radius(p)]
    for _ in range(steps):
        p.step()
        kept.append(radius(p))
    return np.stack(kept)


def roots(trace: complex, determinant: complex) -> list[complex]:
    """The eigenvalues of a 2 x 2 matrix."""
    half = cmath.sqrt(trace**2 / 4 - determinant)
    return [trace / 2 + half, trace / 2 - half]


def close(measured: Tensor, expected: list[complex], tolerance: float = 1e-3) -> None:
    """Two eigenvalues equal two numbers in some order."""
    apart = np.abs(measured.numpy()[:, None] - np.array(expected))
    assert min(apart[0, 0] + apart[1, 1], apart[0, 1] + apart[1, 0]) < tolerance, (measured, expected)


def damped(gamma: float, f0: float = F0) -> list[complex]:
    """Of [[0, f0], [-f0, -gamma]]: a slope penalty that damps D alone."""
    return roots(-gamma, f0**2)


# One row a method: what is changed, the eigenvalues of the field at (0, 0), the verdict on infinitely small steps.
TABLE: dict[str, tuple[dict, list[complex], str]] = {
    "minimax": ({}, [0.5j, -0.5j], "cycles"),
    "non-saturating": ({"loss": "non-saturating"}, [0.5j, -0.5j], "cycles"),
    "relativistic": ({"loss": "relativistic"}, [0.5j, -0.5j], "cycles"),
    "relativistic average": ({"loss": "relativistic-average"}, [0.5j, -0.5j], "cycles"),
    # D: (1 + psi theta)_+, G: (1 - psi theta)_+
    "relativistic hinge": ({"loss": "relativistic-hinge"}, [1j, -1j], "cycles"),
    # D: (-psi theta - 1)^2, G: (psi theta - 1)^2, each of slope 2
    "relativistic least squares": ({"loss": "relativistic-least-squares"}, [2j, -2j], "cycles"),
    "WGAN": ({"loss": "wasserstein"}, [1j, -1j], "cycles"),
    "WGAN clipped": ({"loss": "wasserstein", "regularizers": {"weight-clipping": 1.0}}, [1j, -1j], "cycles"),
    "hinge": ({"loss": "hinge"}, [1j, -1j], "cycles"),
    "least squares, signed, G wants 1": ({"loss": "least-squares(a=-1, b=1, c=1)"}, [1j, -1j], "cycles"),
    # without a bias D's target a = 0 on generated samples is met at (0, 0), so nothing pushes either player
    "least squares, 0 and 1": ({"loss": "least-squares"}, [0, 0], "undecided"),
    "R1, weak": ({"regularizers": {"r1": 0.3}}, [-0.15 + 0.47697j, -0.15 - 0.47697j], "converges"),
    "R1, critical": ({"regularizers": {"r1": 1.0}}, [-0.5, -0.5], "converges"),
    "R1, strong": ({"regularizers": {"r1": 2.0}}, damped(2.0), "converges"),
    "R1 on WGAN": ({"loss": "wasserstein", "regularizers": {"r1": 0.3}}, damped(0.3, f0=1), "converges"),
    "R2": ({"regularizers": {"r2": 0.3}}, damped(0.3), "converges"),
    "R1 and R2": ({"regularizers": {"r1": 0.3, "r2": 0.3}}, [-0.3 + 0.4j, -0.3 - 0.4j], "converges"),
    "R1 and R2, critical": ({"regularizers": {"r1": 0.5, "r2": 0.5}}, [-0.5, -0.5], "converges"),
    "weight decay": ({"regularizers": {"weight-decay": 0.3}}, damped(0.3), "converges"),
    "zero-centred penalty": ({"regularizers": {"gradient-penalty-zero-centred": 0.3}}, damped(0.3), "converges"),
    # (1 - D)^2 = D^2 = 1/4 at logit 0, on both sides: gamma/2 * (psi^2 / 4 + psi^2 / 4), half of R1
    "Roth": ({"regularizers": {"roth": 0.6}}, damped(0.3), "converges"),
    # f''(0) sigma^2 = -sigma^2 / 4 from either side, in expectation over the noise
    "instance noise": ({"regularizers": {"instance-noise": 1.0}}, [-0.25 + 0.43301j, -0.25 - 0.43301j], "converges"),
    "consensus": ({"turns": "consensus(gamma=1)"}, [-0.25 + 0.5j, -0.25 - 0.5j], "converges"),
    # xi + s A^T xi with A = H = [[0, -f0], [f0, 0]]: as consensus here
    "symplectic": ({"turns": "symplectic(strength=1)"}, [-0.25 + 0.5j, -0.25 - 0.5j], "converges"),
    # [[-2 eta f0^2, f0], [-f0, 0]]: G also descends eta (f0 theta)^2
    "Nagarajan-Kolter": ({"regularizers": {"nagarajan-kolter": 0.5}}, roots(-2 * 0.5 * F0**2, F0**2), "converges"),
    "unrolled": ({"regularizers": {"unrolled": 5}, "lr_d": 0.1}, [-0.125 + 0.48412j, -0.125 - 0.48412j], "converges"),
    "unrolled, detached": (
        {"regularizers": {"unrolled(detached=True)": 5}, "lr_d": 0.1},
        [-0.0625 + 0.49608j, -0.0625 - 0.49608j],
        "converges",
    ),
    # only D's loss on real samples changes, and D(0) = 1/2 whatever psi
    "one-sided label smoothing": ({"regularizers": {"label-smoothing": 0.1}}, [0.5j, -0.5j], "cycles"),
    # on_real - on_fake = -a takes 2 eps f0 from D's pull on generated samples
    "label flipping": (
        {"regularizers": {"label-flipping": 0.05}},
        [0.5j * math.sqrt(0.9), -0.5j * math.sqrt(0.9)],
        "cycles",
    ),
}


@pytest.mark.parametrize("method", TABLE)
def test_eigenvalues_of_the_dirac_gan_are_those_of_theory(method: str) -> None:
    changes, expected, verdict = TABLE[method]
    p = at(DIRAC.but(**changes), 0.0, 0.0)
    random = {"instance-noise", "label-flipping"} & set(changes.get("regularizers", ()))
    if random:  # expectations over the regularizer's own random numbers
        close(theory.eigenvalues(theory.game_jacobian(p, batch=1_000_000))[0], expected)
    else:
        measured = theory.stability(p)
        close(measured.rates[0], expected, 1e-4)
        assert measured.flow == (verdict,)


@pytest.mark.parametrize("k", [1, 2, 5, 10])
def test_an_unrolled_d_that_is_not_differentiated_through_damps_half_as_much(k: int) -> None:
    """-k eta f0^2 +- sqrt(k^2 eta^2 f0^4 - f0^2); detached, half the trace: what unrolling without its graph loses."""
    full, detached = (
        theory.game_jacobian(at(DIRAC.but(regularizers={name: k}, lr_d=0.1), 0.0, 0.0))[0].trace().item()
        for name in ("unrolled", "unrolled(detached=True)")
    )
    assert full == pytest.approx(-2 * k * 0.1 * F0**2, rel=1e-6)
    assert detached == pytest.approx(full / 2, rel=1e-6)


# A slope of 1 as the goal: where |psi| is not 0 the penalty damps psi to +-1, not to 0, so nothing comes to rest.
@pytest.mark.parametrize("regularizer", ["gradient-penalty", "dragan"])
def test_a_target_slope_of_one_kicks_d_off_the_equilibrium(regularizer: str) -> None:
    recipe = BILINEAR.but(regularizers={regularizer: 0.3})
    p = at(recipe, 0.0, 0.0)
    assert theory.stability(p).flow == ("diverges",)
    field = theory.game_field(at(recipe, 0.0, 1e-9))
    torch.testing.assert_close(field[0], torch.tensor([0.0, 2 * 0.3], dtype=torch.float64), atol=1e-8, rtol=0)
    # beside the kink [[0, 1], [-1, -2 lambda]]
    close(theory.eigenvalues(theory.game_jacobian(at(recipe, 0.0, 0.5)))[0], roots(-0.6, 1), 1e-6)


@pytest.mark.parametrize("regularizer", ["gradient-penalty", "gradient-penalty-one-sided", "dragan", "weight-clipping"])
@pytest.mark.parametrize("loss", ["wasserstein", "minimax"])
def test_wgans_regularizers_never_come_to_rest(regularizer: str, loss: str) -> None:
    strengths = (0.4, 1.0)
    p = at([DIRAC.but(loss=loss, regularizers={regularizer: s}, lr_g=0.1, lr_d=0.1) for s in strengths], 0.5, 0.5)
    p.run(400)
    assert radii(p, 200).max(0).min() > 0.4  # over a few turns every run is far away at some time


def test_clipped_d_stays_within_its_bound_and_circles() -> None:
    p = at(BILINEAR.but(regularizers={"weight-clipping": 0.5}, turns="alternating"), 0.3, 0.1)
    path = [place(p)[0]]
    for _ in range(2000):
        p.step()
        path.append(place(p)[0])
    psi = np.array(path)[:, 1]
    assert np.abs(psi).max() <= 0.5
    assert np.abs(psi[-200:]).max() > 0.2


@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if loss.uses_discriminator and loss.separable])
def test_the_dirac_gan_turns_with_the_product_of_both_players_slopes(loss: str) -> None:
    """v' = [[0, -g'(0)], [-d'(0), 0]] with D's loss d and G's loss g on generated samples: all that is left at 0."""
    a = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    (d,) = torch.autograd.grad(LOSSES[loss].on_fake(a).sum(), a)
    (g,) = torch.autograd.grad(LOSSES[loss].for_generator(a).sum(), a)
    measured = theory.game_jacobian(at(DIRAC.but(loss=loss), 0.0, 0.0))[0]
    expected = torch.tensor([[0.0, -g.item()], [-d.item(), 0.0]], dtype=torch.float64)
    torch.testing.assert_close(measured, expected, atol=1e-8, rtol=0)


# Continuous time, away from equilibrium


def grid() -> list[tuple[float, float]]:
    return [(x, y) for x in (-1.5, -0.3, 0.7, 2.0) for y in (-2.0, -0.4, 0.6, 1.1)]


FIELDS: dict[str, tuple[dict, Callable[[float, float, float], tuple[float, float]]]] = {
    # s = sigmoid(psi theta)
    "minimax": ({}, lambda x, y, s: (s * y, -s * x)),
    "non-saturating": ({"loss": "non-saturating"}, lambda x, y, s: ((1 - s) * y, -s * x)),
    "wasserstein": ({"loss": "wasserstein"}, lambda x, y, s: (y, -x)),
    "r1": ({"regularizers": {"r1": 0.3}}, lambda x, y, s: (s * y, -s * x - 0.3 * y)),
    "wgan-gp": (
        {"loss": "wasserstein", "regularizers": {"gradient-penalty": 0.3}},
        lambda x, y, s: (y, -x - 0.6 * (abs(y) - 1) * math.copysign(1, y)),
    ),
    "least squares": ({"loss": "least-squares"}, lambda x, y, s: (y * (1 - x * y), -x * x * y)),
}


@pytest.mark.parametrize("name", FIELDS)
def test_the_field_of_the_dirac_gan_is_its_closed_form_everywhere(name: str) -> None:
    changes, closed = FIELDS[name]
    for x, y in grid():
        v = theory.game_field(at(DIRAC.but(**changes), x, y))[0]
        expected = closed(x, y, 1 / (1 + math.exp(-x * y)))
        torch.testing.assert_close(v, torch.tensor(expected, dtype=torch.float64))


def test_minimax_conserves_the_radius_in_continuous_time_and_non_saturating_falls() -> None:
    for x, y in grid():
        point = torch.tensor([x, y], dtype=torch.float64)
        assert abs((theory.game_field(at(DIRAC, x, y))[0] * point).sum()) < 1e-12
        assert (theory.game_field(at(DIRAC.but(loss="non-saturating"), x, y))[0] * point).sum() < 0


# Discrete time


def test_simultaneous_minimax_spirals_out() -> None:
    """|lambda| = sqrt(1 + h^2 f0^2); from the paper's (1, 1) the radius after 500 steps of 0.2 is 3.0969."""
    p = at(DIRAC, 1.0, -1.0)
    r = radii(p, 500)[:, 0]
    assert (np.diff(r) > 0).all()
    x, y = 1.0, 1.0  # the paper's recurrence, in its orientation of psi
    for _ in range(500):
        s = 1 / (1 + math.exp(x * y))
        x, y = x - 0.2 * y * s, y + 0.2 * x * s
    assert r[-1] == pytest.approx(math.hypot(x, y), rel=1e-9)
    assert r[-1] == pytest.approx(3.09695, abs=1e-5)
    assert theory.stability(at(DIRAC, 0, 0)).radius.item() == pytest.approx(math.sqrt(1 + 0.2**2 * F0**2), abs=1e-9)


@pytest.mark.parametrize(("lr_g", "lr_d"), [(0.2, 0.2), (0.02, 0.2), (0.4, 0.01)])
def test_two_time_scales_turn_slower_and_still_diverge(lr_g: float, lr_d: float) -> None:
    """Steps h_g, h_d: 1 +- i f0 sqrt(h_g h_d), of length sqrt(1 + h_g h_d f0^2): no damping."""
    p = at(DIRAC.but(lr_g=lr_g, lr_d=lr_d), 0.0, 0.0)
    turn = F0 * math.sqrt(lr_g * lr_d)
    measured = theory.stability(p)
    close(measured.factors[0, :2], [1 + 1j * turn, 1 - 1j * turn], 1e-7)
    assert measured.iteration == ("diverges",)


@pytest.mark.parametrize(
    ("h", "d_steps", "on_circle"), [(0.2, 1, True), (0.2, 5, True), (2.5, 1, True), (3.99, 1, True), (4.5, 1, False)]
)
def test_alternating_stays_on_the_unit_circle_iff_alpha_is_at_most_two(h: float, d_steps: int, on_circle: bool) -> None:
    """lambda = 1 - a^2/2 +- sqrt((1 - a^2/2)^2 - 1) with a = sqrt(n_g n_d) h f0 (Mescheder et al. 2018)."""
    alpha = math.sqrt(d_steps) * h * F0
    p = at(DIRAC.but(turns="alternating", d_steps=d_steps, lr_g=h, lr_d=h), 0.0, 0.0)
    measured = theory.stability(p)
    close(measured.factors[0, :2], roots(2 - alpha**2, 1), 1e-6)
    assert measured.iteration == ("cycles" if on_circle else "diverges",)
    expected = 1.0 if on_circle else 2.691
    assert measured.radius.item() == pytest.approx(expected, abs=5e-4)


def test_simultaneous_non_saturating_ends_in_a_limit_cycle_of_radius_sqrt_2h() -> None:
    """A step adds h^2 r^2 / 4 to r^2 and the field takes h r^4 / 8 (both over a turn): they balance at r^2 = 2 h."""
    steps = (0.1, 0.15)
    recipes = [DIRAC.but(loss="non-saturating", lr_g=h, lr_d=h) for h in steps]
    inside, outside = at(recipes, 0.1, 0.1), at(recipes, 0.8, 0.8)
    for p in (inside, outside):
        p.run(1800)
        late = radii(p, 200)
        assert np.allclose(late.mean(0), np.sqrt(2 * np.array(steps)), rtol=0.05)
        assert (np.ptp(late, axis=0) < 0.1 * late.mean(0)).all()


def test_alternating_non_saturating_converges_like_one_over_the_root_of_time() -> None:
    """r ~ sqrt(8 / (h N + 8 / r0^2)): in continuous time d r^2 / dt = -r^4 / 8 over a turn."""
    p = at(DIRAC.but(loss="non-saturating", turns="alternating"), 1.0, 1.0)
    for n in (1000, 3000):
        p.run(n - p.steps)
        expected = math.sqrt(8 / (0.2 * n + 8 / 2))
        assert radii(p, 60).mean() == pytest.approx(expected, rel=0.05)


def test_r1_under_simultaneous_steps_needs_a_strength_between_its_bounds() -> None:
    """h f0^2 < gamma < 2 / h + h f0^2 / 2: at h = 0.2 between 0.05 and 10.025."""
    strengths = (0.045, 0.055, 9.9, 10.2)
    p = at([DIRAC.but(regularizers={"r1": g}) for g in strengths], 0.0, 0.0)
    assert theory.stability(p).iteration == ("diverges", "converges", "converges", "diverges")
    near = at([DIRAC.but(regularizers={"r1": g}) for g in strengths], 1e-3, 1e-3)
    r = radii(near, 1500)
    assert (r[-1] / r[0] > 1).tolist() == [True, False, False, True]


def test_r1_converges_at_the_rate_of_its_eigenvalue() -> None:
    """I + h v' has |lambda|^2 = 1 - h gamma + h^2 f0^2 below the critical strength."""
    p = at(DIRAC.but(regularizers={"r1": 0.3}), 1e-4, 0.0)
    rate = math.sqrt(1 - 0.2 * 0.3 + 0.2**2 * F0**2)
    assert theory.stability(p).radius.item() == pytest.approx(rate, abs=1e-6)
    r = radii(p, 600)[:, 0]
    assert (r[600] / r[100]) ** (1 / 500) == pytest.approx(rate, abs=1e-3)


def test_a_weakly_decayed_wgan_diverges_simultaneously_and_converges_alternating() -> None:
    """Simultaneous steps need gamma > h; alternating ones have determinant 1 - h gamma whatever h."""
    recipes = [BILINEAR.but(regularizers={"weight-decay": 0.1}, turns=t) for t in ("simultaneous", "alternating")]
    simultaneous, alternating = (at(r, 1.0, 1.0) for r in recipes)
    assert theory.stability(simultaneous).iteration == ("diverges",)
    assert theory.stability(alternating).iteration == ("converges",)
    assert theory.stability(alternating).radius.item() == pytest.approx(math.sqrt(1 - 0.2 * 0.1), abs=1e-7)
    assert radii(simultaneous, 300)[-1, 0] > 5
    assert radii(alternating, 600)[-1, 0] < 0.01


def test_label_smoothing_changes_nothing_at_all_here() -> None:
    plain, smooth = at(DIRAC, 1.0, -1.0), at(DIRAC.but(regularizers={"label-smoothing": 0.3}), 1.0, -1.0)
    plain.run(300)
    smooth.run(300)
    np.testing.assert_allclose(place(smooth), place(plain), rtol=1e-12)


def test_consensus_can_be_trapped_far_from_equilibrium() -> None:
    """Where psi theta is very negative a saturated minimax field is short, so that |v|^2 falls outwards."""
    recipe = DIRAC.but(turns="consensus(gamma=10)", lr_g=0.05, lr_d=0.05)
    p = at([recipe, recipe], 0.0, 0.0)
    p.generator.theta = torch.tensor([[0.5], [3.0]], dtype=torch.float64)
    p.discriminator.theta = -p.generator.theta
    p.run(600)
    near, far = radius(p)
    assert near < 1e-3
    assert far > 3
    assert theory.game_field(p)[1].norm() < 1e-2


# The bilinear game: the spectral radius of one iteration, eta the learning rate of both


def _optimistic(eta: float) -> float:
    """Of mu^2 - (1 + 2 i eta) mu + i eta, from z' = z + 2 eta M z - eta M z_last with M's eigenvalue i."""
    return max(abs(np.roots([1, -(1 + 2j * eta), 1j * eta])))


def _momentum(beta: float) -> Callable[[float], float]:
    """Of mu^2 - (1 + beta + i eta) mu + beta, from z' = z + eta M z + beta (z - z_last)."""
    return lambda eta: max(abs(np.roots([1, -(1 + beta + 1j * eta), beta])))


def _alternating_momentum(beta: float) -> Callable[[float], float]:
    """((mu - 1)(mu - beta) / mu)^2 = -eta^2 mu: psi is driven by theta, theta by the new psi."""
    square = np.polymul([1, -1], [1, -beta])
    return lambda eta: max(abs(np.roots(np.polyadd(np.polymul(square, square), [eta**2, 0, 0, 0]))))


def _alternating_optimistic(eta: float) -> float:
    """mu (mu - 1)^2 + eta^2 (2 mu - 1)^2, from psi' = psi - 2 eta theta + eta theta_last, theta' with the new psi."""
    return max(abs(np.roots(np.polyadd([1, -2, 1, 0], eta**2 * np.array([0, 4, -4, 1])))))


def _lookahead(k: int, alpha: float, of: str) -> Callable[[float], float]:
    """1 - alpha + alpha lambda^k, per iteration, for lambda = 1 + i eta or on the circle at cos = 1 - eta^2 / 2."""

    def rho(eta: float) -> float:
        alternating = of == "alternating"
        one = cmath.exp(1j * math.acos(1 - eta**2 / 2)) if alternating else 1 + 1j * eta
        return abs(1 - alpha + alpha * one**k) ** (1 / k)

    return rho


BILINEAR_TABLE: dict[str, tuple[dict, Callable[[float], float]]] = {
    "simultaneous": ({}, lambda eta: math.sqrt(1 + eta**2)),
    "alternating": ({"turns": "alternating"}, lambda eta: 1.0),
    # psi' = psi - 3 eta theta, theta' = theta + eta psi': determinant 1, on the circle while sqrt(3) eta < 2
    "alternating, 3 D steps": ({"turns": "alternating", "d_steps": 3}, lambda eta: 1.0),
    "competitive": ({"turns": "competitive"}, lambda eta: 1 / math.sqrt(1 + eta**2)),
    "extragradient": ({"turns": "extragradient"}, lambda eta: math.sqrt(1 - eta**2 + eta**4)),
    "consensus": ({"turns": "consensus(gamma=0.7)"}, lambda eta: math.sqrt((1 - 0.7 * eta) ** 2 + eta**2)),
    "symplectic": ({"turns": "symplectic(strength=0.7)"}, lambda eta: math.sqrt((1 - 0.7 * eta) ** 2 + eta**2)),
    "lookahead": ({"turns": "lookahead(k=5, alpha=0.5)"}, _lookahead(5, 0.5, "alternating")),
    "lookahead, simultaneous": (
        {"turns": "lookahead(k=6, alpha=0.3, of='simultaneous')"},
        _lookahead(6, 0.3, "simultaneous"),
    ),
    "optimistic": ({"optimizer": "optimistic-sgd"}, _optimistic),
    "optimistic, alternating": ({"optimizer": "optimistic-sgd", "turns": "alternating"}, _alternating_optimistic),
    "momentum": ({"momentum": 0.5}, _momentum(0.5)),
    "negative momentum": ({"momentum": -0.3}, _momentum(-0.3)),
    "momentum, alternating": ({"momentum": 0.5, "turns": "alternating"}, _alternating_momentum(0.5)),
    "negative momentum, alternating": ({"momentum": -0.5, "turns": "alternating"}, _alternating_momentum(-0.5)),
}
ETAS = (0.05, 0.1, 0.3, 0.5)


@pytest.mark.parametrize("method", BILINEAR_TABLE)
def test_spectral_radius_of_the_bilinear_game_is_its_closed_form(method: str) -> None:
    changes, rho = BILINEAR_TABLE[method]
    p = at([BILINEAR.but(lr_g=eta, lr_d=eta, **changes) for eta in ETAS], 0.7, -0.4)
    measured = theory.stability(p)
    expected = np.array([rho(eta) for eta in ETAS])
    np.testing.assert_allclose(measured.radius, expected, rtol=0, atol=1e-5)
    words = np.select([expected < 1 - 1e-9, expected > 1 + 1e-9], ["converges", "diverges"], "cycles")
    assert measured.iteration == tuple(words)


@pytest.mark.parametrize("method", BILINEAR_TABLE)
def test_a_run_of_the_bilinear_game_shrinks_or_grows_by_that_radius(method: str) -> None:
    """The rate between distant iterations; an orbit is an ellipse, hence the maximum over a window."""
    changes, rho = BILINEAR_TABLE[method]
    p = at([BILINEAR.but(lr_g=eta, lr_d=eta, **changes) for eta in (0.1, 0.3)], 0.7, -0.4)
    r = radii(p, 400)
    early, late = r[100:200].max(0), r[300:400].max(0)
    np.testing.assert_allclose((late / early) ** (1 / 200), [rho(0.1), rho(0.3)], rtol=2e-3)


def test_alternating_steps_of_the_bilinear_game_conserve_an_ellipse_exactly() -> None:
    """x^2 - eta x y + y^2 with the first mover's x = psi and y = theta."""
    p = at(BILINEAR.but(turns="alternating", lr_g=0.3, lr_d=0.3), 1.0, 0.5)
    values = []
    for _ in range(200):
        theta, psi = place(p)[0]
        values.append(psi**2 - 0.3 * psi * theta + theta**2)
        p.step()
    np.testing.assert_allclose(values, values[0], rtol=1e-12)


def test_extragradient_is_fastest_at_one_over_root_two() -> None:
    p = at([BILINEAR.but(turns="extragradient", lr_g=e, lr_d=e) for e in (0.6, 1 / math.sqrt(2), 0.8, 1.1)], 0, 0)
    rho = theory.stability(p).radius
    assert rho.argmin() == 1
    assert rho[1].item() == pytest.approx(math.sqrt(0.75), abs=1e-9)
    assert rho[3] > 1


def test_optimism_converges_below_one_over_root_three_only() -> None:
    edge = 1 / math.sqrt(3)
    recipes = [BILINEAR.but(optimizer="optimistic-sgd", lr_g=e, lr_d=e) for e in (edge - 1e-3, edge, edge + 1e-3)]
    assert theory.stability(at(recipes, 0, 0)).iteration == ("converges", "cycles", "diverges")


def test_averaging_hides_circling_and_not_divergence() -> None:
    """The mean of alternating iterates goes to 0 like 1 / T though no iterate does; that of diverging ones grows."""
    alternating = at(BILINEAR.but(turns="alternating", lr_g=0.1, lr_d=0.1), 1.0, 1.0)
    simultaneous = at(BILINEAR.but(lr_g=0.1, lr_d=0.1), 1.0, 1.0)
    sizes = {}
    for name, p in (("alternating", alternating), ("simultaneous", simultaneous)):
        total = np.zeros(2)
        for n in range(1, 1601):
            total += place(p)[0]
            p.step()
            sizes[name, n] = np.linalg.norm(total / n)
    bound = [max(sizes["alternating", m] * m for m in range(n - 70, n)) for n in (400, 1600)]
    assert bound[1] == pytest.approx(bound[0], rel=0.05)  # T times the mean stays where it is
    assert radius(alternating)[0] > 1
    assert sizes["simultaneous", 1600] > 10


@pytest.mark.parametrize("optimizer", ["rmsprop", "adam"])
def test_steps_that_do_not_scale_with_the_gradient_have_no_linear_rate(optimizer: str) -> None:
    """Ten times nearer to equilibrium the same relative move would be ten times smaller; these are not."""
    moves = []
    for r in (1.0, 0.1):
        p = at(BILINEAR.but(optimizer=optimizer, lr_g=0.01, lr_d=0.01), r, r)
        p.step()
        moves.append(np.linalg.norm(place(p)[0] - r))
    assert moves[1] == pytest.approx(moves[0], rel=1e-3)


# The instruments themselves


SMALL = Recipe(width=3, depth=1, activation="tanh", batch=16, regularizers={"r1": 0.2})


def test_the_game_jacobian_is_what_differentiating_the_objectives_twice_gives() -> None:
    p = Population([SMALL.but(seed=s) for s in range(2)], dtype=torch.float64)
    batch = p.probe_batch(64)
    n_g = p.generator.theta.shape[-1]

    def field(thetas: Tensor) -> Tensor:
        g, d = thetas[:, :n_g], thetas[:, n_g:]
        loss_g, loss_d = p.game.losses(g, d, batch)
        (v_g,) = torch.autograd.grad(loss_g.sum(), g, create_graph=True)
        (v_d,) = torch.autograd.grad(loss_d.sum(), d, create_graph=True)
        return -torch.cat([v_g, v_d], dim=-1)

    thetas = torch.cat([p.generator.theta, p.discriminator.theta], dim=-1)
    torch.testing.assert_close(theory.game_field(p, batch=64), field(thetas.requires_grad_()).detach())
    twice = torch.autograd.functional.jacobian(field, thetas.detach())
    for i in range(2):
        torch.testing.assert_close(theory.game_jacobian(p, batch=64)[i], twice[i, :, i], rtol=1e-6, atol=1e-8)


def test_the_step_jacobian_of_plain_simultaneous_descent_is_one_plus_the_game_jacobian() -> None:
    """Of networks too: I + h v', the expectation over the batch that the step sees."""
    recipe = SMALL.but(optimizer="sgd", turns="simultaneous", lr_g=0.1, lr_d=0.2)
    p = Population(recipe, dtype=torch.float64)
    measured, n = theory.step_jacobian(p)[0], p.generator.theta.shape[-1] + p.discriminator.theta.shape[-1]
    batch = p.copies(1).batch()
    p.probe_batch = lambda n, member=None: batch  # type: ignore[method-assign, assignment, misc]
    field = theory.game_field(p)[0]
    h = torch.cat([torch.full_like(p.generator.theta[0], 0.1), torch.full_like(p.discriminator.theta[0], 0.2)])
    moved = torch.cat([p.generator.theta, p.discriminator.theta], dim=-1)[0] + h * field
    p.step()
    torch.testing.assert_close(torch.cat([p.generator.theta, p.discriminator.theta], dim=-1)[0], moved)
    assert measured.shape == (2 * n, 2 * n)  # parameters, and the momentum that is not used
    assert measured[:, n:].abs().max() < 1e-9


def test_theory_leaves_a_run_and_torchs_random_numbers_alone() -> None:
    looked, alone = Population(SMALL), Population(SMALL)
    before = torch.get_rng_state()
    for _ in range(3):
        theory.stability(looked)
        theory.game_field(looked)
        looked.step()
        alone.step()
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(looked.generator.theta, alone.generator.theta)
    assert torch.equal(looked.discriminator.theta, alone.discriminator.theta)


def test_a_large_game_has_no_jacobian_and_says_so() -> None:
    with pytest.raises(ValueError, match="at most 2000; lower width or depth"):
        theory.game_jacobian(Population(Recipe()))


def test_eigenvalues_are_sorted_by_real_then_imaginary_part() -> None:
    turn = torch.tensor([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 0.5]])
    measured = theory.eigenvalues(turn.expand(2, 3, 3))
    torch.testing.assert_close(measured, torch.tensor([[0.5, 1j, -1j]] * 2, dtype=measured.dtype))


# The optimal discriminator


X = torch.linspace(-4, 6, 41)[:, None]


def _log_ratio(p: str = "gaussian1d", q: str = "bimodal") -> Tensor:
    from toygan import DISTRIBUTIONS

    return DISTRIBUTIONS.make(p).log_prob(X.double()) - DISTRIBUTIONS.make(q).log_prob(X.double())


@pytest.mark.parametrize("loss", ["minimax", "non-saturating"])
def test_the_optimal_logit_of_the_logistic_loss_is_the_log_density_ratio(loss: str) -> None:
    """Goodfellow et al. 2014, proposition 1."""
    torch.testing.assert_close(theory.optimal_discriminator("gaussian1d", X, "bimodal", loss), _log_ratio())


def test_the_optimal_answer_of_least_squares_is_the_mean_target() -> None:
    """(b p + a q) / (p + q), for a = -1, b = 3."""
    measured = theory.optimal_discriminator("gaussian1d", X, "bimodal", "least-squares(a=-1, b=3)")
    torch.testing.assert_close(measured, -1 + 4 * torch.sigmoid(_log_ratio()))


def test_the_optimal_hinge_answer_is_the_sign_and_a_free_critic_has_none() -> None:
    torch.testing.assert_close(theory.optimal_discriminator("gaussian1d", X, "bimodal", "hinge"), _log_ratio().sign())
    critic = theory.optimal_discriminator("gaussian1d", X, "bimodal", "wasserstein")
    assert torch.equal(critic, _log_ratio().sign() * math.inf)


@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if loss.uses_discriminator and loss.separable])
def test_the_optimal_answer_where_p_is_q_is_the_losss_equilibrium(loss: str) -> None:
    measured = theory.optimal_discriminator("gaussian1d", X, "gaussian1d", loss)
    a = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    of = LOSSES[loss]
    (slope,) = torch.autograd.grad((of.on_real(a) + of.on_fake(a)).sum(), a)
    if torch.isfinite(measured).all() and slope != 0:
        torch.testing.assert_close(measured, torch.full_like(measured, of.equilibrium_logit))
    losses = of.on_real(measured) + of.on_fake(measured)  # no answer is better, also where several are as good
    around = torch.linspace(-3, 3, 13, dtype=torch.float64)[:, None]
    assert (of.on_real(around) + of.on_fake(around) >= losses[:1] - 1e-9).all() or not torch.isfinite(measured).all()


def test_the_optimum_of_neymans_divergence_is_finite_everywhere() -> None:
    """-p exp(-a) + q exp(-a/2) = 0 at a = 2 log p/q, which for N(0, 1) and N(1, 1) is 1 - 2x."""
    data, generated = "gaussian1d(mean=0, sigma=1)", "gaussian1d(mean=1, sigma=1)"
    measured = theory.optimal_discriminator(data, 10 * X, generated, "f-neyman")
    torch.testing.assert_close(measured, (1 - 20 * X[:, 0]).double(), rtol=1e-5, atol=1e-5)


def test_losses_that_compare_samples_have_no_pointwise_optimum() -> None:
    for name, loss in LOSSES.items():
        if not (loss.separable and loss.uses_discriminator):
            with pytest.raises(ValueError, match="must be a sum over single samples"):
                theory.optimal_discriminator("gaussian1d", X, "bimodal", name)


# The phase portrait


def test_a_portrait_shows_the_field_the_run_and_the_verdict_of_its_recipe() -> None:
    recipe = DIRAC.but(regularizers={"r1": 0.3})
    portrait = theory.phase_portrait(recipe, starts=[(1.0, -1.0), (0.5, 0.5)], steps=50, reach=1.5, side=5)
    assert portrait.vectors.shape == (5, 5, 2)
    for i, psi in enumerate(portrait.axis):
        for j, theta in enumerate(portrait.axis):
            s = 1 / (1 + math.exp(-psi * theta))
            np.testing.assert_allclose(portrait.vectors[i, j], [s * psi, -s * theta - 0.3 * psi], atol=1e-12)
    run = at(recipe, 1.0, -1.0)
    assert portrait.trajectories.shape == (2, 51, 2)
    np.testing.assert_allclose(portrait.trajectories[0, 0], [1.0, -1.0])
    run.run(50)
    np.testing.assert_allclose(portrait.trajectories[0, -1], place(run)[0])
    close(portrait.stability.rates[0], damped(0.3), 1e-6)


@pytest.mark.parametrize("changes", [{"data": "bimodal", "discriminator": "mlp"}, {"generator": "mlp"}])
def test_a_portrait_needs_one_number_a_player(changes: dict) -> None:
    with pytest.raises(ValueError, match="one parameter a player"):
        theory.phase_portrait(DIRAC.but(**changes))


# Parts with which a player has more than one number, or none, or which need a D with layers.
NO_PORTRAIT = {
    "energy-distance": "one parameter a player",
    "mmd": "one parameter a player",
    "sliced-wasserstein": "one parameter a player",
    "veegan": "one parameter a player",
    "packing": "one parameter a player",
    "spectral-norm": "needs 'mlp'",
    "minibatch-discrimination": "needs 'mlp'",
    "minibatch-stddev": "needs 'mlp'",
    "feature-matching": "needs 'mlp'",
    "dropout": "units of an 'mlp'",
}


def small_games() -> Iterator[tuple[str, dict]]:
    """Every loss, regularizer and turn by its name, as a change of the Dirac-GAN."""
    yield from ((name, {"loss": name}) for name in LOSSES)
    yield from ((name, {"regularizers": {name: part.strengths[1]}}) for name, part in REGULARIZERS.items())
    yield from ((name, {"turns": name}) for name in TURNS)


@pytest.mark.parametrize("kind", ["loss", "regularizers", "turns"])
def test_every_part_of_the_menus_that_can_has_its_portrait(kind: str) -> None:
    for name, changes in small_games():
        if kind in changes and name not in NO_PORTRAIT:
            portrait = theory.phase_portrait(DIRAC.but(batch=8, **changes), steps=5, side=3)
            assert np.isfinite(portrait.vectors).all(), name
            assert np.isfinite(portrait.trajectories).all(), name
            assert portrait.stability.flow[0] in ("converges", "cycles", "diverges", "undecided"), name


def test_a_part_that_has_no_portrait_says_why() -> None:
    for name, changes in small_games():
        if name in NO_PORTRAIT:
            with pytest.raises(ValueError, match=NO_PORTRAIT[name]):
                theory.phase_portrait(DIRAC.but(batch=8, **changes), steps=5, side=3)
