"""A remedy is a change of the recipe that has a meaning there, told with the odds that were measured."""

from __future__ import annotations

from typing import Any

import pytest

from toygan.measure.advice import (
    NOTHING_LEFT,
    REMEDIES,
    REMEDIES_FOR,
    Odds,
    advice,
    describe_changes,
    find_cause,
    read_odds,
    remedies,
    takes_back,
)
from toygan.measure.diagnosis import VERDICTS
from toygan.measure.same_game import is_same_game
from toygan.parts.optimizers import Adam
from toygan.recipe import Recipe


def test_every_verdict_that_is_a_failure_has_remedies_and_no_other() -> None:
    assert REMEDIES_FOR.keys() == VERDICTS.keys() - {"healthy", "not converged yet", "undetermined"}
    assert {name for names in REMEDIES_FOR.values() for name in names} <= REMEDIES.keys()


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_changes_the_recipe_or_says_that_it_has_no_use(name: str) -> None:
    for recipe in (Recipe(), Recipe(loss="mmd"), Recipe(regularizers={"r1": 2.0}), Recipe(turns="simultaneous")):
        changed = REMEDIES[name].apply(recipe)
        assert changed is None or describe_changes(recipe, changed)


def test_strengths_grow_from_what_is_there() -> None:
    strong = REMEDIES["strong r1"].apply(Recipe(regularizers={"r1": 2.0}))
    assert strong is not None
    assert strong.regularizers["r1"] == 6
    assert describe_changes(Recipe(regularizers={"r1": 2.0}), strong) == "r1 = 6 (now 2)"


def test_a_run_of_adam_is_told_nothing_of_adam() -> None:
    """Told to take the usual rate, a run of Adam that diverged at 3e-4 diverged more often."""
    for name in ("adam", "adam(beta1=0.0)", "optimistic-adam"):
        recipe = Recipe(optimizer=name, lr_g=3e-4, lr_d=3e-4)
        assert REMEDIES["adam"].apply(recipe) is None
        said = [advice(verdict, recipe) for verdict in REMEDIES_FOR]
        assert not any("Adam" in words or "optimizer" in words for words in said)
    assert advice("diverged", Recipe(lr_g=3e-4, lr_d=3e-4)).startswith("Take shorter steps: lr_g = 3e-5")


@pytest.mark.parametrize(
    ("optimizers", "changes"),
    [
        ({"optimizer": "sgd"}, ""),
        ({"optimizer_d": "sgd"}, ""),
        ({"optimizer": "sgd", "optimizer_g": "adam(beta1=0.9)"}, "optimizer_g=adam(beta1=0.9)"),
        ({"optimizer": "optimistic-adam", "optimizer_g": "sgd"}, "optimizer=optimistic-adam"),
    ],
)
def test_a_player_that_has_adam_keeps_it_and_its_rate(optimizers: dict[str, str], changes: str) -> None:
    changed = REMEDIES["adam"].apply(Recipe(lr_g=0.03, lr_d=0.03, **optimizers))
    assert changed is not None
    kept = {
        player: "adam" in optimizers.get(f"optimizer_{player}", optimizers.get("optimizer", "adam")) for player in "gd"
    }
    assert (changed.lr_g, changed.lr_d) == tuple(0.03 if kept[player] else 1e-3 for player in "gd")
    assert all(isinstance(rule, Adam) for rule in (changed.parts.optimizer_g, changed.parts.optimizer_d))
    assert changes in changed.to_string()


