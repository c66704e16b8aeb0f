"""A menu makes the part that a spec names, with other numbers if the spec says so, or says what it has."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from toygan.parts.menu import Menu, summary
from toygan.parts.spec import split


@dataclass(frozen=True)
class Wave:
    height: float = 0.5
    count: int = 1
    moving: bool = True
    shape: str = "sine"
    phases: tuple[float, ...] = ()


def identity(x: float) -> float:
    return x


MENU: Menu[object] = Menu({"wave": Wave(), "high-wave": Wave(height=2.0), "identity": identity, "kind": Wave})


def test_a_name_makes_its_row() -> None:
    assert MENU.make("high-wave") is MENU["high-wave"]
    assert MENU.make("identity") is identity


def test_arguments_change_the_numbers_of_the_row_that_is_named_and_nothing_else() -> None:
    assert MENU.make("high-wave(count=3)") == Wave(height=2.0, count=3)
    assert MENU.make("wave(height=1, moving=False, shape='saw', phases=[0.5])") == Wave(1, 1, False, "saw", [0.5])
    assert MENU["wave"] == Wave()


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ("cloud", "unknown name 'cloud'; allowed: wave, high-wave, identity, kind"),
        ("wav", "did you mean 'wave'"),
        ("wave(width=1)", "no argument 'width'; allowed: height, count, moving, shape, phases"),
        ("identity(x=1)", "'identity' takes no arguments"),
        ("kind(height=1)", "'kind' takes no arguments"),
        ("wave(height='much')", "height='much': must be a finite number"),
        ("wave(height=1e999)", "height=inf: must be a finite number"),
        ("wave(height=True)", "height=True: must be a finite number"),
        ("wave(count=1.0)", "count=1.0: must be a whole number"),
        ("wave(count=True)", "count=True: must be a whole number"),
        ("wave(moving=1)", "moving=1: must be True or False"),
        ("wave(shape=1)", "shape=1: must be a name"),
        ("wave()", "name=value"),
        ("wave(1)", "name=value"),
        ("wave(height=1)(count=2)", "name=value"),
        ("wave(height=1, height=2)", "twice"),
        ("wave(height=print())", "height='print()': must be a finite number"),
        ("wave(shape=saw tooth)", "cannot read"),
        ("wave(shape=saw(k=1)", "cannot read"),
        ("wave(height=1", "cannot read"),
    ],
)
def test_a_spec_that_makes_nothing_says_why(spec: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        MENU.make(spec)
    assert wrong in str(error.value)


def test_a_spec_is_read_and_never_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert split("wave(height=print('run'))") == ("wave", {"height": "print('run')"})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("saw", "saw"),
        ("saw-tooth", "saw-tooth"),
        ("'saw tooth'", "saw tooth"),
        ("saw( k = 3,of=wave(height=1))", "saw(k=3,of=wave(height=1))"),
        ("saw(k=1 2)", "saw(k=1 2)"),
        ("saw(of=')')", "saw(of=')')"),
        ("(saw,None,2)", ("saw", None, 2)),
    ],
)
def test_a_name_needs_no_quotes_and_a_spec_stays_one(words: str, value: object) -> None:
    assert split(f"wave(shape={words})") == ("wave", {"shape": value})


def test_the_same_spec_is_made_once() -> None:
    """The spec of data may hold thousands of points, and recipes ask for it often."""
    assert MENU.make("wave(height=0.25)") is MENU.make("wave(height=0.25)")


def test_menus_with_rows_of_the_same_name_do_not_meet() -> None:
    other = Menu({"wave": Wave(count=9)})
    assert other.make("wave(height=0.25)") == Wave(height=0.25, count=9)
    assert MENU.make("wave(height=0.25)") == Wave(height=0.25)


def test_a_class_is_registered_as_an_instance_with_its_defaults() -> None:
    menu: Menu[object] = Menu()
    menu["mine"] = Wave
    assert menu["mine"] == Wave()
    assert menu.make("mine(height=3.0)") == Wave(height=3.0)


def test_a_class_that_needs_arguments_is_refused_with_their_names() -> None:
    @dataclass
    class Sum:
        left: float
        right: float
        factor: float = 1.0

    menu: Menu[object] = Menu()
    with pytest.raises(TypeError) as error:
        menu["mine"] = Sum
    assert str(error.value) == "mine=Sum: needs left, right; set an instance, such as Sum(left=..., right=...)"
    assert not menu


def test_a_dataclass_need_not_be_frozen() -> None:
    @dataclass
    class Soft:
        power: float = 2.0

    menu: Menu[object] = Menu()
    menu["mine"] = Soft
    assert menu.make("mine(power=3)") == Soft(3)
    with pytest.raises(ValueError, match="has no argument 'powre'; allowed: power"):
        menu.make("mine(powre=3)")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A ring (Lin et al. 2018. Sec. 3). More.", "A ring (Lin et al. 2018. Sec. 3)"),
        ("Slope 1.5 at i.e. x\nand y.\n\nMore.", "Slope 1.5 at i.e. x and y"),
    ],
)
def test_a_part_is_summed_up_by_its_first_sentence_which_ends_outside_brackets(text: str, sentence: str) -> None:
    part = type("Part", (), {"__doc__": text})()
    assert summary("part", part) == sentence
