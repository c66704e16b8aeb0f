"""The picture takes no more frames than the page shows, and knows when nobody looks."""

from __future__ import annotations

from toygan.play.view import GRACE, IN_FLIGHT, PATIENCE, Viewers


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def viewers() -> tuple[Viewers, Clock]:
    clock = Clock()
    return Viewers(clock), clock


def test_no_more_frames_are_in_flight_than_allowed() -> None:
    a, _ = viewers()
    assert not a.ready, "nobody is there to see it"
    a.hear({"view": "a", "here": 1})
    for _ in range(IN_FLIGHT):
        assert a.ready
        a.send()
    assert not a.ready
    a.hear({"view": "a", "shown": 1})
    assert a.ready


def test_the_slowest_page_sets_the_pace() -> None:
    a, _ = viewers()
    a.hear({"view": "quick", "here": 1})
    a.hear({"view": "slow", "here": 1})
    for _ in range(IN_FLIGHT):
        a.hear({"view": "quick", "shown": a.send()})
    assert not a.ready
    a.hear({"view": "slow", "gone": True})
    assert a.ready


def test_a_page_that_comes_later_owes_no_answer_for_what_came_before() -> None:
    a, _ = viewers()
    a.send()
    a.send()
    a.hear({"view": "late", "here": 2})
    assert a.ready
    assert a.sharpness == 2


def test_nobody_looks_when_the_last_view_has_gone_and_none_comes_back() -> None:
    a, clock = viewers()
    a.hear({"view": "a", "here": 1})
    clock.now = 1000
    assert a.present
    a.hear({"view": "a", "gone": True})
    assert a.present, "the page may be putting up another view"
    clock.now += GRACE + 0.1
    assert not a.present
    a.hear({"view": "b", "here": 1})
    assert a.present


def test_a_page_that_stops_answering_counts_as_closed() -> None:
    a, clock = viewers()
    a.hear({"view": "a", "here": 1})
    clock.now = 500  # a pause of any length asks for no answer
    a.send()
    clock.now += PATIENCE - 0.1
    assert a.present
    clock.now += PATIENCE
    a.present  # noqa: B018  forgets the view
    clock.now += GRACE + 0.1
    assert not a.present


def test_a_page_that_answers_stays() -> None:
    a, clock = viewers()
    a.hear({"view": "a", "here": 1})
    for _ in range(10):
        frame = a.send()
        clock.now += PATIENCE / 2
        assert a.present
        a.hear({"view": "a", "shown": frame})


def test_the_first_view_may_take_its_time() -> None:
    a, clock = viewers()
    clock.now = PATIENCE - 0.1
    assert a.present
    clock.now = PATIENCE + 0.1
    assert not a.present
    a.expect()
    assert a.present
