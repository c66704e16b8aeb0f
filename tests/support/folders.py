"""What `toygan train` leaves in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from toygan.recipe import Recipe

SMALL = ["--seeds", "2", "--width", "4", "--batch", "4"]


def strict_json(path: Path) -> Any:
    def no_json(word: str) -> None:
        raise AssertionError(f"{path.name} holds {word}")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=no_json)


def whole(out: Path, steps: int) -> int:
    """Checks that a folder holds a complete run that may have ended early; the iteration that it reached."""
    assert Recipe.from_json((out / "recipe.json").read_text(encoding="utf-8")).width == 4
    rows = strict_json(out / "metrics.json")
    assert [row["seed"] for row in rows] == [0, 1] * (len(rows) // 2)
    with Image.open(out / "picture.png") as picture:
        picture.load()
    assert not [path.name for path in out.iterdir() if path.name.startswith(".")]
    reached: int = rows[-1]["step"]
    assert reached <= steps
    return reached


def contents(folder: Path) -> dict[Path, bytes]:
    """All files below a folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
