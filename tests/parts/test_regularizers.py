"""Every regularizer does what its formula says, to each member alone, and nothing to those who do not use it."""

from __future__ import annotations

import math
import re
import zlib

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from toygan import LOSSES, REGULARIZERS, Population, Recipe, RecipeError
from toygan.parts.networks import NETWORKS, Shape
from toygan.parts.regularizers import Regularizer
from toygan.parts.regularizers.batch_aware import SimilarityMLP, StddevMLP
from toygan.parts.regularizers.weights import WeightClipping
from toygan.training.game import HOOKS

SMALL = Recipe(width=8, depth=2, activation="tanh", batch=12)
LINEAR = SMALL.but(generator="point", discriminator="linear")
WITH_SLOPE = [name for name in REGULARIZERS if "penalty" in name or name in ("dragan", "r1", "r2", "roth")]


class Given:
    """A batch of `copies` times the same samples and the same noise."""

    def __init__(self, p: Population, n: int, copies: int = 1) -> None:
        look = p.probe_batch(n)
        self.real, self.z = (x.repeat(1, copies, 1) for x in (look.real, look.z))
        self._copies = copies

    def _noise(self, draw: object, name: str, like: Tensor) -> Tensor:
        rng = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        shape = len(like), like.shape[1] // self._copies, like.shape[2]
        return draw(shape, generator=rng, dtype=like.dtype).repeat(1, self._copies, 1)

    def normal(self, name: str, like: Tensor) -> Tensor:
        return self._noise(torch.randn, name, like)

    def uniform(self, name: str, like: Tensor) -> Tensor:
        return self._noise(torch.rand, name, like)


def population(*recipes: Recipe) -> Population:
    return Population(recipes, dtype=torch.float64)


def regularized(recipe: Recipe, **strengths: float) -> Recipe:
    return recipe.but(regularizers={name.replace("_", "-"): strength for name, strength in strengths.items()})


def usual(name: str, recipe: Recipe = SMALL) -> Recipe:
    return recipe.but(regularizers={name: REGULARIZERS.make(name).strengths[1]})


def losses(p: Population, batch: object) -> tuple[Tensor, Tensor]:
    return p.game.losses(p.generator.theta, p.discriminator.theta, batch)


def added(p: Population, batch: object) -> Tensor:
    """What the regularizers add to D's loss."""
    plain = population(*(recipe.but(regularizers={}) for recipe in p.recipes))
    plain.generator.theta, plain.discriminator.theta = p.generator.theta, p.discriminator.theta
    return losses(p, batch)[1] - losses(plain, batch)[1]


# Slopes


@pytest.mark.parametrize("length", [0.5, 2.0])
@pytest.mark.parametrize(
    ("name", "penalty"),
    [
        ("gradient-penalty", lambda r: 0.3 * (r - 1) ** 2),
        ("gradient-penalty-one-sided", lambda r: 0.3 * max(r - 1, 0) ** 2),
        ("gradient-penalty-zero-centred", lambda r: 0.3 / 2 * r**2),
        ("dragan", lambda r: 0.3 * (r - 1) ** 2),
        ("r1", lambda r: 0.3 / 2 * r**2),
        ("r2", lambda r: 0.3 / 2 * r**2),
        ("weight-decay", lambda r: 0.3 / 2 * r**2),
    ],
)
def test_a_linear_critic_pays_the_price_of_its_one_slope(name: str, penalty: object, length: float) -> None:
    p = population(LINEAR.but(regularizers={name: 0.3}))
    p.discriminator.theta = length * torch.tensor([[0.6, 0.8]], dtype=torch.float64)
    assert added(p, Given(p, 12)).item() == pytest.approx(penalty(length), abs=1e-12)


