"""What every part promises, whatever menu it stands on: a row that is added is tested from that moment on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from toygan import DISTRIBUTIONS, LOSSES, NETWORKS, OPTIMIZERS, REGULARIZERS, TURNS, Population, Recipe, RecipeError
from toygan.parts.losses import LogitPair
from toygan.parts.networks import ACTIVATIONS

MENUS = {
    "data": DISTRIBUTIONS, "loss": LOSSES, "optimizer": OPTIMIZERS, "turns": TURNS, "generator": NETWORKS,
    "discriminator": NETWORKS, "activation": ACTIVATIONS,
}  # fmt: skip
TINY = {"width": 4, "depth": 1, "batch": 8}  # some turns solve for the steps of all parameters: there must be few


def recipes() -> Iterator[Any]:
    """A recipe with each row of each menu, as near to the defaults as the row allows."""
    for field, menu in MENUS.items():
        for name, part in menu.items():
            if field in getattr(part, "roles", [field]):  # not every network is both a generator and a discriminator
                yield pytest.param(fitting({field: name}), id=f"{field}={name}")
    for name, regularizer in REGULARIZERS.items():
        yield pytest.param(fitting({"regularizers": {name: regularizer.strengths[1]}}), id=f"regularizers={name}")


def fitting(changes: dict[str, Any]) -> Recipe:
    """The first recipe in which a part has a meaning, of a few ever plainer ones."""
    reasons = []
    for plainer in ({}, {"latent": 1, "data": "bimodal"}, {"optimizer": "sgd"}, {"loss": "minimax"}):
        try:
            return Recipe(**{**TINY, **plainer, **changes})
        except RecipeError as error:
            reasons.append(str(error))
    raise AssertionError(f"{changes} fits nowhere: {reasons}")


EVERY_PART = pytest.mark.parametrize("recipe", list(recipes()))


def tensors(population: Population) -> Iterator[torch.Tensor]:
    """All that a population holds from one iteration to the next."""
    for player in (population.generator, population.discriminator):
        yield player.theta
        yield from player.state
    yield population.average
    yield from population.memory
    for kept in population.game.memory.values():
        yield from kept


@EVERY_PART
def test_a_part_trains_and_every_member_is_finite_or_marked(recipe: Recipe) -> None:
    population = Population([recipe, recipe.but(seed=1)])
    start = population.generator.theta
    draws = torch.get_rng_state()
    population.run(20)
    snapshot = population.snapshot(n=64)
    assert torch.equal(torch.get_rng_state(), draws), "random numbers belong to a member, not to torch"
    assert not torch.equal(population.generator.theta, start)
    finite = torch.isfinite(population.generator.theta).all(-1) & torch.isfinite(population.discriminator.theta).all(-1)
    assert finite.tolist() == snapshot.alive.tolist()
    assert snapshot.samples.shape == (2, 64, recipe.distribution.dim)


@EVERY_PART
def test_a_member_alone_is_the_member_among_sixteen(recipe: Recipe) -> None:
    # In double precision: Adam blows up a gradient that is 0 but for rounding (D's last bias, relativistic-average).
    alone = Population(recipe.but(seed=5), dtype=torch.float64)
    in_batch = Population([recipe.but(seed=seed) for seed in range(16)], dtype=torch.float64)
    alone.run(50)
    in_batch.run(50)
    for mine, ours in ((alone.generator, in_batch.generator), (alone.discriminator, in_batch.discriminator)):
        torch.testing.assert_close(mine.theta[0], ours.theta[5], rtol=0, atol=1e-6, equal_nan=True)


@EVERY_PART
def test_looking_changes_nothing(recipe: Recipe) -> None:
    seen, unseen = Population(recipe), Population(recipe)
    for _ in range(3):
        for population in (seen, unseen):
            population.run(3)
        seen.snapshot(n=32)
        seen.generate(16)
        seen.real(16)
        seen.descent_directions(16)
        seen.descent_directions(16, member=0)
        seen.critic(seen.generate(8), member=0)
    assert all(torch.equal(a, b) for a, b in zip(tensors(seen), tensors(unseen), strict=True))
    assert torch.equal(seen.batch().real, unseen.batch().real)


@EVERY_PART
def test_no_step_keeps_what_it_was_computed_from(recipe: Recipe) -> None:
    population = Population(recipe)
    population.run(3)
    assert not any(x.requires_grad for x in tensors(population))


@EVERY_PART
def test_all_tensors_stand_on_the_device_of_the_run(recipe: Recipe) -> None:
    """The device "meta" computes shapes only, and like CUDA refuses to mix its tensors with the CPU's."""
    if any(REGULARIZERS.make(name).whole for name in recipe.regularizers):
        pytest.skip("a strength that counts is read, and shapes have no numbers")
    population = Population([recipe, recipe.but(seed=1)], device="meta")
    population.run(2)
    population.descent_directions(8)
    x = population.critic(population.generate(8))
    assert {x.device.type, *(kept.device.type for kept in tensors(population))} == {"meta"}


@EVERY_PART
def test_a_recipe_survives_being_written_down(recipe: Recipe) -> None:
    assert Recipe.from_string(recipe.to_string()) == Recipe.from_json(recipe.to_json()) == recipe


