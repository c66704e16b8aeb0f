"""Warm-ups of the averaged generator: the decay of each iteration is that of a closed form, and runs keep it."""

from __future__ import annotations

import pytest
import torch

from toygan import WARMUPS, Population, Recipe, RecipeError

SMALL = Recipe(width=4, depth=1, batch=4, ema=0.5)


def decays(spec: str, full: float, steps: list[int]) -> list[float]:
    return [float(WARMUPS.make(spec).decay(step, torch.tensor(full, dtype=torch.float64))) for step in steps]


def test_without_a_warm_up_the_decay_is_the_recipes() -> None:
    assert decays("none", 0.99, [1, 2, 1000]) == [0.99] * 3


def test_a_ratio_rises_to_the_recipes_decay() -> None:
    assert decays("ratio", 0.5, [1, 2, 8, 9]) == pytest.approx([2 / 11, 3 / 12, 0.5, 0.5])


def test_a_copy_holds_until_its_iteration() -> None:
    assert decays("copy(until=3)", 0.99, [1, 3, 4]) == [0, 0, 0.99]


def test_a_power_averages_every_few_iterations_and_copies_before() -> None:
    """As ema-pytorch 0.8.3 does of weights 1 .. 9, with beta .5, update_after_step 3 and update_every 2."""
    average, seen = 0.0, []
    for step in range(1, 10):
        (d,) = decays("power(after=3, every=2)", 0.5, [step])
        average = d * average + (1 - d) * step
        seen.append(average)
    theirs = [1, 1, 3, 3, 4.259921073913574, 4.259921073913574, 5.629960536956787, 5.629960536956787, 7.314980506896973]
    assert seen == pytest.approx(theirs, rel=1e-6)


def test_a_copy_is_the_generator_and_later_the_average_of_what_followed() -> None:
    p = Population(SMALL.but(ema_warmup="copy(until=3)"))
    p.run(3)
    assert torch.equal(p.average, p.generator.theta)
    copied = p.average
    p.run(1)
    torch.testing.assert_close(p.average, (copied + p.generator.theta) / 2)


def test_a_member_without_an_average_keeps_none_beside_one_with_a_warm_up() -> None:
    p = Population([SMALL.but(ema_warmup="power"), SMALL.but(ema_warmup="power", ema=0.0)])
    p.run(5)
    assert not torch.equal(p.average[0], p.generator.theta[0])
    assert torch.equal(p.average[1], p.generator.theta[1])


@pytest.mark.parametrize("spec", ["ratio", "copy(until=4)", "power(after=2, every=3)"])
def test_an_average_goes_on_from_a_state_and_by_a_program_as_step_by_step(spec: str) -> None:
    recipe = SMALL.but(ema_warmup=spec)
    plain, program = Population(recipe), Population(recipe)
    program.compile()
    assert program.program is not None
    plain.run(3)
    program.run(3)
    restored = Population.restore(plain.state)
    for p in (plain, program, restored):
        p.run(5)
    assert torch.equal(restored.average, plain.average)
    torch.testing.assert_close(program.average, plain.average, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("copy(until=0)", "until=0: must be a whole number from 1"),
        ("power(every=0)", "every=0: must be a whole number from 1"),
        ("power(power=-1)", "power=-1: must be a finite number from 1e-6 to 10"),
        ("power(inv_gamma=0)", "inv_gamma=0: must be a finite number"),
        ("slow", "unknown name 'slow'"),
    ],
)
def test_a_warm_up_without_meaning_is_refused(spec: str, words: str) -> None:
    with pytest.raises(RecipeError) as error:
        Recipe(ema=0.9, ema_warmup=spec)
    assert words in str(error.value)
