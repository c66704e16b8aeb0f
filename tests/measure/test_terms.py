"""The terms of both objectives add up, in value and in gradient, to what the players minimise."""

from __future__ import annotations

import pytest
import torch

from toygan import LOSSES, Population, Recipe
from toygan.measure.terms import formulas, list_terms
from toygan.training.game import gradient

SMALL = {"width": 4, "batch": 8, "depth": 1}
GAMES = [
    {},
    {"loss": "wasserstein", "regularizers": {"gradient-penalty": 0.5}},
    {"regularizers": {"r1": 0.3, "label-smoothing": 0.1, "feature-matching": 0.5}},
    {"loss": "relativistic-average", "regularizers": {"nagarajan-kolter": 0.2, "weight-decay": 0.1}},
    {"loss": "energy-distance"},
]


def probe_of(**recipe):
    population = Population(Recipe(**SMALL, **recipe), dtype=torch.float64)
    population.run(2)
    return population.probe(0)


@pytest.mark.parametrize("recipe", GAMES, ids=str)
def test_terms_add_up_to_the_objective_and_their_gradients_to_its_gradient(recipe):
    probe = probe_of(**recipe)
    game, batch = probe.game, probe.batch(16)
    g, d = (player.theta.clone().requires_grad_() for player in (game.generator, game.discriminator))
    for terms, whole, theta in (
        (game.discriminator_terms(g.detach(), d, batch), game.discriminator_loss(g.detach(), d, batch), d),
        (game.generator_terms(g, d.detach(), batch), game.generator_loss(g, d.detach(), batch), g),
    ):
        torch.testing.assert_close(sum(terms.values()), whole)
        slope = gradient(sum(terms.values()), theta)
        torch.testing.assert_close(slope, gradient(whole, theta))


def test_lengths_are_those_of_autograd_and_shares_are_of_all_terms_of_a_player():
    probe = probe_of(loss="least-squares", regularizers={"r1": 0.3})
    terms = {(term.player, term.name): term for term in list_terms(probe, 16)}
    assert list(terms) == [("D", "loss on real"), ("D", "loss on generated"), ("D", "r1"), ("G", "loss")]
    game, batch = probe.game, probe.batch(16)
    d = game.discriminator.theta.clone().requires_grad_()
    penalty = 0.15 * game.discriminator_pass(game.generator.theta, d, batch).input_gradient_real.square().sum(-1).mean(
        -1
    )
    r1 = terms["D", "r1"]
    assert r1.value == pytest.approx(penalty.item(), rel=1e-9)
    assert r1.length == pytest.approx(gradient(penalty, d).norm().item(), rel=1e-9)
    assert sum(term.share for term in terms.values()) == pytest.approx(2)
    assert terms["D", "loss on real"].share == pytest.approx(
        terms["D", "loss on real"].length / sum(term.length for term in terms.values() if term.player == "D")
    )


def test_a_regularizer_that_adds_no_term_is_listed_without_a_value():
    last = list_terms(probe_of(regularizers={"instance-noise": 0.1, "r1": 0.1}), 16)[-1]
    assert (last.player, last.name, last.value) == ("", "instance-noise", None)
    assert last.formula


@pytest.mark.parametrize("name", LOSSES)
def test_the_formula_of_a_loss_has_a_part_for_each_player(name):
    loss = LOSSES[name]
    if not loss.formula:
        pytest.skip("no formula")
    for_d, for_g = formulas(Recipe(loss=name, **SMALL))
    assert "L_D" in for_d or not loss.uses_discriminator
    assert "L_G" in for_g
    assert "L_G=" not in for_d


def test_to_list_terms_changes_no_run():
    asked, alone = (Population(Recipe(**SMALL, regularizers={"gradient-penalty": 1.0})) for _ in range(2))
    for _ in range(2):
        list_terms(asked.probe(0))
        asked.step()
        alone.step()
    assert torch.equal(asked.discriminator.theta, alone.discriminator.theta)