# ---------------------------------------------------------------------------------------------------------- losses

PLAYED = [name for name, loss in LOSSES.items() if loss.uses_discriminator]
COMPARED = [name for name, loss in LOSSES.items() if not loss.uses_discriminator]


def slopes(name: str, real: float, fake: float) -> tuple[float, float, float]:
    """How D's loss rises with the logit of real and of generated samples, and G's with that of generated ones."""
    a_r, a_f = (torch.full((1, 4), x, dtype=torch.float64, requires_grad=True) for x in (real, fake))
    answers, loss = LogitPair(a_r, a_f), LOSSES[name]
    for_d = torch.autograd.grad(loss.discriminator(answers).mean(-1).sum(), (a_r, a_f))
    (for_g,) = torch.autograd.grad(loss.generator(answers).mean(-1).sum(), a_f)
    return float(for_d[0].sum()), float(for_d[1].sum()), float(for_g.sum())


@pytest.mark.parametrize("name", PLAYED)
def test_d_raises_real_logits_and_lowers_generated_ones_and_g_raises_its_own(name: str) -> None:
    at = LOSSES[name].equilibrium_logit
    on_real, on_fake, for_g = slopes(name, at, at)
    assert on_real < 0 < on_fake
    assert for_g <= 0
    on_real, on_fake, for_g = slopes(name, 0.0, 0.0)
    assert on_real <= 0 <= on_fake
    assert for_g <= 0


@pytest.mark.parametrize("name", PLAYED)
def test_where_generated_samples_are_like_real_ones_d_rests_at_the_equilibrium(name: str) -> None:
    at = LOSSES[name].equilibrium_logit
    on_real, on_fake, _ = slopes(name, at, at)
    assert on_real + on_fake == pytest.approx(0, abs=1e-12)
    both = [torch.full((1, 4), at + shift, dtype=torch.float64) for shift in (-0.1, 0.0, 0.1)]
    below, there, above = (float(LOSSES[name].discriminator(LogitPair(a, a)).mean()) for a in both)
    assert there <= min(below, above) + 1e-12
    assert there == pytest.approx(LOSSES[name].equilibrium[0])


@pytest.mark.parametrize("name", PLAYED)
def test_no_logit_gives_a_number_that_is_undefined(name: str) -> None:
    for at in (-1e4, -100.0, 100.0, 1e4):
        a = torch.full((1, 4), at)
        for value in (LOSSES[name].discriminator(LogitPair(a, -a)), LOSSES[name].generator(LogitPair(-a, a))):
            assert not torch.isnan(value).any()


@pytest.mark.parametrize("name", COMPARED)
def test_a_loss_that_compares_samples_pulls_them_to_the_data(name: str) -> None:
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(1, 64, 2, generator=rng, dtype=torch.float64) for _ in range(2))
    far = (fake + 3).requires_grad_()
    away = LOSSES[name].generator(LogitPair(real, far)).mean(-1)
    (pull,) = torch.autograd.grad(away.sum(), far)
    assert away > LOSSES[name].generator(LogitPair(real, fake)).mean(-1)
    assert (pull.mean(1) > 0).all(), "a step against the gradient must bring the samples nearer"


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_has_a_formula_and_says_what_it_is(name: str) -> None:
    assert r"\mathcal L_G" in LOSSES[name].formula
    assert type(LOSSES[name]).__doc__


# -------------------------------------------------------------------------------------------------------- networks


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_the_network_is_the_one_of_pytorch(name: str, depth: int) -> None:
    theirs = {"relu": torch.nn.ReLU(), "leaky-relu": torch.nn.LeakyReLU(0.2), "tanh": torch.nn.Tanh(),
              "sigmoid": torch.nn.Sigmoid(), "softplus": torch.nn.Softplus(),
              "silu": torch.nn.SiLU()}[name]  # fmt: skip
    population = Population([Recipe(width=5, depth=depth, activation=name, seed=s) for s in range(3)])
    x, theta = torch.randn(3, 7, 2), population.discriminator.theta
    for member in range(3):
        layers: list[torch.nn.Module] = []
        rest = theta[member]
        for ins, outs in zip([2] + depth * [5], depth * [5] + [1], strict=True):
            linear = torch.nn.Linear(ins, outs)
            linear.weight.data, linear.bias.data = rest[: ins * outs].view(outs, ins), rest[ins * outs :][:outs]
            rest = rest[(ins + 1) * outs :]
            layers += [linear, theirs]
        expected = torch.nn.Sequential(*layers[:-1])(x[member]).squeeze(-1)
        torch.testing.assert_close(population.critic(x)[member], expected)


def test_initial_weights_are_spread_as_pytorchs_are() -> None:
    theta = Population([Recipe(width=64, seed=s) for s in range(8)]).discriminator.theta
    hidden = theta[:, 2 * 64 + 64 :][:, : 64 * 64]  # of the layer that sees 64 units
    assert hidden.abs().max() <= 1 / 8
    assert hidden.std() == pytest.approx(1 / 8 / 3**0.5, rel=0.02)  # uniform
