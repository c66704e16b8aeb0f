"""The fingerprint of an object changes with what it computes, and with nothing else."""

from __future__ import annotations

import importlib
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from toygan import Loss
from toygan.parts.fingerprint import NoFingerprint, fingerprint

CELL = """
import functools, math, torch
from dataclasses import dataclass
from toygan import Loss

K, TABLE, KINDS = 2.0, {"a": [1, 2]}, {"left", "right"}

def helper(a, scale=1.0):
    return scale * K * a

def make(c):
    def closure(a):
        return c * a
    return closure

inner = make(3.0)

class Base(Loss):
    def on_real(self, a):
        return helper(-a).exp()

@dataclass(frozen=True)
class Mine(Base):
    '''A loss.'''
    power: float = 1.0
    weights: object = None
    usual = 4

    @functools.cached_property
    def half(self):
        return self.power / 2

    @torch.no_grad()
    def on_fake(self, a):
        '''Of fakes.'''
        x = a + 0.5
        return [y for y in (x, x)][0] * (1 if "left" in KINDS else TABLE["a"][0]) * math.pi

    @staticmethod
    def for_generator(a, *, sign=-1):
        return inner(sign * a)

part = Mine(weights=torch.ones(2))
"""


def run(source: str) -> dict[str, Any]:
    """Run a cell of a notebook of which no source is kept."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec"), names)
    return names


def edit(old: str, new: str) -> str:
    assert CELL.count(old) == 1, old
    return CELL.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a + 0.5", "a + 0.25"),
        ("a + 0.5", "a - 0.5"),
        ("power: float = 1.0", "power: float = 2.0"),
        ("power: float = 1.0", "power: int = 1"),
        ("usual = 4", "usual = 5"),
        ("torch.ones(2)", "torch.zeros(2)"),
        ("torch.ones(2)", "torch.ones(2, dtype=torch.float64)"),
        ("make(3.0)", "make(4.0)"),
        ("sign=-1", "sign=1"),
        ("scale=1.0", "scale=1.5"),
        ("K, TABLE, KINDS = 2.0", "K, TABLE, KINDS = 2.5"),
        ("[1, 2]", "[1, 3]"),
        ("return c * a", "return c / a"),
        ("return helper(-a).exp()", "return helper(-a).exp() + 1"),
        ("math.pi", "math.e"),
        ("@torch.no_grad()\n", "@torch.enable_grad()\n"),
        ("self.power / 2", "self.power / 3"),
        ('{"left", "right"}', '{"left", "up"}'),
    ],
)
def test_another_computation_is_another_fingerprint(old: str, new: str) -> None:
    assert fingerprint(run(edit(old, new))["part"]) != fingerprint(run(CELL)["part"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import functools", "\n# a remark\nimport functools"),
        ("'''A loss.'''", "'''A better description.'''"),
        ("'''Of fakes.'''", "'''Of generated samples.'''"),
        ("x = a + 0.5", "x = (a  +  0.5)  # a half"),
        ("inner = make(3.0)", "inner = make(3.0)\nunused = 7"),
    ],
)
def test_words_and_places_change_nothing(old: str, new: str) -> None:
    assert fingerprint(run(edit(old, new))["part"]) == fingerprint(run(CELL)["part"])


def test_what_a_property_keeps_changes_nothing_and_a_field_does() -> None:
    names = run(CELL)
    part, before = names["part"], fingerprint(names["part"])
    assert part.half == 0.5
    assert fingerprint(part) == before
    assert fingerprint(names["Mine"](power=3.0, weights=torch.ones(2))) != before


def test_an_object_that_changes_in_place_changes_its_fingerprint() -> None:
    class Counting(Loss):
        def __init__(self) -> None:
            self.factor = [1.0]

    part = Counting()
    before = fingerprint(part)
    part.factor.append(2.0)
    after = fingerprint(part)
    Counting.on_real = lambda self, a: a  # type: ignore[assignment, method-assign]
    assert len({before, after, fingerprint(part)}) == 3


def test_a_helper_in_a_module_of_the_users_counts_once_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = tmp_path / "my_helpers_26.py"
    file.write_text("def curve(a):\n    return 2 * a\n\n\ndef other(a):\n    return a\n")
    own = [
        run("import my_helpers_26 as h\ndef part(a):\n    return h.curve(a)")["part"],
        run("def part(a):\n    from my_helpers_26 import curve\n    return curve(a)")["part"],
    ]
    before = [fingerprint(part) for part in own]
    file.write_text("def curve(a):\n    return 3 * a\n\n\ndef other(a):\n    return a\n")
    assert [fingerprint(part) for part in own] == before, "what is loaded is what computes"
    importlib.reload(sys.modules["my_helpers_26"])
    loaded = [fingerprint(part) for part in own]
    assert all(new != old for new, old in zip(loaded, before, strict=True))
    file.write_text("def curve(a):\n    return 3 * a\n\n\ndef other(a):\n    return -a\n")
    importlib.reload(sys.modules["my_helpers_26"])
    assert [fingerprint(part) for part in own] == loaded, "a name that is not read"
    del sys.modules["my_helpers_26"]


def test_cycles_end_and_equal_graphs_are_equal() -> None:
    def build(n: int) -> list[Any]:
        x: list[Any] = [n, {"arrays": np.arange(3), "none": np.empty(0)}]
        x.append(x)
        return x

    assert fingerprint(build(1)) == fingerprint(build(1)) != fingerprint(build(2))


@pytest.mark.parametrize("held", [threading.Lock(), (i for i in range(3)), sys.stdout, lambda: sys._getframe()])
def test_what_cannot_be_read_is_said(held: Any) -> None:
    part = held() if callable(held) else held

    class Mine(Loss):
        def __init__(self) -> None:
            self.held = part

    with pytest.raises(NoFingerprint, match=type(part).__name__):
        fingerprint(Mine())