def test_roth_weighs_slopes_by_how_unsure_the_critic_is() -> None:
    p = population(regularized(LINEAR, roth=0.3))
    batch, psi = Given(p, 12), p.discriminator.theta[0]
    real, fake = batch.real[0] @ psi, p.generator.theta[0] @ psi
    weight = torch.sigmoid(-real).square().mean() + torch.sigmoid(fake).square()
    torch.testing.assert_close(added(p, batch)[0], 0.3 / 2 * weight * psi @ psi)


@pytest.mark.parametrize("name", ["r1", "r2"])
def test_the_slope_is_each_samples_own(name: str) -> None:
    p = population(SMALL.but(regularizers={name: 0.3}))
    batch, eps = Given(p, 12), 1e-6
    x = batch.real if name == "r1" else p.game.generator.network(p.generator.theta, batch.z)
    steps = eps * torch.eye(2, dtype=torch.float64)
    slope = torch.stack([(p.critic(x + step) - p.critic(x - step)) / (2 * eps) for step in steps], -1)
    torch.testing.assert_close(added(p, batch), 0.3 / 2 * slope.square().sum(-1).mean(-1))


@pytest.mark.parametrize("name", WITH_SLOPE)
def test_a_penalty_bites_from_the_first_step_on(name: str) -> None:
    p = population(usual(name))
    batch, plain = p.probe_batch(12), population(SMALL)
    gradient = p.game.discriminator_gradient(p.generator.theta, p.discriminator.theta, batch)
    without = plain.game.discriminator_gradient(p.generator.theta, p.discriminator.theta, batch)
    steep = added(p, batch).item() > 0
    assert steep != (name == "gradient-penalty-one-sided")  # a fresh D is flatter than 1, which is free there
    assert (gradient - without).norm().item() > 0 if steep else torch.equal(gradient, without)


# All regularizers


@pytest.mark.parametrize("name", REGULARIZERS)
def test_a_batch_twice_over_is_worth_the_same(name: str) -> None:
    p = population(usual(name))
    p.run(3)
    for once, twice in zip(losses(p, Given(p, 12)), losses(p, Given(p, 12, copies=2)), strict=True):
        torch.testing.assert_close(once, twice)


@pytest.mark.parametrize("name", [*REGULARIZERS, "unrolled(detached=True)"])
def test_each_loss_is_differentiable_in_the_other_players_parameters(name: str) -> None:
    p = population(usual(name))
    p.run(3)
    batch, eps = Given(p, 12), 1e-6
    rng = torch.Generator().manual_seed(0)
    g, d = p.generator.theta.requires_grad_(), p.discriminator.theta.requires_grad_()
    along_g, along_d = (torch.randn(x.shape, generator=rng, dtype=x.dtype) for x in (g, d))
    for_g, for_d = p.game.losses(g, d, batch)
    mixed = torch.autograd.grad(for_g, d)[0] @ along_d[0], torch.autograd.grad(for_d, g)[0] @ along_g[0]
    g, d = g.detach(), d.detach()
    up, down = (
        (p.game.losses(g, d + s * along_d, batch)[0], p.game.losses(g + s * along_g, d, batch)[1]) for s in (eps, -eps)
    )
    for derivative, high, low in zip(mixed, up, down, strict=True):
        torch.testing.assert_close(derivative, (high - low) / (2 * eps), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", REGULARIZERS)
def test_members_of_other_strengths_train_as_they_would_alone(name: str) -> None:
    part = REGULARIZERS[name]
    strengths = part.strengths[1:2] * 2 if part.structural else part.strengths[:2]
    recipes = [SMALL.but(regularizers={name: s}, seed=i, ema=0.5) for i, s in enumerate(strengths)]
    together, alone = population(*recipes), [population(recipe) for recipe in recipes]
    for p in (together, *alone):
        p.run(5)
    for i, p in enumerate(alone):
        torch.testing.assert_close(together.generator.theta[[i]], p.generator.theta)
        torch.testing.assert_close(together.discriminator.theta[[i]], p.discriminator.theta)
        torch.testing.assert_close(together.critic(torch.ones(4, 2), i), p.critic(torch.ones(4, 2), 0))
        torch.testing.assert_close(together.descent_directions(8, i)[1], p.descent_directions(8, 0)[1])


@pytest.mark.parametrize("name", [name for name, part in REGULARIZERS.items() if not part.structural])
def test_a_regularizer_can_be_taken_up_and_dropped_while_a_run_plays(name: str) -> None:
    p = population(SMALL)
    p.run(2)
    for recipe in (usual(name), SMALL):
        before = p.generator.theta, p.discriminator.theta
        p.change(recipe)
        assert p.generator.theta is before[0]
        assert p.discriminator.theta is before[1]
        p.run(2)
    assert p.snapshot(100).alive.all()


def test_who_uses_no_regularizer_calls_none_and_draws_no_number_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: object) -> None:
        raise AssertionError("a regularizer was asked")

    for hook in HOOKS:
        monkeypatch.setattr(Regularizer, hook, called)
    p = population(SMALL)
    p.run(3)
    assert not p.game.source._noise


