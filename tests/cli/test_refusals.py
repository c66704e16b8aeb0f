"""Whatever is asked of a command, what it refuses is one line of a length that can be read, before any work."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest
from click.testing import Result
from support.shell import toygan

from toygan.cli import COMMANDS
from toygan.cli.oneline import LINE
from toygan.recipe import KNOBS, Recipe
from toygan.runs.run import Run

KILLS = int(os.environ.get("TOYGAN_KILLS", "1"))
LONG = "n" * 300
DEEP = "[" * 5000
WIDE = "9" * 5000
VALUES = ["", LONG, "nan", "-inf", WIDE, "1_0", "٣", "\x00", "a\nb", "-1e400", "a(b=c)", DEEP]
TARGETS = ["", LONG, f"{LONG}/run", "/proc/none/run", "/dev/null/run", "file/run"]
NAMES = ["", LONG, "few-of-eight(a=1)", "ring8", "\n", DEEP, "../../etc"]
CONTENTS = {"words": "mine", "deep": DEEP, "digits": f'{{"seed": {WIDE}}}', "list": "[]", "nothing": ""}


def lines() -> list[list[str]]:
    """Command lines, none of which asks for something that there is."""
    small = ["--steps", "1", "--seeds", "1", "--width", "4"]
    flags = [["train", *small, f"--{name.replace('_', '-')}", value] for name, value in product(KNOBS, VALUES)]
    may_be_empty = {"--regularizers", *(f"--{n.replace('_', '-')}" for n, how in KNOBS.items() if how.unset)}
    flags = [words for words in flags if words[-1] or words[-2] not in may_be_empty]
    numbers = [
        ["train", flag, value] for flag, value in product(("--steps", "--seeds", "--every"), [*VALUES, "-1", "1.5"])
    ]
    targets = [["train", *small, "--out", target] for target in TARGETS]
    targets += [["reproduce", "rs-gan-bimodal", "--budget", "1", "--seeds", "1", "--out", t] for t in TARGETS]
    targets += [["lab", "--copy-only", target] for target in TARGETS]
    targets += [["play", "--copy-only", target] for target in [*TARGETS, "file", "folder", "/dev/zero"]]
    targets += [["menus", "--into", target] for target in [*TARGETS, "file", "folder", "/dev/zero"]]
    targets += [["diagnose", target] for target in [*TARGETS, "file", "nowhere", *CONTENTS, "recipe"]]
    targets += [
        ["train", "--recipe", target] for target in [*TARGETS, "folder", *(f"{c}/recipe.json" for c in CONTENTS)]
    ]
    names = [[command, name] for command, name in product(("gallery", "claims", "reproduce"), NAMES)]
    budgets = [["reproduce", "rs-gan-bimodal", "--budget", value] for value in [*VALUES, "0", "-1", "9" * 20]]
    shares = [["train", "--share", value] for value in ["&" * 999, "a=b", "seed=" + WIDE, "data=" + DEEP, "=", "%00=1"]]
    twice = [["train", "--share", "", "--recipe", "words/recipe.json"], ["train", "-r", "r1"], ["train", "-r", "=1"]]
    unknown = [[command, "--nothing"] for command in COMMANDS] + [["nothing"], [LONG], ["--nothing"]]
    needs = [["train", flag] for flag in ("--gif", "--html", "--resume", "--force")] + [["claims", "--jobs", "0"]]
    return [*flags, *numbers, *targets, *names, *budgets, *shares, *twice, *unknown, *needs]


def one_line(result: Result, words: list[str]) -> None:
    short = [word[:40] for word in words]
    assert result.exit_code == 2, (short, result.output[:500], result.exception)
    assert result.stdout == "", short
    (line,) = result.stderr.splitlines()
    assert line.startswith("toygan: "), short
    assert len(line) <= LINE, (short, line)
    assert " at 0x" not in line, short


def test_a_refusal_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Run, "step", lambda self: pytest.fail("it trained"))
    Path("file").write_text("mine")
    Path("folder").mkdir()
    for name, content in CONTENTS.items():
        Path(name).mkdir()
        Path(f"{name}/recipe.json").write_text(content)
        Path(f"{name}/metrics.json").write_text(content)
    Path("recipe/recipe.json").mkdir(parents=True)
    Path("folder/recipe.json").write_text(Recipe().to_json())
    before = sorted(tmp_path.rglob("*"))
    table = lines()
    assert len(table) >= 250
    for words in table:
        one_line(toygan(*words), words)
    assert sorted(tmp_path.rglob("*")) == before


def shell(*words: str, memory: int | None = None, stdout: str | None = None) -> subprocess.CompletedProcess[str]:
    def begin() -> None:
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    with open(stdout or os.devnull, "w") as out:
        return subprocess.run(
            [sys.executable, "-m", "toygan", *words], stdout=out, stderr=subprocess.PIPE, text=True, preexec_fn=begin
        )


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of memory")
@pytest.mark.parametrize(
    ("words", "gib"),
    [
        (["menus"], 0.2),  # it ends while torch is loaded, whatever the command
        (["train", "--width", "2048", "--seeds", "64", "--steps", "1"], 1.3),
        (["sweep", "lr_g=0.1,0.2", "--steps", "1", "--seeds", "1", "--jobs", "1"], 1.3),
    ],
)
def test_too_little_memory_is_one_line(words: list[str], gib: float) -> None:
    ran = shell(*words, memory=int(gib * 2**30))
    assert ran.returncode in (0, 2)
    assert len(ran.stderr.splitlines()) <= 1, ran.stderr
    if ran.returncode:
        assert "memory" in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a full device")
@pytest.mark.parametrize("words", [["menus"], ["--version"], ["--help"], ["gallery", "--list"], ["claims", "--list"]])
def test_an_output_that_takes_no_more_is_one_line(words: list[str]) -> None:
    ran = shell(*words, stdout="/dev/full")
    assert ran.returncode == 2
    assert ran.stderr == "toygan: the output: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="signals between processes are POSIX's")
@pytest.mark.parametrize("words", [["--version"], ["menus"], ["train", "--steps", "5"], ["claims"]])
def test_ctrl_c_at_any_moment_is_no_traceback(words: list[str]) -> None:
    moments = random.Random(0)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-m", "toygan", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as run:
            time.sleep(moments.uniform(0.05, 2.5))
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=60)
        assert "Traceback" not in said
        assert run.returncode in (0, 130, -signal.SIGINT)


@pytest.mark.skipif(os.name != "posix", reason="signals between processes are POSIX's")
def test_what_is_written_is_whole_whenever_a_command_is_killed(tmp_path: Path) -> None:
    page, table, moments = tmp_path / "page.md", tmp_path / "table.md", random.Random(1)
    page.write_text("before\n<!-- menus: written by `make readme` -->\n<!-- end of menus -->\nafter\n")
    commands = {
        "menus": ["menus", "--into", str(page)],
        "lab": ["lab", "--copy-only", str(tmp_path / "lessons")],
        "reproduce": ["reproduce", "rs-gan-bimodal", "--budget", "2", "--seeds", "1", "--force", "--out", str(table)],
    }
    for _ in range(KILLS):
        shells = [
            subprocess.Popen([sys.executable, "-m", "toygan", *words], stdout=subprocess.DEVNULL)
            for words in commands.values()
        ]
        for shell in shells:  # side by side, since each begins with seconds of imports
            time.sleep(moments.uniform(0.3, 1.5))
            shell.kill()
            shell.wait()
        assert page.read_text().startswith("before\n")
        assert page.read_text().endswith("after\n")
    for words in commands.values():
        ran = toygan(*words)
        assert (ran.exit_code, ran.stderr) == (0, "")
    assert not [path for path in tmp_path.rglob(".*") if path.name.endswith(".part")]
