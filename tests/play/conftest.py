"""Playgrounds that are closed after their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from toygan.play.playground import Playground
from toygan.recipe import Recipe

SMALL = Recipe(width=8, batch=8)


@pytest.fixture
def make() -> Iterator[Callable[..., Playground]]:
    made: list[Playground] = []

    def one(recipe: Recipe = SMALL, **how: Any) -> Playground:
        made.append(Playground(recipe, **{"seeds": 2, "width": 480, "height": 270, **how}))
        return made[-1]

    yield one
    for p in made:
        p.close()
