"""Every turn is the formula of its paper, computed here from the game's Jacobian or by hand, on networks that bend."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from toygan import LOSSES, TURNS, Population, Recipe, RecipeError, theory
from toygan.training import PROBE_BATCH

SMALL = Recipe(width=3, depth=1, activation="tanh", batch=16, optimizer="sgd", lr_g=0.05, lr_d=0.08)
SEEDS = 3
SAME = {"rtol": 1e-6, "atol": 1e-8}  # central differences of float64
EXACT = {"rtol": 0, "atol": 1e-13}


def population(turns: str, **changes: object) -> Population:
    return Population([SMALL.but(turns=turns, seed=s, **changes) for s in range(SEEDS)], dtype=torch.float64)


def thetas(p: Population) -> Tensor:
    return torch.cat([p.generator.theta, p.discriminator.theta], dim=-1)


def plain(p: Population) -> tuple[Tensor, Tensor, int]:
    """The gradients xi `(P, n)` of the plain game, their Jacobian H `(P, n, n)` and n_g."""
    simultaneous = Population([r.but(turns="simultaneous") for r in p.recipes], dtype=torch.float64)
    simultaneous.generator.theta, simultaneous.discriminator.theta = p.generator.theta, p.discriminator.theta
    return -theory.game_field(simultaneous), -theory.game_jacobian(simultaneous), p.generator.theta.shape[-1]


def times(matrix: Tensor, vector: Tensor) -> Tensor:
    return (matrix @ vector.unsqueeze(-1)).squeeze(-1)


def test_simultaneous_moves_both_from_where_they_stood() -> None:
    p, still = population("simultaneous"), population("simultaneous")
    batch = still.batch()
    g, d = still.generator.theta, still.discriminator.theta
    p.step()
    torch.testing.assert_close(p.generator.theta, g - 0.05 * still.game.generator_gradient(g, d, batch), **EXACT)
    torch.testing.assert_close(
        p.discriminator.theta, d - 0.08 * still.game.discriminator_gradient(g, d, batch), **EXACT
    )


def test_alternating_moves_d_first_and_g_against_the_new_d() -> None:
    p, still = population("alternating", d_steps=2), population("alternating", d_steps=2)
    g, d = still.generator.theta, still.discriminator.theta
    for _ in range(2):
        d = d - 0.08 * still.game.discriminator_gradient(g, d, still.batch())
    g = g - 0.05 * still.game.generator_gradient(g, d, still.batch())
    p.step()
    torch.testing.assert_close(p.discriminator.theta, d, **EXACT)
    torch.testing.assert_close(p.generator.theta, g, **EXACT)


def test_extragradient_steps_from_where_it_stood_with_the_gradients_ahead() -> None:
    p, still = population("extragradient"), population("extragradient")
    g, d = still.generator.theta, still.discriminator.theta
    batch = still.batch()
    ahead_g = g - 0.05 * still.game.generator_gradient(g, d, batch)
    ahead_d = d - 0.08 * still.game.discriminator_gradient(g, d, batch)
    batch = still.batch()
    p.step()
    g = g - 0.05 * still.game.generator_gradient(ahead_g, ahead_d, batch)
    d = d - 0.08 * still.game.discriminator_gradient(ahead_g, ahead_d, batch)
    torch.testing.assert_close(p.generator.theta, g, **EXACT)
    torch.testing.assert_close(p.discriminator.theta, d, **EXACT)


@pytest.mark.parametrize("loss", ["minimax", "non-saturating", "least-squares"])
def test_consensus_descends_the_field_plus_gamma_times_its_transposed_jacobian(loss: str) -> None:
    p = population("consensus(gamma=0.7)", loss=loss, regularizers={"r1": 0.3})
    xi, h, _ = plain(p)
    torch.testing.assert_close(-theory.game_field(p), xi + 0.7 * times(h.mT, xi), **SAME)


@pytest.mark.parametrize("loss", ["minimax", "non-saturating", "least-squares"])
def test_symplectic_adds_the_antisymmetric_part_of_the_jacobian(loss: str) -> None:
    p = population("symplectic(strength=0.7, align=False)", loss=loss, regularizers={"r1": 0.3})
    xi, h, _ = plain(p)
    torch.testing.assert_close(-theory.game_field(p), xi + 0.7 * times((h - h.mT).mT / 2, xi), **SAME)


def test_symplectic_aligned_turns_away_from_an_unstable_point() -> None:
    """sign(<xi, H^T xi> <A^T xi, H^T xi> / n + 0.1), member by member: here some of either sign."""
    recipes = [SMALL.but(turns="symplectic(strength=0.7)", loss="minimax", seed=s) for s in range(40)]
    p = Population(recipes, dtype=torch.float64)
    p.generator.theta, p.discriminator.theta = 4 * p.generator.theta, 4 * p.discriminator.theta
    xi, h, _ = plain(p)
    adjusted, uphill = times((h - h.mT).mT / 2, xi), times(h.mT, xi)
    n = xi.shape[-1]
    sign = torch.sign((xi * uphill).sum(-1, keepdim=True) * (adjusted * uphill).sum(-1, keepdim=True) / n + 0.1)
    assert 0 < (sign < 0).sum() < len(recipes)
    torch.testing.assert_close(-theory.game_field(p), xi + 0.7 * sign * adjusted, rtol=1e-5, atol=1e-7)


def test_competitive_steps_to_the_equilibrium_of_the_local_bilinear_game() -> None:
    """Each step is best against the other's: step_x = -eta_x (grad_x + D_xy step_y) (Schaefer and Anandkumar 2019)."""
    p = population("competitive", loss="minimax")
    xi, h, n_g = plain(p)
    for_g, for_d = p.turn.gradients(p.game, p.generator.theta, p.discriminator.theta, p.probe_batch(PROBE_BATCH))
    step_g, step_d = -0.05 * for_g, -0.08 * for_d
    best_g = -0.05 * (xi[:, :n_g] + times(h[:, :n_g, n_g:], step_d))
    best_d = -0.08 * (xi[:, n_g:] + times(h[:, n_g:, :n_g], step_g))
    torch.testing.assert_close(step_g, best_g, **SAME)
    torch.testing.assert_close(step_d, best_d, **SAME)
    assert (step_g + 0.05 * xi[:, :n_g]).abs().max() > 1e-5  # not simply the plain step


