from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.made import made_by_hand
from support.shell import refused, toygan

from toygan import train
from toygan.cli.diagnose import format_diagnosis
from toygan.measure.diagnosis import VERDICTS, Diagnosis, diagnose, diagnose_all
from toygan.measure.recent import FEWEST_MEASUREMENTS, WINDOW_ITERATIONS, Recent
from toygan.measure.shares import describe
from toygan.parts.metrics import METRICS
from toygan.play.session import Session
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.runs.run import Run
from toygan.studies.faults.trial import record_of

GOOD = {
    "modes-covered-strict": 8.0,
    "effective-modes": 7.9,
    "high-quality": 0.9,
    "effective-places": 7.9,
    "mode-hopping": 0.01,
    "total-variation": 0.1,
    "accuracy-real": 0.55,
    "accuracy-fake": 0.52,
    "generator-weight": 0.5,
    "loss-d": 1.38,
    "loss-g": 0.7,
    "sliced-w1": 0.03,
    "mean-offset": 0.02,
    "spread-ratio": 1.0,
    "within-ratio": 1.0,
    "modes-missing": 0.0,
    "share-error": 0.05,
    "drift": 0.1,
    "gradient-norm-g": 0.1,
    "gradient-norm-d": 0.1,
}
FAR = {
    "modes-covered-strict": 0.0,
    "high-quality": 0.0,
    "effective-places": 1.0,
    "total-variation": 1.0,
    "sliced-w1": 0.6,
    "mean-offset": 0.5,
    "spread-ratio": 0.2,
    "modes-missing": 7.0,
    "share-error": 0.8,
}
MOONS = {name: GOOD[name] for name in ("sliced-w1", "mean-offset", "spread-ratio", "drift", "loss-d", "loss-g")} | {
    "accuracy-real": 0.6,
    "accuracy-fake": 0.6,
    "generator-weight": 0.5,
    "off-data": 0.03,
    "gaps": 0.03,
}


