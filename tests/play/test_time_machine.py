"""A session goes back and repeats what followed; the page looks back at stored frames before it does."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest
from support.page import Page, until

from toygan.play.playground import Playground
from toygan.play.session import Session
from toygan.play.time_machine import finish
from toygan.recipe import Recipe
from toygan.runs.record import Record

SMALL = Recipe(width=4, depth=1, batch=8, data="gaussian1d")


def train(s: Session, until: int) -> None:
    s.end = until
    s.play()
    while s.playing:
        s.advance(1.0)
    s.pause()
    s.end = math.inf


def bits(s: Session) -> bytes:
    return s.population.state.to_bytes()


@pytest.fixture(scope="module")
def trained() -> tuple[bytes, bytes]:
    """The states at iterations 500 and 2000 of a run that never went back."""
    s = Session(SMALL, 1)
    train(s, 500)
    early = bits(s)
    train(s, 2000)
    return early, bits(s)


def test_to_2000_and_back_to_500_and_to_2000_again_gives_equal_bits(trained: tuple[bytes, bytes]) -> None:
    s = Session(SMALL, 1)
    train(s, 2000)
    assert s.go_to(500)
    assert (s.iteration, s.reached, s.snapshot.step) == (500, 2000, 500)
    assert bits(s) == trained[0]
    train(s, 2000)
    assert bits(s) == trained[1]


def test_settings_go_back_with_the_run_and_come_again() -> None:
    s = Session(SMALL, 2)
    train(s, 30)
    assert s.set("lr_d", 0.02)
    train(s, 60)
    end = bits(s)
    assert s.go_to(10)
    assert s.recipe.lr_d == SMALL.lr_d
    assert [(mark.step, mark.words) for mark in s.marks if mark.kind == "change"] == [(30, "lr_d = 0.02")]
    train(s, 60)
    assert s.recipe.lr_d == 0.02
    assert bits(s) == end


def test_another_setting_replaces_what_followed() -> None:
    s = Session(SMALL, 1)
    train(s, 30)
    assert s.set("lr_d", 0.02)
    train(s, 60)
    assert s.go_to(30)
    assert s.set("lr_d", 0.03)
    assert s.reached == 30
    assert [mark.words for mark in s.marks if mark.kind == "change"] == ["lr_d = 0.03"]
    train(s, 60)
    assert s.recipe.lr_d == 0.03


def test_what_cannot_be_reached_is_refused_in_one_line() -> None:
    s = Session(SMALL, 1)
    train(s, 5)
    for wrong in (-1, 6, 2.0, None):
        assert not s.go_to(wrong)  # type: ignore[arg-type]
        assert s.message == f"iteration={wrong!r}: must be from 0 to 5"
        assert s.refused
    assert s.iteration == 5
    assert s.go_to(5)


def test_a_run_whose_state_is_larger_than_the_budget_plays_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toygan.play.time_machine.MOST_BYTES", 100)
    s = Session(SMALL, 1)
    train(s, 5)
    assert not s.go_to(2)
    assert s.message.startswith("iteration=2: nothing to go back to; a state of this run takes")
    train(s, 6)
    assert s.iteration == 6


@pytest.mark.parametrize(("seconds", "stride"), [(1e-4, 50), (0.1, 10), (0.5, 2), (3.0, 1)])
def test_slow_iterations_have_bookmarks_near_enough(
    seconds: float, stride: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    s = Session(SMALL, 1)
    monkeypatch.setattr(s.fleet, "estimate", lambda run: seconds)
    s.reset()
    assert s.run.past.history is not None
    assert next(step for step in range(1, 51) if s.run.past.history.due(step)) == stride


def test_a_reset_begins_another_time_line() -> None:
    s = Session(SMALL, 1)
    train(s, 20)
    s.set("lr_d", 0.02)
    s.reset()
    assert (s.first, s.reached) == (0, 0)
    assert [mark.kind for mark in s.marks] == ["best"]


def test_the_best_iteration_is_marked() -> None:
    s = Session(SMALL, 2)
    train(s, 40)
    s.focus = 1
    (best,) = [mark for mark in s.marks if mark.kind == "best"]
    distances = s.record.metric("sliced-w1")[:, 1]
    assert best.step == s.record.steps[distances.argmin()]
    assert json.dumps(s.timeline)


def test_a_session_goes_to_its_best_iteration_and_returns() -> None:
    s = Session(SMALL.but(lr_g=0.05, lr_d=0.05), 2)
    s.focus = 1
    train(s, 100)
    there, best = bits(s), s.best_at
    assert 0 < best < 100, "this seed swings"
    least = s.record.metric("sliced-w1")[:, 1].min()
    s.play()
    assert s.go_to_best()
    assert (s.iteration, s.playing, s.best_at) == (best, False, best)
    assert s.record.metric("sliced-w1")[-1, 1] == least
    assert f"seed 1 was closest to the data at iteration {best} of 100" in s.message
    assert s.go_to(s.reached)
    assert bits(s) == there
    s.run.record = Record()
    assert not s.go_to_best()
    assert s.refused


def test_undo_does_not_reach_over_a_jump() -> None:
    s = Session(SMALL, 1)
    train(s, 20)
    s._earlier.append(s.recipe)
    s.go_to(5)
    assert not s.undo()


def playing(test: Any) -> Any:
    def run() -> None:
        async def whole() -> None:
            p = Playground(SMALL, ("lr_d", "regularizers"), seeds=1, width=300, height=200)
            try:
                await test(p, Page(p))
            finally:
                p.close()

        asyncio.run(whole())

    run.__name__ = test.__name__
    return run


async def play_to(p: Playground, iteration: int) -> None:
    p.play()
    await until(lambda: p.session.iteration >= iteration)
    p.pause()


@playing
async def test_the_page_looks_back_at_a_stored_frame_and_play_continues_from_there(p: Playground, page: Page) -> None:
    await play_to(p, 30)
    p.set("lr_d", 0.02)
    changed = p.session.iteration
    await play_to(p, changed + 60)
    end, reached = bits(p.session), p.session.iteration
    frames = [frame.iteration for frame in p.screen.recording.frames]
    page.say(at=20)
    shown = page.frames[-1]
    assert shown["whole"]
    assert shown["at"] == min(frames, key=lambda i: abs(i - 20))
    assert f"iteration {shown['at']}" in shown["status"]
    assert p.session.iteration == reached  # only the picture has gone back
    page.say(do="step")
    assert p.session.iteration == shown["at"] + 1
    assert p.controls[0].widget.value == SMALL.lr_d
    assert page.frames[-1]["at"] == shown["at"] + 1
    p.play()
    await until(lambda: p.session.iteration >= reached)
    p.pause()
    assert p.controls[0].widget.value == 0.02
    assert p.go_to(reached)
    assert bits(p.session) == end
    assert {frame.iteration for frame in p.screen.recording.frames} >= set(frames)


@playing
async def test_a_control_that_is_moved_while_one_looks_back_acts_there(p: Playground, page: Page) -> None:
    await play_to(p, 40)
    page.say(at=10)
    seen = page.frames[-1]["at"]
    p.controls[0].widget.value = 0.05
    await until(lambda: p.session.recipe.lr_d == 0.05)
    assert p.session.iteration == p.session.reached == seen
    assert p.session.marks[-1].words == "lr_d = 0.05"


@playing
async def test_a_new_page_sees_the_present(p: Playground, page: Page) -> None:
    await play_to(p, 10)
    page.say(at=0)
    assert page.frames[-1]["at"] == 0
    page.say(here=True)
    assert page.frames[-1]["at"] == p.session.iteration
    page.say(do="step")
    assert p.session.iteration == page.frames[-1]["at"]


@playing
async def test_stored_frames_are_those_that_were_shown(p: Playground, page: Page) -> None:
    from toygan.chart.wire import Wire

    await play_to(p, 20)
    content, buffers = Wire().message(p.screen.charts())
    page.say(at=p.session.iteration)
    shown = page.frames[-1]
    assert shown["charts"] == content["charts"]
    known = {tuple(key[:3]): buffer for key, buffer in zip(content["arrays"], buffers, strict=True)}
    assert {tuple(key[:3]): b for key, b in zip(shown["arrays"], shown["buffers"], strict=True)} == known


def test_a_travel_changes_nothing_before_its_end_and_can_be_given_up() -> None:
    s = Session(SMALL, 2)
    train(s, 20)
    assert s.set("lr_d", 0.02)
    train(s, 45)
    here, direct = bits(s), Session(SMALL, 2)
    train(direct, 20)
    direct.set("lr_d", 0.02)
    train(direct, 40)
    travel = s.travel(40)
    assert [next(travel) for _ in range(40)] == list(range(1, 41)), "from the bookmark at iteration 0"
    assert (s.iteration, bits(s), s.recipe.lr_d) == (45, here, 0.02)
    travel.close()
    assert (s.iteration, bits(s)) == (45, here)
    assert finish(s.travel(40))
    assert (s.iteration, bits(s), s.reached) == (40, bits(direct), 45)


def far_from_home(s: Session, monkeypatch: pytest.MonkeyPatch) -> Playground:
    """A playground whose ways back all count as long, at iteration 45, with a frame at 30."""
    monkeypatch.setattr("toygan.play.seen.FAR_SECONDS", -1.0)
    monkeypatch.setattr("toygan.play.seen.SLICE_SECONDS", 0.0)
    monkeypatch.setattr("toygan.play.seen.SAY_SECONDS", 0.0)
    p = Playground(run=s.run, width=480, height=270)
    for iterations in (30, 15):
        p.session.run.run(iterations)
        p.screen.charts()
    return p


def test_the_page_is_heard_while_the_run_goes_far_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def watch() -> None:
        p = far_from_home(Session(SMALL, 1), monkeypatch)
        page, messages = Page(p), list[str]()
        say = p.session.say
        monkeypatch.setattr(
            p.session, "say", lambda words, refused=False: (messages.append(words), say(words, refused))
        )
        page.say(at=30)
        page.say(do="step")
        assert p.session.iteration == 45, "it is on its way"
        page.say(do="step")
        await until(lambda: p.seen.task is not None and p.seen.task.done())
        assert messages.count("going to iteration 30") == 30, "a word for each slice"
        assert p.session.iteration == 32, "both steps were done there"
        p.close()

    asyncio.run(watch())


def test_code_that_acts_finishes_the_way_and_another_look_gives_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def watch() -> None:
        p = far_from_home(Session(SMALL, 1), monkeypatch)
        page = Page(p)
        page.say(at=30)
        page.say(do="step")
        p.step()
        assert p.session.iteration == 31
        await until(lambda: p.seen.task is not None and p.seen.task.done())
        assert p.session.iteration == 32, "the step of the page follows"
        page.say(at=30)
        page.say(do="play")
        page.say(at=45)
        assert not p.seen.under_way
        await until(lambda: p.seen.task is not None and p.seen.task.done())
        assert not p.session.playing
        p.close()

    asyncio.run(watch())
