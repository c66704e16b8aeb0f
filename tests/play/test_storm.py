"""A storm: every control, every menu row and every button at once, by the page and by code, while the run plays."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import threading
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from support.page import Page, until

from toygan.parts.regularizers import REGULARIZERS
from toygan.play.controls import Control, RegularizerControls, StrengthControl
from toygan.play.inputs import MenuInput
from toygan.play.playground import Playground
from toygan.play.twins_session import TwinsSession
from toygan.recipe import FIELDS, Recipe

LONG_STORMS = int(os.environ.get("TOYGAN_STORM", 2))  # seeds of the long storm, over all that controls offer
GIB = 1
NONSENSE = [None, 7, "step", {}, {"view": 3}, {"view": "page", "do": "close"}, {"view": "page", "focus": 99}]
BEYOND = {
    "width": (4, 16),
    "depth": (0, 2),
    "batch": (4, 32),
    "d_steps": (1, 3),
    "latent": (1, 4),
}  # in the short storm


def values(widget: Any) -> list[Any]:
    if isinstance(widget, MenuInput):
        return list(widget.values)
    return [widget.stops[0], widget.stops[len(widget.stops) // 2], widget.stops[-1]]


class Storm:
    """Random events on a playground, each of which a user or a notebook may bring about."""

    def __init__(self, p: Any, page: Page, seed: int, small: bool) -> None:
        self.p, self.page, self.rng, self.small = p, page, random.Random(seed), small

    @property
    def controls(self) -> list[Any]:
        """The controls that are there now."""
        return self.p.controls

    def event(self) -> None:
        self.rng.choice([self.move, self.move, self.move, self.button, self.code, self.nonsense, self.from_thread])()

    def move(self) -> None:
        c = self.rng.choice(self.controls)
        if isinstance(c, RegularizerControls):
            if self.rng.random() < 0.3 and c.menu.values:
                c.menu.value = self.rng.choice(c.menu.values)
            elif c.rows:
                self.row(self.rng.choice(list(c.rows.values())))
        elif isinstance(c, Control):
            self.put(c)

    def put(self, c: Control) -> None:
        offered = values(c.widget)
        if self.small and c.field in BEYOND:
            low, high = BEYOND[c.field]
            offered = [x for x in offered if low <= x <= high] or [low]
        c.widget.value = self.rng.choice(offered)

    def row(self, row: StrengthControl) -> None:
        if self.rng.random() < 0.5:
            row.tick.value = not row.tick.value
        else:
            row.number.value = self.rng.choice(values(row.number))

    def button(self) -> None:
        at = self.rng.randint(0, max(self.p.session.reached, 1))
        self.page.say(
            **self.rng.choice(
                [
                    {"do": "play"}, {"do": "step"}, {"do": "reset"}, {"focus": 1}, {"here": True}, {"do": "all"},
                    {"sort": "distance"}, {"do": "pin"}, {"do": "unpin"}, {"at": at}, {"at": at},
                ]
            )
        )  # fmt: skip

    def code(self) -> None:
        name = self.rng.choice(list(REGULARIZERS))
        self.rng.choice(
            [
                self.p.play, self.p.pause, self.p.reset, lambda: self.p.focus(0),
                lambda: self.p.set("lr_g", self.rng.choice([1e-4, 1e-2, -1.0, "much"])),
                lambda: self.p.set(f"regularizers.{name}", None), lambda: self.p.set("nothing", 1),
                lambda: self.p.go_to(self.rng.randint(0, self.p.session.reached)), self.p.go_to_best,
                lambda: self.p.show_seeds(self.rng.choice([None, "seed", "distance"])), self.p.show_one,
                self.p.pin, self.p.unpin,
            ]
        )()  # fmt: skip

    def nonsense(self) -> None:
        self.p.view._handle_custom_msg(self.rng.choice(NONSENSE), [])

    def from_thread(self) -> None:
        talk = threading.Thread(target=self.p.view._handle_custom_msg, args=({"view": "page", "do": "play"}, []))
        talk.start()
        talk.join()


class TwinsStorm(Storm):
    """The same on recipes side by side, which come, go and change apart."""

    @property
    def controls(self) -> list[Any]:
        return self.p.settings.controls

    def code(self) -> None:
        p, pick = self.p, self.rng.choice
        letters = "ABCD"[: p.session.sides]
        pick(
            [
                p.play, p.pause, p.step, p.reset, p.pin, p.unpin, lambda: p.focus(self.rng.randrange(2)),
                lambda: p.set("lr_g", pick([1e-4, 1e-2, -1.0, "much"]), pick([None, *letters])),
                lambda: p.go_to(self.rng.randint(0, p.session.reached)), lambda: p.copy_side(pick(letters)),
                lambda: p.copy_side(pick(letters), "lr_d", 0.003), lambda: p.close_side(pick(letters)),
                p._copy.click, p._close.click, self.choose,
            ]
        )()  # fmt: skip

    def choose(self) -> None:
        self.p.settings.target.value = self.rng.choice([value for _, value in self.p.settings.target.options])


def agree(p: Playground) -> None:
    recipe = p.session.recipe
    for c in p.controls:
        if isinstance(c, RegularizerControls):
            ticked = {name: row.number.value for name, row in c.rows.items() if row.tick.value}
            assert ticked == recipe.regularizers
        else:
            assert c.widget.value == getattr(recipe, c.field), c.field


async def weather(seed: int, small: bool, events: int, pause: float) -> None:
    errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    p = Playground(Recipe(width=8, batch=8), [*FIELDS], seeds=2, width=480, height=270)
    try:
        page = Page(p)
        storm = Storm(p, page, seed, small)
        p.play()
        for _ in range(events):
            storm.event()
            await asyncio.sleep(pause)
        await until(lambda: not p._wanted and p._weighing is None)
        tasks = [task for task in asyncio.all_tasks() if "Live._run" in repr(task)]
        assert len(tasks) <= 1
        agree(p)
        p.pause()
        await until(lambda: p._task.done())
        assert p._task.exception() is None
        assert [task for task in asyncio.all_tasks() if "Playground" in repr(task)] == []
        p.reset()
        page.say(do="step")
        await until(lambda: p.session.iteration == 1)
        assert f"iteration {p.session.iteration}" in p.session.status
        assert errors == []
    finally:
        p.close()


async def side_weather(seed: int, events: int, pause: float) -> None:
    errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    small = Recipe(width=4, depth=1, batch=4)
    p: Any = Playground(small, against=small.but(lr_d=0.01), seeds=2, width=480, height=270)
    try:
        page = Page(p)
        storm = TwinsStorm(p, page, seed, small=True)
        p.play()
        for _ in range(events):
            storm.event()
            await asyncio.sleep(pause)
        await until(lambda: not p._wanted and not p.seen.under_way)
        assert len([task for task in asyncio.all_tasks() if "Live._run" in repr(task)]) <= 1
        p.pause()
        await until(lambda: p._task.done())
        assert {run.steps for run in p.session.fleet.runs} == {p.session.iteration}
        for c, side in zip(p.settings.controls, p.settings.sides, strict=True):
            if isinstance(c, Control):
                assert c.widget.value == getattr(p.session.recipes[max(side, 0)], c.field), c.field
        held = [run.past.history.size + run.record.nbytes for run in p.session.fleet.runs if run.past.history]
        assert sum(held) + p.screen.recording.size < 96 * 2**20
        p.reset()
        page.say(do="step")
        fresh = TwinsSession(p.session.recipes, 2)
        fresh.step()
        for run, same in zip(p.session.fleet.runs, fresh.fleet.runs, strict=True):
            assert run.population.state.to_bytes() == same.population.state.to_bytes()
        assert errors == []
    finally:
        p.close()


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that happens takes more memory than is allowed, or logs an error."""
    monkeypatch.setenv("TOYGAN_MEMORY", str(GIB))
    before = psutil.Process().memory_info().rss
    yield
    assert psutil.Process().memory_info().rss - before < GIB * 2**30
    assert [r for r in caplog.get_records("call") if r.levelno > logging.WARNING] == []


@pytest.mark.usefixtures("bounded")
def test_no_storm_of_events_leaves_an_error_or_a_state_that_nobody_chose() -> None:
    asyncio.run(weather(0, small=True, events=200, pause=0.0))


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    ("seed", "events", "pause"), [(0, 60, 0.0), pytest.param(1, 1000, 0.02, marks=pytest.mark.slow)]
)
def test_no_storm_over_recipes_side_by_side_does(seed: int, events: int, pause: float) -> None:
    asyncio.run(side_weather(seed, events, pause))


@pytest.mark.slow
@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("seed", range(LONG_STORMS))
def test_no_long_storm_over_all_that_controls_offer_does(seed: int) -> None:
    asyncio.run(weather(seed, small=False, events=1000, pause=0.02))


def test_a_whole_strength_that_code_sets_is_shown() -> None:
    p = Playground(Recipe(width=4, batch=8), ["regularizers"], seeds=1)
    for strength in (2.0, 8.0, 1.0):
        assert p.set("regularizers.packing", strength)
        agree(p)
    p.close()
