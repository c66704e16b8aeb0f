"""A recipe is costed before it is run: the memory of an iteration is foretold, and what is too large is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psutil
import pytest
import torch
from support.pairs import PLAN
from torch.profiler import ProfilerActivity, profile

from toygan import (
    LOSSES,
    Loss,
    PhaseDiagram,
    Playground,
    Population,
    Recipe,
    RecipeError,
    Session,
    compare,
    sweep,
    train,
)
from toygan.limits import budget, cost, refuse_too_large, refuse_too_many
from toygan.limits.cost import keep
from toygan.runs.run import Run
from toygan.teach import over_seeds

CHUNKS, SHARE = 2, 12  # of the pairs one in twelve is measured at every run: all were, when this was written
SIZE = {"width": 32, "batch": 256}
MEMBERS = 4


def measured(recipe: Recipe) -> int:
    """The most bytes that torch's allocator holds at once for a population and its first iteration."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        Population(recipe.seeds(MEMBERS)).step()
    held = most = 0
    for event in watched.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most


@pytest.fixture(scope="module", autouse=True)
def _what_all_populations_share() -> None:
    """Memory that the first population of the process takes once for all."""
    Population(Recipe(**SIZE)).step()


def planned() -> Iterator[Recipe]:
    """The recipes of the matrix of pairs, at a size at which numbers outweigh what torch rounds up."""
    for _, recipe in PLAN:
        if isinstance(recipe, Recipe):
            yield recipe.but(**SIZE) if recipe.turns != "competitive" else recipe.but(batch=256)  # of small networks


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.filterwarnings("ignore::UserWarning")  # of the profiler, on what was allocated before it came
def test_memory_is_foretold_within_a_factor_of_two_over_pairs_of_parts(chunk: int) -> None:
    for recipe in list(planned())[chunk :: CHUNKS * SHARE]:
        ratio = cost(recipe, MEMBERS).memory / measured(recipe)
        assert 0.5 < ratio < 2, f"{recipe.to_string()}: {ratio:.2f}"


