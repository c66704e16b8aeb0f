"""The operations of an iteration, as a lesson counts them."""

from __future__ import annotations

from toygan import Recipe
from toygan.teach import count_operations

SMALL = Recipe(width=4, batch=8)


def test_a_second_step_of_d_adds_as_much_as_a_third() -> None:
    table = count_operations({str(n): SMALL.but(d_steps=n) for n in (1, 2, 3)})
    one, two, three = (int(table.loc["all", str(n)]) for n in (1, 2, 3))
    assert three - two == two - one > 0


def test_products_of_a_plain_step_are_those_of_its_passes() -> None:
    """Three layers a network: each step goes forward through G and, for real and generated samples at once, through D.

    D's step goes back through D: three layers give a gradient to their weights and two to their inputs. G's step goes
    back through D, three layers to their inputs, and through G as above.
    """
    table = count_operations({"plain": SMALL})
    assert table.loc["baddbmm", "plain"] == 3 * (2 + 2)
    assert table.loc["bmm", "plain"] == (3 + 2) + 3 + (3 + 2)


def test_the_last_row_is_the_sum_and_the_first_the_most_frequent() -> None:
    table = count_operations({"plain": SMALL, "with r1": SMALL.but(regularizers={"r1": 0.1})})
    assert (table.iloc[:-1].sum() == table.loc["all"]).all()
    assert (table.loc["all", "with r1"] > table.loc["all", "plain"]).all()
    assert table.iloc[:-1].sum(axis=1).is_monotonic_decreasing
