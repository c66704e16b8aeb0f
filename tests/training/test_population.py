"""The engine: every member is the GAN of a plain loop, alone or among others, looked at or not."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import relu, softplus

from toygan import LOSSES, Loss, Population, Recipe, RecipeError, train
from toygan.knobs import WholeNumber
from toygan.recipe import KNOBS
from toygan.training.interruption import Interrupted, interruptible

SMALL = Recipe(width=8, batch=16)
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def same(a: Population, b: Population, tolerance: float = 0.0) -> None:
    for mine, yours in ((a.generator, b.generator), (a.discriminator, b.discriminator)):
        torch.testing.assert_close(mine.theta, yours.theta, rtol=0, atol=tolerance, equal_nan=True)


# ------------------------------------------------------------------------------------------- the loop of a textbook

PLAIN: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "minimax": (lambda r, f: softplus(-r).mean() + softplus(f).mean(), lambda f: -softplus(f).mean()),
    "non-saturating": (lambda r, f: softplus(-r).mean() + softplus(f).mean(), lambda f: softplus(-f).mean()),
    "least-squares": (lambda r, f: ((r - 1) ** 2 + f**2).mean() / 2, lambda f: ((f - 1) ** 2).mean() / 2),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda f: -f.mean()),
    "hinge": (lambda r, f: relu(1 - r).mean() + relu(1 + f).mean(), lambda f: -f.mean()),
}


def network(theta: Tensor, sizes: list[int]) -> nn.Sequential:
    """PyTorch's own MLP with these parameters."""
    theta = theta.clone()  # which its optimizer changes in place
    layers: list[nn.Module] = []
    for ins, outs in pairwise(sizes):
        linear = nn.Linear(ins, outs, dtype=theta.dtype)
        linear.weight.data, linear.bias.data = theta[: ins * outs].view(outs, ins), theta[ins * outs :][:outs]
        theta = theta[(ins + 1) * outs :]
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def flat(net: nn.Sequential) -> Tensor:
    return torch.cat([p.detach().flatten() for p in net.parameters()])


@pytest.mark.parametrize("loss", PLAIN)
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize(("turns", "d_steps"), [("alternating", 1), ("alternating", 3), ("simultaneous", 1)])
def test_a_member_is_the_gan_of_a_plain_loop(loss: str, optimizer: str, turns: str, d_steps: int) -> None:
    """Goodfellow et al. 2014, algorithm 1, with nn.Sequential and torch.optim, on the same batches."""
    recipe = SMALL.but(loss=loss, optimizer=optimizer, turns=turns, d_steps=d_steps, lr_g=2e-3, momentum=0.4, seed=7)
    population = Population([recipe.but(seed=0), recipe], dtype=torch.float64)
    source = Population([recipe.but(seed=0), recipe], dtype=torch.float64)  # of the same batches

    g, d = (
        network(population.generator.theta[1], [2, 8, 8, 2]),
        network(population.discriminator.theta[1], [2, 8, 8, 1]),
    )
    make = {
        "adam": lambda p, lr: torch.optim.Adam(p, lr, betas=(0.5, 0.99)),
        "sgd": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.4),
    }[optimizer]
    opt_g, opt_d = make(g.parameters(), 2e-3), make(d.parameters(), 1e-3)
    loss_d, loss_g = PLAIN[loss]
    for _ in range(20):
        for _ in range(d_steps):
            batch = source.batch()
            opt_d.zero_grad()
            loss_d(d(batch.real[1]), d(g(batch.z[1]).detach())).backward()
            if turns == "alternating":
                opt_d.step()
        if turns == "alternating":
            batch = source.batch()
        held = [p.grad.clone() for p in d.parameters()]
        opt_g.zero_grad()
        loss_g(d(g(batch.z[1]))).backward()
        opt_g.step()
        if turns == "simultaneous":
            for p, gradient in zip(d.parameters(), held, strict=True):
                p.grad = gradient
            opt_d.step()
    population.run(20)
    torch.testing.assert_close(population.generator.theta[1], flat(g), rtol=0, atol=1e-9)
    torch.testing.assert_close(population.discriminator.theta[1], flat(d), rtol=0, atol=1e-9)


