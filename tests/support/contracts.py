"""What a part promises, as functions of any part: of each row of a menu, and of one that a user adds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from toygan import Distribution, Loss, Metric, Population, Recipe, RecipeError, Regularizer
from toygan.parts.losses import LogitPair
from toygan.parts.metrics.inputs import Earlier, MetricInputs
from toygan.training.program import Program

TINY = {"width": 4, "depth": 1, "batch": 8}  # some turns solve for the steps of all parameters: there must be few


def fitting(changes: dict[str, Any]) -> Recipe:
    """The first recipe in which a part has a meaning, of a few ever plainer ones."""
    reasons = []
    for plainer in ({}, {"latent": 1, "data": "bimodal"}, {"optimizer": "sgd"}, {"loss": "minimax"}):
        try:
            return Recipe(**{**TINY, **plainer, **changes})
        except RecipeError as error:
            reasons.append(str(error))
    raise AssertionError(f"{changes} fits nowhere: {reasons}")


# ------------------------------------------------------------------------------------------- of a recipe that names it


def tensors(population: Population) -> Iterator[Tensor]:
    """All that a population holds from one iteration to the next."""
    yield from population.state.tensors.values()


def trains_and_every_member_is_finite_or_marked(recipe: Recipe) -> None:
    """20 iterations move G, draw no number from torch's global generator, and mark whoever has diverged."""
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


def a_member_alone_is_the_member_among_sixteen(recipe: Recipe) -> None:
    """In float64: Adam blows up a gradient that is 0 but for rounding (D's last bias, relativistic-average)."""
    alone = Population(recipe.but(seed=5), dtype=torch.float64)
    in_batch = Population([recipe.but(seed=seed) for seed in range(16)], dtype=torch.float64)
    alone.run(30)
    in_batch.run(30)
    for mine, ours in ((alone.generator, in_batch.generator), (alone.discriminator, in_batch.discriminator)):
        torch.testing.assert_close(mine.theta[0], ours.theta[5], rtol=0, atol=1e-6, equal_nan=True)


def looking_changes_nothing(recipe: Recipe) -> None:
    """A run that is looked at, in every way there is, goes on as one that is not."""
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


def no_step_keeps_what_it_was_computed_from(recipe: Recipe) -> None:
    """Else memory would grow with every iteration."""
    population = Population(recipe)
    population.run(3)
    assert not any(x.requires_grad for x in tensors(population))


def a_restored_state_goes_on_as_the_run_does(recipe: Recipe) -> None:
    """What a part keeps from one iteration to the next is in the state."""
    population = Population([recipe, recipe.but(seed=1)])
    population.run(3)
    restored = Population.restore(population.state)
    for p in (population, restored):
        p.run(3)
    assert all(torch.equal(a, b) for a, b in zip(tensors(population), tensors(restored), strict=True))


def captured_iterations_are_those_of_the_step(recipe: Recipe) -> None:
    """To the last bit; after a change of numbers too, which captures nothing again."""
    recipe = recipe.but(anneal=7)
    stepped = Population(recipe.seeds(3))
    captured = stepped.fork()
    captured.program = Program(captured)
    other = recipe.but(lr_g=2 * recipe.lr_g, lr_d=0.5 * recipe.lr_d)
    for population in (stepped, captured):
        population.run(6)
        population.change(other.seeds(3))
        population.run(6)
    assert captured.program is not None, "a change of numbers keeps the program"
    for mine, its in zip(tensors(stepped), tensors(captured), strict=True):
        torch.testing.assert_close(its, mine, rtol=0, atol=0, equal_nan=True)
    assert torch.equal(stepped.batch().real, captured.batch().real)


def all_tensors_stand_on_the_device_of_the_run(recipe: Recipe) -> None:
    """The device "meta" computes shapes only, and like CUDA refuses to mix its tensors with the CPU's."""
    population = Population([recipe, recipe.but(seed=1)], device="meta")
    population.run(2)
    population.descent_directions(8)
    x = population.critic(population.generate(8))
    assert {x.device.type, *(kept.device.type for kept in tensors(population))} == {"meta"}


def a_seed_is_the_same_run_on_cuda(recipe: Recipe) -> None:
    """Random numbers are drawn on the CPU, wherever a member trains."""
    here, there = (Population(recipe.seeds(4), dtype=torch.float64, device=device) for device in ("cpu", "cuda"))
    for population in (here, there):
        population.run(20)
    assert there.generator.theta.is_cuda
    for mine, its in zip(tensors(here), tensors(there), strict=True):
        torch.testing.assert_close(its.cpu(), mine, rtol=1e-6, atol=1e-6, equal_nan=True)
    assert not there.snapshot(n=32).samples.is_cuda
    resumed = Population.restore(there.state, device="cpu")
    assert torch.equal(resumed.batch().real, there.batch().real.cpu())