def recent(recipe: Recipe | None = None, diverged_at: int = -1, **changes: float | np.ndarray) -> Recent:
    """A healthy run but for the changes; a number stands for a course that does not move."""
    values = {**GOOD, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return of(range(0, 3001, 100), values, recipe, diverged_at)


def of(
    steps: range, values: dict[str, float | np.ndarray], recipe: Recipe | None = None, diverged_at: int = -1
) -> Recent:
    """One run measured at these iterations."""
    metrics = {name: np.broadcast_to(value, len(steps))[:, None] for name, value in values.items()}
    return Recent(Record.from_arrays([recipe or Recipe()], steps, metrics, [diverged_at]))


def with_(values: dict[str, float], **more: float) -> dict[str, float]:
    return {name.replace("-", "_"): value for name, value in {**values, **more}.items()}


WAVE = 0.5 + 0.4 * np.cos(np.arange(31) * 2.0)
CASES = {
    "healthy": recent(),
    "diverged": recent(diverged_at=1234),
    "vanishing gradient": recent(**with_(FAR, accuracy_real=1.0, accuracy_fake=1.0, generator_weight=0.01)),
    "discriminator overpowered": recent(**with_(FAR, accuracy_real=0.97, accuracy_fake=0.95, generator_weight=0.9)),
    "discriminator too weak": recent(**with_(FAR)),
    "mode collapse, rotating": recent(**with_(FAR, mode_hopping=0.9)),
    "mode collapse, modes absent": recent(modes_missing=5.0, total_variation=0.6, share_error=0.6, sliced_w1=0.3),
    "does not move": recent(**with_(FAR, drift=0.0, gradient_norm_g=0.0)),
    "out of scale": recent(Recipe(data="ring8(radius=50.0,sigma=1.0)"), **with_(FAR, sliced_w1=40.0)),
    "off centre": recent(mean_offset=0.4, sliced_w1=0.3),
    "too narrow": recent(Recipe(data="gaussian1d"), spread_ratio=0.2, sliced_w1=0.3),
    "too wide": recent(within_ratio=5.0, high_quality=0.7),
    "uneven shares": recent(share_error=0.4),
    "wrong shape": recent(sliced_w1=0.3),
    "parts missing": of(range(0, 3001, 100), MOONS | {"gaps": 0.3}, Recipe(data="two-moons")),
    "oscillation": recent(high_quality=WAVE, total_variation=1 - WAVE),
    "over-regularized blur": recent(
        Recipe(regularizers={"instance-noise": 0.5}), high_quality=0.05, total_variation=0.95, within_ratio=9.0
    ),
    "not converged yet": recent(
        high_quality=np.linspace(0, 0.5, 31), total_variation=np.linspace(1, 0.5, 31), modes_missing=2.0
    ),
}

CASES |= {
    verdict: Recent(record_of("two-moons", made_by_hand("two-moons", fault, size)))
    for verdict, fault, size in [
        ("rotated", "rotated", 45.0),
        ("link broken", "link broken", 1.0),
        ("constant column", "constant", 1.0),
        ("memorised", "memorised", 20.0),
    ]
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_given_to_the_run_that_shows_it(verdict: str) -> None:
    if verdict == "undetermined":
        CASES[verdict] = recent(high_quality=0.2, accuracy_fake=0.9, accuracy_real=0.75)
    diagnosis = diagnose(CASES[verdict])
    assert diagnosis.verdict == verdict
    assert verdict == "diverged" or diagnosis.evidence


def test_where_all_data_is_one_point_nothing_is_too_narrow() -> None:
    """Math.stackexchange and others: a G that is to learn one number; its samples are at it, and have no spread."""
    at_it = recent(Recipe(data="points(x=(1.0,),sigma=0.0)"), spread_ratio=0.01, sliced_w1=0.03)
    beside = recent(Recipe(data="points(x=(1.0,),sigma=0.0)"), spread_ratio=0.4, sliced_w1=0.3, mean_offset=0.02)
    assert diagnose(at_it).verdict == "healthy"
    assert diagnose(beside).verdict == "too wide"


def test_samples_that_have_drawn_together_before_a_guessing_d_are_too_narrow() -> None:
    """math.stackexchange 3441335: data is uniform, G has shrunk to D's peak, and D of two units says one half."""
    recipe = Recipe(data="uniform(low=5.0,high=7.0,dim=1)", loss="wasserstein")
    moons = MOONS | {"accuracy-real": 0.5, "accuracy-fake": 0.5, "spread-ratio": 0.2, "sliced-w1": 0.4}
    assert diagnose(of(range(0, 3001, 100), moons, recipe)).verdict == "too narrow"


def test_what_is_far_away_by_its_scale_is_out_of_scale_though_it_comes_nearer() -> None:
    """devnag#9: N(400, 1.25)."""

    def coming(start: float, end: float) -> Recent:
        course = {"sliced_w1": np.linspace(start, end, 31), "mean_offset": np.linspace(start, end, 31) / 1.25}
        return recent(Recipe(data="gaussian1d(mean=400.0,sigma=1.25)"), **with_(FAR) | course)

    on_the_way, near = coming(400, 100), coming(40, 1)
    assert diagnose(on_the_way).verdict == "out of scale"
    assert diagnose(near).verdict == "not converged yet"


def test_evidence_stands_beside_what_true_samples_score() -> None:
    words = diagnose(CASES["mode collapse, modes absent"]).evidence
    assert words[:2] == ("modes-covered-strict 8 (true samples 8)", "modes-missing 5 (true samples 0)")
    assert "high-quality 90 % (true samples 99 %)" in words


def test_a_mode_that_hardly_a_good_sample_is_on_is_absent() -> None:
    found = diagnose(recent(modes_covered_strict=6.0, high_quality=0.6, share_error=0.2))
    assert found.verdict == "mode collapse, modes absent"
    assert found.evidence[0] == "modes-covered-strict 6 (true samples 8)"
    assert diagnose(recent(modes_covered_strict=7.0)).verdict != "healthy"


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.55, "discriminator too weak"), (0.95, "diverged")])
def test_samples_that_run_off_have_diverged_only_if_d_sees_them(accuracy: float, verdict: str) -> None:
    """A D that hardly learns has one slope everywhere, along which G moves on and on at its own rate."""
    away = with_(FAR, accuracy_real=accuracy, accuracy_fake=accuracy)
    assert diagnose(recent(**away | {"sliced_w1": np.linspace(1, 60, 31)})).verdict == verdict


