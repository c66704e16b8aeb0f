"""Digits are told apart by a classifier with an error of its own, and what G makes of them by the metrics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

import toygan
from toygan import DISTRIBUTIONS, Population, Recipe
from toygan.parts.distributions.digits import TRAINING, classify_held_out, images

DIGITS = DISTRIBUTIONS["digits"]


def test_the_split_holds_every_image_once() -> None:
    pictures, digit, held_out, held_out_digit = images()
    theirs, digits = load_digits(return_X_y=True)
    ours = torch.cat([pictures, held_out]).numpy()
    assert len(pictures) == TRAINING
    assert sorted(map(tuple, 8 * (ours + 1))) == sorted(map(tuple, theirs))
    assert np.bincount(torch.cat([digit, held_out_digit])).tolist() == np.bincount(digits).tolist()


def test_the_classifier_is_scikit_learns_nearest_neighbour_with_the_error_that_the_menu_states() -> None:
    pictures, digit, held_out, held_out_digit = images()
    theirs = KNeighborsClassifier(1).fit(pictures, digit).predict(held_out)
    ours, distance = DIGITS.nearest_mode(held_out[None])
    assert (ours[0].numpy() == theirs).all()
    wrong, _ = classify_held_out()
    assert wrong == pytest.approx((theirs != held_out_digit.numpy()).mean())
    assert 0.005 < wrong < 0.015  # "about 1 %"
    assert float((distance <= 3).double().mean()) == pytest.approx(0.9, abs=0.002)


def test_true_digits_are_of_high_quality_and_blurred_or_random_ones_are_not() -> None:
    x = DIGITS.sample(500, torch.Generator().manual_seed(0))
    names = ["high-quality", "modes-covered", "total-variation"]
    score = toygan.evaluate(torch.stack([x, x.mean(0).expand_as(x), torch.rand(500, 64) * 2 - 1]), "digits", names)
    assert score["high-quality"] == pytest.approx([0.9, 0, 0], abs=0.02)
    assert score["modes-covered"].tolist() == [10, 0, 0]


def test_a_generator_that_draws_one_digit_is_told_from_a_good_one() -> None:
    pictures, digit, *_ = images()
    one, all_of_them = pictures[digit == 3][:100].repeat(5, 1), pictures[:500]
    score = toygan.evaluate(torch.stack([one, all_of_them]), "digits", ["effective-modes", "modes-covered-strict"])
    assert score["modes-covered-strict"].tolist() == [1, 10]
    assert score["effective-modes"] == pytest.approx([1, 10], abs=0.2)


def test_digits_train_and_are_drawn() -> None:
    p = Population(Recipe(data="digits", width=16, latent=4, batch=16))
    p.run(3)
    assert p.generate(10).shape == (1, 10, 64)
    assert p.snapshot(50).shares.shape == (1, 10)


def test_without_scikit_learn_a_recipe_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    images.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    with pytest.raises(toygan.RecipeError, match=r"toygan\[digits\]"):
        Recipe(data="digits")
    images.cache_clear()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_stacked_modes_are_all_combinations(times: int) -> None:
    d = DISTRIBUTIONS.make(f"stacked(of=mixture1d,times={times})")
    x = d.sample(4000, torch.Generator().manual_seed(1))
    assert x.shape == (4000, times)
    assert d.modes.shape == (3**times, times)
    index, distance = d.nearest_mode(x[None])
    single = [DISTRIBUTIONS["mixture1d"].nearest_mode(x[None, :, i : i + 1])[0] for i in range(times)]
    torch.testing.assert_close(
        d.modes[index[0], :], torch.cat([DISTRIBUTIONS["mixture1d"].modes[s[0]] for s in single], dim=-1)
    )
    shares = torch.bincount(index[0], minlength=3**times) / 4000
    torch.testing.assert_close(shares, d.weights, atol=0.03, rtol=0)
    true = toygan.evaluate(DISTRIBUTIONS["mixture1d"].sample(20_000, torch.Generator()), "mixture1d", ["high-quality"])
    alone = float(true["high-quality"][0])
    assert float((distance <= 3).double().mean()) == pytest.approx(alone**times, abs=0.006)
