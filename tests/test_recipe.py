"""A recipe says what is wrong with it before any work, and survives being written down."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import random
import re
from collections.abc import Iterator

import numpy as np
import pytest

from toygan import LOSSES, REGULARIZERS, Recipe, RecipeError
from toygan.knobs import Number, WholeNumber
from toygan.recipe import FIELDS, KNOBS, parse

CHOICES = [name for name, how in KNOBS.items() if how.menu is not None and name != "regularizers"]
NUMBERS = [name for name, how in KNOBS.items() if isinstance(how, Number)]
WHOLE = [name for name, how in KNOBS.items() if isinstance(how, WholeNumber)]


def refused(**changes: object) -> str:
    with pytest.raises(RecipeError) as error:
        Recipe(**changes)
    assert error.value.field.startswith(next(iter(changes)))
    return str(error.value)


def test_the_default_recipe_is_the_one_of_the_readme() -> None:
    assert Recipe() == Recipe(data="ring8", loss="non-saturating", regularizers={}, optimizer="adam", seed=0)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_help_and_says_what_is_allowed(field: str) -> None:
    assert KNOBS[field].help
    assert KNOBS[field].allowed


def test_the_reference_describes_every_field_with_its_default() -> None:
    described = re.findall(r"^ {8}(\w+): .*\[default: (.*)\]\.$", Recipe.__doc__ or "", re.MULTILINE)
    assert {name: ast.literal_eval(value) for name, value in described} == {f: getattr(Recipe(), f) for f in FIELDS}


@pytest.mark.parametrize("value", ["no-such-part", "", "ring8 ", 3, None, True, ["ring8"], b"ring8"])
def test_a_wrong_name_is_named_with_all_that_is_allowed(value: object) -> None:
    for field in CHOICES:
        if KNOBS[field].unset and value == "":
            continue
        message = refused(**{field: value})
        assert message.startswith(f"{field}={value!r}: ")
        assert all(name in message for name in KNOBS[field].menu or ())


def test_a_name_that_is_nearly_right_gets_a_hint() -> None:
    assert "did you mean 'wasserstein'?" in refused(loss="waserstein")
    with pytest.raises(RecipeError, match="did you mean 'lr_g'"):
        Recipe().but(lrg=1.0)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        10**400,
        -(10**400),
        10**5000,
        None,
        True,
        False,
        "1",
        "nan",
        [1],
        1j,
        np.nan,
        np.array([1, 2]),
        np.True_,
    ],
    ids=lambda value: f"{type(value).__name__} {str(value)[:6] if not isinstance(value, int) else ''}",
)
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    for field in NUMBERS:
        assert KNOBS[field].allowed in refused(**{field: value})


def outside(field: str) -> Iterator[float]:
    how, step = KNOBS[field], 1 if field in WHOLE else 1e-6
    if how.low is not None:
        yield how.low if how.exclusive_low else how.low - step
    if how.high is not None:
        yield how.high if how.exclusive_high else how.high + step


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in NUMBERS for value in outside(field)])
def test_a_number_out_of_bounds_is_refused_with_the_bounds(field: str, value: float) -> None:
    message = refused(**{field: int(value) if field in WHOLE else value})
    assert message.endswith(f"must be {KNOBS[field].allowed}")


@pytest.mark.parametrize("field", WHOLE)
@pytest.mark.parametrize("value", [1.0, 1.5, "1", np.float64(1.0)])
def test_a_count_must_be_whole(field: str, value: object) -> None:
    assert "whole number" in refused(**{field: value})


@pytest.mark.parametrize("value", [np.int64(3), np.uint8(3)])
def test_whole_numbers_of_numpy_are_whole_numbers(value: object) -> None:
    recipe = Recipe(seed=value, lr_g=np.float32(0.5))  # type: ignore[arg-type]
    assert recipe == Recipe(seed=3, lr_g=0.5)
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("r1", "dict"),
        (["r1"], "dict"),
        (None, "dict"),
        ({"r1"}, "dict"),
        ({"no-such": 0.1}, "unknown name"),
        ({1: 0.1}, "one of"),
        ({None: 0.1}, "one of"),
        ({"r1": -1}, "at least 0"),
        ({"r1": float("nan")}, "finite"),
        ({"r1": float("inf")}, "finite"),
        ({"r1": "0.1"}, "number"),
        ({"r1": None}, "number"),
        ({"r1": True}, "number"),
        ({"r1": 0.1, "r2": float("nan")}, "regularizers['r2']=nan"),
        ({"label-flipping": 0.7}, "at most"),
    ],
)
def test_wrong_regularizers_are_refused_by_name(value: object, named: str) -> None:
    assert named in refused(regularizers=value)


@pytest.mark.parametrize("name", [name for name, part in REGULARIZERS.items() if part.whole])
def test_a_strength_that_counts_is_whole(name: str) -> None:
    assert "whole" in refused(regularizers={name: REGULARIZERS[name].strengths[1] + 0.5})


# ----------------------------------------------------------------------------------------------------------- specs


@pytest.mark.parametrize(
    "words",
    [
        "ring8(",
        "ring8)",
        "ring8()",
        "ring8(k)",
        "ring8(12)",
        "ring8(k=)",
        "ring8(k=1)(sigma=1)",
        "ring8(k=1, k=2)",
        "ring8(**{'k': 2})",
        "ring8(k=open('x'))",
        "ring8(k=1+1)",
        "ring8(k=__import__('os'))",
        "ring8(no=1)",
        "ring8(k=nan)",
        "ring8(sigma=1e999)",
        "ring8(k=1.5)",
        "ring8(k=True)",
        "ring8(sigma='wide')",
        "ring8(k=0)",
        "ring8(sigma=-1)",
        "ring8(" + "(" * 3000,
        "ring8(k=1" + "0" * 5000 + ")",
    ],
    ids=lambda words: words[:30],
)
def test_a_spec_that_makes_no_sense_is_refused_and_nothing_is_run(words: str) -> None:
    assert len(refused(data=words)) < 700


def arguments() -> Iterator[tuple[str, str, str]]:
    for field in CHOICES:
        for name, part in (KNOBS[field].menu or {}).items():
            for argument in getattr(part, "__dataclass_fields__", {}):
                yield field, name, argument


@pytest.mark.parametrize(("field", "name", "argument"), list(arguments()))
def test_every_argument_of_every_part_refuses_what_it_is_not(field: str, name: str, argument: str) -> None:
    usual = getattr((KNOBS[field].menu or {})[name], argument)
    for wrong in ("None", "1e999", "-1e999", "{}", "'no-such'")[usual is None :]:
        if (argument, wrong) != ("title", "'no-such'"):  # any words are a title
            refused(**{field: f"{name}({argument}={wrong})"})


def test_a_spec_may_change_the_numbers_of_a_row() -> None:
    assert len(Recipe(data="ring8(k=12, radius=2)").distribution.modes) == 12
    assert Recipe(regularizers={"dragan(reach=0.1)": 1}).regularizers == {"dragan(reach=0.1)": 1.0}


# ---------------------------------------------------------------------------------------------------- written down

SPECS = {
    "data": [
        "grid25",
        "ring(k=5, radius=0.5, sigma=0.1)",
        "bimodal(widths=[0.1, 0.2])",
        "points(x=[[0.0, 1.0], [2.0, 3.0]])",
    ],
    "loss": ["hinge", "least-squares(a=-1, b=1, c=0)", "f-kl(saturating=False)", "relativistic"],
    "regularizers": ["r1", "r2", "dragan(reach=0.25)", "instance-noise", "weight-decay", "gradient-penalty"],
}


def drawn(seed: int) -> Recipe:
    """A random recipe; its specs have brackets, commas and equals signs."""
    rng = random.Random(seed)
    changes: dict[str, object] = {}
    for name in NUMBERS:
        low, high = KNOBS[name].slider or (0, 1)
        changes[name] = rng.randint(int(low), int(high)) if name in WHOLE else rng.uniform(low, high) or low
    names = rng.sample(SPECS["regularizers"], rng.randint(0, 4))
    changes |= {"data": rng.choice(SPECS["data"][:2] + SPECS["data"][3:]), "loss": rng.choice(SPECS["loss"])}
    changes |= {"regularizers": {name: rng.choice([rng.random(), 10 ** rng.uniform(-12, 6), 1]) for name in names}}
    changes |= {"activation": rng.choice(["tanh", "leaky-relu"]), "optimizer": rng.choice(["sgd", "adam"])}
    return Recipe(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(50))
def test_string_json_pickle_and_copy_lose_nothing(seed: int) -> None:
    recipe = drawn(seed)
    for twin in (
        Recipe.from_string(recipe.to_string()),
        Recipe.from_json(recipe.to_json()),
        pickle.loads(pickle.dumps(recipe)),
        copy.deepcopy(recipe),
    ):
        assert twin == recipe
        assert hash(twin) == hash(recipe)
        assert list(twin.regularizers) == list(recipe.regularizers)


def test_random_recipes_are_different_recipes() -> None:
    assert len({drawn(seed) for seed in range(50)}) == 50


def test_the_default_is_the_empty_string_and_others_say_what_they_change() -> None:
    assert Recipe().to_string() == ""
    assert Recipe.from_string("") == Recipe()
    assert Recipe(loss="hinge", regularizers={"r1": 0.1}, seed=3).to_string() == "loss=hinge&regularizers=r1:0.1&seed=3"


def test_the_order_of_regularizers_makes_no_difference() -> None:
    a, b = Recipe(regularizers={"r1": 1, "r2": 2}), Recipe(regularizers={"r2": 2, "r1": 1})
    assert a == b
    assert hash(a) == hash(b)
    assert a.to_string() == b.to_string()


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "regularizers"])
def test_json_holds_every_field_as_what_it_is(field: str) -> None:
    assert json.loads(Recipe().to_json())[field] == getattr(Recipe(), field)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "3",
        '"ring8"',
        '{"lr": 1}',
        '{"lr_g": NaN}',
        '{"lr_g": 1e999}',
        '{"batch": 12.0}',
        '{"seed": true}',
        '{"regularizers": [["r1", 1]]}',
        '{"regularizers": {"r1": null}}',
        "[" * 10**5,
        '{"seed": 1' + "0" * 5000 + "}",
    ],
    ids=lambda text: text[:30],
)
def test_json_that_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(RecipeError):
        Recipe.from_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "hinge",
        "loss",
        "loss=",
        "loss=hinge&",
        "lr_g=nan",
        "lr_g=fast",
        "batch=1.5",
        "seed=-1",
        "no=1",
        "=1",
        "&",
        "regularizers=r1",
        "regularizers=r1:",
        "regularizers=:1",
        "regularizers=r1:x",
        "seed=1&seed=2",
        "data=ring8(k=&)",
    ],
)
def test_a_line_that_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(RecipeError):
        Recipe.from_string(text)


@pytest.mark.parametrize("field", NUMBERS)
def test_words_become_numbers_of_their_kind(field: str) -> None:
    value = getattr(Recipe(), field)
    assert parse(field, KNOBS[field].write(value)) == value
    with pytest.raises(RecipeError, match=field):
        parse(field, "many")


# ------------------------------------------------------------------------------------------------------- comparing


@pytest.mark.parametrize("field", NUMBERS)
def test_members_may_differ_in_the_numbers_that_say_so_and_in_no_others(field: str) -> None:
    how, recipe = KNOBS[field], Recipe()
    _, high = how.slider or (0, 1)
    other = recipe.but(**{field: int(high) if field in WHOLE else high})
    assert recipe.same_shape(other) == (None if how.per_member else field)
    assert recipe.needs_restart(other) == (None if how.live else field)


def test_members_share_the_names_of_their_regularizers_and_the_strengths_that_shape_a_network() -> None:
    r1 = Recipe(regularizers={"r1": 1})
    assert r1.same_shape(Recipe(regularizers={"r1": 2})) is None
    assert r1.same_shape(Recipe(regularizers={"r2": 1})) == "regularizers"
    packed = Recipe(regularizers={"packing": 2})
    assert packed.same_shape(Recipe(regularizers={"packing": 4})) == "regularizers"
    assert packed.needs_restart(Recipe(regularizers={"packing": 4})) == "regularizers"
    assert r1.needs_restart(Recipe(regularizers={"r2": 1})) is None


def test_a_discriminator_cannot_come_or_go_while_a_run_plays() -> None:
    assert Recipe().needs_restart(Recipe(loss="hinge")) is None
    assert Recipe().needs_restart(Recipe(loss="energy-distance")) == "loss"


@pytest.mark.parametrize("seed", [0, 1, 2, 2**63 - 16])
def test_seeds_are_copies_equal_to_validated_recipes(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, built, check = drawn(seed % 1000).but(seed=seed), [], Recipe.__post_init__
    monkeypatch.setattr(Recipe, "__post_init__", lambda self: (built.append(self), check(self)))
    copies = recipe.seeds(16)
    assert not built
    validated = [recipe.but(seed=seed + i) for i in range(16)]
    assert copies == validated
    assert [hash(twin) for twin in copies] == [hash(twin) for twin in validated]
    assert [twin.to_json() for twin in copies] == [twin.to_json() for twin in validated]
    assert [twin.to_string() for twin in copies] == [twin.to_string() for twin in validated]
    assert all(twin.parts is recipe.parts for twin in copies)
    assert recipe.seed == seed


@pytest.mark.parametrize("n", [0, -1, True, 1.0, "2", None, 10**6 + 1, 10**18])
def test_a_number_of_seeds_that_is_not_a_count_is_refused(n: object) -> None:
    with pytest.raises(RecipeError, match=r"seeds=.*whole number from 1 to 1,000,000"):
        Recipe().seeds(n)  # type: ignore[arg-type]


def test_seeds_that_end_are_refused() -> None:
    assert len(Recipe(seed=2**63 - 2).seeds(2)) == 2
    with pytest.raises(RecipeError, match="no room for 3 seeds"):
        Recipe(seed=2**63 - 2).seeds(3)


def test_seeds_use_a_part_that_was_registered_again_after_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "mine", LOSSES["hinge"])
    recipe = Recipe(loss="mine")
    monkeypatch.setitem(LOSSES, "mine", LOSSES["wasserstein"])
    assert [twin.parts.loss for twin in recipe.seeds(2)] == [LOSSES["wasserstein"]] * 2


def test_a_recipe_cannot_be_changed_in_place() -> None:
    recipe = Recipe(regularizers={"r1": 1})
    with pytest.raises(AttributeError):
        recipe.seed = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        recipe.regularizers["r1"] = 2  # type: ignore[index]
