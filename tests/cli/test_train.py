"""`toygan train`: what it leaves behind is whole, whatever happens, and never at the cost of what was there."""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from support.folders import SMALL, contents, strict_json, whole
from support.shell import refused, toygan

from toygan import files
from toygan.cli import run_folder
from toygan.panels import PANELS, Look
from toygan.panels.picture import Picture, choose_panels
from toygan.parts.metrics.reference import reference_band
from toygan.recipe import Recipe
from toygan.runs.run import Run
from toygan.training import Population, State


def test_a_run_leaves_its_recipe_its_numbers_and_its_pictures(tmp_path: Path) -> None:
    out = tmp_path / "deep/run"
    result = toygan("train", *SMALL, "--steps", 5, "--every", 2, "--gif", "--html", "--out", out)
    assert result.exit_code == 0, result.output
    names = [
        "best.npz",
        "diagnosis.json",
        "metrics.json",
        "picture.png",
        "recipe.json",
        "run.html",
        "state.safetensors",
        "training.gif",
    ]
    assert sorted(path.name for path in out.iterdir()) == names
    assert "<title>non-saturating" in (out / "run.html").read_text(encoding="utf-8")
    assert whole(out, steps=5) == 5
    rows = strict_json(out / "metrics.json")
    assert [(row["step"], row["seed"]) for row in rows] == [(step, seed) for step in (0, 2, 4, 5) for seed in (0, 1)]
    population = Population([Recipe(width=4, batch=4, seed=seed) for seed in (0, 1)])
    population.run(5)
    last = population.snapshot().metrics
    assert [row["loss-d"] for row in rows[-2:]] == list(last["loss-d"])
    state = State.load(out)
    assert (state.steps, state.recipes) == (5, population.recipes)
    assert torch.equal(Population.restore(state).generate(9), population.generate(9))
    with Image.open(out / "training.gif") as animation:
        assert animation.n_frames >= 2


def test_own_data_gets_panels_that_it_fills_in_every_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[list[str]] = []

    def draw(self: Picture, look: Look) -> None:
        Picture.draw(self, look)
        drawn.append([chart.title for chart in self.charts])

    monkeypatch.setattr(run_folder, "Picture", type("Drawn", (Picture,), {"draw": draw}))
    (tmp_path / "own.csv").write_text("height,weight\n" + "\n".join(f"{x},{x % 7}" for x in range(400)))
    data, out = f"standardised(of=file(path='{tmp_path / 'own.csv'}'))", tmp_path / "run"
    ran = toygan("train", *SMALL, "--data", data, "--steps", 2, "--every", 1, "--gif", "--html", "--out", out)
    assert ran.exit_code == 0, ran.output
    titles = [PANELS[name][0].title for name in choose_panels(Recipe(data=data))]
    assert titles[1:3] == ["Histogram of each column", "Data left out (gaps)"]
    assert drawn == [titles] * len(drawn)
    assert len(drawn) >= 3
    packed = re.search(r'id="toygan-frames">([^<]+)<', (out / "run.html").read_text(encoding="utf-8"))
    assert packed is not None
    frames = zlib.decompress(base64.b64decode(packed[1]))
    head = json.loads(frames[4 : 4 + int.from_bytes(frames[:4], "little")])
    assert [chart["title"] for chart in head[0]["charts"]] == titles


