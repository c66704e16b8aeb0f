"""Programs in a session: whatever a user does while they are captured, the run is that of the step."""

from __future__ import annotations

import random
import threading

import pytest

from toygan.play.session import Session
from toygan.recipe import Recipe
from toygan.runs import engine

ACTS = 300
SMALL = Recipe(width=4, depth=1, batch=8)


class Storm:
    """Random acts of a user; equal seeds give equal acts."""

    def __init__(self, seed: int) -> None:
        self.rng, self.session = random.Random(seed), Session(SMALL, 2)

    def act(self) -> None:
        pick = self.rng.choice
        field, values = pick(
            [
                ("lr_g", [0.001, 0.01, 0.3, -1]), ("lr_d", [0.001, 0.01]), ("beta1", [0.0, 0.5]), ("ema", [0.0, 0.9]),
                ("loss", ["non-saturating", "hinge"]), ("batch", [8, 16]), ("d_steps", [1, 2]),
                ("regularizers.r1", [0.1, 1.0, None]), ("anneal", [0, 50]),
            ]
        )  # fmt: skip
        self.session.set(field, pick(values))
        pick([self.session.undo, self.session.pause, self.session.step, self.session.reset, self.play, self.play])()

    def play(self) -> None:
        self.session.play()
        for _ in range(self.rng.randrange(12)):
            self.session.advance(0.0)


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_no_storm_of_acts_leaves_another_state_than_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    stepped = Storm(seed=7)
    for _ in range(ACTS):
        stepped.act()

    engine._share.cache_clear()
    monkeypatch.setenv(engine.background.SWITCH, "1")
    monkeypatch.setattr(engine.background, "has_compiler", lambda: False)
    monkeypatch.setattr(engine.background, "find", lambda jobs: None)
    monkeypatch.setattr(engine, "CAPTURE_SECONDS", 0.0)
    monkeypatch.setattr(engine, "OFTEN", 1)
    captured, names, wait = Storm(seed=7), set(), random.Random(0)
    before = threading.active_count()
    for _ in range(ACTS):
        captured.act()
        names.add(captured.session.run.engine.name)
        assert threading.active_count() <= before + 1
        if wait.random() < 0.5:  # else the next acts come while it is captured
            join()
    join()
    assert names == {engine.STEP_BY_STEP, engine.CAPTURED}
    assert captured.session.recipe == stepped.session.recipe
    assert captured.session.population.state.to_bytes() == stepped.session.population.state.to_bytes()


def join() -> None:
    for thread in threading.enumerate():
        if thread.name == "toygan capture":
            thread.join()