@pytest.mark.parametrize("name", REGULARIZERS)
def test_twins_with_and_without_a_regularizer_see_the_same_batches(name: str) -> None:
    p, plain = population(usual(name)), population(SMALL)
    p.run(2)
    plain.run(2)
    ours, theirs = p.batch(), plain.batch()
    assert torch.equal(ours.real, theirs.real)
    assert torch.equal(ours.z, theirs.z)


# Weights


def test_clipping_keeps_parameters_within_their_unit_of_the_layer() -> None:
    p = population(regularized(SMALL, weight_clipping=0.5).but(lr_d=0.1))
    bounds = [0.5 / math.sqrt(2), 0.5 / math.sqrt(8), 0.5 / math.sqrt(8)]
    for _ in range(3):
        for (weight, bias), bound in zip(
            p.game.discriminator.network.unpack(p.discriminator.theta), bounds, strict=True
        ):
            assert max(weight.abs().max(), bias.abs().max()) <= bound + 1e-12
        p.step()
    assert weight.abs().max() == pytest.approx(bound)  # and it does bind


def test_clipping_at_the_papers_bound_is_the_same_for_every_parameter() -> None:
    p = population(SMALL.but(lr_d=0.1, regularizers={"weight-clipping(relative=False)": 0.01}))
    p.run(3)
    assert p.discriminator.theta.abs().max() == pytest.approx(0.01)


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "tanh", "softplus"])
def test_spectral_norm_bounds_differences_of_logits_by_distance(activation: str) -> None:
    strength = 3.0
    p = population(regularized(SMALL, spectral_norm=strength).but(activation=activation, width=32))
    rng = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(2, 2000, 2, generator=rng, dtype=torch.float64)
    for steps in (0, 200):
        p.run(steps)
        a, b = p.critic(x[0])[0], p.critic(x[1])[0]
        assert ((a - b).abs() / (x[0] - x[1]).norm(dim=-1)).max() <= strength * 1.005


def test_spectral_norm_reads_the_largest_singular_value() -> None:
    p = population(
        regularized(SMALL, spectral_norm=1.0).but(width=32, seed=0),
        regularized(SMALL, spectral_norm=1.0).but(width=32, seed=1),
    )
    net = p.game.discriminator.network
    for steps in (0, 100):
        p.run(steps)
        for scaled in net.matrices(p.game._reparametrize(p.discriminator.theta)):
            norms = torch.linalg.matrix_norm(scaled, ord=2)
            torch.testing.assert_close(norms, torch.ones_like(norms), rtol=2e-3, atol=0)


def test_spectral_norm_multiplies_the_output_by_its_strength() -> None:
    one, three = (population(regularized(SMALL, spectral_norm=s)) for s in (1.0, 3.0))
    x = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(3 * one.critic(x), three.critic(x))