# ---------------------------------------------------------------------------------------------------------- members


def test_a_seed_alone_is_the_member_among_sixteen() -> None:
    alone, in_batch = Population(Recipe(seed=3)), Population([Recipe(seed=s) for s in range(16)])
    alone.run(50)
    in_batch.run(50)
    torch.testing.assert_close(alone.generator.theta[0], in_batch.generator.theta[3], rtol=0, atol=1e-4)
    torch.testing.assert_close(alone.discriminator.theta[0], in_batch.discriminator.theta[3], rtol=0, atol=1e-4)
    assert alone.snapshot().metrics["modes-covered"][0] == in_batch.snapshot().metrics["modes-covered"][3]


def test_equal_recipes_give_equal_curves() -> None:
    def curves() -> list[dict[str, np.ndarray]]:
        return [s.metrics for s in train([SMALL, SMALL.but(seed=1)], steps=30, every=10)]

    for one, other in zip(curves(), curves(), strict=True):
        for name, values in one.items():
            np.testing.assert_array_equal(values, other[name], err_msg=name)


def test_seeds_are_different_runs() -> None:
    population = Population([SMALL.but(seed=s) for s in range(3)])
    batch = population.batch()
    for x in (population.generator.theta, population.discriminator.theta, batch.real, batch.z):
        assert len({tuple(row.flatten().tolist()) for row in x}) == 3


@pytest.mark.parametrize(
    "changes",
    [{"loss": "hinge"}, {"regularizers": {"gradient-penalty": 0.1}}, {"optimizer": "sgd"}, {"turns": "simultaneous"},
     {"lr_g": 0.1}, {"batch": 32}],
)  # fmt: skip
def test_twins_see_the_same_data_and_noise_and_start_alike(changes: dict) -> None:
    one, other = Population(SMALL.but(seed=4)), Population(SMALL.but(seed=4, **changes))
    same(one, other)
    for _ in range(3):
        mine, its = one.batch(), other.batch()
        n = 16 if "batch" not in changes else 0  # other sizes are other draws of the same stream
        assert torch.equal(mine.real[:, :n], its.real[:, :n])
        assert torch.equal(mine.z[:, :n], its.z[:, :n])


def test_twins_in_one_population_stay_one() -> None:
    population = Population([SMALL, SMALL.but(seed=1), SMALL])
    population.run(20)
    one, other, twin = population.generator.theta
    torch.testing.assert_close(one, twin, rtol=0, atol=1e-5)
    assert (one - other).abs().max() > 0.1


def test_members_may_differ_in_every_number_of_their_recipe() -> None:
    changes = {"lr_g": 1e-2, "lr_d": 1e-2, "beta1": 0.9, "beta2": 0.5, "seed": 3, "regularizers": {"r1": 2.0}}
    base = SMALL.but(regularizers={"r1": 0.1})
    mixed = [base, *(base.but(**{name: value}) for name, value in changes.items())]
    together = Population(mixed)
    together.run(20)
    for i, recipe in enumerate(mixed):
        alone = Population(recipe)
        alone.run(20)
        torch.testing.assert_close(alone.generator.theta[0], together.generator.theta[i], rtol=0, atol=1e-5)


@pytest.mark.parametrize("changes", [{"width": 16}, {"loss": "hinge"}, {"batch": 8}, {"regularizers": {"r1": 1.0}}])
def test_members_of_different_shape_are_refused_with_the_field(changes: dict) -> None:
    with pytest.raises(RecipeError, match=next(iter(changes))):
        Population([SMALL, SMALL.but(**changes)])


@pytest.mark.parametrize("recipes", [[], None, "ring8", [SMALL, None], 3])
def test_what_is_no_recipe_makes_no_population(recipes: object) -> None:
    with pytest.raises(TypeError):
        Population(recipes)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------- diverging members


