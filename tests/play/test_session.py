"""A session is the live view without its widgets: what can be set, what a reset repeats, what looking leaves alone."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.programs import compile_at_once
from support.raising import Raises

from toygan.measure.advice import takes_back
from toygan.measure.diagnosis import VERDICTS, Diagnosis
from toygan.measure.words import true_percent
from toygan.parts.losses import LOSSES
from toygan.parts.metrics import METRICS, live_metrics
from toygan.parts.metrics.columns import COLUMN_METRICS
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.undone import UNDONE_METRICS
from toygan.parts.regularizers import REGULARIZERS
from toygan.play import fleet_session
from toygan.play.frames import Frames
from toygan.play.session import INTERVAL, Session
from toygan.recipe import FIELDS, KNOBS, Recipe, RecipeError
from toygan.runs.engine import COMPILED

SMALL = Recipe(width=8, batch=8)


def session(recipe: Recipe = SMALL, seeds: int = 2) -> Session:
    return Session(recipe, seeds)


def run(s: Session, steps: int) -> None:
    for _ in range(steps):
        s.step()


def state(s: Session) -> torch.Tensor:
    return torch.cat([s.population.generator.theta, s.population.discriminator.theta], dim=1)


def options(field: str) -> list[Any]:
    """All that a control of the field offers, its ends and what lies between."""
    knob = KNOBS[field]
    if knob.menu is not None:
        return list(knob.menu)
    assert knob.slider is not None, f"{field} has neither a menu nor a slider"
    low, high = knob.slider
    middle = math.sqrt(low * high) if knob.log else (low + high) / 2
    whole = FIELDS[field].type == "int"
    return [int(x) if whole else x for x in (low, middle, high)]


SETTINGS = [(field, value) for field in FIELDS if field != "regularizers" for value in options(field)]
REGULARIZED = [(f"regularizers.{name}", s) for name, part in REGULARIZERS.items() for s in (*part.strengths, None)]


# At these settings: what asks for plain steps, and networks that only generate.
REFUSED = [("turns", "competitive"), ("turns", "runge-kutta-4"),
           *(("discriminator", name) for name in ("point", "shift", "dropout-mlp"))]  # fmt: skip


@pytest.mark.parametrize("field", sorted({field for field, _ in [*SETTINGS, *REGULARIZED]}))
def test_every_control_takes_every_option(field: str) -> None:
    for _, value in [pair for pair in [*SETTINGS, *REGULARIZED] if pair[0] == field and pair not in REFUSED]:
        s = session()
        assert s.set(field, value), s.message
        held = s.recipe.regularizers.get(field.partition(".")[2]) if "." in field else getattr(s.recipe, field)
        assert held == value
        s.step()
        assert s.iteration == 1


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_an_option_without_meaning_is_refused_and_the_run_stays(field: str, value: str) -> None:
    s = session()
    before, population = s.recipe, s.population
    assert not s.set(field, value)
    assert s.refused
    assert s.message.startswith(f"{field}={value!r}: ")
    assert s.population is population
    assert s.recipe == before


@pytest.mark.parametrize("field", [f for f in FIELDS if f != "regularizers" and KNOBS[f].live])
def test_a_live_field_changes_without_a_restart(field: str) -> None:
    s = session()
    run(s, 3)
    population = s.population
    losses = [name for name, loss in LOSSES.items() if loss.uses_discriminator]
    changed = [s.set(field, value) for value in (losses if field == "loss" else options(field))]
    assert any(changed)
    assert s.population is population
    assert s.iteration == 3


@pytest.mark.parametrize("field", [f for f in FIELDS if not KNOBS[f].live])
def test_any_other_field_starts_a_new_run_and_says_so(field: str) -> None:
    s = session()
    run(s, 3)
    other = next(value for value in options(field) if value != getattr(s.recipe, field))
    if not s.set(field, other):
        pytest.skip(s.message)
    assert s.iteration == 0
    assert "new run" in s.message
    assert field in s.message


def test_setting_what_is_already_set_changes_nothing() -> None:
    s = session()
    run(s, 2)
    assert s.set("data", s.recipe.data)
    assert s.iteration == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("lr_g", -1.0, "above 0"),
        ("lr_g", math.nan, "finite"),
        ("loss", "nope", "non-saturating"),
        ("d_steps", 0, "at least 1"),
        ("width", "wide", "whole number"),
        ("seed", -1, "at least 0"),
        ("regularizers.r1", -1.0, "at least 0"),
        ("regularizers.nope", 1.0, "r1"),
        ("loss.r1", 1.0, "regularizers"),
        ("nope", 1.0, "lr_g"),
    ],
)
def test_a_refused_value_leaves_the_run_as_it_is(field: str, value: Any, words: str) -> None:
    s, untouched = session(), session()
    run(s, 3)
    run(untouched, 3)
    assert not s.set(field, value)
    assert s.refused
    assert words in s.message
    assert field.partition(".")[2] in s.message
    run(s, 3)
    run(untouched, 3)
    assert torch.equal(state(s), state(untouched))


def test_reset_repeats_the_run_with_the_settings_as_they_are() -> None:
    s = session()
    s.set("lr_g", 0.01)
    run(s, 4)
    s.set("loss", "hinge")
    s.set("regularizers.r1", 0.1)
    run(s, 4)
    s.reset()
    assert (s.iteration, len(s.record), s.playing) == (0, 1, False)
    run(s, 6)
    fresh = session(SMALL.but(lr_g=0.01, loss="hinge", regularizers={"r1": 0.1}))
    run(fresh, 6)
    assert torch.equal(state(s), state(fresh))


def test_looking_never_changes_the_run() -> None:
    watched, alone = session(), session()
    for _ in range(5):
        watched.step()
        watched.measure()
        assert watched.status
    alone.population.run(5)
    assert torch.equal(state(watched), state(alone))


def test_quality_stands_beside_that_of_as_many_true_samples() -> None:
    s = session()
    words = true_percent("high-quality", s.recipe.data, s.snapshot.samples.shape[1])
    assert re.search(rf"high quality [\d.]+ % of 1,000 samples {re.escape(words)}", s.status)


def test_the_recipes_own_seed_is_in_focus_and_the_others_follow() -> None:
    s = session(SMALL.but(seed=7), seeds=3)
    assert [r.seed for r in s.population.recipes] == [7, 8, 9]
    assert s.recipe.seed == 7


def test_another_seed_in_focus_is_in_the_words_and_stays_so_after_a_restart() -> None:
    s = session(SMALL.but(seed=7), seeds=3)
    s.population.generator.theta[2] = math.nan
    s.step()
    assert s.verdict == "too early to tell · 2 of 3 seeds (1 diverged)"
    s.focus = 2
    assert "seed 9 (of seeds 7 to 9): diverged at iteration 1" in s.status
    assert s.verdict == "diverged · 1 of 3 seeds (2 too early to tell)"
    assert s.set("depth", 1)
    assert (s.focus, s.recipe.seed) == (2, 7)
    assert "seed 9 (of seeds 7 to 9): " in s.status


@pytest.mark.parametrize("focus", [-1, 3, True, 1.0, "1", None])
def test_a_seed_that_there_is_not_is_refused_the_focus(focus: Any) -> None:
    s = session(seeds=3)
    with pytest.raises(ValueError, match=rf"focus={re.escape(repr(focus))}: must be a whole number from 0 to 2"):
        s.focus = focus
    assert s.focus == 0


def test_a_seed_that_leaves_no_room_for_the_others_is_refused() -> None:
    s = session(seeds=2)
    assert not s.set("seed", 2**63 - 1)
    assert s.message == f"seed={2**63 - 1}: leaves no room for 2 seeds"
    assert s.recipe.seed == 0


def test_play_state_survives_a_restart_and_ends_with_pause_step_and_reset() -> None:
    s = session()
    s.play()
    s.set("depth", 1)
    assert s.playing
    for end in (s.pause, s.step, s.reset):
        s.play()
        end()
        assert not s.playing


def test_advance_uses_its_time_and_takes_at_least_one_step() -> None:
    ticks = itertools.count()
    s = Session(SMALL, seeds=1, clock=lambda: next(ticks))
    s.advance(10)
    assert s.iteration == 10
    s.advance(0)
    assert s.iteration == 11


def test_measurements_are_dense_at_first_and_then_cost_little_beside_training() -> None:
    ticks = itertools.count()
    s = Session(SMALL, seeds=1, clock=lambda: next(ticks))
    s.advance(1500)
    gaps = [b - a for a, b in itertools.pairwise(s.record.steps.tolist())]
    assert gaps[0] == INTERVAL.soonest
    assert gaps[-1] == INTERVAL.latest
    assert gaps == sorted(gaps)


def test_compiled_iterations_are_measured_more_rarely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_at_once(monkeypatch, tmp_path)
    ticks = itertools.count()
    s = Session(Recipe(width=4, depth=1, batch=4), seeds=1, clock=lambda: next(ticks))
    s.advance(1200)
    assert s.run.engine.name == COMPILED
    assert np.diff(s.record.steps)[-1] == 2 * INTERVAL.latest


def test_words_wait_while_it_plays_and_say_of_which_iteration_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_session, "DIAGNOSIS_SECONDS", math.inf)
    s = session()
    for _ in range(4):
        s.step()
    s.playing = True
    made = s.diagnoses
    s.run.step()
    s.measure()
    assert s.diagnoses is made
    assert s.words["evidence"].endswith("at iteration 4")
    s.set("lr_g", 0.5)
    s.measure()
    assert s.diagnoses is not made, "another game is not judged by words about the one before"
    made = s.diagnoses
    s.run.step()
    s.measure()
    assert s.diagnoses is made
    with monkeypatch.context() as patch:
        patch.setattr(fleet_session, "DIAGNOSIS_SECONDS", -1.0)
        assert s.diagnoses is not made
    made = s.diagnoses
    s.run.step()
    s.measure()
    s.pause()
    assert s.diagnoses is not made
    assert "at iteration" not in s.words["evidence"]


def test_a_diverged_seed_is_marked_and_the_others_go_on() -> None:
    s = session(seeds=3)
    run(s, 2)
    s.population.generator.theta[1] = math.nan
    s.play()
    s.advance(0)
    s.measure()
    assert s.snapshot.alive.tolist() == [True, False, True]
    assert s.playing
    assert "1 of 3 seeds diverged" in s.status
    before = state(s)[0].clone()
    s.advance(0)
    assert not torch.equal(state(s)[0], before)


def test_a_diverged_run_in_focus_says_when() -> None:
    s = session(seeds=3)
    run(s, 2)
    s.population.generator.theta[0] = math.nan
    s.play()
    s.advance(0)
    assert s.playing
    assert "seed 0 (of seeds 0 to 2): diverged at iteration 3" in s.status
    assert "1 of 3 seeds diverged" in s.status


def test_a_run_ends_when_every_seed_has_diverged() -> None:
    s = session()
    s.population.generator.theta[:] = math.nan
    s.play()
    s.advance(0)
    s.measure()
    assert not s.playing
    assert "diverged at iteration 1" in s.status
    s.play()
    assert not s.playing
    assert "reset" in s.message


@pytest.mark.parametrize("seeds", [0, -1, 1.5, True, "8", 4097, 10**9])
def test_a_wrong_number_of_seeds_is_refused(seeds: Any) -> None:
    with pytest.raises(ValueError, match=r"seeds=.*: must be a whole number from 1 to 4,096"):
        Session(SMALL, seeds)


def test_a_recipe_that_cannot_be_trained_is_refused_before_any_work() -> None:
    with pytest.raises(RecipeError):
        Session(Recipe(lr_g=-1.0))


def test_a_diagnosis_follows_the_run_and_says_how_many_seeds_share_it() -> None:
    s = session(seeds=3)
    assert s.verdict == "too early to tell · 3 of 3 seeds"  # one measurement is too few
    s.population.generator.theta[0] = math.nan
    s.step()
    assert s.verdict == "diverged · 1 of 3 seeds (2 too early to tell)"
    assert s.diagnosis.evidence == ("at iteration 1",)
    s.reset()
    assert s.verdict == "too early to tell · 3 of 3 seeds"


def test_measuring_twice_at_one_iteration_keeps_what_has_moved_since_the_one_before() -> None:
    s = session()
    run(s, 2)
    moved = s.snapshot.metrics["mode-hopping"]
    assert np.array_equal(s.measure().metrics["mode-hopping"], moved)


def test_a_playing_run_takes_what_verdicts_read_and_nothing_expensive() -> None:
    live = live_metrics()
    assert set(live) >= {name for verdict in VERDICTS.values() for name in verdict.evidence}
    assert not any(METRICS[name].expensive for name in live)
    elsewhere = {"mean", "spread", "accuracy-training"}  # on a line, of a training set
    snapshot = session().snapshot
    inputs = MetricInputs(snapshot.samples, snapshot.recipes[0].distribution)
    of_samples = {**COLUMN_METRICS, **UNDONE_METRICS}
    elsewhere |= {name for name, metric in of_samples.items() if not metric.needs(inputs)}
    assert set(snapshot.metrics) == set(live) - elsewhere


STUCK = Recipe(width=8, batch=8, discriminator="mlp(init=normal,gain=1e-06)", generator="mlp(init=normal,gain=1e-06)")


def stuck() -> Session:
    """A session whose diagnosis advises other networks."""
    s = session(STUCK)
    s.fleet.advance(math.inf, 40)
    assert s.diagnosis.verdict == "does not move"
    return s


def test_the_remedy_that_is_advised_can_be_applied_and_undone() -> None:
    s = stuck()
    assert (s.offers["apply"], s.offers["undo"]) == ("Apply and restart", "")
    assert "activation = leaky-relu" in s.words["remedy"]
    assert s.apply_remedy()
    assert (s.recipe.activation, s.recipe.generator) == ("leaky-relu", "mlp")
    assert s.message.startswith("applied: ")
    assert "activation = leaky-relu (was relu)" in s.message
    assert s.offers["undo"] == "Undo"
    assert s.undo()
    assert s.recipe == STUCK
    assert s.message.startswith("undone: ")
    assert s.offers["undo"] == ""
    assert not s.undo()


def test_a_setting_of_the_users_own_ends_what_could_be_undone() -> None:
    for end in (lambda s: s.set("lr_g", 0.01), Session.reset):
        s = stuck()
        s.apply_remedy()
        end(s)
        assert not s.undo()


def test_an_applied_remedy_is_given_time_and_not_followed_by_its_opposite(monkeypatch: pytest.MonkeyPatch) -> None:
    s = session(SMALL.but(regularizers={"r1": 0.1}))
    s.fleet.advance(math.inf, 100)
    monkeypatch.setattr(s, "_earlier", [SMALL])
    for verdict in VERDICTS:
        monkeypatch.setattr(Session, "diagnosis", Diagnosis(verdict, (), "", ""))
        remedy = s.remedy
        assert remedy is None or not takes_back(s.recipe, remedy, [SMALL])
    monkeypatch.undo()
    s.set("lr_d", 0.002)
    assert s.diagnosis.cause == "The settings changed at iteration 100: the run is judged again from iteration 400 on."
    assert not s.apply_remedy(), "there is nothing to apply yet"
    assert s.offers["apply"] == ""


def test_after_a_change_in_play_one_thing_is_said_until_the_run_is_judged_again() -> None:
    s = session(seeds=2)
    s.fleet.advance(math.inf, 100)
    s.play()
    s.set("lr_d", 0.002)
    said = set[tuple[str, ...]]()
    while s.iteration < 140:
        said.add((s.words["verdict"], s.words["evidence"], s.words["cause"]))
        s.advance(0)
    again = "judged again from iteration 410"  # the first measurement with it is at 110
    why = f"The settings changed at iteration 110: the run is {again} on."
    assert said == {(f"{again} · 2 of 2 seeds", "", why)}
    assert s.early
    assert s.grounds == f"seeds 0, 1: {again} (seed 0: {why})"


def test_words_name_the_iteration_at_which_they_were_measured_if_it_is_not_the_present_one() -> None:
    s = session()
    assert "measured at" not in s.status
    assert "at iteration" not in s.words["evidence"]
    s.play()
    while not s.diagnosis.evidence or s.iteration % INTERVAL.soonest < 3:
        s.advance(0)
    measured = s.snapshot.step
    assert measured < s.iteration
    assert s.status.endswith(f" · measured at {measured:,}")
    assert s.words["evidence"].endswith(f"at iteration {measured:,}")
    s.pause()
    assert "measured at" not in s.status
    assert "at iteration" not in s.words["evidence"]


def test_a_part_that_raises_is_refused_and_the_run_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "raises", Raises(1))
    s = session()
    run(s, 3)
    before = state(s)
    assert not s.set("loss", "raises")
    assert (s.message, s.refused) == ("loss = raises: ValueError: boom", True)
    assert torch.equal(state(s), before)
    assert (s.iteration, s.recipe.loss) == (3, SMALL.loss)
    assert not s.set("data", "grid25") or s.iteration == 0
    s.step()


def test_a_new_run_that_cannot_begin_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "late", Raises(0))
    s = session(SMALL.but(loss="late"))
    run(s, 3)
    LOSSES["late"].at = 1
    assert not s.set("width", 6)
    assert s.message == "width = 6: ValueError: boom"
    with pytest.raises(ValueError, match="boom"):
        s.reset()
    assert (s.iteration, s.recipe.width) == (3, 8)
    assert s.status
    assert s.set("loss", "hinge")
    s.step()
    assert s.iteration == 4


def test_a_pin_survives_resets_and_changes_and_says_how_it_differs() -> None:
    s = session()
    frames = Frames(s, ["losses", "coverage"])
    assert not s.pin(), "nothing was trained yet"
    assert (s.refused, s.offers["pin"]) == (True, "")
    for _ in range(3):
        s.step()
    course = s.record.metric("loss-d").copy()
    assert s.pin()
    assert s.set("lr_d", 0.02)
    assert s.set("width", 4), "a new run"
    s.reset()
    s.step()
    losses, coverage = frames()
    np.testing.assert_allclose(losses["pin 1: loss-d"].y, course[:, 0], rtol=1e-6)
    assert "lr_d = 0.001, width = 8" in losses.entries
    assert not coverage.entries, "the first chart names pins for all"
    s.focus = 1
    np.testing.assert_allclose(frames()[0]["pin 1: loss-d"].y, course[:, 1], rtol=1e-6)
    assert s.offers["unpin"] == "Unpin"
    assert s.unpin()
    assert not s.unpin()
    assert "lr_d = 0.001, width = 8" not in frames()[0].entries