@pytest.mark.parametrize(
    ("strengths", "weaker"),
    [
        ({"r1": 10.0}, {"r1": 0.1}),
        ({"weight-clipping": 0.1}, {"weight-clipping": 1.0}),
        ({"weight-clipping(relative=False)": 0.01}, {"weight-clipping(relative=False)": 0.1}),
        ({"spectral-norm": 1.0}, {"spectral-norm": 10.0}),
        ({"top-k": 0.5}, {"top-k": 1.0}),
        ({"r1": 10.0, "packing": 4.0}, {"r1": 0.1, "packing": 4.0}),
        ({"r1": 10.0, "top-k": 1.0}, {"r1": 0.1, "top-k": 1.0}),
        ({"packing": 4.0, "unrolled": 5.0}, None),
    ],
)
def test_each_strength_is_weakened_in_its_own_direction(
    strengths: dict[str, float], weaker: dict[str, float] | None
) -> None:
    changed = REMEDIES["weaker regularizers"].apply(Recipe(regularizers=strengths))
    assert (changed and changed.regularizers) == weaker


@pytest.mark.parametrize(
    ("loss", "part", "steps"),
    [
        ("wasserstein", "weight-clipping", 5),
        ("wasserstein", "gradient-penalty", 1),
        ("non-saturating", "spectral-norm", 1),
    ],
)
def test_a_critic_with_a_wider_bound_gets_the_steps_to_use_it(loss: str, part: str, steps: int) -> None:
    """A clip of .1 in place of .01: W1 .167 to .518 with 1 step of D, to .089 with 5 (6 and 8 seeds)."""
    changed = REMEDIES["weaker regularizers"].apply(Recipe(loss=loss, regularizers={part: 0.1}))
    assert changed is not None
    assert changed.d_steps == steps


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"width": 16, "depth": 1}, {"width": 64, "depth": 2}),
        (
            {"generator": "mlp(widths=(8,100))", "discriminator": "mlp(width=40,depth=1)"},
            {"generator": "mlp(widths=(64, 200))", "discriminator": "mlp(width=80,depth=2)"},
        ),
        (
            {"generator": "mlp(width=8,activation='leaky-relu(slope=0.1)')", "discriminator": "linear", "depth": 1},
            {"generator": "mlp(width=64,activation='leaky-relu(slope=0.1)')", "depth": 2},
        ),
        ({"generator": "maxout(widths=(8,))", "loss": "mmd"}, {"generator": "maxout(widths=(64, 64))"}),
        ({"generator": "shift", "discriminator": "linear"}, None),
    ],
)
def test_larger_networks_are_larger_in_the_layers_in_force(
    fields: dict[str, Any], changes: dict[str, Any] | None
) -> None:
    recipe = Recipe(**fields)
    changed = REMEDIES["larger networks"].apply(recipe)
    assert changed == (None if changes is None else recipe.but(**changes))


@pytest.mark.parametrize("verdict", REMEDIES_FOR)
def test_no_advice_leaves_what_trains_as_it_is(verdict: str) -> None:
    """Of the rates, steps and regularizers of a D that does not exist, and of widths that no network takes."""
    for recipe in (
        Recipe(loss="mmd", generator="mlp(width=8,depth=1)"),
        Recipe(generator="mlp(widths=(9,))", discriminator="mlp(widths=(9,9))", regularizers={"packing": 2.0}),
    ):
        for _, changed, _ in remedies(verdict, recipe):
            assert not is_same_game(recipe, changed)
            assert "d_steps" not in describe_changes(recipe, changed) or recipe.loss != "mmd"


@pytest.mark.parametrize(
    ("fields", "words", "changes"),
    [
        ({"discriminator": "linear"}, "D is linear", {"discriminator": "mlp"}),
        ({"discriminator": "mlp(depth=0)"}, "D is linear", {"discriminator": "mlp(depth=2)"}),
        ({"discriminator": "linear", "depth": 0}, "D is linear", {"discriminator": "mlp(depth=2)"}),
        ({"generator": "point"}, "one point", {"generator": "mlp"}),
        ({"generator": "shift"}, "only shifts its noise", {"generator": "mlp"}),
    ],
)
def test_a_network_that_cannot_learn_it_is_the_cause_and_another_one_the_remedy(
    fields: dict[str, Any], words: str, changes: dict[str, Any]
) -> None:
    """GAN_stability#4: a linear D on N(0, 1) never teaches the spread, whatever its steps and rates."""
    recipe = Recipe(**fields)
    for verdict in ("too narrow", "wrong shape", "mode collapse, modes absent"):
        assert words in find_cause(verdict, recipe)
        assert [changed for _, changed, _ in remedies(verdict, recipe)] == [recipe.but(**changes)]
    assert find_cause("oscillation", recipe) == find_cause("off centre", recipe) == ""
    assert find_cause("too narrow", recipe.but(**changes)) == ""