@pytest.mark.parametrize("of", ["alternating", "simultaneous", "extragradient"])
def test_lookahead_goes_back_every_k_iterations(of: str) -> None:
    p, fast = population(f"lookahead(k=3, alpha=0.25, of='{of}')"), population(of)
    for _ in range(4):
        slow = thetas(p).clone()
        fast.run(3)
        p.run(2)
        assert not torch.allclose(thetas(p), slow)
        p.step()
        torch.testing.assert_close(thetas(p), slow + 0.25 * (thetas(fast) - slow), **EXACT)
        n_g = p.generator.theta.shape[-1]
        fast.generator.theta, fast.discriminator.theta = thetas(p)[:, :n_g], thetas(p)[:, n_g:]


def test_lookahead_that_sets_in_during_a_run_goes_back_to_where_it_set_in() -> None:
    p, fast = population("alternating"), population("alternating")
    for q in (p, fast):
        q.run(7)
    set_in = thetas(p).clone()
    p.change([r.but(turns="lookahead(k=5, alpha=0.5)") for r in p.recipes])
    for q in (p, fast):
        q.run(3)
    torch.testing.assert_close(thetas(p), (set_in + thetas(fast)) / 2, **EXACT)


def test_lookahead_forgets_nothing_when_a_number_changes() -> None:
    p = population("lookahead(k=5)")
    p.run(2)
    memory = [x.clone() for x in p.game.turn_state]
    p.change([r.but(lr_g=0.01) for r in p.recipes])
    torch.testing.assert_close(list(p.game.turn_state), memory, rtol=0, atol=0)