@pytest.mark.parametrize(
    "changes", [{"d_steps": 40}, {"regularizers": {"unrolled": 12}}, {"d_steps": 9, "regularizers": {"unrolled": 5}}]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_many_steps_are_told_from_the_first_few(changes: dict) -> None:
    recipe = Recipe(**SIZE, **changes)
    assert 0.5 < cost(recipe, MEMBERS).memory / measured(recipe) < 2


def test_no_number_is_computed_and_no_memory_taken() -> None:
    before = psutil.Process().memory_info().rss
    assert cost(Recipe(batch=2**16, width=1024, depth=8), 64).memory > 2**34
    assert psutil.Process().memory_info().rss - before < 2**28


def test_a_part_of_the_users_own_is_costed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Heavy(Loss):
        def on_real(self, a: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.softplus(-a[..., None].expand(-1, -1, 4096)).mean(-1)

        on_fake = for_generator = on_real

    monkeypatch.setitem(LOSSES, "heavy", Heavy())
    assert cost(Recipe(loss="heavy", **SIZE)).memory > 64 * 4096 * 4


@pytest.mark.parametrize(
    ("gib", "recipe", "members", "field"),
    [
        ("0.25", Recipe(batch=2**16), 8, "batch"),
        ("0.25", Recipe(width=2048, depth=3), 8, "width"),
        ("0.05", Recipe(), 4096, "seeds"),
        ("0.05", Recipe(regularizers={"unrolled": 100}, batch=256), 2, "regularizers['unrolled']"),
    ],
)
def test_what_is_too_large_is_refused_with_the_field_that_weighs_most_and_a_number_that_fits(
    gib: str, recipe: Recipe, members: int, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOYGAN_MEMORY", gib)
    with pytest.raises(RecipeError) as error:
        refuse_too_large(recipe, members)
    assert error.value.field == field
    fits = int(str(error.value).split("at most ")[1].split(" ")[0].replace(",", ""))
    if field == "seeds":
        members = fits
    elif field.startswith("regularizers"):
        recipe = recipe.but(regularizers={"unrolled": fits})
    else:
        recipe = recipe.but(**{field: fits})
    refuse_too_large(recipe, members)
    assert cost(recipe, members).memory > budget() / 2


def test_populations_that_fit_alone_are_refused_if_they_do_not_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = [Recipe(width=64, batch=4, depth=depth) for depth in (2, 3, 4)]
    alone = max(cost(recipe, 8).memory for recipe in recipes)
    kept = sum(keep(recipe, 8) for recipe in recipes)
    assert kept == 16 * 8 * sum(r.parts.generator.n_params + r.parts.discriminator.n_params for r in recipes)
    assert alone < kept
    monkeypatch.setenv("TOYGAN_MEMORY", str((alone + kept) / 2 / 2**30))
    refuse_too_many([(recipe, 8) for recipe in recipes[:1]])
    with pytest.raises(
        RecipeError, match=r"^recipes=24: members together would keep about .* train fewer at once, as a sweep$"
    ):
        refuse_too_many([(recipe, 8) for recipe in recipes])


LARGE = Recipe(width=512, depth=4, batch=512)
AXES = {"lr_g": [0.1, 0.2], "lr_d": [0.1, 0.2]}


@pytest.mark.parametrize(
    "start",
    [
        lambda: next(train(LARGE, 2)),
        lambda: Run(LARGE),
        lambda: Session(LARGE),
        lambda: Playground(LARGE),
        lambda: PhaseDiagram(AXES, base=LARGE),
        lambda: compare(LARGE, LARGE, seeds=2, steps=2),
        lambda: sweep([LARGE], 2, 2),
        lambda: over_seeds({"large": LARGE}, 2),
    ],
)
def test_whatever_trains_asks_for_the_memory_first(
    start: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOYGAN_MEMORY", "0.02")
    with pytest.raises(RecipeError, match=r"allowed \(TOYGAN_MEMORY sets the GiB\)"):
        start()


def test_the_default_fits_everywhere() -> None:
    refuse_too_large(Recipe(), 64)
    assert cost(Recipe(width=256, depth=6, batch=512, d_steps=20), 8).time > 100 * cost(Recipe(), 8).time


@pytest.mark.parametrize("words", ["", "much", "0", "-1", "nan", "inf", "1e99"])
def test_a_budget_that_is_no_number_is_refused(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOYGAN_MEMORY", words)
    with pytest.raises(RecipeError, match="TOYGAN_MEMORY"):
        budget()


@pytest.mark.parametrize(
    "changes", [{"lr_g": 0.01}, {"anneal": 9, "beta1": 0.1}, {"regularizers": {"r1": 3.0, "unrolled": 2}}]
)
def test_a_number_that_makes_no_step_longer_costs_no_recipe(changes: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe(regularizers={"r1": 0.1, "unrolled": 2})
    known, other = cost(recipe, 3), recipe.but(**changes)
    monkeypatch.setattr(Recipe, "but", lambda *_, **__: pytest.fail("a recipe was made"))
    assert cost(other, 3) == known


@pytest.mark.parametrize(
    "changes", [{"ema": 0.5}, {"width": 65}, {"regularizers": {"unrolled": 3}}, {"regularizers": {"packing": 4}}]
)
def test_what_makes_a_step_longer_is_costed_again(changes: dict) -> None:
    recipe = Recipe(regularizers={"unrolled": 2, "packing": 2})
    assert cost(recipe.but(**changes), 3) != cost(recipe, 3)


def test_a_part_of_the_same_name_is_costed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(Loss):
        def __init__(self, times: int) -> None:
            self._times = times

        def on_real(self, a: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.softplus(-a[..., None].expand(-1, -1, self._times)).mean(-1)

        on_fake = for_generator = on_real

    costs = []
    for times in (1, 512):
        monkeypatch.setitem(LOSSES, "mine", Mine(times))
        costs.append(cost(Recipe(loss="mine", **SIZE)).memory)
    assert costs[1] > 2 * costs[0]
