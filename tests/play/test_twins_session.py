"""Recipes side by side are in lock-step on the same seeds; a copy equals its origin until a setting parts them."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
import torch

from toygan.measure.diagnosis import VERDICTS
from toygan.play.session import Session
from toygan.play.twins_frames import TwinsFrames
from toygan.play.twins_session import TwinsSession, check_sides
from toygan.recipe import Recipe, RecipeError
from toygan.studies.comparison import Comparison

SMALL = Recipe(width=4, depth=1, batch=8, data="bimodal")
FASTER, HINGE, WIDER = SMALL.but(lr_d=0.02), SMALL.but(loss="hinge"), SMALL.but(width=6)


def twins(*recipes: Recipe, seeds: int = 2) -> TwinsSession:
    return TwinsSession(recipes, seeds)


def train(s: TwinsSession | Session, until: int) -> None:
    s.end = until
    s.play()
    while s.playing:
        s.advance(1.0)
    s.pause()
    s.end = math.inf


def bits(s: TwinsSession, side: int) -> bytes:
    run, first = s.fleet.member(side * s.seeds)
    return run.population.state.select(range(first, first + s.seeds)).to_bytes()


def theta(s: TwinsSession, side: int, player: str = "generator") -> torch.Tensor:
    run, first = s.fleet.member(side * s.seeds)
    return getattr(run.population, player).theta[first : first + s.seeds]


def test_players_of_one_shape_begin_with_the_same_weights() -> None:
    s = twins(SMALL, HINGE.but(seed=7), SMALL.but(discriminator="linear"))
    assert torch.equal(theta(s, 0), theta(s, 1))
    assert torch.equal(theta(s, 0), theta(s, 2))
    assert torch.equal(theta(s, 0, "discriminator"), theta(s, 1, "discriminator"))
    assert [recipe.seed for recipe in s.recipes] == [0, 0, 0]


def test_each_side_is_the_run_that_it_would_be_alone() -> None:
    s = twins(SMALL, WIDER)
    train(s, 120)
    for side, recipe in enumerate((SMALL, WIDER)):
        alone = Session(recipe, 2)
        train(alone, 120)
        assert alone.population.state.to_bytes() == bits(s, side)


def test_sides_that_differ_in_numbers_alone_share_a_population() -> None:
    assert len(twins(SMALL, FASTER).fleet.runs) == 1
    assert len(twins(SMALL, FASTER, HINGE, HINGE).fleet.runs) == 2


def test_sides_of_several_populations_stop_at_one_iteration() -> None:
    s = twins(SMALL, WIDER)
    s.play()
    for _ in range(7):
        s.advance(0.0)
    assert abs(s.fleet.runs[0].steps - s.fleet.runs[1].steps) <= 1
    s.pause()
    assert {run.steps for run in s.fleet.runs} == {s.iteration} == {4}
    s.play()
    s.advance(0.0)
    assert s.set("lr_g", 0.01)  # as it plays
    assert {setting.step for run in s.fleet.runs for setting in run.past.settings} == {5}


def test_one_slow_iteration_is_one_of_every_side() -> None:
    s = twins(SMALL, WIDER)
    s.play(single=True)
    while s.playing:
        attempt = s.attempt()
        attempt.work()
        s.take(attempt, 1.0)
    assert {run.steps for run in s.fleet.runs} == {1}


def test_it_says_how_the_sides_differ() -> None:
    s = twins(SMALL, FASTER)
    assert s.differences == ["lr_d = 0.001", "lr_d = 0.02"]
    assert "A: lr_d = 0.001 | B: lr_d = 0.02" in s.status
    assert s.title == "bimodal  ·  A: lr_d = 0.001  |  B: lr_d = 0.02"
    assert s.set("lr_d", 0.02, [0])
    assert "all sides are equal" in s.status


def test_a_setting_changes_in_all_sides_or_in_some() -> None:
    s = twins(SMALL, FASTER, HINGE)
    assert s.set("lr_g", 0.005)
    assert s.differing == ["loss", "lr_d"]
    assert s.set("regularizers.r1", 0.3, [1])
    assert s.message == "B: regularizers.r1 = 0.3: from iteration 0 on"
    assert [dict(recipe.regularizers) for recipe in s.recipes] == [{}, {"r1": 0.3}, {}]
    train(s, 10)
    assert s.set("batch", 16, [2])
    train(s, 20)
    assert [recipe.batch for recipe in s.recipes] == [8, 8, 16]
    assert {run.steps for run in s.fleet.runs} == {20}


def test_what_one_side_refuses_changes_in_none() -> None:
    s = twins(SMALL, SMALL.but(turns="simultaneous"))
    before = s.recipes
    assert not s.set("d_steps", 3)
    assert s.refused
    assert s.message.startswith("d_steps=3: ")
    assert not s.set("data", "ring8", [1])
    assert s.message == "data='ring8': must have as many dimensions as the data beside it: 1, not 2"
    assert s.recipes == before
    assert s.set("data", "gaussian1d")


def test_a_setting_that_needs_a_new_run_begins_all_sides_again() -> None:
    s = twins(SMALL, FASTER)
    train(s, 10)
    assert s.set("width", 6, [1])
    assert s.message == "B: width = 6: a new run of all sides"
    assert s.iteration == s.reached == 0
    train(s, 5)
    assert {run.steps for run in s.fleet.runs} == {5}
    assert s.set("seed", 5, [1])
    assert [recipe.seed for recipe in s.recipes] == [5, 5]


def test_a_copy_without_a_change_equals_its_origin() -> None:
    s = twins(SMALL, HINGE)
    train(s, 30)
    assert s.copy_side(1)
    assert s.message == "C: a copy of B from iteration 30 on; change one setting of it"
    train(s, 150)
    assert bits(s, 2) == bits(s, 1)


def test_a_copy_from_an_earlier_iteration_parts_from_what_was() -> None:
    s = twins(SMALL)
    train(s, 90)
    end = bits(s, 0)
    assert s.go_to(40)
    assert s.copy_side(0, "lr_d", 0.02)
    assert s.message == "B: lr_d = 0.02: from iteration 40 on"
    assert s.reached == 40
    train(s, 90)
    assert bits(s, 0) == end
    assert bits(s, 1) != end
    middle = bits(s, 1)
    assert s.go_to(60)
    train(s, 90)
    assert bits(s, 1) == middle
    assert [mark.words for mark in s.marks if mark.kind == "change"] == ["B: a copy of A", "B: lr_d = 0.02"]


def test_there_are_at_most_four_and_the_last_one_stays() -> None:
    s = twins(SMALL, FASTER, HINGE)
    assert s.copy_side(2)
    assert not s.copy_side(0)
    assert s.message == "sides=5: must be at most 4; close one first"
    kept = [s.recipes[1], s.recipes[3]]
    assert s.close_side(2)
    assert s.close_side(0)
    assert s.recipes == kept
    train(s, 5)
    assert s.close_side(0)
    assert not s.close_side(0)
    assert s.refused
    train(s, 10)
    assert (s.sides, s.iteration) == (1, 10)


def test_a_copy_that_refuses_its_setting_does_not_stay() -> None:
    s = twins(SMALL)
    assert not s.copy_side(0, "lr_d", -1)
    assert s.message.startswith("lr_d=-1.0: ")
    assert not s.copy_side(1)
    assert s.message == "side=1: must be from 0 to 0"
    assert s.sides == 1


@pytest.mark.filterwarnings("ignore")
def test_a_side_that_has_diverged_is_not_copied_and_the_others_go_on() -> None:
    s = twins(SMALL, SMALL.but(optimizer="sgd", lr_g=1e30, lr_d=1e30))
    train(s, 60)
    assert not s.copy_side(1)
    assert s.message == "side=B: every seed has diverged; go back to an iteration before that, or reset"
    assert s.copy_side(0)
    assert s.close_side(1)
    train(s, 70)
    assert s.iteration == 70


def test_what_cannot_be_compared_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        RecipeError, match=r"^data='ring8': must have as many dimensions as the data beside it: 1, not 2$"
    ):
        twins(SMALL, Recipe(data="ring8"))
    with pytest.raises(RecipeError, match=r"^against=4: recipes; at most 3 can stand beside the first$"):
        check_sides([SMALL] * 5)
    with pytest.raises(RecipeError, match=r"^against='hinge': must be a Recipe"):
        check_sides([SMALL, "hinge"])  # type: ignore[list-item]
    s = twins(SMALL)
    monkeypatch.setenv("TOYGAN_MEMORY", "1e-6")
    with pytest.raises(RecipeError, match="of memory, and"):
        twins(SMALL, FASTER)
    assert not s.copy_side(0)
    assert "of memory, and" in s.message
    train(s, 3)
    assert (s.sides, s.iteration) == (1, 3)


def test_the_difference_so_far_is_that_of_the_late_means_with_its_interval() -> None:
    s = twins(SMALL, FASTER, seeds=4)
    train(s, 100)
    steps, values = s.fleet.rows("sliced-w1")
    late = values[-max(1, len(steps) // 5) :].mean(0)
    found = s.compare(1, "sliced-w1")
    assert found.difference == pytest.approx((late[4:] - late[:4]).mean())
    assert found.low <= found.difference <= found.high
    assert found.names == ("lr_d=0.02", "lr_d=0.001")
    assert s.words["cause"].startswith("B against A: modes covered: ")
    assert f"distance (W1): {str(found).partition(': ')[2]}" in s.words["cause"]
    assert twins(SMALL, FASTER, seeds=1).words["cause"] == ""


def test_the_verdicts_on_each_side_are_counted() -> None:
    s = twins(SMALL, FASTER, seeds=3)
    names = set(VERDICTS)
    for side, words in enumerate(s.words["verdict"].split(" | ")):
        letter, counts = words.split(": ", 1)
        assert letter == "AB"[side]
        assert sum(int(part.split(" × ")[0]) for part in counts.split(", ") if " × " in part) == 3
    assert {d.verdict for several in s.diagnoses for d in several} <= names


def test_a_run_that_is_compared_keeps_its_past() -> None:
    alone = Session(SMALL, 2)
    train(alone, 60)
    alone.set("lr_g", 0.01)
    train(alone, 80)
    s = TwinsSession.from_session(alone)
    assert (s.sides, s.iteration, s.reached) == (1, 80, 80)
    assert [mark.words for mark in s.marks if mark.kind == "change"] == ["lr_g = 0.01"]
    assert s.copy_side(0)
    assert s.go_to(20)
    assert s.recipes[0].lr_g == s.recipes[1].lr_g == SMALL.lr_g
    train(s, 80)
    assert s.recipes[0].lr_g == 0.01
    assert bits(s, 0) == bits(s, 1)


class Storm:
    """Random acts of a user on twins; every act that changes what is trained is written down."""

    def __init__(self, seed: int) -> None:
        self.rng, self.s = random.Random(seed), twins(SMALL, FASTER)

    def act(self) -> None:
        s, pick = self.s, self.rng.choice
        side = self.rng.randrange(s.sides)
        pick([
            lambda: s.set(*pick(SETTINGS), pick([None, [side]])),
            lambda: s.copy_side(side, *pick([(None, None), *SETTINGS])),
            lambda: s.close_side(side), lambda: s.go_to(self.rng.randint(0, s.reached)), s.step, s.pause, self.play,
            self.play, self.play, lambda: self.rng.random() < 0.1 and s.reset(), self.focus,
        ])()  # fmt: skip

    def focus(self) -> None:
        self.s.focus = self.rng.randrange(self.s.seeds)

    def play(self) -> None:
        train(self.s, self.s.iteration + self.rng.randrange(1, 8))


SETTINGS: list[tuple[str, Any]] = [
    ("lr_g", 0.01), ("lr_d", 0.005), ("lr_g", -1), ("loss", "hinge"), ("loss", "nonsense"), ("batch", 16),
    ("regularizers.r1", 0.1), ("regularizers.r1", None), ("d_steps", 2), ("width", 6), ("data", "ring8"),
]  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("seed", "acts"), [(0, 60), pytest.param(1, 1000, marks=pytest.mark.slow)])
def test_no_storm_of_acts_leaves_an_error_or_a_state_that_a_fresh_run_would_not_have(seed: int, acts: int) -> None:
    storm = Storm(seed)
    for _ in range(acts):
        storm.act()
        s = storm.s
        assert {run.steps for run in s.fleet.runs} == {s.iteration}
        assert len(s.message.splitlines()) <= 1
        assert s.sides == len(s.differences) == len(s.diagnoses)
        assert s.words
        assert s.status
        assert sum(run.past.history.size for run in s.fleet.runs if run.past.history) <= 40 * 2**20
    s.reset()
    train(s, 20)
    fresh = TwinsSession(s.recipes, s.seeds)
    train(fresh, 20)
    for side in range(s.sides):
        assert bits(s, side) == bits(fresh, side)
        np.testing.assert_array_equal(s.fleet.scores("sliced-w1"), fresh.fleet.scores("sliced-w1"))


def test_the_differences_are_put_in_words_once_a_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    s = twins(SMALL, FASTER)
    train(s, 40)
    told = s.words["cause"]
    monkeypatch.setattr(Comparison, "__str__", lambda self: pytest.fail("put in words again"))
    assert s.words["cause"] == told
    assert told.startswith("B against A: ")


def test_sides_are_drawn_with_half_of_the_points_of_a_picture_alone() -> None:
    s = twins(SMALL, FASTER)
    frames = TwinsFrames(s, ["samples"])
    wide = [chart["density of generated"] for chart in frames()]
    assert frames._looks[0].generated.shape[0] == frames._looks[1].generated.shape[0] == 1000
    assert len(wide) == 2
    s.close_side(1)
    frames()
    assert frames._looks[0].generated.shape[0] == 2000


def test_a_side_that_has_changed_says_from_when_on_it_is_judged_again() -> None:
    s = twins(SMALL, WIDER)
    train(s, 50)
    s.set("lr_d", 0.03, [1])
    sides = s.words["verdict"].split(" | ")
    assert "judged again" not in sides[0]
    # 350, or later if an iteration takes so long that a change is not measured at once
    assert sides[1].startswith("B: 2 × judged again from iteration 3")
    assert s.grounds.splitlines()[1].startswith("B, seed 0: judged again from iteration 3")