@pytest.mark.parametrize(
    ("course", "verdict"),
    [
        (0.6, "mode collapse, rotating"),
        (np.linspace(1.2, 0.3, 31), "not converged yet"),
        (6.0, "discriminator too weak"),
    ],
)
def test_samples_rotate_if_they_are_among_the_modes_and_come_no_closer(
    course: float | np.ndarray, verdict: str
) -> None:
    assert diagnose(recent(**with_(FAR, mode_hopping=0.9) | {"sliced_w1": course})).verdict == verdict


def test_modes_that_are_all_there_in_uneven_shares_are_not_absent() -> None:
    assert diagnose(recent(effective_modes=5.0, share_error=0.4)).verdict == "uneven shares"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "healthy"),
        ({"sliced-w1": 0.6, "accuracy-real": 0.97, "accuracy-fake": 0.98}, "discriminator overpowered"),
        ({"sliced-w1": 0.6}, "discriminator too weak"),
        ({"spread-ratio": 0.1, "sliced-w1": 0.2}, "too narrow"),
        ({"off-data": 0.2}, "wrong shape"),
        ({"sliced-w1": np.linspace(1.2, 0.4, 31)}, "not converged yet"),
        ({"sliced-w1": 0.5 + 0.4 * np.cos(np.arange(31) * 2.0)}, "oscillation"),
    ],
)
def test_data_without_modes_is_diagnosed_by_distances(changes: dict[str, Any], verdict: str) -> None:
    assert diagnose(of(range(0, 3001, 100), MOONS | changes, Recipe(data="two-moons"))).verdict == verdict


def test_a_critics_loss_is_judged_by_the_datas_scale() -> None:
    """On data that is 400 away a loss of -400 is a distance; of data nearby a loss of 4000 is none."""
    recipe = Recipe(data="gaussian1d(mean=400.0,sigma=50.0)", loss="wasserstein")
    falling = {**GOOD, "loss-d": -380.0, "loss-g": 390.0, "sliced-w1": np.linspace(390, 40, 31), "high-quality": 0.0}
    assert diagnose(of(range(0, 3001, 100), falling, recipe)).verdict == "not converged yet"


def test_the_words_name_how_far_the_data_is() -> None:
    found = diagnose(CASES["out of scale"])
    assert "has a spread of 50" in found.cause
    assert "data = standardised(of=ring8(radius=50.0,sigma=1.0))" in found.remedy


def test_a_knob_names_the_setting_as_it_is() -> None:
    recipe = Recipe(lr_d=3e-6)
    assert "lr_d = 3e-7 (now 3e-6)" in diagnose(recent(recipe, diverged_at=1234)).remedy


def test_a_run_that_diverged_says_when_and_one_whose_losses_explode_has_diverged_too() -> None:
    assert "1,234" in diagnose(CASES["diverged"]).evidence[0]
    assert diagnose(recent(loss_d=4e3)).verdict == "diverged"
    assert diagnose(recent(loss_g=np.where(np.arange(31) < 5, 1.0, np.inf))).verdict == "diverged"


@pytest.mark.parametrize("rows", range(FEWEST_MEASUREMENTS))
def test_nothing_is_said_of_a_run_that_has_just_begun(rows: int) -> None:
    diagnosis = diagnose(of(range(rows), GOOD))
    assert (diagnosis.verdict, diagnosis.said) == ("undetermined", "too early to tell")
    assert "too few" in diagnosis.cause