@pytest.mark.parametrize("turns", TURNS)
def test_a_member_alone_is_the_member_among_others(turns: str) -> None:
    together = population(turns)
    together.run(12)
    for s in range(SEEDS):
        alone = Population(SMALL.but(turns=turns, seed=s), dtype=torch.float64)
        alone.run(12)
        torch.testing.assert_close(thetas(alone)[0], thetas(together)[s], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("turns", TURNS)
def test_copies_go_on_as_the_member_does_when_data_is_one_point(turns: str) -> None:
    """Copies hold all that decides the future: parameters, optimizer state, the turn's memory and its clock."""
    tiny = {"data": "dirac", "generator": "point", "discriminator": "linear", "regularizers": {"r1": 0.1}}
    p = Population([SMALL.but(turns=turns, momentum=0.0, seed=s, **tiny) for s in range(2)], dtype=torch.float64)
    p.run(7)
    copies = p.copies(3)
    for q in (p, copies):
        q.run(9)
    torch.testing.assert_close(thetas(copies), thetas(p).repeat_interleave(3, 0), **EXACT)


@pytest.mark.parametrize("turns", TURNS)
def test_a_diverged_member_leaves_the_others_alone(turns: str) -> None:
    p, healthy = population(turns), population(turns)
    p.discriminator.theta = torch.cat(
        [torch.full_like(p.discriminator.theta[:1], torch.nan), p.discriminator.theta[1:]]
    )
    for q in (p, healthy):
        q.run(6)
    torch.testing.assert_close(thetas(p)[1:], thetas(healthy)[1:], rtol=1e-9, atol=1e-11)
    assert p.snapshot(16).alive.tolist() == [False, True, True]


REFUSED = [
    ({"turns": "competitive", "optimizer": "adam"}, "needs optimizer 'sgd'"),
    ({"turns": "competitive", "momentum": -0.3}, "needs optimizer 'sgd' with momentum 0"),
    ({"turns": "competitive", "width": 128}, "at most 400 parameters a player, here 642 and 513"),
    ({"turns": "consensus(gamma=0)"}, "gamma=0: must be a finite number from 1e-6"),
    ({"turns": "consensus(gamma='much')"}, "gamma='much': must be a"),
    ({"turns": "symplectic(strength=-1)"}, "strength=-1: must be a finite number from 1e-6"),
    ({"turns": "symplectic(align=1)"}, "align=1: must be True or False"),
    ({"turns": "lookahead(k=2.5)"}, "k=2.5: must be a whole number"),
    ({"turns": "lookahead(alpha=1)"}, "alpha=1: must be a finite number from 1e-6 to 0.999999"),
    ({"turns": "lookahead(of='lookahead')"}, "of: must name another turn"),
    ({"turns": "lookahead(of='sideways')"}, "unknown name 'sideways'"),
    ({"turns": "lookahead(of=3)"}, "of=3"),
    ({"turns": "lookahead(of='competitive')", "optimizer": "adam"}, "needs optimizer 'sgd'"),
    ({"turns": "extragradient(gamma=1)"}, "has no argument 'gamma'"),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_turns_without_meaning_are_refused_in_the_recipe_with_the_reason(changes: dict, reason: str) -> None:
    with pytest.raises(RecipeError, match=r"^turns=") as refusal:
        SMALL.but(**changes)
    assert reason in str(refusal.value)


@pytest.mark.parametrize("turns", [name for name, turn in TURNS.items() if not turn.takes_steps])
def test_turns_that_move_both_at_once_refuse_d_steps(turns: str) -> None:
    with pytest.raises(RecipeError, match="d_steps=2"):
        SMALL.but(turns=turns, d_steps=2)


def test_lookahead_takes_steps_where_the_turn_in_between_does() -> None:
    assert SMALL.but(turns="lookahead", d_steps=2).d_steps == 2
    with pytest.raises(RecipeError, match="d_steps=2"):
        SMALL.but(turns="lookahead(of='simultaneous')", d_steps=2)


@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if not loss.uses_discriminator])
@pytest.mark.parametrize("turns", TURNS)
def test_turns_that_live_from_the_other_player_need_one(turns: str, loss: str) -> None:
    if TURNS[turns].couples:
        with pytest.raises(RecipeError, match="has no discriminator"):
            SMALL.but(turns=turns, loss=loss)
    else:
        p = Population(SMALL.but(turns=turns, loss=loss))
        p.run(3)
        assert torch.isfinite(p.generator.theta).all()


