"""One player moves alone: what moves, what stays, and that the time line repeats it."""

from __future__ import annotations

import pytest
import torch

from toygan import Playground, Population, Recipe, RecipeError, Session

SMALL = {"width": 4, "batch": 8, "depth": 1}


def thetas(population):
    return population.generator.theta.clone(), population.discriminator.theta.clone()


def equal(one, other):
    return all(torch.equal(a, b) for a, b in zip(thetas(one), thetas(other), strict=True))


@pytest.mark.parametrize("turns", ["alternating", "simultaneous"])
def test_only_the_player_that_is_asked_moves_and_the_iteration_stays(turns):
    population = Population(Recipe(turns=turns, **SMALL).seeds(2))
    for player, moved in (("D", (False, True)), ("G", (True, False))):
        before = thetas(population)
        population.step_player(player)
        assert tuple(not torch.equal(a, b) for a, b in zip(before, thetas(population), strict=True)) == moved
    assert population.steps == 0


def test_ds_part_and_then_gs_part_are_an_iteration_of_alternating_turns():
    apart, whole = (
        Population(Recipe(d_steps=3, g_steps=2, regularizers={"gradient-penalty": 0.1}, **SMALL)) for _ in "ab"
    )
    for _ in range(2):
        apart.step_player("D")
        apart.step_player("G")
        whole.step()
    assert equal(apart, whole)


def test_a_step_of_one_player_takes_the_next_batches_and_no_others():
    population, other = (Population(Recipe(d_steps=2, **SMALL)) for _ in "ab")
    population.step_player("D")
    other.batch(), other.batch()
    assert torch.equal(population.batch().real, other.batch().real)


@pytest.mark.parametrize(
    ("recipe", "player", "words"),
    [
        ({"turns": "extragradient"}, "D", "turns='extragradient': moves both players at once"),
        ({"loss": "energy-distance"}, "D", "loss='energy-distance': has no discriminator"),
    ],
)
def test_a_game_that_has_no_such_step_says_why_and_stays(recipe, player, words):
    population = Population(Recipe(**recipe, **SMALL))
    before = thetas(population)
    with pytest.raises(RecipeError, match=words):
        population.step_player(player)
    assert all(torch.equal(a, b) for a, b in zip(before, thetas(population), strict=True))
    session = Session(Recipe(**recipe, **SMALL), seeds=1)
    session.step(player)
    assert session.refused
    assert words in session.message


def test_an_unknown_player_is_refused():
    with pytest.raises(ValueError, match="player='E': must be one of D, G"):
        Population(Recipe(**SMALL)).step_player("E")


def test_a_session_measures_marks_and_repeats_the_step_of_one_player():
    session = Session(Recipe(**SMALL), seeds=2)
    session.step()
    session.step("D")
    assert (session.iteration, session.snapshot.step) == (1, 1)
    assert session.message == "D took its step alone; the iteration is not over"
    assert [(mark.step, mark.words) for mark in session.marks if mark.kind == "change"] == [(1, "D alone")]
    session.step("G")
    session.step()
    session.step()
    after = thetas(session.population)
    session.go_to(0)
    for _ in range(3):
        session.step()
    assert all(torch.equal(a, b) for a, b in zip(after, thetas(session.population), strict=True))


def test_another_step_of_one_player_makes_another_future():
    session = Session(Recipe(**SMALL), seeds=1)
    for _ in range(3):
        session.step()
    session.go_to(1)
    session.step("G")
    assert session.reached == 1
    assert session.iteration == 1


def test_the_buttons_of_a_view_let_one_player_of_every_side_move():
    twins = Playground(Recipe(**SMALL), against=Recipe(lr_d=0.01, **SMALL), seeds=1)
    before = [thetas(run.population) for run in twins.session.fleet.runs]
    twins.view._handle_custom_msg({"view": "page", "do": "step-d"}, [])
    for (g, d), run in zip(before, twins.session.fleet.runs, strict=True):
        now_g, now_d = thetas(run.population)
        assert torch.equal(g, now_g)
        assert not torch.equal(d, now_d)
    twins.close()


def test_a_reset_is_the_run_without_them():
    session, plain = (Session(Recipe(**SMALL), seeds=1) for _ in "ab")
    session.step("D")
    session.reset()
    session.step()
    plain.step()
    assert equal(session.population, plain.population)
