"""Names that are not UTF-8: commands read and write such files, and pages show a sign for what is no letter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.shell import refused, toygan

from toygan import Recipe, sweep

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
ODD = os.fsdecode(b"\xff")


def test_a_store_a_page_and_a_title_may_have_any_name(tmp_path: Path) -> None:
    store, page = tmp_path / f"s{ODD}.db", tmp_path / f"r{ODD}.html"
    sweep([Recipe(width=4, batch=4)], seeds=1, steps=1, every=1, store=store, jobs=1)
    assert toygan("report", store, "--out", page, "--title", f"mine{ODD}").exit_code == 0
    assert "<title>mine?</title>" in page.read_text(encoding="utf-8")
    assert toygan("report", store, "--out", page, "--force").exit_code == 0
    assert "<title>s?</title>" in page.read_text(encoding="utf-8")


def test_an_output_that_takes_only_letters_shows_such_a_name(tmp_path: Path) -> None:
    out = tmp_path / f"run{ODD}"
    words = ["train", "--steps", "0", "--seeds", "1", "--width", "4", "--out", str(out)]
    ran = subprocess.run(
        [sys.executable, "-m", "toygan", *words], env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("run\\udcff\n")


def test_data_with_such_a_name_is_refused_since_no_page_can_show_its_recipe(tmp_path: Path) -> None:
    (tmp_path / f"d{ODD}.csv").write_text("x\n1\n")
    line = refused(toygan("train", "--data", f"file(path='{tmp_path}/d{ODD}.csv')"))
    assert "must be words in UTF-8" in line
