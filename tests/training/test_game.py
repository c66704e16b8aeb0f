"""The game of a recipe: objectives are functions of both players' parameters and of a batch, and of nothing else."""

from __future__ import annotations

import pytest
import torch

from toygan import Population, Recipe

SMALL = Recipe(width=8, activation="tanh", batch=16)
DOUBLE = torch.float64


def population(*recipes: Recipe) -> Population:
    return Population(recipes, dtype=DOUBLE)


def losses(p: Population, batch: object) -> tuple[torch.Tensor, torch.Tensor]:
    return p.game.losses(p.generator.theta, p.discriminator.theta, batch)


@pytest.mark.parametrize(
    "regularizers", [{}, {"instance-noise": 0.3}, {"label-flipping": 0.3}, {"gradient-penalty": 1.0}]
)
def test_the_same_batch_gives_the_same_losses_and_another_batch_others(regularizers: dict[str, float]) -> None:
    p = population(SMALL.but(regularizers=regularizers))
    batch, other = p.batch(), p.batch()
    first, again, elsewhere = losses(p, batch), losses(p, batch), losses(p, other)
    for player in (0, 1):
        assert torch.equal(first[player], again[player])
        assert first[player] != elsewhere[player]


def test_members_with_other_seeds_see_other_batches_and_twins_the_same() -> None:
    p = population(SMALL, SMALL.but(seed=1), SMALL.but(lr_g=1e-4))
    batch = p.batch()
    for draw in (batch.real, batch.z, batch.normal("a name", batch.real), batch.uniform("another", batch.real)):
        assert draw.shape == (3, 16, 2)
        assert not torch.equal(draw[0], draw[1])
        assert torch.equal(draw[0], draw[2])


def test_noise_is_drawn_once_a_name_in_the_shape_that_is_asked_for() -> None:
    batch = population(SMALL).batch()
    like = torch.empty(1, 5, 3, dtype=DOUBLE)
    noise = batch.normal("on real", like)
    assert noise.shape == like.shape
    assert batch.normal("on real", like) is noise
    assert not torch.equal(batch.normal("on fake", like), noise)
    draws = batch.uniform("luck", torch.empty(1, 4096, 1))
    assert 0 <= draws.min() < 0.01
    assert 0.99 < draws.max() < 1


def test_noise_for_regularizers_does_not_shift_the_batches() -> None:
    p, quiet = population(SMALL), population(SMALL)
    p.batch().normal("noise", torch.empty(1, 9, 2))
    quiet.batch()
    assert torch.equal(p.batch().real, quiet.batch().real)


def test_discriminator_and_generator_meet_on_the_batch_that_is_given() -> None:
    """Non-saturating losses by hand: -log D(x) - log(1 - D(G(z))) and -log D(G(z))."""
    p = population(SMALL)
    batch = p.batch()
    fake = p.generator.network(p.generator.theta, batch.z)
    d_real, d_fake = torch.sigmoid(p.critic(batch.real)), torch.sigmoid(p.critic(fake))
    loss_g, loss_d = losses(p, batch)
    torch.testing.assert_close(loss_d, -(d_real.log() + (1 - d_fake).log()).mean(-1))
    torch.testing.assert_close(loss_g, -d_fake.log().mean(-1))


def test_an_arrow_is_what_a_sample_gains_by_moving() -> None:
    """For the non-saturating loss it is (1 - D) grad a, whatever the number of samples beside it."""
    p, eps = population(SMALL), 1e-6
    samples, arrows = p.descent_directions(10)
    steps = eps * torch.eye(2, dtype=DOUBLE)
    slope = torch.stack([(p.critic(samples + s) - p.critic(samples - s)) / (2 * eps) for s in steps], -1)
    torch.testing.assert_close(arrows, torch.sigmoid(-p.critic(samples))[..., None] * slope)
    assert arrows.shape == (1, 10, 2)


