"""Random recipes name every part, labels follow from exact distances, and remedies are counted by what came of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from toygan import DISTRIBUTIONS, LOSSES, NETWORKS, OPTIMIZERS, REGULARIZERS, TURNS, Recipe
from toygan.cli import main
from toygan.measure.advice import REMEDIES_FOR, Odds
from toygan.measure.diagnosis import VERDICTS
from toygan.runs.record import Record
from toygan.studies.gallery import GALLERY, trial
from toygan.studies.gallery.random import DATA, recipes
from toygan.studies.gallery.trial import RIGHT, Labelled, RemedyOdds, Trial, Tryout, label, plan_tryouts
from toygan.sweeps.piece import Piece


def test_random_recipes_are_the_same_for_a_seed_and_name_every_part() -> None:
    some = list(islice(recipes(3), 320))
    assert some[:20] == list(islice(recipes(3), 20))
    used = Counter(name for recipe in some for name in recipe.regularizers)
    for field in ("data", "loss", "turns", "optimizer", "generator", "discriminator", "noise"):
        used.update(f"{field}={getattr(recipe, field)}" for recipe in some)
    critics = [name for name, loss in LOSSES.items() if loss.uses_discriminator]
    wanted = [*REGULARIZERS, *(f"data={name}" for name in DATA), *(f"loss={name}" for name in critics)]
    wanted += [f"turns={name}" for name in TURNS] + [f"optimizer={name}" for name in OPTIMIZERS]
    wanted += [f"generator={name}" for name in NETWORKS]
    assert [name for name in wanted if not used[name]] == []
    assert set(DATA) >= set(DISTRIBUTIONS) - {"dirac", "file", "digits"}


def record(data: str = "ring8", diverged_at: int = -1, **metrics: object) -> Record:
    """A run measured eleven times, of metrics that do not move or are given."""
    values = {"w1": 0.1, "forward_kl": 0.01, "sliced_w1": 0.05, **metrics}
    columns = {name.replace("_", "-"): np.broadcast_to(x, 11)[:, None] for name, x in values.items()}
    one = Record.from_arrays([Recipe(data=data)], range(0, 1501, 150), columns, [diverged_at])
    one.n = trial.SAMPLES
    return one


@pytest.mark.parametrize(
    ("is_", "run"),
    [
        ("healthy", record(high_quality=0.9)),
        ("near", record(high_quality=0.1)),
        ("healthy", record(high_quality=0.9, bridges=0.1)),
        ("near", record(high_quality=0.7, bridges=0.26)),
        ("healthy", record("two-moons", w1=0.15)),
        ("arriving", record("two-moons", w1=np.linspace(0.9, 0.1, 11) ** 2)),
        ("far", record(w1=np.resize([0.9, 3.0, 0.8], 11))),
        ("diverged", record(diverged_at=100)),
        ("diverged", record(w1=np.geomspace(0.5, 1e4, 11))),
        ("closing in", record(w1=np.linspace(1.5, 0.5, 11))),
        ("far", record(w1=0.9)),
        ("modes missing", record(w1=0.5, forward_kl=1.5)),
        ("near", record(w1=0.5)),
        ("near", record(w1=0.1, forward_kl=0.3)),
    ],
)
def test_a_label_follows_from_the_distance_and_the_shares(is_: str, run: Record) -> None:
    assert label(run, 0) == is_


def test_labels_and_verdicts_are_those_that_there_are() -> None:
    assert {verdict for verdicts in RIGHT.values() for verdict in verdicts} <= VERDICTS.keys()


def test_the_matrix_counts_what_is_right_of_a_label() -> None:
    runs = {
        "0": Labelled(record(), ("healthy", "near"), ("healthy", "too narrow")),
        "1": Labelled(record(), ("far", "near"), ("healthy", "undetermined")),
    }
    found = Trial(runs)
    assert found.confusion["near"] == {"too narrow": 1, "undetermined": 1}
    assert (
        found.summary
        == "2 of 4 right (50 %; mean over rows 50 %), 1 undetermined, 1 wrong, on 500 samples of each seed"
    )
    assert "| **far** | 1 |" in repr(found)


def test_recipes_are_drawn_until_so_many_are_called_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = {0: "healthy", 3: "healthy", 7: "healthy", 8: "healthy"}
    asked = []

    def measured(pieces: Mapping[str, Piece], *_: object) -> Trial:
        asked.append(list(pieces))
        labels = {i: "near" if i == 3 else "healthy" for i in (*verdicts, 5)}
        return Trial(
            {
                i: Labelled(record(), (labels.get(int(i), "far"),), (verdicts.get(int(i), "oscillation"),))
                for i in pieces
            }
        )

    monkeypatch.setattr(trial, "measure_trial", measured)
    monkeypatch.setattr(trial, "AT_A_TIME", 5)
    found = trial.measure_until_healthy(3)
    assert asked == [["0", "1", "2", "3", "4"], ["5", "6", "7", "8", "9"]]
    assert len(found) == 8, "none is taken after the last that was wanted"
    assert (found.called.tolist(), found.found.tolist()) == ([True, False, True], [True, False, True])
    assert found.summary.startswith("Called healthy and so: 2 of 3 [")
    assert "healthy and called so: 2 of 3 [" in found.summary


def test_a_remedy_is_tried_on_runs_with_its_verdict_and_counted_by_the_distance() -> None:
    run = record(w1=0.9)
    tried = plan_tryouts({"0": Labelled(run, ("near",), ("oscillation",))})
    assert [tryout.remedy for tryout in tried.values()] == list(REMEDIES_FOR["oscillation"])
    tryout = next(iter(tried.values()))
    healthy = {
        "mean_offset": 0.0,
        "spread_ratio": 1.0,
        "within_ratio": 1.0,
        "modes_missing": 0.0,
        "share_error": 0.0,
        "high_quality": 1.0,
        "mode_hopping": 0.0,
    }
    assert tryout.outcomes(record(w1=0.1, **healthy)) == [1]
    assert tryout.outcomes(record(w1=0.9, **healthy)) == [0]  # the verdict is gone, the samples are not nearer
    assert tryout.outcomes(record(w1=2.0, **healthy)) == [-1]
    assert tryout.outcomes(record(diverged_at=100)) == [-1]
    odds = RemedyOdds({"a": (tryout, [1, -1]), "b": (tryout, [0])})
    assert odds.odds == {"oscillation": {tryout.remedy: Odds(1, 1, 3)}}
    held = json.loads(odds.update_json('{"random": {}, "gallery": {"diverged": {}}}', "gallery"))
    assert held == {"random": {}, "gallery": {"oscillation": {tryout.remedy: [1, 1, 3]}}}


def test_a_remedy_is_tried_on_so_many_runs_at_most() -> None:
    run = record(w1=0.9)
    runs = {str(i): Labelled(run, ("near",), ("oscillation",)) for i in range(3)}
    assert len(plan_tryouts(runs, most=2)) == 2 * len(REMEDIES_FOR["oscillation"])


def test_a_remedy_that_is_refused_is_not_tried() -> None:
    run = record(w1=0.9)
    without = Record.from_arrays([Recipe(loss="mmd")], run.steps, {"w1": run.metric("w1")}, [-1])
    tried = plan_tryouts({"0": Labelled(without, ("far",), ("mode collapse, modes absent",))})
    assert [tryout.remedy for tryout in tried.values()] == ["larger networks"]
    assert isinstance(next(iter(tried.values())), Tryout)


def test_the_shell_tries_recipes_and_keeps_the_odds_of_each_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "STEPS", 4)
    monkeypatch.setattr(trial, "EVERY", 1)
    into = ["--jobs", "1", "--odds", str(tmp_path / "odds.json")]
    ran = CliRunner().invoke(main, ["gallery", "--random", "2", *into])
    assert ran.exit_code == 0, ran.output
    assert "of 2 right" in ran.output
    monkeypatch.setitem(GALLERY, "means-that-spiral", replace(GALLERY["means-that-spiral"], steps=4))
    ran = CliRunner().invoke(main, ["gallery", "means-that-spiral", *into])
    assert ran.exit_code == 0, ran.output
    assert json.loads((tmp_path / "odds.json").read_text(encoding="utf-8")).keys() == {"random", "gallery"}
    (tmp_path / "mine.json").write_text("[1]")
    for words in (["--random", "2"], ["means-that-spiral"]):
        refused = CliRunner().invoke(main, ["gallery", *words, "--odds", str(tmp_path / "mine.json")])
        assert (refused.exit_code, (tmp_path / "mine.json").read_text()) == (2, "[1]")
    refused = CliRunner().invoke(main, ["gallery", "too-soon", "--random", "2"])
    assert refused.exit_code == 2
    assert "its own recipes" in refused.stderr