def survives_being_written_down(recipe: Recipe) -> None:
    """As a share string and as JSON."""
    assert Recipe.from_string(recipe.to_string()) == Recipe.from_json(recipe.to_json()) == recipe


OF_RECIPES = (
    trains_and_every_member_is_finite_or_marked,
    a_member_alone_is_the_member_among_sixteen,
    looking_changes_nothing,
    no_step_keeps_what_it_was_computed_from,
    a_restored_state_goes_on_as_the_run_does,
    captured_iterations_are_those_of_the_step,
    all_tensors_stand_on_the_device_of_the_run,
    survives_being_written_down,
    *([a_seed_is_the_same_run_on_cuda] if torch.cuda.is_available() else []),
)

# ---------------------------------------------------------------------------------------------------------- of a loss


def _gradients(loss: Loss, real: float, fake: float) -> tuple[float, float, float]:
    """How D's loss rises with the logit of real and of generated samples, and G's with that of generated ones."""
    a_r, a_f = (torch.full((1, 4), x, dtype=torch.float64, requires_grad=True) for x in (real, fake))
    logits = LogitPair(a_r, a_f)
    for_d = torch.autograd.grad(loss.discriminator(logits).mean(-1).sum(), (a_r, a_f))
    (for_g,) = torch.autograd.grad(loss.generator(logits).mean(-1).sum(), a_f)
    return float(for_d[0].sum()), float(for_d[1].sum()), float(for_g.sum())


def d_raises_real_logits_and_lowers_generated_ones_and_g_raises_its_own(loss: Loss) -> None:
    """High means real, for both players."""
    at = loss.equilibrium_logit
    on_real, on_fake, for_g = _gradients(loss, at, at)
    assert on_real < 0 < on_fake
    assert for_g <= 0
    on_real, on_fake, for_g = _gradients(loss, 0.0, 0.0)
    assert on_real <= 0 <= on_fake
    assert for_g <= 0


def d_rests_at_the_equilibrium_logit(loss: Loss) -> None:
    """Where generated samples are like real ones, no other logit everywhere is better for D."""
    at = loss.equilibrium_logit
    on_real, on_fake, _ = _gradients(loss, at, at)
    assert on_real + on_fake == pytest.approx(0, abs=1e-12)
    shifted = [torch.full((1, 4), at + shift, dtype=torch.float64) for shift in (-0.1, 0.0, 0.1)]
    below, there, above = (float(loss.discriminator(LogitPair(a, a)).mean()) for a in shifted)
    assert there <= min(below, above) + 1e-12
    assert there == pytest.approx(loss.equilibrium[0])


def logits_up_to_50_give_finite_numbers_and_none_an_undefined_one(loss: Loss) -> None:
    """In single precision, values and gradients: log(1 - D) of a probability that has rounded to 1 would be infinite.

    An exponential may overflow at 10 000, but not become undefined.
    """
    for size in (50.0, 1e4):
        for sign in (-1, 1):
            real, fake = (torch.full((1, 4), s * size, requires_grad=True) for s in (sign, -sign))
            for objective in (loss.discriminator, loss.generator):
                value = objective(LogitPair(real, fake))
                slopes = torch.autograd.grad(value.sum(), (real, fake), materialize_grads=True, allow_unused=True)
                for x in (value, *slopes):
                    assert not x.isnan().any(), f"{objective.__name__} at logits of {size:g}"
                    assert size > 50 or x.isfinite().all(), f"{objective.__name__} at logits of {size:g}"


def its_formula_names_its_objectives_if_it_has_one(loss: Loss) -> None:
    """D's, where there is a D, and G's."""
    players = "DG" if loss.uses_discriminator else "G"
    assert not loss.formula or all(rf"\mathcal L_{player}=" in loss.formula for player in players)


OF_LOSSES = (
    d_raises_real_logits_and_lowers_generated_ones_and_g_raises_its_own,
    d_rests_at_the_equilibrium_logit,
    logits_up_to_50_give_finite_numbers_and_none_an_undefined_one,
    its_formula_names_its_objectives_if_it_has_one,
)

# ----------------------------------------------------------------------------- of a loss that compares samples itself