def test_a_linear_d_that_sees_the_whole_batch_is_not_the_cause() -> None:
    assert find_cause("too narrow", Recipe(depth=0, regularizers={"minibatch-stddev": 1.0})) == ""


def test_a_change_that_is_refused_gives_way_to_the_next() -> None:
    """Without a D there is nothing to regularize."""
    assert "r1" not in advice("mode collapse, modes absent", Recipe(loss="mmd"))


def test_odds_are_counts_and_remedies_that_harm_more_than_they_help_are_not_advised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for rows in read_odds().values():
        for known in rows.values():
            assert 0 <= known.helped + known.harmed <= known.n
    table = {"oscillation": {"strong r1": Odds(1, 5, 10), "a third of both rates": Odds(4, 1, 10)}}
    monkeypatch.setattr("toygan.measure.advice.read_odds", lambda: table)
    assert advice("oscillation", Recipe()).startswith("Take shorter steps: lr_g = 3e-4 (now 0.001)")
    assert advice("oscillation", Recipe()).endswith("(helped 4 of 10 runs, harmed 1).")
    table["oscillation"].pop("a third of both rates")
    table["oscillation"]["strong r1"] = Odds(5, 5, 10)
    assert "r1" not in advice("oscillation", Recipe())


def test_a_remedy_that_helped_fewer_than_one_in_four_of_enough_runs_is_not_advised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {"oscillation": {"strong r1": Odds(2, 0, 9), "a third of both rates": Odds(0, 1, 3)}}
    monkeypatch.setattr("toygan.measure.advice.read_odds", lambda: table)
    assert advice("oscillation", Recipe()) == NOTHING_LEFT
    table["oscillation"]["strong r1"] = Odds(2, 0, 8)
    assert "r1 = 1" in advice("oscillation", Recipe())
    assert advice("healthy", Recipe()) == ""


@pytest.mark.parametrize(
    ("before", "after", "back"),
    [
        ({"lr_g": 1e-3}, {"lr_g": 1e-2}, {"lr_g": 5e-3}),
        ({"lr_g": 1e-3}, {"lr_g": 1e-2}, {"lr_d": 1e-1}),  # the ratio of the rates goes back
        ({"loss": "hinge"}, {"loss": "minimax"}, {"loss": "hinge"}),
        ({}, {"regularizers": {"r1": 1.0}}, {"regularizers": {}}),
        ({"d_steps": 1}, {"d_steps": 5}, {"d_steps": 2}),
    ],
)
def test_what_takes_a_change_back_is_told_from_what_goes_further(
    before: dict[str, object], after: dict[str, object], back: dict[str, object]
) -> None:
    first = Recipe(**before)
    now = first.but(**after)
    assert takes_back(now, now.but(**back), [first])
    assert not takes_back(now, now.but(**back), [])
    assert not takes_back(now, now.but(batch=64), [first])
    assert not takes_back(first, now, [first])


def test_a_remedy_is_not_followed_by_its_opposite() -> None:
    slow = Recipe(lr_g=1e-3, lr_d=1e-3)
    fast = slow.but(lr_g=1e-2)
    usual = [remedy for remedy, _, _ in remedies("mode collapse, rotating", fast)]
    left = [remedy for remedy, _, _ in remedies("mode collapse, rotating", fast, [slow])]
    assert {REMEDIES["lower lr_g"], REMEDIES["raise lr_d"]} <= set(usual)
    assert not {REMEDIES["lower lr_g"], REMEDIES["raise lr_d"]} & set(left)
    assert left, "what is left is advised"