@pytest.mark.parametrize(("hopping", "later"), [(0.0, "discriminator too weak"), (0.9, "mode collapse, rotating")])
def test_what_most_runs_do_at_first_is_no_failure(hopping: float, later: str) -> None:
    values = {**GOOD, **FAR, "mode-hopping": hopping}
    early = diagnose(of(range(0, 450, 50), values))
    assert (early.verdict, early.said) == ("undetermined", "too early to tell")
    assert "early" in early.cause
    assert diagnose(of(range(0, 1800, 200), values)).verdict == later


@pytest.mark.parametrize(
    ("steps", "early"), [({"g_steps": 20, "d_steps": 20}, False), ({"d_steps": 20}, True), ({}, True)]
)
def test_it_is_early_until_both_players_have_taken_their_first_steps(steps: dict[str, int], early: bool) -> None:
    """120 iterations of 20 steps each are 2400 steps of each player."""
    said = diagnose(of(range(0, 121, 20), {**GOOD, **FAR}, Recipe(**steps)))
    assert ("early" in said.cause) == early
    assert (said.verdict == "undetermined") == early


@pytest.mark.parametrize(
    ("high_quality", "words"), [(0.9, "The samples are good"), (0.4, "Only 40 % of the samples lie on a mode")]
)
def test_samples_are_called_good_only_if_they_are(high_quality: float, words: str) -> None:
    found = diagnose(
        recent(modes_missing=7.0, total_variation=0.6, share_error=0.6, sliced_w1=0.3, high_quality=high_quality)
    )
    assert found.verdict == "mode collapse, modes absent"
    assert found.cause.startswith(words)


def test_a_linear_d_is_named_as_the_cause() -> None:
    found = diagnose(recent(Recipe(data="gaussian1d", discriminator="linear"), spread_ratio=0.2, sliced_w1=0.3))
    assert found.verdict == "too narrow"
    assert found.cause.startswith("D is linear")
    assert "discriminator = mlp (now linear)" in found.remedy


BLUR = {"high-quality": 0.05, "total-variation": 0.95, "within-ratio": 9.0}


def test_a_young_blur_is_not_converged_yet() -> None:
    """At iteration 600 samples lie around the modes of every WGAN."""
    recipe = Recipe(loss="wasserstein", regularizers={"gradient-penalty": 10.0})
    young, old = (of(range(0, last, 100), {**GOOD, **BLUR}, recipe) for last in (601, 3001))
    assert diagnose(young).verdict == "not converged yet"
    assert "young" in diagnose(young).cause
    assert diagnose(old).verdict == "over-regularized blur"


def test_a_critic_whose_loss_is_the_distance_is_not_over_regularized() -> None:
    """SuihongSong: a WGAN critic with a small penalty, 1000 iterations old, sees the blur and has not removed it."""
    recipe = Recipe(loss="wasserstein", regularizers={"gradient-penalty": 0.1})
    values = {**GOOD, **BLUR, "sliced-w1": 0.3}
    sees, flat = (of(range(0, 3001, 100), values | {"loss-d": loss}, recipe) for loss in (-0.9, -0.001))
    assert diagnose(sees).verdict != "over-regularized blur"
    assert diagnose(flat).verdict == "over-regularized blur"


def test_what_was_long_ago_does_not_count() -> None:
    bad_once = np.where(np.arange(31) * 100 < 3000 - WINDOW_ITERATIONS, 0.0, 0.9)
    assert diagnose(recent(high_quality=bad_once)).verdict == "healthy"


def test_a_trend_is_no_swing() -> None:
    rising = recent(high_quality=np.linspace(0, 3, 31))
    assert rising.swing("high-quality") == pytest.approx(0, abs=1e-9)
    assert rising.rise("high-quality") == pytest.approx(0.55)  # 11 rows, 0.1 apart: the means of 5 older and 6 newer