def test_a_diverged_member_leaves_the_others_alone_and_is_marked_with_its_iteration() -> None:
    calm = [SMALL.but(optimizer="sgd", loss="wasserstein", seed=s, lr_g=1e-2, lr_d=1e-2) for s in range(3)]
    wild = [calm[0], calm[1].but(lr_g=1e6, lr_d=1e6), calm[2]]
    peaceful, mixed = Population(calm), Population(wild)
    seen = -1
    for _ in range(40):
        peaceful.step()
        mixed.step()
        finite = all(torch.isfinite(p.theta[1]).all() for p in (mixed.generator, mixed.discriminator))
        if not finite and seen < 0:
            seen = mixed.steps
    assert seen > 0, "a learning rate of a million must diverge"
    snapshot = mixed.snapshot(n=64)
    assert snapshot.diverged_at.tolist() == [-1, seen, -1]
    assert snapshot.alive.tolist() == [True, False, True]
    for name, values in snapshot.metrics.items():
        assert np.isnan(values[1]), name
    for member in (0, 2):
        assert torch.equal(mixed.generator.theta[member], peaceful.generator.theta[member])
        assert torch.equal(mixed.discriminator.theta[member], peaceful.discriminator.theta[member])


def test_the_mark_stays_at_the_first_iteration() -> None:
    population = Population(SMALL)
    population.run(5)
    population.generator.theta = population.generator.theta * torch.inf
    population.run(3)
    assert population.diverged_at.tolist() == [6]
    population.generator.theta = Population(SMALL).generator.theta
    population.run(3)
    assert population.diverged_at.tolist() == [6]


# ------------------------------------------------------------------------------------------------------ live changes


def another(field: str) -> Any:
    """A value of the field that differs from SMALL's and fits: the first of its menu, or an end of its slider."""
    how = KNOBS[field]
    if field == "regularizers":
        return {"r1": 0.1}
    for value in how.menu or map(type(getattr(SMALL, field)), how.slider):
        try:
            if SMALL.but(**{field: value}) != SMALL:
                return value
        except RecipeError:
            continue
    raise AssertionError(f"{field} has one value only")


LIVE = {field: another(field) for field, how in KNOBS.items() if how.live}
FROZEN = {field: another(field) for field, how in KNOBS.items() if not how.live}


@pytest.mark.parametrize("field", LIVE)
def test_a_live_change_goes_on_from_the_present_parameters(field: str) -> None:
    population = Population([SMALL, SMALL.but(seed=1)])
    population.run(5)
    g, d = population.generator.theta, population.discriminator.theta
    population.change([r.but(**{field: LIVE[field]}) for r in population.recipes])
    assert torch.equal(population.generator.theta, g)
    assert torch.equal(population.discriminator.theta, d)
    assert population.steps == 5
    assert getattr(population.recipes[1], field) == LIVE[field]
    population.run(5)
    assert population.steps == 10
    assert population.snapshot(n=32).alive.all()
    assert not torch.equal(population.generator.theta, g)


@pytest.mark.parametrize("field", ["lr_g", "lr_d", "beta1", "d_steps", "batch", "loss", "regularizers", "optimizer"])
def test_a_live_change_takes_effect(field: str) -> None:
    changed, unchanged = Population(SMALL), Population(SMALL)
    changed.change(SMALL.but(**{field: LIVE[field]}))
    for population in (changed, unchanged):
        population.run(3)
    assert not torch.equal(changed.discriminator.theta, unchanged.discriminator.theta) or not torch.equal(
        changed.generator.theta, unchanged.generator.theta
    )


@pytest.mark.parametrize("field", FROZEN)
def test_what_shapes_a_run_cannot_change_while_it_plays(field: str) -> None:
    population = Population(SMALL)
    population.run(3)
    before, untouched = population.recipes, Population(SMALL)
    with pytest.raises(RecipeError, match=field):
        population.change(SMALL.but(**{field: FROZEN[field]}))
    assert population.recipes == before
    untouched.run(6)
    population.run(3)
    same(population, untouched)


def test_a_change_to_the_same_recipe_changes_nothing() -> None:
    changed, unchanged = Population(SMALL), Population(SMALL)
    for population in (changed, unchanged):
        population.run(5)
    changed.change(SMALL)
    for population in (changed, unchanged):
        population.run(5)
    same(changed, unchanged)


