"""Whoever types a name of another library is told the name of the field."""

from __future__ import annotations

import pytest

from toygan import Recipe, RecipeError
from toygan.recipe import FIELDS
from toygan.usual_names import ELSEWHERE, USUAL


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("learning_rate", "did you mean lr_g or lr_d?"), ("lr", "did you mean lr_g or lr_d?"),
        ("Learning-Rate", "did you mean lr_g or lr_d?"), ("hidden", "did you mean width?"),
        ("batch_size", "did you mean batch?"), ("n_critic", "did you mean d_steps?"), ("betas", "beta1 or beta2"),
        ("lambda_gp", 'regularizers={"gradient-penalty": 0.1}'), ("r1", 'regularizers={"r1": 0.1}'),
        ("weight_decay", 'regularizers={"weight-decay": '), ("epochs", "the argument steps of train"),
        ("device", "the argument device of Population"), ("wdith", "did you mean 'width'?"),
    ],
)  # fmt: skip
def test_a_name_from_elsewhere_is_answered_with_the_field(name: str, words: str) -> None:
    for build in (lambda: Recipe(**{name: 3}), lambda: Recipe().but(**{name: 3})):
        with pytest.raises(RecipeError) as error:
            build()
        assert str(error.value).startswith(f"{name}=3: is not a field of a recipe (")
        assert words in str(error.value)


def test_names_from_elsewhere_are_no_fields_and_each_is_in_one_row() -> None:
    names = " ".join([*USUAL.values(), *ELSEWHERE.values()]).split()
    assert len(set(names)) == len(names)
    assert not set(names) & set(FIELDS)
    for fields in USUAL:
        for field in fields.split(" or "):
            assert field.partition("=")[0] in FIELDS


def test_an_unknown_field_near_to_none_is_only_refused() -> None:
    with pytest.raises(RecipeError, match="xyzzy=1: is not a field of a recipe; allowed: data, "):
        Recipe(xyzzy=1)  # type: ignore[call-arg]
