"""A learner's part lands in the menu of its kind, as a class or as an instance."""

from __future__ import annotations

import pytest
import torch

from toygan import LOSSES, METRICS, OPTIMIZERS, REGULARIZERS, Loss, Metric, Optimizer, Regularizer
from toygan.teach import own, register


class Mine(Loss):
    def on_real(self, a):
        return -a

    def on_fake(self, a):
        return a

    def for_generator(self, a):
        return -a


PARTS = {
    "loss": (LOSSES, Mine),
    "regularizer": (REGULARIZERS, Regularizer),
    "optimizer": (OPTIMIZERS, type(OPTIMIZERS["sgd"])),
    "metric": (METRICS, Metric(lambda e: torch.zeros(1), "", "", lambda e: True)),
}


@pytest.mark.parametrize(("menu", "part"), PARTS.values(), ids=PARTS)
def test_a_part_is_added_to_the_menu_of_its_kind(monkeypatch, menu, part):
    others = [dict(other) for other in own.MENUS.values() if other is not menu]
    monkeypatch.setitem(menu, "mine", None)
    register("mine", part)
    assert isinstance(menu["mine"], part if isinstance(part, type) else type(part))
    assert [dict(other) for other in own.MENUS.values() if other is not menu] == others


def test_a_name_that_is_there_already_gets_the_new_part(monkeypatch):
    monkeypatch.setitem(LOSSES, "mine", None)
    register("mine", Mine)
    newer = Mine()
    register("mine", newer)
    assert LOSSES["mine"] is newer


@pytest.mark.parametrize("part", [3, dict, len])
def test_what_is_not_a_part_is_refused_with_the_kinds_that_are_allowed(part):
    with pytest.raises(TypeError, match=r"part=.*: must be .* Loss, Regularizer, Distribution, Metric, Optimizer"):
        register("mine", part)
    assert not any("mine" in menu for menu in own.MENUS.values())


def test_every_kind_is_that_of_the_rows_of_its_menu():
    assert Optimizer in own.MENUS
    for kind, menu in own.MENUS.items():
        assert all(isinstance(row, kind) for row in menu.values())
