"""A search beside the run: its progress, its result as buttons, and what pressing one does."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from toygan import Playground, Recipe, RecipeError, Session
from toygan.play.remedy_list import FIND, STOP, RemedyList
from toygan.remedy import FoundRemedies, RemedySearch, TriedRemedy
from toygan.remedy.find import Progress

SMALL = Recipe(data="gaussian1d", width=4, batch=8)


def tried(live: bool, **change: Any) -> TriedRemedy:
    far, near, yes = np.full(16, 2.0), np.linspace(0.4, 0.6, 16), np.arange(16) < 13
    return TriedRemedy(SMALL, SMALL.but(**change), live, near, far, yes)


class Script(RemedySearch):
    """A search that finds what it is given, once it is allowed to."""

    def __init__(self, found: FoundRemedies | Exception) -> None:
        super().__init__(SMALL, iterations=1)
        self.gives, self.go = found, threading.Event()

    def run(self) -> FoundRemedies:
        self.followed(Progress(0.25, "9 changes, 20 iterations", "lr_g = 1 (now 2)"))
        assert self.go.wait(10)
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives

    def stop(self) -> None:
        self.go.set()


class Page:
    """A list whose calls come one after the other, as in the loop of a notebook."""

    def __init__(self) -> None:
        self.adopted: list[TriedRemedy] = []
        self.shown = threading.Semaphore(0)
        self.list = RemedyList(lambda: None, self.adopted.append, self.post)

    def post(self, act: Any, *args: Any) -> None:
        act(*args)
        self.shown.release()

    def wait(self) -> None:
        assert self.shown.acquire(timeout=10)


def test_a_search_shows_its_progress_and_then_a_button_for_each_remedy() -> None:
    page, rows = Page(), [tried(True, lr_g=0.01), tried(False, lr_d=0.01)]
    search = Script(FoundRemedies(SMALL, 2000, rows, tried=9, spent=30.0))
    page.list.search(search)
    page.wait()
    assert "25 %: 9 changes, 20 iterations · best so far: lr_g = 1 (now 2)" in page.list.line.value
    assert page.list.button.description == STOP
    page.list._press()  # stops it
    page.wait()
    assert page.list.button.description == FIND
    first = page.list.children[1].children
    assert first[0].description == "lr_g = 0.01 (was 0.001)"
    said = "from here · sliced-w1 2 to 0.5 [0.469, 0.529] · healthy in 13 of 16 seeds · takes 1 x the time"
    assert said in first[1].value
    page.list.children[2].children[0].click()
    assert page.adopted == [rows[1]]


def test_an_error_of_a_search_is_its_last_line() -> None:
    page = Page()
    search = Script(RuntimeError("no luck"))
    page.list.search(search)
    page.wait()
    search.go.set()
    page.wait()
    assert "RuntimeError: no luck" in page.list.line.value
    assert len(page.list.children) == 1


def test_a_second_search_takes_the_place_of_the_first() -> None:
    page, old, new = (
        Page(),
        Script(FoundRemedies(SMALL, 9, [tried(True, lr_g=0.5)])),
        Script(FoundRemedies(SMALL, 9, [])),
    )
    page.list.search(old)
    page.wait()
    page.list.search(new)
    assert old.go.is_set()
    for _ in range(2):  # the end of the first one, which changes nothing, and the progress of the second
        page.wait()
    assert page.list.button.description == STOP
    new.go.set()
    page.wait()
    assert page.list.found is new.gives


def test_a_live_remedy_continues_the_run_and_another_starts_it_again() -> None:
    session = Session(SMALL, seeds=2)
    session.step()
    assert session.adopt(tried(True, lr_g=0.01))
    assert (session.iteration, session.recipe.lr_g) == (1, 0.01)
    assert session.adopt(tried(False, loss="hinge"))
    assert (session.iteration, session.recipe.loss, session.recipe.lr_g) == (0, "hinge", 0.001)
    assert session.message == "applied: loss = hinge (was non-saturating), lr_g = 0.001 (was 0.01): a new run"
    assert session.undo()
    assert session.recipe == SMALL.but(lr_g=0.01)


def test_a_search_begins_where_the_run_stands_and_leaves_it_as_it_is() -> None:
    session = Session(SMALL, seeds=2)
    session.step()
    before = session.population.generator.theta.clone()
    found = session.search_remedy(iterations=10, jobs=0).run()
    assert found.recipe == SMALL
    assert bool((session.population.generator.theta == before).all())
    with pytest.raises(RecipeError, match=r"^iterations=0: "):
        session.search_remedy(iterations=0)


def test_a_playground_searches_and_applies_what_was_found() -> None:
    playground = Playground(SMALL, controls=("lr_g",), seeds=2)
    playground.adopt(tried(True, lr_g=0.02))
    assert playground.controls[0].widget.value == 0.02
    playground.close()