def test_a_change_needs_as_many_recipes_as_members_of_one_shape() -> None:
    population = Population([SMALL, SMALL.but(seed=1)])
    with pytest.raises(ValueError, match="2 members"):
        population.change(SMALL)
    with pytest.raises(RecipeError, match="loss"):
        population.change([SMALL, SMALL.but(seed=1, loss="hinge")])
    population.run(1)


# ----------------------------------------------------------------------------------------- what a population holds


def test_parameters_may_be_assigned() -> None:
    population, other = Population([SMALL, SMALL.but(seed=1)]), Population([SMALL.but(seed=8), SMALL.but(seed=9)])
    population.generator.theta = other.generator.theta.clone()
    population.discriminator.theta = torch.zeros_like(other.discriminator.theta)
    assert torch.equal(population.critic(torch.randn(5, 2)), torch.zeros(2, 5))
    population.step()
    assert not torch.equal(population.generator.theta, Population([SMALL, SMALL.but(seed=1)]).generator.theta)


def test_a_snapshot_no_longer_changes() -> None:
    population = Population(SMALL)
    snapshot = population.snapshot(n=32)
    samples, metrics = snapshot.samples.clone(), {name: values.copy() for name, values in snapshot.metrics.items()}
    population.run(10)
    population.snapshot(n=32)
    assert snapshot.step == 0
    assert torch.equal(snapshot.samples, samples)
    for name, values in metrics.items():
        np.testing.assert_array_equal(snapshot.metrics[name], values)


def test_a_member_seen_alone_is_what_it_is_among_others() -> None:
    population = Population([SMALL.but(seed=s) for s in range(3)])
    population.run(5)
    x = torch.randn(6, 2)
    torch.testing.assert_close(population.generate(7, member=2), population.generate(7)[2])
    torch.testing.assert_close(population.critic(x, member=2), population.critic(x)[2])
    torch.testing.assert_close(population.real(7, member=2), population.real(7)[2])
    alone, among = population.descent_directions(7, member=2), population.descent_directions(7)
    for mine, ours in zip(alone, among, strict=True):
        torch.testing.assert_close(mine, ours[2])


def test_arrows_are_minus_the_gradient_of_each_samples_loss() -> None:
    """For D(x) = w x and the non-saturating loss: sigmoid(-w x) w."""
    recipe = Recipe(data="dirac", generator="mlp", discriminator="linear", optimizer="sgd", width=4)
    population = Population(recipe)
    w = population.discriminator.theta[0, 0]
    x, arrows = population.descent_directions(50)
    torch.testing.assert_close(arrows, torch.sigmoid(-w * x) * w)
    assert torch.equal(x, population.generate(50))


def test_double_precision_is_the_same_run_with_more_digits() -> None:
    single, double = Population(SMALL), Population(SMALL, dtype=torch.float64)
    for population in (single, double):
        population.run(10)
    assert double.generator.theta.dtype == torch.float64
    torch.testing.assert_close(single.generator.theta.double(), double.generator.theta, rtol=0, atol=1e-5)


def test_steps_count_the_updates_of_g_and_d_makes_d_steps_for_each() -> None:
    population, gradients = Population(SMALL.but(d_steps=3)), []
    step = population.game.step_d
    population.game.step_d = lambda gradient: (gradients.append(gradient), step(gradient))
    population.run(4)
    assert (population.steps, len(gradients)) == (4, 12)


def test_a_run_holds_no_more_tensors_the_longer_it_is() -> None:
    def held() -> int:
        gc.collect()
        return sum(issubclass(type(x), Tensor) for x in gc.get_objects())

    population = Population([SMALL.but(regularizers={"r1": 0.1}, ema=0.5)])
    population.run(300)  # beyond one block of random numbers
    before = held()
    population.run(300)
    for n in range(100, 120):
        population.snapshot(n=n)
    assert held() <= before + 200, "looks of different sizes are kept, but only a few"


def test_a_learners_own_loss_is_a_class_and_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cubic(Loss):
        def on_real(self, a: Tensor) -> Tensor:
            return softplus(-a) ** 3

        def on_fake(self, a: Tensor) -> Tensor:
            return softplus(a) ** 3

        def for_generator(self, a: Tensor) -> Tensor:
            return softplus(-a) ** 3

    monkeypatch.setitem(LOSSES, "cubic", Cubic())
    population = Population(SMALL.but(loss="cubic"))
    population.run(10)
    assert population.snapshot(n=32).alive.all()


