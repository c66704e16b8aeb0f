"""Code acts on a playground from any thread, in any event loop, and after its end: it acts, or says why it does not."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances
from support.page import Page, live, until

from toygan import PhaseDiagram, Playground, Recipe, RecipeError, Session
from toygan.play.fleet_session import FleetSession
from toygan.runs.fleet import Fleet

SMALL = Recipe(width=8, batch=8)
GRID = {"lr_g": [1e-3, 1e-2], "lr_d": [1e-3, 1e-2]}
ACTIONS: dict[str, Callable[[Any], object]] = {
    "play": lambda p: p.play(), "pause": lambda p: p.pause(), "step": lambda p: p.step(), "reset": lambda p: p.reset(),
    "focus": lambda p: p.focus(1), "set a rate": lambda p: p.set("lr_g", 0.01),
    "set a width": lambda p: p.set("width", random.choice([4, 8, 16])), "refused": lambda p: p.set("lr_g", -1),
    "remedy": lambda p: p.apply_remedy(), "undo": lambda p: p.undo(), "look": repr,
    "its session": lambda p: p.session.step(),
}  # fmt: skip


def in_a_thread(act: Callable[[], object]) -> BaseException | None:
    """Act in another thread, and wait for it here; return the error that it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


async def plays_on(p: Any) -> None:
    """The run plays, in the loop that runs here."""
    p.play()
    at = p.session.iteration
    await until(lambda: p.session.iteration > at + 2)
    p.pause()
    await until(lambda: p._task.done())
    assert p._task.exception() is None


@live
async def test_every_action_of_a_thread_acts_on_a_run_that_plays(make: Callable[..., Playground]) -> None:
    p = make()
    Page(p, answers=False)
    p.play()
    for name, act in ACTIONS.items():
        assert in_a_thread(lambda act=act: act(p)) is None, name  # type: ignore[misc]
        await asyncio.sleep(0)
    assert p.session.recipe.lr_g == 0.01
    assert p.session.focus == 1
    await plays_on(p)


@live
async def test_threads_at_once_leave_a_run_that_plays(make: Callable[..., Playground]) -> None:
    p, errors, rng = make(), list[BaseException](), random.Random(0)
    Page(p, answers=False)

    def work(names: list[str]) -> None:
        for name in names:
            try:
                ACTIONS[name](p)
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=work, args=(rng.choices(list(ACTIONS), k=20),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    await until(lambda: not any(thread.is_alive() for thread in threads))
    assert errors == []
    await plays_on(p)


def test_an_action_waits_until_a_new_run_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    s, begun, end = Session(SMALL, seeds=2), threading.Event(), threading.Event()
    measure = FleetSession._measure_start

    def slowly(self: FleetSession) -> None:
        begun.set()
        assert end.wait(60)
        measure(self)

    monkeypatch.setattr(FleetSession, "_measure_start", slowly)
    restart, step = threading.Thread(target=s.reset), threading.Thread(target=s.step)
    restart.start()
    assert begun.wait(60)
    step.start()
    step.join(0.05)
    assert s.iteration == 0
    end.set()
    restart.join()
    step.join()
    assert (s.iteration, s.snapshot.step, list(s.record.steps)) == (1, 1, [0, 1])


def test_it_plays_in_each_loop_in_which_it_is_used_and_pauses_with_it(make: Callable[..., Playground]) -> None:
    p = make()
    asyncio.run(plays_on(p))

    async def leave() -> None:
        p.play()

    asyncio.run(leave())
    assert not p.session.playing
    next(c for c in p.controls if c.field == "lr_g").widget.value = 0.02
    assert p.session.recipe.lr_g == 0.02, "no loop runs"
    asyncio.run(plays_on(p))


def test_a_loop_that_only_rests_does_not_play_beside_the_next_one(make: Callable[..., Playground]) -> None:
    first = asyncio.new_event_loop()

    async def begin() -> Playground:
        p = make()
        p.play()
        return p

    p = first.run_until_complete(begin())
    asyncio.run(plays_on(p))
    at = p.session.iteration
    first.run_until_complete(asyncio.sleep(0.02))
    assert p.session.iteration == at
    first.close()


def test_without_a_loop_play_says_what_it_needs(make: Callable[..., Playground]) -> None:
    p = make()
    with pytest.raises(RuntimeError, match=r"^play: needs a running event loop, .* step\(\) trains$"):
        p.play()
    assert not p.session.playing
    p.step()
    assert p.session.iteration == 1


@pytest.mark.parametrize("name", [name for name in ACTIONS if name not in ("look", "its session")])
def test_an_action_after_the_end_is_refused(name: str, make: Callable[..., Playground]) -> None:
    p = make()
    p.close()
    with pytest.raises(RuntimeError, match=r"^Playground: is closed; make a new one to continue$"):
        ACTIONS[name](p)
    assert p.session.iteration == 0


@live
async def test_close_ends_the_run_also_if_the_page_has_closed_its_end(make: Callable[..., Playground]) -> None:
    p = make()
    p.play()
    p.comm = None
    assert in_a_thread(p.close) is None
    await until(lambda: p._task.done())
    assert not p.session.playing


# ----------------------------------------------------------------------------------------- what is refused, and leaves


@pytest.fixture
def no_run(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No run may begin, no widget may stay, and nothing may be said a second time."""
    monkeypatch.setattr(Fleet, "__init__", lambda *_, **__: pytest.fail("it began"))
    before = set(_instances)
    yield
    assert set(_instances) == before


SIZES = [0, -1, 99, 3001, 20_000, 10**30, 480.5, "480", None, True, float("nan")]


@pytest.mark.usefixtures("no_run")
@pytest.mark.parametrize("side", ["width", "height"])
@pytest.mark.parametrize("size", SIZES)
def test_a_size_that_no_picture_has_is_refused(side: str, size: Any) -> None:
    for start in (lambda: Playground(SMALL, **{side: size}), lambda: PhaseDiagram(GRID, base=SMALL, **{side: size})):
        with pytest.raises(RecipeError, match=rf"^{side}=.*: must be a whole number from 100 to 3,000$"):
            start()


@pytest.mark.usefixtures("no_run")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"recipe": "ring8"}, "recipe='ring8': must be a Recipe, such as"),
        ({"seeds": 10**6}, "seeds=1000000: must be a whole number from 1 to 4,096"),
        ({"seeds": 0}, "seeds=0: must be a whole number from 1 to 4,096"),
        ({"controls": "loss"}, "controls='loss': must be a list of fields"),
        ({"controls": ["nope"]}, "controls='nope': is not a field"),
        ({"controls": ["loss", 3]}, "controls=3: is not a field"),
        ({"controls": ["regularizers.nope"]}, "controls='regularizers.nope': unknown name"),
        ({"panels": 5}, "panels=5: must be a list of names"),
        ({"panels": ["samples", "nope"]}, "panels=['samples', 'nope']: unknown name 'nope'"),
        ({"panels": []}, "panels=[]: must hold at least one of samples"),
        ({"run": 3}, "run=3: must be a Run"),
    ],
)
def test_a_playground_is_refused_in_one_line_before_it_begins(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        Playground(**given)
    assert str(error.value).startswith(said)


def test_one_that_was_refused_says_nothing_when_it_is_freed_and_leaves_no_widget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, said = set(_instances), list[object]()
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    for given in ({"device": "abacus"}, {"controls": ["nope"]}, {"state": "no-such-file"}):
        with contextlib.suppress(ValueError, OSError):
            Playground(**given)  # type: ignore[arg-type]
    gc.collect()
    assert (said, set(_instances)) == ([], before)
