"""The picture takes no more frames than the page paints, and knows when nobody looks."""

from __future__ import annotations

import logging
import subprocess
from typing import Any

import pytest

from toygan.play.view import GRACE_SECONDS, IN_FLIGHT, PATIENCE_SECONDS, PULSE_SECONDS, View, Viewers, check_message


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def viewers() -> tuple[Viewers, Clock]:
    clock = Clock()
    return Viewers(clock), clock


def test_the_slowest_page_that_is_seen_sets_the_pace_until_frames_stop() -> None:
    a = Viewers(clock=lambda: 0.0)
    assert a.pace == 0
    a.hear({"view": "quick", "shown": a.send(), "hidden": False, "pace": 17})
    a.hear({"view": "slow", "shown": a.sent, "hidden": False, "pace": 40})
    a.hear({"view": "hidden", "shown": a.sent, "hidden": True, "pace": 900})
    assert a.pace == 0.04
    a.hear({"view": "slow", "shown": a.sent, "hidden": False, "pace": 0})
    assert a.pace == 0.017


def test_no_more_frames_are_in_flight_than_allowed() -> None:
    a, _ = viewers()
    assert not a.ready, "nobody is there to see it"
    a.hear({"view": "a", "here": True})
    for _ in range(IN_FLIGHT):
        assert a.ready
        a.send()
    assert not a.ready
    a.hear({"view": "a", "shown": 1})
    assert a.ready


def test_the_slowest_page_sets_the_pace() -> None:
    a, _ = viewers()
    a.hear({"view": "quick", "here": True})
    a.hear({"view": "slow", "here": True})
    for _ in range(IN_FLIGHT):
        a.hear({"view": "quick", "shown": a.send()})
    assert not a.ready
    a.hear({"view": "slow", "gone": True})
    assert a.ready


def test_a_hidden_page_sets_no_pace_and_alone_gets_a_frame_now_and_then() -> None:
    a, clock = viewers()
    a.hear({"view": "seen", "here": True})
    a.hear({"view": "hidden", "here": True, "hidden": True})
    for _ in range(IN_FLIGHT + 1):
        a.hear({"view": "seen", "shown": a.send()})
    assert a.ready
    a.hear({"view": "seen", "gone": True})
    assert not a.ready
    clock.now += PULSE_SECONDS
    assert a.ready
    a.send()
    assert not a.ready
    a.hear({"view": "hidden", "shown": a.sent, "hidden": False})
    assert a.ready


def test_a_page_that_comes_later_owes_no_answer_for_what_came_before() -> None:
    a, _ = viewers()
    a.send()
    a.send()
    a.hear({"view": "late", "here": True})
    assert a.ready


def test_a_page_cannot_have_painted_what_was_not_sent() -> None:
    a, _ = viewers()
    a.hear({"view": "a", "here": True})
    a.hear({"view": "a", "shown": 10**9})
    for _ in range(IN_FLIGHT):
        a.send()
    assert not a.ready


def test_nobody_looks_when_the_last_view_has_gone_and_none_comes_back() -> None:
    a, clock = viewers()
    a.hear({"view": "a", "here": True})
    clock.now = 1000
    assert a.present
    a.hear({"view": "a", "gone": True})
    assert a.present, "the page may be putting up another view"
    clock.now += GRACE_SECONDS + 0.1
    assert not a.present
    a.hear({"view": "b", "here": True})
    assert a.present


@pytest.mark.parametrize("hidden", [False, True])
def test_a_page_that_stops_answering_counts_as_closed(hidden: bool) -> None:
    a, clock = viewers()
    a.hear({"view": "a", "here": True, "hidden": hidden})
    clock.now = 500  # a pause of any length asks for no answer
    a.send()
    clock.now += PATIENCE_SECONDS - 0.1
    assert a.present
    clock.now += PATIENCE_SECONDS
    a.present  # noqa: B018  forgets the view
    clock.now += GRACE_SECONDS + 0.1
    assert not a.present


def test_a_page_that_answers_stays() -> None:
    a, clock = viewers()
    a.hear({"view": "a", "here": True})
    for _ in range(10):
        frame = a.send()
        clock.now += PATIENCE_SECONDS / 2
        assert a.present
        a.hear({"view": "a", "shown": frame})


def test_the_first_view_may_take_its_time() -> None:
    a, clock = viewers()
    clock.now = PATIENCE_SECONDS - 0.1
    assert a.present
    clock.now = PATIENCE_SECONDS + 0.1
    assert not a.present
    a.expect()
    assert a.present


@pytest.mark.parametrize(
    "content",
    [
        None, [], "play", {}, {"do": "play"}, {"view": 1}, {"view": "a", "do": "train"}, {"view": "a", "shown": "3"},
        {"view": "a", "shown": True}, {"view": "a", "code": "1"}, {"view": "a", "focus": 2}, {"view": "a", "focus": -1},
        {"view": "a", "focus": True}, {"view": "a", "focus": 0.5},
    ],
)  # fmt: skip
def test_what_is_not_of_the_protocol_is_ignored_with_a_line_in_the_log(
    content: Any, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Any] = []
    view = View(heard.append, 96, 54, seeds=2)
    with caplog.at_level(logging.WARNING, "toygan"):
        view._handle_custom_msg(content, [])
        view._handle_custom_msg({"view": "a", "do": "step"}, [])
    assert heard == [{"view": "a", "do": "step"}]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    view.close()


def test_all_that_the_view_says_is_understood() -> None:
    for said in (
        {"here": True, "hidden": False},
        {"shown": 6, "hidden": True},
        {"gone": True},
        {"do": "reset"},
        {"focus": 0},
        {"do": "step", "ask": 1},
    ):
        assert check_message({"view": "a", **said})


def test_the_page_gets_one_module_without_imports() -> None:
    """Run by deno, which finds what is missing or there twice; a page has no other files to load."""
    from deno import find_deno_bin

    assert "import " not in "".join(line for line in View._esm.splitlines(True) if line.startswith("import"))
    code = View._esm.replace("export default", "const widget =") + "\nif (typeof widget.render !== 'function') throw 0;"
    subprocess.run([find_deno_bin(), "run", "-"], input=code, check=True, text=True, capture_output=True)