# ---------------------------------------------------------------------------------------------------------- train()


def test_train_gives_the_start_and_every_so_many_iterations() -> None:
    assert [s.step for s in train(SMALL, steps=25, every=10)] == [0, 10, 20, 25]
    assert [s.step for s in train(SMALL, steps=0, every=10)] == [0]


def test_mixed_recipes_train_in_lock_step_and_come_in_their_order() -> None:
    mixed = [SMALL, SMALL.but(loss="hinge"), SMALL.but(seed=1), SMALL.but(data="grid25", width=4), SMALL.but(seed=2)]
    for snapshot in train(mixed, steps=20, every=10):
        assert snapshot.recipes == tuple(mixed)
        assert snapshot.samples.shape[0] == len(snapshot.alive) == len(mixed)
        assert snapshot.shares.shape == (5, 25)
    for i, recipe in enumerate(mixed):
        (*_, alone) = train(recipe, steps=20, every=10)
        torch.testing.assert_close(alone.samples[0], snapshot.samples[i], rtol=0, atol=1e-4)
        for name, values in alone.metrics.items():
            np.testing.assert_allclose(values[0], snapshot.metrics[name][i], rtol=1e-2, atol=1e-3, err_msg=name)


def test_a_metric_that_a_recipe_does_not_have_is_not_a_number() -> None:
    (*_, snapshot) = train([SMALL, SMALL.but(data="two-moons")], steps=2)
    assert snapshot.metrics["modes-covered"].shape == (2,)
    assert np.isnan(snapshot.metrics["modes-covered"][1])


def test_data_of_different_dimensions_are_trained_apart() -> None:
    with pytest.raises(ValueError, match="dimensions"):
        next(train([SMALL, SMALL.but(data="bimodal")]))


def test_training_leaves_torchs_random_numbers_alone_and_does_not_depend_on_them() -> None:
    torch.manual_seed(0)
    state = torch.get_rng_state()
    (*_, one) = train(SMALL, steps=5)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(1)
    (*_, other) = train(SMALL, steps=5)
    assert torch.equal(one.samples, other.samples)


# ------------------------------------------------------------------------------------------------------------- CUDA


@CUDA
@pytest.mark.parametrize(
    "changes", [{}, {"regularizers": {"r1": 0.1}}, {"loss": "wasserstein", "turns": "simultaneous"}]
)
def test_fifty_iterations_on_cuda_are_those_of_the_cpu_to_a_thousandth(changes: dict) -> None:
    recipes = SMALL.but(optimizer="sgd", lr_g=0.05, lr_d=0.05, **changes).seeds(64)
    here, there = Population(recipes), Population(recipes, device="cuda")
    for population in (here, there):
        population.run(50)
    for mine, its in ((here.generator, there.generator), (here.discriminator, there.discriminator)):
        torch.testing.assert_close(its.theta.cpu(), mine.theta, rtol=1e-3, atol=1e-3)


def test_whole_fields_are_whole() -> None:
    assert {name for name, how in KNOBS.items() if isinstance(how, WholeNumber)} == {
        "g_steps", "d_steps", "batch", "width", "depth", "latent", "anneal", "seed",
    }  # fmt: skip


@pytest.mark.parametrize("at", range(1, 6))
def test_a_fork_shares_what_is_looked_at_and_an_interrupted_draw_changes_no_number_of_it(at: int) -> None:
    """Its noise comes from a stream that nobody keeps, so that threads that ask for one name get the same numbers."""
    population, calls = Population(SMALL), iter(range(1, 1000))
    batch = population.probe_batch(16)
    assert population.fork().probe_batch(16) is batch
    noise = Population(SMALL).probe_batch(16).normal("noise", batch.real)
    with contextlib.suppress(Interrupted), interruptible(lambda: next(calls) >= at):
        batch.normal("noise", batch.real)
    assert torch.equal(batch.normal("noise", batch.real), noise)
