"""The playground where an iteration takes long: it is heard, it says so, and giving an iteration up costs nothing."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from ipywidgets.widgets.widget import _instances
from support.page import Page, live, until

from toygan.play import cell, fleet_session, playground, session
from toygan.play.playground import Playground
from toygan.recipe import Recipe
from toygan.training import Population

SMALL = Recipe(width=4, depth=1, batch=4)


def held_up(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Iterations that have begun, in another thread, and that wait for the second event."""
    begun, free = threading.Event(), threading.Event()
    step = Population.step

    def slow(self: Population) -> None:
        begun.set()
        if threading.current_thread() is not threading.main_thread():
            assert free.wait(60)
        step(self)

    monkeypatch.setattr(Population, "step", slow)
    monkeypatch.setattr(fleet_session, "SLOW_SECONDS", 0.0)
    return begun, free


@pytest.mark.parametrize("wish", ["play", "reset"])
def test_slow_iterations_are_taken_aside_and_any_wish_gives_them_up(
    wish: str, make: Callable[..., Playground], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    begun, free = held_up(monkeypatch)

    async def watch() -> None:
        p = make(SMALL)
        page = Page(p)
        page.say(do="play")
        await until(begun.is_set)
        page.say(do=wish)
        assert not page.words["playing"], "the page need not wait for the iteration's end"
        free.set()
        await until(lambda: p._task.done())
        assert p.session.iteration == 0
        page.say(do="step")
        await until(lambda: not p.session.playing)
        assert p.session.iteration == 1
        plain = Population(SMALL.seeds(2))
        plain.run(1)
        assert torch.equal(p.session.population.generator.theta, plain.generator.theta)

    asyncio.run(watch())


def test_a_slider_moved_during_an_iteration_counts_from_that_iteration_on(
    make: Callable[..., Playground], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    begun, free = held_up(monkeypatch)

    async def watch() -> None:
        p = make(SMALL)
        p.play()
        await until(begun.is_set)
        assert p.set("lr_g", 0.01)
        free.set()
        await until(lambda: p.session.iteration >= 2)
        p.pause()
        plain = Population(SMALL.but(lr_g=0.01).seeds(2))
        plain.run(p.session.iteration)
        assert torch.equal(p.session.population.generator.theta, plain.generator.theta)

    asyncio.run(watch())


def test_a_slow_run_is_measured_aside_and_no_button_waits_for_a_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_session, "SLOW_SECONDS", 0.0)
    s = session.Session(SMALL, seeds=2)
    assert "loss-d" not in s.snapshot.metrics, "the first one asks for no loss"
    s.play()
    with monkeypatch.context() as heard:
        snapshot = Population.snapshot
        for _ in range(session.INTERVAL.soonest):
            attempt = s.attempt()
            attempt.work()
            heard.setattr(Population, "snapshot", lambda *_: pytest.fail("measured while the page waits"))
            s.take(attempt, 1.0)
            heard.setattr(Population, "snapshot", snapshot)
        heard.setattr(Population, "snapshot", lambda *_: pytest.fail("measured while the page waits"))
        s.pause()
        assert s.set("lr_g", 0.01)
    plain = Population(SMALL.seeds(2))
    plain.run(session.INTERVAL.soonest)
    assert s.snapshot.step == session.INTERVAL.soonest
    losses = plain.snapshot(session.SAMPLES, None, ["loss-d"]).metrics["loss-d"]
    assert s.snapshot.metrics["loss-d"].tolist() == losses.tolist()


@live
async def test_a_setting_that_takes_long_to_cost_is_weighed_aside(make: Callable[..., Playground]) -> None:
    p = make(SMALL.but(width=11))  # of no other test: a cost that is known is not worked out again
    page = Page(p)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(playground, "PROMPT_SECONDS", -1.0)
        messages, say = list[str](), p.session.say
        patch.setattr(p.session, "say", lambda words, **how: (messages.append(words), say(words, **how)))
        c = {control.field: control for control in p.controls}
        c["d_steps"].widget.value = 7
        await until(lambda: any("estimating" in message for message in messages))  # it may be there for a moment only
        c["d_steps"].widget.value = 9
        page.say(do="step")
        assert p.session.iteration == 1, "it goes on meanwhile"
        await until(lambda: p.session.recipe.d_steps == 9)
        await until(lambda: p._weighing is None)


def test_the_status_line_says_how_long_an_iteration_takes_before_the_first_and_as_measured_afterwards() -> None:
    ticks = iter([0.0, 70.0, 140.0, 140.0, 140.1])
    s = session.Session(SMALL, seeds=1, clock=lambda: next(ticks))
    assert "takes about" not in s.status
    s.advance(100)
    assert "one iteration takes about 1 min" in s.status
    s.advance(0)
    assert "takes about" not in s.status
    heavy = session.Session(SMALL.but(width=64, depth=6, batch=512, d_steps=1000), seeds=8)
    assert heavy.slow
    assert "one iteration takes about" in heavy.status


def test_running_a_cell_fifty_times_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    models, kept, most = len(_instances), list[weakref.ref[Any]](), 0
    for run in range(50):
        monkeypatch.setattr(cell, "here", lambda run=run: cell.Place("a cell", str(run)))
        p = Playground(SMALL.but(regularizers={"r1": 0.1}), seeds=1)
        p.step()
        kept += [weakref.ref(p.session), weakref.ref(p.session.population)]
        most = most or len(_instances) - models  # of one playground
        assert len(_instances) - models <= most, "widget models of earlier runs are alive"
    p.close()
    del p
    gc.collect()
    assert len(_instances) == models
    assert [ref for ref in kept if ref() is not None] == []
