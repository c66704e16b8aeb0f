"""`toygan sheet`: one page that holds every verdict, and of its remedies those that helped."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from support.shell import refused, toygan

from toygan.cli.sheet import list_rows
from toygan.measure.advice import REMEDIES_FOR, read_odds
from toygan.measure.diagnosis import VERDICTS


def test_every_verdict_stands_there_with_the_knobs_that_helped_more_often_than_they_harmed() -> None:
    found = {row[0]: row for row in list_rows()}
    assert set(found) == set(VERDICTS) - {"undetermined", "healthy"}
    for name, row in found.items():
        tried = read_odds().get(name, {})
        assert tried.keys() <= set(REMEDIES_FOR.get(name, ()))
        assert row[3].count("/") == sum(known.helped > known.harmed for known in tried.values())


@pytest.mark.parametrize(("name", "begins"), [("sheet.png", b"\x89PNG"), ("sheet.pdf", b"%PDF")])
def test_it_is_a_page(tmp_path: Path, name: str, begins: bytes) -> None:
    out = tmp_path / name
    assert toygan("sheet", out).exit_code == 0
    assert out.read_bytes().startswith(begins)
    if name.endswith("png"):
        with Image.open(out) as image:
            width, height = image.size
        assert width / height == pytest.approx(2**0.5, rel=0.01)
    assert "--force" in refused(toygan("sheet", out))
    assert toygan("sheet", out, "--force").exit_code == 0


def test_another_kind_is_refused(tmp_path: Path) -> None:
    assert ".pdf or .png" in refused(toygan("sheet", tmp_path / "sheet.txt"))
    assert not list(tmp_path.iterdir())
