"""The cell that made a live view: its name, or its code if the front end sends no names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from toygan.play.cell import Place, here


@pytest.mark.parametrize(
    ("parent", "place"),
    [
        ({"metadata": {"cellId": "a"}, "header": {"msg_id": "1"}, "content": {"code": "x"}}, Place("a", "1")),
        ({"metadata": {}, "header": {"msg_id": "2"}, "content": {"code": "x"}}, Place("x", "2")),
        ({"header": {"msg_id": "3"}}, Place(None, "3")),
        ({}, Place(None, None)),
    ],
    ids=["JupyterLab", "no names of cells", "a message without code", "no message"],
)
def test_a_cell_is_known_by_its_name_or_else_by_its_code(
    parent: dict[str, Any], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: parent))
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    assert here() == place


def test_outside_of_jupyter_there_is_no_cell() -> None:
    assert here() == Place(None, None)
