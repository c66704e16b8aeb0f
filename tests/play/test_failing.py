"""A part that raises while it plays: one line says so, every control works, and the other cells of a grid continue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from support.page import Page, until
from support.raising import Raises

from toygan import LOSSES, PhaseDiagram, Recipe
from toygan.play import fleet_session
from toygan.play.playground import Playground

SMALL = Recipe(width=4, depth=1, batch=6)
Make = Callable[..., Playground]


@pytest.fixture(params=[0.0, 10.0], ids=["beside the loop", "in it"])
def speed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Iterations that count as slow, and such as do not."""
    monkeypatch.setattr(fleet_session, "SLOW_SECONDS", request.param)


@pytest.mark.usefixtures("speed")
def test_an_error_while_it_plays_is_one_line_and_every_control_works(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOSSES, "late", Raises(40))

    async def watch() -> None:
        p = make(SMALL.but(loss="late"))
        page = Page(p)
        page.say(do="play")
        await until(lambda: not p.session.playing)
        await until(lambda: p._task is None or p._task.done())
        assert isinstance(p._task.exception() if p._task else None, ValueError)
        assert (page.words["message"], page.words["refused"]) == ("ValueError: boom", True)
        reached = p.session.iteration
        assert reached > 0
        assert p.set("loss", "hinge")
        page.say(do="play")
        await until(lambda: p.session.iteration > reached + 3)
        page.say(do="play")
        assert p.set("width", 6)
        page.say(do="step")
        await until(lambda: not p.session.playing)
        assert p.session.iteration == 1
        assert not page.words["refused"]

    asyncio.run(watch())


@pytest.mark.usefixtures("speed")
def test_a_cell_that_fails_ends_no_other_and_opens_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "fussy", Raises(0, fussy=True))
    base = SMALL.but(loss="fussy", optimizer="sgd")

    async def watch() -> None:
        d = PhaseDiagram({"lr_g": [1e-3, 1e30], "lr_d": [1e-3, 1e-2]}, steps=8, base=base)
        page = Page(d)
        page.say(do="play")
        await until(lambda: d._task is not None and d._task.done())
        assert d.session.iteration == 8
        assert d._task is not None
        assert d._task.exception() is None
        page.say(focus=1)
        assert d.opened is None
        assert (
            page.words["message"]
            == "cell={'lr_g': 1e+30, 'lr_d': 0.001}: failed: FloatingPointError: a logit is not finite"
        )
        page.say(focus=2)
        assert d.opened is not None
        assert page.words["message"] == ""
        d.close()

    asyncio.run(watch())
