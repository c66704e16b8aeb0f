"""Knobs: the values that one field of a recipe may have, and how they are checked, read, written and compared."""

from __future__ import annotations

import dataclasses
import math
import numbers
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from toygan import text
from toygan.parts.menu import Menu
from toygan.text import short

MOST_SEEDS = 4096  # of one recipe, that train side by side
NOTHING: Mapping[str, Any] = MappingProxyType({})


class RecipeError(ValueError):
    """An invalid recipe; the message names the field, its value and what is allowed.

    Args:
        name: The field, such as "lr_g" or "regularizers['r1']".
        value: The value that was refused.
        allowed: The rest of the message: what is allowed instead.
    Example:
        >>> from toygan import Recipe, RecipeError
        >>> try:
        ...     Recipe(batch=0)
        ... except RecipeError as error:
        ...     print(error.field, "|", error)
        batch | batch=0: must be at least 1 and at most 65,536
    """

    def __init__(self, name: str, value: object, allowed: str) -> None:
        super().__init__(f"{name}={short(value)}: {allowed}")
        self.field, self.value, self._allowed = name, value, allowed

    def __reduce__(self) -> tuple[Any, ...]:  # a worker process sends it back
        return type(self), (self.field, self.value, self._allowed)


def check_count(name: str, value: object, most: int, least: int = 1) -> None:
    """Raise RecipeError unless a value is a whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RecipeError(name, value, f"must be a whole number from {least} to {most:,}")


@dataclass(frozen=True)
class Knob:
    """The properties of one field that sliders, flags, share strings and error messages read."""

    help: str
    menu: Menu[Any] | None = None  # the names to choose from
    low: float | None = None  # smallest allowed number
    high: float | None = None  # largest allowed number
    exclusive_low: bool = False  # True: `low` itself is not allowed
    exclusive_high: bool = False  # True: `high` itself is not allowed
    slider: tuple[float, float] | None = None  # the range that a slider offers
    log: bool = False  # True: the slider is logarithmic
    live: bool = True  # True: it can change while a run plays; False: a change restarts the run
    live_except: Callable[[Any], Any] | None = None  # the part of a live value that cannot change while a run plays
    per_member: bool = False  # True: members of one population may differ in it
    label: str = ""  # a few words for people
    first: tuple[str, ...] = ()  # entries of the menu to begin with, at the top of a list
    unset: str = ""  # the meaning of an empty name, in words; without words a name is required

    @property
    def allowed(self) -> str:
        """The permitted values in words."""
        if self.menu is not None:
            return "one of " + ", ".join(self.menu) + (f", or nothing: {self.unset}" if self.unset else "")
        bounds = []
        if self.low is not None:
            bounds.append(f"{'above' if self.exclusive_low else 'at least'} {text.format_number(self.low, 6)}")
        if self.high is not None:
            high = "2^63" if self.high == 2**63 else text.format_number(self.high, 6)
            bounds.append(f"{'below' if self.exclusive_high else 'at most'} {high}")
        return " and ".join(bounds) or "any"

    def check(self, name: str, value: Any, held: Mapping[str, Any] = NOTHING) -> tuple[Any, Any]:
        """Return the value in its field's own type, and the part that it names (or the value again).

        A part that is `held`, by its spec, is not made again. Raises RecipeError if the value is not allowed.
        """
        raise NotImplementedError

    def read(self, name: str, words: str) -> Any:
        """Read a value as written on a command line or in a share string; raise RecipeError if that fails."""
        return words

    def write(self, value: Any) -> str:
        """Write a value as `read` understands it."""
        return str(value)

    def describe(self, value: Any) -> str:
        """Return a value as people write it; `read` understands a number below 1000."""
        return text.format_number(value, 6) if isinstance(value, float) else self.write(value) or self.unset

    def shape_part(self, value: Any) -> Any:
        """Return the part of a value in which members of one population must agree."""
        return None if self.per_member else value

    def fixed_part(self, value: Any) -> Any:
        """Return the part of a value that cannot change while a run plays."""
        if self.live_except is not None:
            return self.live_except(value)
        return None if self.live else value


@dataclass(frozen=True)
class Choice(Knob):
    """A spec from a menu; `name` returns one as people read it."""

    name: Callable[[str], str] = str

    def describe(self, value: Any) -> str:
        return self.name(self.write(value)) or self.unset

    def check(self, name: str, value: Any, held: Mapping[str, Any] = NOTHING) -> tuple[str, Any]:
        if not isinstance(value, str):
            raise RecipeError(name, value, f"must be {self.allowed}")
        if self.unset and not value:
            return "", None
        try:
            return value, held[value] if value in held else self._menu.make(value)
        except (ValueError, TypeError) as error:
            raise RecipeError(name, value, str(error)) from None

    @property
    def _menu(self) -> Menu[Any]:
        return self.menu if self.menu is not None else Menu()


@dataclass(frozen=True)
class Number(Knob):
    """A finite number within bounds."""

    def check(self, name: str, value: Any, held: Mapping[str, Any] = NOTHING) -> tuple[float, float]:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise RecipeError(name, value, f"must be a number, {self.allowed}")
        try:
            number = float(value) + 0.0  # turns -0.0 into 0.0, so that equal recipes are written alike
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise RecipeError(name, value, f"must be a finite number, {self.allowed}")
        return self._check_bounds(name, number), number

    def read(self, name: str, words: str) -> float:
        try:
            return text.number(words)
        except ValueError:
            raise RecipeError(name, words, f"must be a number, {self.allowed}") from None

    def write(self, value: Any) -> str:
        return repr(value)

    def _check_bounds(self, name: str, number: Any) -> Any:
        low = self.low is not None and (number <= self.low if self.exclusive_low else number < self.low)
        high = self.high is not None and (number >= self.high if self.exclusive_high else number > self.high)
        if low or high:
            raise RecipeError(name, number, f"must be {self.allowed}")
        return number


@dataclass(frozen=True)
class WholeNumber(Number):
    """A whole number within bounds."""

    def check(self, name: str, value: Any, held: Mapping[str, Any] = NOTHING) -> tuple[int, int]:
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise RecipeError(name, value, f"must be a whole number, {self.allowed}")
        return self._check_bounds(name, int(value)), int(value)

    def read(self, name: str, words: str) -> int:
        try:
            return text.whole(words)
        except ValueError:
            raise RecipeError(name, words, f"must be a whole number, {self.allowed}") from None


MOST_REGULARIZERS = 64


@dataclass(frozen=True)
class Strengths(Choice):
    """Specs from the menu of regularizers, each with its strength."""

    def check(self, name: str, value: Any, held: Mapping[str, Any] = NOTHING) -> tuple[Any, Any]:
        if not isinstance(value, Mapping):
            raise RecipeError(name, value, 'must be a dict of name and strength, such as {"r1": 0.1}')
        if len(value) > MOST_REGULARIZERS:
            raise RecipeError(name, value, f"must be at most {MOST_REGULARIZERS} regularizers")
        strengths, parts = {}, {}
        for spec, strength in value.items():
            _, part = super().check(name, spec, held)
            low, high = part.bounds
            how = Number("", low=low, high=None if high == math.inf else high)
            strengths[spec], _ = how.check(f"{name}[{short(spec)}]", strength)
            if part.whole and not strengths[spec].is_integer():
                raise RecipeError(f"{name}[{short(spec)}]", strength, f"must be a whole number, {how.allowed}")
            parts[spec] = part
        # In the menu's order: equal recipes do the same things in the same order.
        places = {name: i for i, name in enumerate(self._menu)}  # a row of a part that is held may be gone
        order = sorted(strengths, key=lambda spec: (places.get(self._menu.row(spec), len(places)), spec))
        in_order = [MappingProxyType({spec: values[spec] for spec in order}) for values in (strengths, parts)]
        return in_order[0], in_order[1]

    def read(self, name: str, words: str) -> dict[str, float]:
        strengths: dict[str, float] = {}
        for pair in _split_at_commas(words) if words else ():
            spec, _, strength = pair.rpartition(":")
            if spec in strengths:
                raise RecipeError(name, words, f"names {short(spec)} twice")
            if len(strengths) == MOST_REGULARIZERS:
                raise RecipeError(name, words, f"must be at most {MOST_REGULARIZERS} regularizers")
            try:
                strengths[spec] = text.number(strength)
            except ValueError:
                raise RecipeError(name, words, "write name:strength, several separated by commas") from None
        return strengths

    def write(self, value: Any) -> str:
        return ",".join(f"{spec}:{strength!r}" for spec, strength in value.items())

    def shape_part(self, value: Any) -> dict[str, float | None]:
        """Return the names of the regularizers, and the strengths of those whose strength shapes a network."""
        return {spec: strength if self._menu.make(spec).structural else None for spec, strength in value.items()}

    def fixed_part(self, value: Any) -> dict[str, float | None]:
        """Return the regularizers that shape a network, with their strengths."""
        return {spec: strength for spec, strength in self.shape_part(value).items() if strength is not None}


def _split_at_commas(words: str) -> Iterator[str]:
    """Split text at commas outside brackets; those inside separate a regularizer's arguments."""
    start = depth = 0
    for sign in re.finditer(r"[(),]", words):
        if sign[0] != ",":
            depth += 1 if sign[0] == "(" else -1
        elif depth <= 0:
            yield words[start : sign.start()]
            start = sign.end()
    yield words[start:]


def knob(default: Any, how: Knob) -> Any:
    """Make a dataclass field with this default and a knob in its metadata."""
    metadata = {"knob": how}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