def test_a_record_is_diagnosed_member_by_member() -> None:
    values = {name: np.tile([value, FAR.get(name, value)], (31, 1)) for name, value in GOOD.items()}
    record = Record.from_arrays(Recipe().seeds(2), range(0, 3001, 100), values, [-1, -1])
    assert [d.verdict for d in diagnose_all(record)] == ["healthy", "discriminator too weak"]
    with pytest.raises(ValueError, match="no measurement"):
        diagnose_all(Record())


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_words_of_a_diagnosis_explain_every_metric_of_its_evidence(verdict: str) -> None:
    run = Run(Recipe(width=4, batch=8).seeds(2), n=100)
    run.measure()
    made = [VERDICTS[verdict].diagnose(verdict, Recent(run.record, member)) for member in (0, 1)]
    words = describe(made, 1)
    named = [part.split(" ")[0] for part in words["evidence"].split(", ")]
    assert set(named) <= set(VERDICTS[verdict].evidence)
    assert words["terms"].splitlines() == [f"{name}: {METRICS[name].help.replace('`', '')}" for name in named]
    assert all(line.partition(": ")[2] for line in words["terms"].splitlines())


def test_the_shell_diagnoses_what_training_has_left(tmp_path: Path) -> None:
    run = tmp_path / "run"
    toygan("train", "--steps", "40", "--every", "10", "--seeds", "2", "--width", "4", "--out", run)
    said = toygan("diagnose", run).stdout
    assert "of 2 " in said.splitlines()[0]
    assert "seed 0: " in said
    assert "seed 1: " in said


def test_a_folder_that_holds_no_run_is_refused_in_one_line(tmp_path: Path) -> None:
    assert "recipe.json" in refused(toygan("diagnose", tmp_path))
    (tmp_path / "recipe.json").write_text(Recipe().to_json())
    for text in ("nothing", "[" * 10**5, "[]", "null", '[{"seed": 0}]'):
        (tmp_path / "metrics.json").write_text(text)
        assert "metrics.json is not of toygan" in refused(toygan("diagnose", tmp_path))
    (tmp_path / "recipe.json").write_text("{")
    assert f"RUN {tmp_path / 'recipe.json'}: recipe='{{': is not JSON" in refused(toygan("diagnose", tmp_path))


def test_a_diagnosis_in_the_shell_fits_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = format_diagnosis(3, Diagnosis("blur", ("numbers " * 9).split(), "A cause. " * 9, "")).splitlines()
    assert said[0] == "seed 3: blur"
    assert all(line.startswith("    ") and len(line) <= 60 for line in said[1:])


def test_what_was_before_a_setting_changed_does_not_count() -> None:
    recipe = Recipe(width=4, batch=4)
    run = Run(recipe, every=1, n=64)
    run.run(FEWEST_MEASUREMENTS)
    run.change(recipe.but(lr_d=0.1))
    run.step()
    run.run(FEWEST_MEASUREMENTS - 2)
    assert (run.record.since, len(Recent(run.record).steps)) == (FEWEST_MEASUREMENTS + 1, FEWEST_MEASUREMENTS - 1)
    waiting = diagnose_all(run.record)[0]
    assert waiting.said == "judged again from iteration 305"
    assert waiting.cause == "The settings changed at iteration 5: the run is judged again from iteration 305 on."
    run.step()
    run.measure()
    run.measure()  # measured twice: nothing has changed
    assert len(Recent(run.record).steps) == FEWEST_MEASUREMENTS