def test_historical_averaging_pulls_to_the_mean_of_the_past() -> None:
    p = population(regularized(SMALL, historical_averaging=0.7).but(turns="simultaneous"))
    batch, past = Given(p, 12), [(p.generator.theta, p.discriminator.theta)]
    assert added(p, batch).item() == 0
    for _ in range(4):
        p.step()
        past.append((p.generator.theta, p.discriminator.theta))
    mean = torch.stack([d for _, d in past]).mean(0)
    torch.testing.assert_close(added(p, batch), 0.7 * (p.discriminator.theta - mean).square().sum(-1))
    torch.testing.assert_close(
        p.game.regularizer_states["historical-averaging"][0], torch.stack([g for g, _ in past]).mean(0)
    )


# Labels and noise


def test_smoothing_gives_real_samples_a_target_below_one() -> None:
    p = population(regularized(SMALL, label_smoothing=0.1))
    batch = Given(p, 12)
    c = p.game.discriminator_pass(p.generator.theta, p.discriminator.theta, batch)
    expected = -(0.9 * torch.sigmoid(c.real).log() + 0.1 * torch.sigmoid(-c.real).log()) - torch.sigmoid(-c.fake).log()
    torch.testing.assert_close(losses(p, batch)[1], expected.mean(-1))


@pytest.mark.parametrize(("draws", "flipped"), [(0.2, True), (0.4, False)])
def test_flipping_swaps_the_labels_of_samples_that_are_drawn(draws: float, flipped: bool) -> None:
    p = population(regularized(SMALL, label_flipping=0.3))
    batch = Given(p, 12)
    batch.uniform = lambda name, like: torch.full_like(like, draws)
    c = p.game.discriminator_pass(p.generator.theta, p.discriminator.theta, batch)
    sign = -1 if flipped else 1
    torch.testing.assert_close(losses(p, batch)[1], (softplus(-sign * c.real) + softplus(sign * c.fake)).mean(-1))


def test_noise_is_on_all_that_d_sees_but_not_on_the_picture_of_it() -> None:
    p = population(regularized(LINEAR, instance_noise=0.5))
    batch, psi = Given(p, 12), p.discriminator.theta[0]
    c = p.game.discriminator_pass(p.generator.theta, p.discriminator.theta, batch)
    noise = batch.normal("noise on real", batch.real), batch.normal("noise on fake", batch.real)
    torch.testing.assert_close(c.real, (batch.real + 0.5 * noise[0]) @ psi)
    torch.testing.assert_close(c.fake, (p.generator.theta + 0.5 * noise[1]) @ psi)
    torch.testing.assert_close(p.critic(batch.real[0]), batch.real @ psi)


@pytest.mark.parametrize("name", [name for name, part in REGULARIZERS.items() if part.fades])
def test_what_fades_is_gone_after_the_annealing(name: str) -> None:
    p, plain = population(usual(name).but(anneal=4)), population(SMALL)
    full, batch = population(usual(name)), Given(p, 12)
    shares = []
    for now in (0, 1, 2, 4, 9):
        p.game.steps = now
        shares.append([p.game._now(name).strength.item() / REGULARIZERS[name].strengths[1]])
    assert shares == [[pytest.approx(share)] for share in (1, 0.75, 0.5, 0, 0)]
    torch.testing.assert_close(losses(p, batch), losses(plain, batch))
    assert losses(full, batch)[1] != losses(plain, batch)[1]


# G's goals


def test_unrolling_sees_d_move_and_how_g_moves_it() -> None:
    """Wasserstein on the Dirac-GAN: psi_k = psi - k eta theta, so L_G = -(psi - k eta theta) theta."""
    recipe = Recipe(
        data="dirac", generator="point", discriminator="linear", optimizer="sgd", loss="wasserstein", lr_d=0.1
    )
    for name, expected in (("unrolled", -0.5 + 2 * 3 * 0.1 * 2), ("unrolled(detached=True)", -0.5 + 3 * 0.1 * 2)):
        p = population(recipe.but(regularizers={name: 3}))
        theta, psi = (torch.tensor([[x]], dtype=torch.float64) for x in (2.0, 0.5))
        assert p.game.generator_gradient(theta, psi, p.probe_batch(4)).item() == pytest.approx(expected)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "optimistic-adam"])