def samples_that_are_away_are_pulled_to_the_data(loss: Loss) -> None:
    """A step against its gradient brings them nearer."""
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(1, 64, 2, generator=rng, dtype=torch.float64) for _ in range(2))
    far = (fake + 3).requires_grad_()
    away = loss.generator(LogitPair(real, far)).mean(-1)
    (gradient,) = torch.autograd.grad(away.sum(), far)
    assert away > loss.generator(LogitPair(real, fake)).mean(-1)
    assert (gradient.mean(1) > 0).all()


OF_DISTANCES = (samples_that_are_away_are_pulled_to_the_data, its_formula_names_its_objectives_if_it_has_one)

# ------------------------------------------------------------------------------------------------- of a regularizer


def its_usual_strength_is_within_its_slider_and_its_bounds(part: Regularizer) -> None:
    """A strength that counts is whole."""
    low, usual, high = part.strengths
    assert part.bounds[0] <= low <= usual <= high <= part.bounds[1]
    assert not part.whole or all(float(s).is_integer() for s in part.strengths)


OF_REGULARIZERS = (its_usual_strength_is_within_its_slider_and_its_bounds,)

# ------------------------------------------------------------------------------------------------ of a distribution

SAMPLES = 20_000


def _rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def the_window_holds_all_samples_and_all_modes(d: Distribution) -> None:
    """Up to a sample in 10 000."""
    x = torch.cat([d.sample(SAMPLES, _rng()), d.modes])
    low, high = torch.tensor(d.extent).T
    assert x.shape == (SAMPLES + len(d.modes), d.dim)
    assert ((x >= low) & (x <= high)).double().mean() > 0.9999
    assert (low < high).all()


def all_randomness_comes_from_the_generator(d: Distribution) -> None:
    """The same generator, the same samples; torch's global one is not asked."""
    before = torch.random.get_rng_state()
    assert torch.equal(d.sample(50, _rng(3)), d.sample(50, _rng(3)))
    assert torch.equal(before, torch.random.get_rng_state())


def modes_have_weights_that_sum_to_one_and_widths(d: Distribution) -> None:
    """Where there are modes."""
    assert d.weights.shape == d.sigmas.shape == (len(d.modes),)
    if len(d.modes):
        assert float(d.weights.sum()) == pytest.approx(1)
        assert float(d.sigmas.max()) == pytest.approx(d.sigma) or d.sigma == 0


def its_density_integrates_to_one_over_the_window(d: Distribution) -> None:
    """Where it has one."""
    if d.has_density:
        n = 3200 if d.dim == 1 else 320  # midpoints; in step with the edges of squares
        axes = [low + (high - low) * (torch.arange(n, dtype=torch.float64) + 0.5) / n for low, high in d.extent]
        mean = d.log_prob(torch.cartesian_prod(*axes).reshape(-1, d.dim)).exp().mean()
        assert float(mean) * math.prod(high - low for low, high in d.extent) == pytest.approx(1, abs=1e-5)


OF_DISTRIBUTIONS = (
    the_window_holds_all_samples_and_all_modes,
    all_randomness_comes_from_the_generator,
    modes_have_weights_that_sum_to_one_and_widths,
    its_density_integrates_to_one_over_the_window,
)

# ------------------------------------------------------------------------------------------------------ of a metric


def the_order_of_samples_does_not_matter(metric: Metric) -> None:
    """Nor that of the batch on which D is asked."""
    n, rng = 300, torch.Generator().manual_seed(5)
    population = Population([Recipe(data="training-set", width=8, seed=seed) for seed in range(2)])
    population.run(5)
    ring = population.recipes[0].distribution
    x = torch.stack([1.05 * ring.sample(n, _rng(seed)) for seed in range(2)])
    game, earlier = population.probe()._game_state(), Earlier(x + 0.2, iterations=3)
    real, fake = (torch.randperm(batch.shape[1], generator=rng) for batch in (game.x_real, game.x_fake))
    shuffled = replace(
        game,
        x_real=game.x_real[:, real], x_fake=game.x_fake[:, fake],
        logits=LogitPair(game.logits.real[:, real], game.logits.fake[:, fake]),
    )  # fmt: skip
    then, now = (torch.randperm(n, generator=rng) for _ in range(2))
    one = metric.of(MetricInputs(x, ring, game, earlier))
    other = metric.of(MetricInputs(x[:, now], ring, shuffled, replace(earlier, samples=earlier.samples[:, then])))
    assert one.shape == (2,)
    assert one.isfinite().all()
    torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


OF_METRICS = (the_order_of_samples_does_not_matter,)
