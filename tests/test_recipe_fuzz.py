"""Whatever is read as a recipe is one or is refused, quickly; and every recipe starts, steps and is diagnosed."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from toygan.knobs import Choice, Strengths
from toygan.measure.diagnosis import diagnose_all
from toygan.parts.menu import Menu
from toygan.recipe import DEFAULT, KNOBS, Recipe, RecipeError
from toygan.runs.run import Run

FUZZ = int(os.environ.get("TOYGAN_FUZZ", "1500"))  # texts that are read; of those that are recipes a share is started
STARTED = 0.25
LONGEST, LINE = 1.0, 1200  # seconds, generously, that a text takes; characters of a refusal, lists of names included
NUMBERS = ["0", "-0.0", "1", "2", "3", "0.5", "1e-30", "1e30", "1e38", "1e39", "-1", "1e308", "nan", "inf", "9" * 400]
SMALL = {"width": 8, "depth": 1, "batch": 4, "latent": 2, "d_steps": 1}
LARGE = {"batch": "8", "width": "8", "depth": "2", "latent": "3", "d_steps": "2"}  # more takes time, not surprises


def spec(rng: random.Random, menu: Menu[Any]) -> str:
    """A row of the menu, some of its numbers changed to small, huge or wrong ones."""
    name = rng.choice(list(menu))
    fields = list(vars(menu[name])) if hasattr(menu[name], "__dict__") else []
    chosen = [f for f in fields if not f.startswith("_") and rng.random() < 0.4]
    if not chosen or rng.random() < 0.5:
        return name
    values = [*NUMBERS, "(1, 2)", "'tanh'", "True", "None", "(0.5, 0.5)", "1e6", "1e-6", "4", "0.1"]
    return f"{name}({', '.join(f'{field}={rng.choice(values)}' for field in chosen)})"


def words(rng: random.Random, field: str) -> str:
    """A value of a field as words: one of its menu, or a number of whatever size."""
    how = KNOBS[field]
    if isinstance(how, Strengths) and how.menu is not None:
        rows = [f"{spec(rng, how.menu)}:{rng.choice(NUMBERS)}" for _ in range(rng.randint(0, 3))]
        return ",".join(rows)
    if isinstance(how, Choice) and how.menu is not None:
        return spec(rng, how.menu)
    return rng.choice([*NUMBERS, LARGE.get(field, "0.01"), LARGE.get(field, "0.9")])


def share_string(rng: random.Random) -> str:
    fields = rng.sample(list(KNOBS), rng.randint(1, 3))
    return "&".join(f"{field}={words(rng, field)}" for field in fields)


def json_recipe(rng: random.Random) -> str:
    recipe = json.loads(DEFAULT.to_json())
    for field in rng.sample(list(KNOBS), rng.randint(1, 2)):
        value: Any = words(rng, field)
        if isinstance(KNOBS[field], Strengths):
            value = {rng.choice(["r1", "r2", "unrolled", "nothing"]): float(rng.choice(NUMBERS[:12]))}
        elif not isinstance(KNOBS[field], Choice):
            value = rng.choice([0, 1, 2, -1, 0.5, 1e39, -0.0, None, True, "1", [1], {}, 10**400, LARGE.get(field)])
        recipe[field] = value
    return json.dumps(recipe)


def damaged(rng: random.Random, text: str) -> str:
    """The text, cut, doubled, shuffled or with foreign letters in it."""
    at = rng.randrange(len(text) + 1)
    other = rng.choice(["", ",", "((", "\x00", "٣", "𝟙", "&", '"', "_", "%", "1e", "[" * 50, text, "=", "\n", "-"])
    return rng.choice([text[:at], text[:at] + other + text[at:], text[at:] + text[:at], text.replace("1", other)])


def read(text: str) -> Recipe | None:
    """The recipe, or None where it is refused, in a line and in time."""
    begun = time.perf_counter()
    try:
        return Recipe.from_json(text) if text.lstrip().startswith(("{", "[")) else Recipe.from_string(text)
    except RecipeError as error:
        refusal = str(error)
    finally:
        assert time.perf_counter() - begun < LONGEST, text[:200]
    assert len(refusal) < LINE, text[:200]
    assert " at 0x" not in refusal
    return None


def start(recipe: Recipe) -> None:
    small = {name: min(getattr(recipe, name), size) for name, size in SMALL.items()}
    try:
        run = Run(recipe.but(**small).seeds(2), every=1, n=40)
    except RecipeError:  # smaller, it has no meaning, or it needs more memory than is allowed
        return
    run.run(2)
    diagnose_all(run.record)


@pytest.mark.parametrize("part", range(4))
def test_whatever_is_read_is_a_recipe_that_starts_or_is_refused(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOYGAN_MEMORY", "2")
    rng, recipes = random.Random(part), list[tuple[str, Recipe]]()
    for _ in range(FUZZ // 4):
        make: Callable[[random.Random], str] = rng.choice([share_string, json_recipe])
        text = make(rng)
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            text = damaged(rng, text)
        if (recipe := read(text)) is not None:
            assert Recipe.from_json(recipe.to_json()) == recipe
            assert Recipe.from_string(recipe.to_string()) == recipe
            recipes.append((text, recipe))
    assert len(recipes) > FUZZ / 40, "a tenth of a part is to be a recipe"
    for text, recipe in rng.sample(recipes, int(STARTED * len(recipes)) if FUZZ < 10_000 else len(recipes)):
        try:
            start(recipe)
        except Exception as error:
            raise AssertionError(f"{text[:300]}: {type(error).__name__}: {error}") from error


@pytest.mark.parametrize(
    "text",
    [
        "regularizers=" + "," * 100_000,
        "regularizers=" + "r1:1," * 100_000,
        "data=" + "(" * 500_000,
        "data=ring8(" + "a=1," * 200_000,
        "data=points(x=" + "(" * 400_000,
        "&" * 900_000,
        "seed=1&" * 100_000,
        "{" * 100_000,
        "[" * 900_000,
        '{"seed": ' + "9" * 900_000 + "}",
        '{"data": "' + "x" * 900_000 + '"}',
        "seed=" + "9" * 900_000,
        "lr_g=" + "1" * 900_000,
        "data=points(x=(" + "0," * 300_000 + "))",
        "x" * 1_000_001,
        '{"regularizers": {' + ",".join(f'"r{i}": 1' for i in range(60_000)) + "}}",
    ],
)
def test_long_texts_are_refused_as_quickly(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "seed=٣",
        "seed=1_0",
        "lr_g= 1",
        "regularizers=r1:0.1,r1:0.2",
        "regularizers=,,,,",
        "seed=1&seed=1",
        '{"seed": 1, "seed": 2}',
        "data=ring(k=nan)",
        "data=ring(radius=1e39)",
        "data=gaussian1d(sigma=1e39)",
        "data=ring(radius=" + "9" * 400 + ")",
        "data=ring(k=٣)",
    ],
)
def test_what_was_accepted_in_silence_is_refused(text: str) -> None:
    assert read(text) is None


def test_minus_nothing_is_nothing() -> None:
    assert hash(Recipe(ema=-0.0, regularizers={"r1": -0.0})) == hash(Recipe(ema=0.0, regularizers={"r1": 0.0}))


def test_thousands_of_points_are_read() -> None:
    points = ",".join(f"({i}.5,{i})" for i in range(4096))
    recipe = read(f"data=points(x=({points}))")
    assert recipe is not None
    assert len(recipe.distribution.modes) in (0, 4096)


@pytest.mark.parametrize("other", [None, 7, b"seed=1", ["seed=1"]])
def test_what_is_no_text_is_no_recipe(other: Any) -> None:
    for reader in (Recipe.from_json, Recipe.from_string):
        with pytest.raises(RecipeError, match="recipe"):
            reader(other)