def test_unrolling_takes_the_very_steps_that_d_would_take(optimizer: str) -> None:
    recipe = SMALL.but(optimizer=optimizer)
    p, ahead = population(regularized(recipe, unrolled=3)), population(recipe)
    for each in (p, ahead):
        each.run(2)
    ahead.generator.theta, ahead.discriminator.theta = p.generator.theta, p.discriminator.theta
    ahead.discriminator.state = p.discriminator.state
    batch, before = Given(p, 12), p.discriminator.theta.clone()
    seen = losses(p, batch)[0]
    for _ in range(3):
        d = ahead.discriminator
        ahead.game.step_d(ahead.game.discriminator_gradient(ahead.generator.theta, d.theta, batch))
    torch.testing.assert_close(seen, losses(ahead, batch)[0])
    assert torch.equal(before, p.discriminator.theta)  # nobody else sees them


@pytest.mark.parametrize("name", ["unrolled", "unrolled(detached=True)"])
def test_unrolling_no_step_is_plain(name: str) -> None:
    p, plain = population(SMALL.but(regularizers={name: 0})), population(SMALL)
    p.run(3)
    plain.run(3)
    assert torch.equal(p.generator.theta, plain.generator.theta)


def test_unrolling_through_adam_is_finite_where_units_are_dead() -> None:
    p = population(regularized(SMALL, unrolled=5).but(activation="relu"))
    layers = p.game.discriminator.network.unpack(p.discriminator.theta.clone())
    layers[0][1][:] = -100  # no hidden unit ever answers: no gradient for the weights before it
    p.discriminator.theta = torch.cat([part.flatten(1) for layer in layers for part in layer], -1)
    assert p.game.generator_gradient(p.generator.theta, p.discriminator.theta, p.probe_batch(12)).isfinite().all()


def test_nagarajan_and_kolter_add_the_squared_gradient_of_d() -> None:
    p, plain = population(regularized(SMALL, nagarajan_kolter=0.7)), population(SMALL)
    batch = Given(p, 12)
    gradient = plain.game.discriminator_gradient(p.generator.theta, p.discriminator.theta, batch)
    torch.testing.assert_close(losses(p, batch)[0] - losses(plain, batch)[0], 0.7 * gradient.square().sum(-1))


def test_top_k_teaches_only_by_the_samples_that_d_finds_most_real() -> None:
    p = population(regularized(SMALL, top_k=0.3))
    samples, descent_directions = p.descent_directions(10)
    taught = descent_directions[0].norm(dim=-1) > 0
    assert taught.tolist() == (p.critic(samples[0])[0].argsort(descending=True).argsort() < 3).tolist()
    loss, logits = losses(p, p.probe_batch(10))[0], p.critic(samples[0])[0]
    torch.testing.assert_close(loss[0], softplus(-logits.sort().values[-3:]).mean())


def test_feature_matching_is_content_where_the_batches_coincide() -> None:
    p = population(regularized(SMALL, feature_matching=1.0))
    batch = Given(p, 12)
    g, d = p.generator.theta, p.discriminator.theta
    assert p.game.generator_loss(g, d, batch, samples=batch.real).item() == 0
    assert p.game.generator_loss(g, d, batch).item() > 0


def test_feature_matching_is_the_share_of_the_goal_that_its_strength_says() -> None:
    none, part, whole = (population(regularized(SMALL, feature_matching=s)) for s in (0.0, 0.25, 1.0))
    batch = Given(none, 12)
    loss = [losses(p, batch)[0] for p in (none, part, whole)]
    torch.testing.assert_close(loss[1], 0.75 * loss[0] + 0.25 * loss[2])