def test_the_command_line_a_session_and_train_agree_on_the_same_runs(tmp_path: Path) -> None:
    recipe = Recipe(
        data="gaussian1d(mean=4.0,sigma=1.0)",
        generator="shift",
        discriminator="linear",
        latent=1,
        batch=64,
        optimizer="sgd",
        lr_g=0.2,
        lr_d=0.2,
        regularizers={"r1": 1.0},
    )
    record, session = Record(), Session(recipe, seeds=3)
    for snapshot in train(recipe.seeds(3), steps=600, every=50):
        record.add(snapshot)
    while session.iteration < 600:
        session.advance(0)
    verdicts = [diagnosis.verdict for diagnosis in diagnose_all(record)]
    assert "healthy" in verdicts
    assert len(set(verdicts)) > 1
    assert [diagnosis.verdict for diagnosis in session.diagnoses] == verdicts
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    words = (
        "--recipe",
        tmp_path / "recipe.json",
        "--steps",
        600,
        "--every",
        50,
        "--seeds",
        3,
        "--out",
        tmp_path / "run",
    )
    trained = toygan("train", *words).stdout
    said = toygan("diagnose", tmp_path / "run").stdout.splitlines()
    assert f"diagnosis: {said[0]}" in trained
    assert [line.partition(": ")[2] for line in said if line.startswith("seed ")] == verdicts


GAUSSIAN = Recipe(data="gaussian2d")


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(0.0, "too narrow"), (0.6, "too narrow"), (0.9, "healthy"), (1.7, "too wide")]
)
def test_a_long_gaussian_is_healthy_only_if_its_short_axis_is_as_wide(ratio: float, verdict: str) -> None:
    found = diagnose(recent(GAUSSIAN, axis_ratio=ratio))
    assert found.verdict == verdict
    assert verdict == "healthy" or any(words.startswith("axis-ratio") for words in found.evidence)


def test_a_quarter_of_the_samples_between_modes_is_not_healthy() -> None:
    good = diagnose(recent(bridges=0.05))
    assert good.verdict == "healthy"
    stated = {words.split()[0]: words.partition("; healthy ")[2] for words in good.evidence}
    assert stated["bridges"].startswith("to 1"), "15 % beyond true samples"
    assert stated["high-quality"].startswith("from 4"), "half of true samples"
    assert stated["sliced-w1"].startswith("to 0.")
    found = diagnose(recent(bridges=0.26))
    assert found.verdict == "wrong shape"
    assert any(words.startswith("bridges 26 %") for words in found.evidence)
    assert found.cause.startswith("Every mode is covered, but 26 % of the samples lie between modes")
    assert diagnose(recent(bridges=0.26, sliced_w1=0.3)).cause.startswith("Mean and spread are right")


def test_four_times_the_distance_of_true_samples_is_not_healthy() -> None:
    true = recent().reference("sliced-w1")
    assert true
    assert diagnose(recent(sliced_w1=3 * true.high)).verdict == "healthy"
    assert diagnose(recent(sliced_w1=4.1 * true.high)).verdict == "wrong shape"


@pytest.mark.parametrize(("data", "allowed"), [("gaussian1d", 0.15), ("gaussian2d", 0.15 * 2 / math.pi)])
def test_healthy_samples_are_as_near_as_if_they_were_moved_by_a_seventh_of_the_spread(
    data: str, allowed: float
) -> None:
    recipe = Recipe(data=data)
    seen = recent(recipe)
    true = seen.reference("sliced-w1")
    assert true
    edge = {part: true.high + part * allowed * seen.spread for part in (0.9, 1.1)}
    found = {part: diagnose(recent(recipe, sliced_w1=distance)).verdict for part, distance in edge.items()}
    assert found == {0.9: "healthy", 1.1: "wrong shape"}


def test_a_mean_that_swings_by_a_third_of_the_spread_oscillates() -> None:
    away = np.abs(np.cos(np.arange(31) * 2.0)) / 3
    assert diagnose(recent(mean_offset=away)).verdict == "oscillation"
    assert diagnose(recent(mean_offset=0.3 * away)).verdict == "healthy"
    assert diagnose(recent(mean_offset=1 / 3)).verdict == "off centre"
    assert diagnose(recent(mean_offset=0.2 + away / 2)).verdict == "off centre", "it swings, but never comes back"