def test_g_steps_are_steps_of_g_against_the_same_d() -> None:
    p, still = population("alternating", g_steps=3), population("alternating", g_steps=3)
    g, d = still.generator.theta, still.discriminator.theta
    d = d - 0.08 * still.game.discriminator_gradient(g, d, still.batch())
    for _ in range(3):
        g = g - 0.05 * still.game.generator_gradient(g, d, still.batch())
    p.step()
    torch.testing.assert_close(p.discriminator.theta, d, **EXACT)
    torch.testing.assert_close(p.generator.theta, g, **EXACT)


def test_runge_kutta_follows_a_linear_flow_to_the_fourth_order() -> None:
    """On the Dirac-GAN with the Wasserstein loss the field is a rotation, theta' = A theta: the step is the
    exponential's series up to h^4 (Hairer et al. 1993, II.1)."""
    h = 0.5
    dirac = Recipe(data="dirac", generator="point", discriminator="linear", loss="wasserstein", optimizer="sgd",
                   turns="runge-kutta-4", lr_g=h, lr_d=h, latent=1)  # fmt: skip
    p = Population(dirac, dtype=torch.float64)
    start = thetas(p)
    p.step()
    a = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64) * h  # G climbs psi, D falls with theta
    powers = [torch.linalg.matrix_power(a, k) / [1, 1, 2, 6, 24][k] for k in range(5)]
    torch.testing.assert_close(thetas(p), start @ sum(powers[1:], powers[0]).T, **EXACT)


def test_runge_kutta_refuses_what_is_no_plain_descent() -> None:
    for changes in ({"optimizer": "adam"}, {"momentum": 0.5}, {"optimizer_d": "sgd(momentum=0.1)"}):
        with pytest.raises(RecipeError, match="plain gradient steps"):
            SMALL.but(turns="runge-kutta-4", **changes)


@pytest.mark.parametrize(("spec", "rests"), [("while-losing(accuracy=0)", True), ("while-losing(accuracy=1)", False)])
def test_d_rests_where_it_does_not_lose(spec: str, rests: bool) -> None:
    p, alternating = population(spec), population("alternating")
    start = p.discriminator.theta.clone()
    p.step()
    alternating.step()
    assert torch.equal(p.discriminator.theta, start if rests else alternating.discriminator.theta)


def test_each_member_rests_by_itself() -> None:
    """Some members of one population rest in one iteration and some do not; a member alone does the same."""
    recipes = [SMALL.but(turns="while-losing(accuracy=0.5)", seed=s) for s in range(8)]
    together = Population(recipes, dtype=torch.float64)
    before = together.discriminator.theta.clone()
    together.step()
    moved = (together.discriminator.theta != before).any(-1)
    assert moved.any()
    assert not moved.all()
    for s in (int(moved.nonzero()[0]), int((~moved).nonzero()[0])):
        alone = Population(recipes[s], dtype=torch.float64)
        alone.step()
        torch.testing.assert_close(alone.discriminator.theta[0], together.discriminator.theta[s], **EXACT)


def test_one_player_moves_a_time_and_it_is_the_one_that_loses() -> None:
    for loss, g_moves in ((-1e6, True), (1e6, False)):
        p = population(f"whoever-loses(loss={loss!r})")
        g, d = p.generator.theta.clone(), p.discriminator.theta.clone()
        p.step()
        assert torch.equal(p.generator.theta, g) is not g_moves
        assert torch.equal(p.discriminator.theta, d) is g_moves