# Many samples at a time


def test_packs_of_one_are_the_plain_game() -> None:
    p, plain = population(regularized(SMALL, packing=1)), population(SMALL)
    p.run(3)
    plain.run(3)
    assert torch.equal(p.discriminator.theta, plain.discriminator.theta)


def test_packing_widens_the_input_layer_alone_and_copies_single_points() -> None:
    p, plain = population(regularized(SMALL, packing=3)), population(SMALL)
    assert p.discriminator.theta.shape[1] - plain.discriminator.theta.shape[1] == 2 * 2 * SMALL.width
    x = torch.randn(1, 5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    direct = p.game.discriminator.network(p.discriminator.theta, torch.cat([x, x, x], -1)).squeeze(-1)
    assert torch.equal(p.critic(x[0]), direct)
    batch = Given(p, 12)
    c = p.game.discriminator_pass(p.generator.theta, p.discriminator.theta, batch)
    assert torch.equal(c.x_real.reshape(1, 12, 2), batch.real)
    assert c.real.shape == (1, 4)


def test_minibatch_discrimination_sees_how_close_samples_are() -> None:
    net = SimilarityMLP(1, 1, Shape(1, 0, "relu"), extra=1, dims=1)
    theta = torch.tensor([[2.0, 3.0, 0.5, 4.0]])  # weights of x and of the closeness, bias, projection
    x = torch.tensor([[[0.0], [1.0], [1.0]]])
    far = math.exp(-4)
    closeness = torch.tensor([(1 + 2 * far) / 3, (2 + far) / 3, (2 + far) / 3])
    torch.testing.assert_close(net(theta, x)[0, :, 0], 2 * x[0, :, 0] + 3 * closeness + 0.5)
    single = net.in_batch(theta, x[:, :1], x)
    torch.testing.assert_close(single, net(theta, x)[:, :1])


def test_minibatch_stddev_sees_how_spread_out_features_are() -> None:
    net = StddevMLP(2, 1, Shape(1, 0, "relu"), scale=10.0)
    theta = torch.tensor([[2.0, 0.0, 3.0, 0.5]])
    x = torch.tensor([[[0.0, 5.0], [4.0, 5.0]]])  # standard deviations 2 and 0
    torch.testing.assert_close(net(theta, x)[0, :, 0], 2 * x[0, :, 0] + 3 * 10 * (2 + 0) / 2 + 0.5, atol=1e-2, rtol=0)


@pytest.mark.parametrize("name", [name for name in REGULARIZERS if name.startswith("minibatch")])
def test_single_points_are_judged_among_real_ones(name: str) -> None:
    p = population(usual(name))
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(p.critic(x)[:, :3], p.critic(x[:3]))  # whoever else is asked about
    shown, in_batch = (
        p.critic(p.probe_batch(64).real[0]),
        p.game.discriminator_pass(p.generator.theta, p.discriminator.theta, p.probe_batch(64)),
    )
    torch.testing.assert_close(shown, in_batch.real)


# An encoder


def test_veegan_shows_d_samples_with_their_codes() -> None:
    p = population(usual("veegan").but(latent=3))
    batch, net, theta = Given(p, 12), p.game.generator.network, p.generator.theta
    c = p.game.discriminator_pass(theta, p.discriminator.theta, batch)
    missed = batch.z - net.encode(theta, net(theta, batch.z))
    codes = net.encode(theta, batch.real)
    noisy = codes + missed.square().mean(1).sqrt() * batch.normal("codes", codes)
    torch.testing.assert_close(c.x_real, torch.cat([batch.real, noisy], -1))
    assert torch.equal(c.x_fake, torch.cat([net(theta, batch.z), batch.z], -1))
    direct = p.game.discriminator.network(p.discriminator.theta, torch.cat([batch.real, codes], -1)).squeeze(-1)
    assert torch.equal(p.critic(batch.real[0]), direct)


def test_veegan_teaches_the_encoder_by_reconstruction_alone() -> None:
    p, off = population(regularized(SMALL, veegan=0.7)), population(regularized(SMALL, veegan=0.0))
    batch, net, theta = Given(p, 12), p.game.generator.network, p.generator.theta
    missed = (batch.z - net.encode(theta, net(theta, batch.z))).square().sum(-1).mean(-1)
    torch.testing.assert_close(losses(p, batch)[0] - losses(off, batch)[0], 0.7 * missed)
    of_encoder = off.game.generator_gradient(theta, off.discriminator.theta, batch)[:, net.generator.n_params :]
    assert not of_encoder.any()
    p.run(300)
    now = p.game.generator.network.encode(p.generator.theta, net(p.generator.theta, batch.z))
    assert (batch.z - now).square().sum(-1).mean() < missed / 2


def test_veegan_starts_from_the_generator_of_the_plain_twin() -> None:
    p, plain = population(usual("veegan")), population(SMALL)
    assert torch.equal(p.generator.theta[:, : plain.generator.theta.shape[1]], plain.generator.theta)


# What has no meaning


@pytest.mark.parametrize(
    ("recipe", "name", "reason"),
    [
        (LINEAR, "spectral-norm", "mlp"),
        (LINEAR, "feature-matching", "mlp"),
        (LINEAR, "minibatch-discrimination", "mlp"),
        (LINEAR, "minibatch-stddev", "mlp"),
        (SMALL.but(batch=13), "packing", "packs of 2"),
        (usual("minibatch-stddev"), "minibatch-discrimination", "choose one"),
        *(
            (SMALL.but(loss=loss), name, "no label")
            for loss, part in LOSSES.items()
            if part.uses_discriminator and not part.separable
            for name in ("label-smoothing", "label-flipping")
        ),
        *(
            (SMALL.but(loss=loss), "r1", "no discriminator")
            for loss, part in LOSSES.items()
            if not part.uses_discriminator
        ),
    ],
)  # fmt: skip
def test_a_regularizer_without_meaning_is_refused_with_a_reason(recipe: Recipe, name: str, reason: str) -> None:
    with pytest.raises(RecipeError, match=reason):
        recipe.but(regularizers={**recipe.regularizers, name: REGULARIZERS[name].strengths[1]})


@pytest.mark.parametrize(
    ("name", "strength"),
    [("unrolled", 1.5), ("packing", 0), ("packing", 2.5), ("top-k", 0), ("top-k", 1.1), ("feature-matching", 1.1),
     ("label-smoothing", 0.6), ("r1", -1), ("minibatch-discrimination", 0)],
)  # fmt: skip
def test_a_strength_out_of_bounds_is_refused(name: str, strength: float) -> None:
    with pytest.raises(RecipeError, match=name):
        SMALL.but(regularizers={name: strength})


@pytest.mark.parametrize(
    ("hook", "old", "new"),
    [
        ("discriminator_loss", "self, loss, c", "self, loss, c, strength, state"),
        ("generator_loss", "self, loss, c", "self, loss, c, strength, state"),
        ("inputs", "self, c", "self, c, strength, state"),
        ("refuses", "self, parts, strength", "self, parts"),
    ],
)
def test_a_hook_of_another_form_is_refused_with_the_form_that_it_needs(hook: str, old: str, new: str) -> None:
    code = f"class Mine(Regularizer):\n    def {hook}({{}}): return 0"
    with pytest.raises(TypeError, match=re.escape(f"Mine.{hook}: must take ({new}); it takes ({old})")):
        exec(code.format(old), {"Regularizer": Regularizer})
    names: dict[str, type] = {"Regularizer": Regularizer}
    exec(code.format(new), names)
    assert issubclass(names["Mine"], Regularizer)


def test_the_derivative_of_clipping_is_1_up_to_the_bound_and_0_beyond_in_every_release_of_torch() -> None:
    part = WeightClipping(relative=False)
    theta = torch.tensor([[-2.0, -0.5, 0.0, 0.5, 0.7, math.nan]], requires_grad=True)
    net = Recipe(width=4).parts.discriminator
    clipped = part.project(theta, net, torch.tensor([0.5]))
    torch.testing.assert_close(clipped[0, :5], torch.tensor([-0.5, -0.5, 0.0, 0.5, 0.5]), rtol=0, atol=0)
    assert clipped[0, 5].isnan()
    (slope,) = torch.autograd.grad((3 * clipped).sum(), theta, create_graph=True)
    assert slope[0, :5].tolist() == [0, 3, 3, 3, 0]


@pytest.mark.parametrize("name", REGULARIZERS)
def test_a_weaker_strength_is_allowed_and_within_the_sliders_range(name: str) -> None:
    part = REGULARIZERS[name]
    low, usual, high = part.strengths
    weaker = part.weaken(usual, 100)
    assert part.bounds[0] <= low <= weaker <= high <= part.bounds[1]
    assert part.weaker in ("smaller", "larger")
    assert part.whole or usual in (low, high) or weaker != usual
    end = high if part.weaker == "larger" else low
    assert part.weaken(end, 100) == end


@pytest.mark.parametrize("name", ["weight-clipping", "weight-clipping(relative=False)", "spectral-norm", "top-k"])
def test_where_larger_is_weaker_a_weaker_strength_leaves_more_of_the_game_as_it_is(name: str) -> None:
    """Bounds on weights hold fewer of them, bounds on slopes allow steeper logits, and more samples count for G."""
    plain = SMALL.but(loss="wasserstein", lr_d=0.1, lr_g=0.1, optimizer="sgd")
    strong = {"top-k": 0.2, "spectral-norm": 0.5}.get(name, 0.01)
    weak = REGULARIZERS.make(name).weaken(strong, 100)
    populations = [Population(plain.but(regularizers={name: strength})) for strength in (strong, weak)]
    free = Population(plain)
    for population in (*populations, free):
        population.run(int(name != "spectral-norm"))
    if name == "spectral-norm":
        slopes = [p.critic(torch.tensor([[[0.0, 0.0], [1.0, 1.0]]])).diff().abs().item() for p in populations]
        assert slopes[1] == pytest.approx(weak / strong * slopes[0], rel=1e-3)
        return
    strong_away, weak_away = (
        max(apart(p.generator.theta, free.generator.theta), apart(p.discriminator.theta, free.discriminator.theta))
        for p in populations
    )
    assert weak_away < strong_away


def apart(one: Tensor, other: Tensor) -> float:
    return (one - other).abs().max().item()


@pytest.mark.parametrize("name", REGULARIZERS)
def test_a_refused_discriminator_is_told_of_every_one_that_fits(name: str) -> None:
    """Gulrajani et al. 2017, sec. 4: with a gradient penalty, layer norm in place of batch norm."""
    fitting, told = [], set()
    for d in (d for d, spec in NETWORKS.items() if "discriminator" in spec.kind.roles):
        try:
            Recipe(discriminator=d, regularizers={name: REGULARIZERS[name].strengths[1]})
            fitting.append(d)
        except RecipeError as error:
            told |= set(re.findall(r"'([\w-]+)'", str(error).partition("; needs ")[2]))
    assert told <= set(fitting)
    assert not told or told == set(fitting)


def test_a_gradient_penalty_beside_batch_norm_names_layer_norm() -> None:
    with pytest.raises(RecipeError, match="needs 'mlp', 'layer-norm-mlp', 'weight-norm-mlp', 'maxout' or 'linear'"):
        Recipe(discriminator="batch-norm-mlp", regularizers={"gradient-penalty": 10.0})
