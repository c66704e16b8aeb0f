"""A menu gives the row that is ordered, with other numbers if the order says so, or says what it has."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from toygan.parts.menu import Menu, split


@dataclass(frozen=True)
class Soup:
    salt: float = 0.5
    bowls: int = 1
    hot: bool = True
    name: str = "leek"
    herbs: tuple[str, ...] = ()


def plain(x: float) -> float:
    return x


MENU: Menu[object] = Menu({"soup": Soup(), "salty-soup": Soup(salt=2.0), "bread": plain, "cook": Soup})


def test_a_name_orders_its_row() -> None:
    assert MENU.make("salty-soup") is MENU["salty-soup"]
    assert MENU.make("bread") is plain


def test_arguments_change_the_numbers_of_the_row_that_is_named_and_nothing_else() -> None:
    assert MENU.make("salty-soup(bowls=3)") == Soup(salt=2.0, bowls=3)
    assert MENU.make("soup(salt=1, hot=False, name='pea', herbs=['dill'])") == Soup(1, 1, False, "pea", ["dill"])
    assert MENU["soup"] == Soup()


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("stew", "unknown name 'stew'; allowed: soup, salty-soup, bread, cook"),
        ("sou", "did you mean 'soup'"),
        ("soup(pepper=1)", "no argument 'pepper'; allowed: salt, bowls, hot, name, herbs"),
        ("bread(x=1)", "'bread' takes no arguments"),
        ("cook(salt=1)", "'cook' takes no arguments"),
        ("soup(salt='much')", "salt='much': must be a finite number"),
        ("soup(salt=1e999)", "salt=inf: must be a finite number"),
        ("soup(salt=True)", "salt=True: must be a finite number"),
        ("soup(bowls=1.0)", "bowls=1.0: must be a whole number"),
        ("soup(bowls=True)", "bowls=True: must be a whole number"),
        ("soup(hot=1)", "hot=1: must be True or False"),
        ("soup(name=1)", "name=1: must be a name in quotes"),
        ("soup()", "name=value"),
        ("soup(1)", "name=value"),
        ("soup(salt=1)(bowls=2)", "name=value"),
        ("soup(salt=1, salt=2)", "twice"),
        ("soup(salt=print())", "cannot read"),
        ("soup(salt=1", "cannot read"),
    ],
)
def test_an_order_that_cannot_be_filled_says_why(words: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        MENU.make(words)
    assert wrong in str(error.value)


def test_an_order_is_read_and_never_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        split("soup(salt=print('run'))")
    assert capsys.readouterr().out == ""


def test_the_same_order_is_made_once() -> None:
    """Data may be an order of thousands of points, and recipes ask for it at every look."""
    assert MENU.make("soup(salt=0.25)") is MENU.make("soup(salt=0.25)")


def test_menus_with_rows_of_the_same_name_do_not_meet() -> None:
    other = Menu({"soup": Soup(bowls=9)})
    assert other.make("soup(salt=0.25)") == Soup(salt=0.25, bowls=9)
    assert MENU.make("soup(salt=0.25)") == Soup(salt=0.25)