def test_numbers_that_do_not_exist_are_null(tmp_path: Path) -> None:
    words = ["--optimizer", "sgd", "--loss", "wasserstein", "--lr-g", "1e30", "--lr-d", "1e30", "--steps", 6]
    result = toygan("train", *SMALL, *words, "--every", 3, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    first, last = strict_json(tmp_path / "run/metrics.json")[0], strict_json(tmp_path / "run/metrics.json")[-1]
    assert first["diverged-at"] is None
    assert first["loss-g"] is not None
    assert 0 < last["diverged-at"] <= 6
    assert last["loss-g"] is None


def test_an_error_of_training_is_one_line_and_leaves_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["train", *SMALL, "--steps", 100, "--out", tmp_path / "run"]
    step, calls = Population.step, itertools.count()

    def fail_once(population: Population) -> None:
        if next(calls) == 20:
            raise ValueError("boom")
        step(population)

    monkeypatch.setattr(Population, "step", fail_once)
    assert re.fullmatch(r"toygan: training failed after iteration \d+: ValueError: boom", refused(toygan(*words)))
    assert {"recipe.json", "metrics.json"} <= {path.name for path in (tmp_path / "run").iterdir()}
    assert toygan(*words, "--resume").exit_code == 0
    assert whole(tmp_path / "run", steps=100) == 100


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, head, _, *table = toygan("train", *SMALL, "--steps", 2).stdout.splitlines()
    assert head.strip().split("  ")[0] == "iteration 2, 2 seeds, 2,500 samples each"
    assert head.split()[-5:] == ["mean", "lowest", "highest", "true", "samples"]
    true = {line.split()[0]: line.rstrip().split("  ")[-1].strip() for line in table if line.strip()}
    quality = reference_band("high-quality", "ring8", 2500)
    assert true["modes-covered"] == "8"
    assert true["high-quality"] == f"{quality.low:.4g} to {quality.high:.4g}"
    assert not list(tmp_path.iterdir())
    for flag in ("--gif", "--html", "--resume", "--force"):
        assert f"{flag} needs a folder" in refused(toygan("train", *SMALL, flag))


def test_averaged_generators_stand_beside_true_samples_too() -> None:
    table = toygan("train", *SMALL, "--steps", 2, "--ema", 0.9).stdout.splitlines()
    rows = [line.rstrip().split("  ")[-1].strip() for line in table if "high-quality " in line]
    assert len(rows) == 2
    band = reference_band("high-quality", "ring8", 2500)
    assert band is not None
    assert rows[0] == rows[1] == band.describe(4)


def test_a_run_is_replaced_by_force_alone_and_other_files_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    toygan("train", *SMALL, "--steps", 2, "--gif", "--html", "--out", out)
    (out / "notes.txt").write_text("mine")
    before = contents(out)
    with monkeypatch.context() as patch:
        patch.setattr(Run, "step", lambda self: pytest.fail("trained before it looked at the folder"))
        assert "--force" in refused(toygan("train", *SMALL, "--steps", 1, "--out", out))
    assert contents(out) == before
    assert toygan("train", *SMALL, "--steps", 1, "--out", out, "--force").exit_code == 0
    assert whole(out, steps=1) == 1
    assert (out / "notes.txt").read_text() == "mine"
    for name in ("training.gif", "run.html"):
        assert not (out / name).exists(), "of another run"


@pytest.mark.parametrize("there", [["picture.png"], ["recipe.json"], ["recipe.json", "metrics.json"], ["notes.txt"]])
def test_a_folder_that_holds_no_run_is_left_alone_even_with_force(there: list[str], tmp_path: Path) -> None:
    for name in there:
        (tmp_path / name).write_text("mine")
    for flag in ("--force", "--resume"):
        assert "is not the folder of a run" in refused(toygan("train", *SMALL, "--steps", 1, "--out", tmp_path, flag))
    assert contents(tmp_path) == {Path(name): b"mine" for name in there}


def test_a_picture_beside_a_recipe_alone_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text(Recipe().to_json())
    (tmp_path / "picture.png").write_text("mine")
    assert "is not the folder of a run" in refused(toygan("train", *SMALL, "--steps", 1, "--out", tmp_path, "--force"))
    assert (tmp_path / "picture.png").read_text() == "mine"


def test_an_empty_folder_takes_a_run(tmp_path: Path) -> None:
    assert toygan("train", *SMALL, "--steps", 1, "--out", tmp_path).exit_code == 0
    assert whole(tmp_path, steps=1) == 1


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "is a file" in refused(toygan("train", *SMALL, "--out", tmp_path / "file", "--force"))
    assert str(tmp_path) in refused(toygan("train", *SMALL, "--out", tmp_path / "file/run"))
    assert "must have a name" in refused(toygan("train", *SMALL, "--out", ""))


@pytest.mark.parametrize(("place", "call"), [("step", 3), ("snapshot", 1), ("snapshot", 3), ("write", 1), ("write", 3)])
def test_ctrl_c_at_any_moment_leaves_whole_files(
    place: str, call: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def interrupted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == call:
                signal.raise_signal(signal.SIGINT)
            return function(*args, **kwargs)

        return wrapper

    owner: Any = {"step": Run, "snapshot": Population, "write": run_folder}[place]
    monkeypatch.setattr(owner, place, interrupted(getattr(owner, place)))
    result = toygan("train", *SMALL, "--steps", 6, "--every", 2, "--gif", "--html", "--out", tmp_path / "run")
    assert result.exit_code == 130, result.output
    reached = whole(tmp_path / "run", steps=6)
    if reached < 6:
        assert f"stopped at iteration {reached} of 6" in result.stderr
    with Image.open(tmp_path / "run/training.gif") as animation:
        assert animation.n_frames >= 1
    assert (tmp_path / "run/run.html").read_text(encoding="utf-8").endswith("</html>\n")


@pytest.mark.skipif(os.name != "posix", reason="signals between processes are POSIX's")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_in_a_shell_can_be_stopped(number: int, status: int, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ["train", *SMALL, "--steps", "100000000", "--out", str(out)]
    with subprocess.Popen([sys.executable, "-m", "toygan", *words], stderr=subprocess.PIPE, text=True) as shell:
        try:
            while not (out / "recipe.json").exists():
                assert shell.poll() is None
                time.sleep(0.05)
            time.sleep(0.3)
            shell.send_signal(number)
            _, stderr = shell.communicate(timeout=60)
        finally:
            shell.kill()
    assert shell.returncode == status
    assert f"stopped at iteration {whole(out, 100000000)} of" in stderr


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "metrics.json"
    files.write(file, b"old")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as part:
            part.write(content[:1])
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="no space"):
            files.write(file, b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_a_run_ends_if_no_seed_comes_closer_and_is_then_finished(tmp_path: Path) -> None:
    still = ["--optimizer", "sgd", "--lr-g", 1e-30, "--lr-d", 1e-30]  # samples stay where they are
    words = ["train", *SMALL, *still, "--steps", 9, "--every", 2, "--stop-after", 2, "--out", tmp_path / "run"]
    result = toygan(*words)
    assert result.exit_code == 0, result.output
    assert "ended at iteration 4 of 9: no seed came closer in 2 evaluations" in result.stdout
    assert whole(tmp_path / "run", steps=9) == 4
    assert not (tmp_path / "run/checkpoint.npz").exists()
    before = contents(tmp_path)
    assert "finished already, at iteration 4" in toygan(*words, "--resume").stdout
    assert contents(tmp_path) == before
    longer = [3 if word == 2 and words[at - 1] == "--stop-after" else word for at, word in enumerate(words)]
    assert "finished and differs" in refused(toygan(*longer, "--resume"))