def test_what_regularizers_keep_survives_a_change_of_numbers() -> None:
    p = population(SMALL.but(regularizers={"historical-averaging": 0.1}))
    p.run(3)
    kept = p.game.regularizer_states["historical-averaging"]
    p.change(SMALL.but(regularizers={"historical-averaging": 0.2, "r1": 0.1}, lr_g=1e-4))
    assert all(a is b for a, b in zip(kept, p.game.regularizer_states["historical-averaging"], strict=True))
    p.change(SMALL)
    assert not p.game.regularizer_states


@pytest.mark.parametrize("name", ["spectral-norm", "historical-averaging", "unrolled"])
def test_copies_of_a_run_keep_what_it_keeps(name: str) -> None:
    p = population(SMALL.but(regularizers={name: 2}), SMALL.but(regularizers={name: 1}, seed=1))
    p.run(4)
    copies, batch = p.copies(2), p.probe_batch(16)
    for mine, its in zip(losses(p, batch), losses(copies, copies.probe_batch(16)), strict=True):
        torch.testing.assert_close(mine.repeat_interleave(2), its)


def test_an_average_of_generators_is_kept_beside_the_last_iterate() -> None:
    p, plain = population(SMALL.but(ema=0.9), SMALL.but(ema=0.0)), population(SMALL)
    average = p.generator.theta[0]
    for _ in range(5):
        p.step()
        plain.step()
        average = 0.9 * average + 0.1 * p.generator.theta[0]
    torch.testing.assert_close(p.average[0], average)
    assert torch.equal(p.average[1], p.generator.theta[1])
    torch.testing.assert_close(p.generator.theta[:1], plain.generator.theta)  # it changes nothing
    assert plain.average is plain.generator.theta


def test_a_snapshot_shows_the_average_where_there_is_one() -> None:
    p, plain = population(SMALL.but(ema=0.9), SMALL), population(SMALL)
    p.run(5)
    shown, bare = p.snapshot(200), plain.snapshot(200)
    assert torch.equal(shown.average, p.generate(200, average=True))
    assert torch.equal(shown.average[0], p.generate(200, 0, average=True))
    assert not torch.equal(shown.average[0], shown.samples[0])
    assert torch.equal(shown.average[1], shown.samples[1])
    assert shown.metrics["average-high-quality"][1] == shown.metrics["high-quality"][1]
    assert bare.average is None
    assert not any(name.startswith("average") for name in bare.metrics)


def test_an_average_that_is_asked_for_in_flight_starts_from_the_present() -> None:
    p = population(SMALL)
    p.run(3)
    p.change(SMALL.but(ema=0.5))
    before = p.generator.theta
    assert torch.equal(p.average, before)
    p.step()
    torch.testing.assert_close(p.average, (before + p.generator.theta) / 2)


def test_a_player_steps_by_itself_only_if_no_regularizer_acts_after_its_steps() -> None:
    free, clipped = population(SMALL), population(SMALL.but(regularizers={"weight-clipping": 0.1, "r1": 0.1}))
    start = free.discriminator.theta
    free.discriminator.step(torch.ones_like(start))
    assert not torch.equal(free.discriminator.theta, start)
    clipped.generator.step(torch.ones_like(clipped.generator.theta))
    with pytest.raises(ValueError, match=r"step: weight-clipping acts after .* call game.step_d\(gradient, where\)"):
        clipped.discriminator.step(torch.ones_like(start))
    clipped.change(SMALL)
    clipped.discriminator.step(torch.ones_like(start))


@pytest.mark.parametrize("where", [[True, False], [False, True]])
def test_a_step_moves_the_members_that_are_named_and_no_others(where: list[bool]) -> None:
    p = population(*SMALL.but(regularizers={"weight-clipping": 0.1}).seeds(2))
    for player, step in ((p.generator, p.game.step_g), (p.discriminator, p.game.step_d)):
        before, state = player.theta, player.state
        step(torch.ones_like(before), torch.tensor(where))
        assert (player.theta != before).any(-1).tolist() == where
        assert all(
            ((new != old).flatten(1).any(-1).tolist()) == where for new, old in zip(player.state, state, strict=True)
        )
