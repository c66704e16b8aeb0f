"""A menu: the parts of one kind by name, and the specs by which a recipe names one of them."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar, TypeVar, cast

from toygan.parts.equivalents import name_equivalents
from toygan.parts.spec import split
from toygan.text import hint, short

Part = TypeVar("Part")


class Menu(dict[str, Part]):
    """The parts of one kind by name: a dict whose rows can also be asked for with arguments.

    A spec is a name, or a name with arguments: `"ring8(k=12, sigma=0.05)"`. To set a row to a class is to set it to an
    instance with the class's defaults; a class that needs arguments is refused with a TypeError that names them. If the
    class is a dataclass, its fields are the arguments of a spec.

    Args:
        rows: Parts by name [default: none].
        aliases: Further names that a spec may use, such as old names of renamed rows; no list shows them
            [default: none].
    Example:
        >>> from toygan import LOSSES
        >>> LOSSES.make("least-squares(b=2.0)")
        LeastSquares(a=0.0, b=2.0, c=1.0)
        >>> from dataclasses import dataclass
        >>> from toygan import Loss
        >>> @dataclass(frozen=True)
        ... class Power(Loss):
        ...     power: float = 2.0
        >>> LOSSES["mine"] = Power
        >>> LOSSES.make("mine(power=3)").power
        3
        >>> del LOSSES["mine"]
    """

    changes: ClassVar[int] = 0  # rows set in any menu so far; a recipe made before the last one may be out of date

    def __init__(self, rows: Mapping[str, Part] | None = None, aliases: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._aliases = dict(aliases or {})
        self._shipped: dict[str, Part] = {}
        self.ship(rows or {})

    def ship(self, rows: Mapping[str, Part]) -> None:
        """Add rows of the package itself: what they are is known by their names."""
        self.update(rows)
        self._shipped.update(rows)

    def ships(self, spec: str, part: object) -> bool:
        """Return True if `part` is what `spec` names in the package, with the arguments that stand in the spec."""
        name, (_, arguments) = self.row(spec), split(spec)
        row = self._shipped.get(name)
        if row is None or part is row or not arguments:
            return row is not None and part is row
        others = [f.name for f in dataclasses.fields(row) if f.name not in arguments]  # type: ignore[arg-type]
        return type(part) is type(row) and all(getattr(part, name) == getattr(row, name) for name in others)

    def __setitem__(self, name: str, part: Part) -> None:
        super().__setitem__(name, instantiate(name, part))
        Menu.changes += 1

    def make(self, spec: str) -> Part:
        """Return the part that a spec names.

        Args:
            spec: A name, or a name with arguments in brackets.
        Returns:
            The row, or a copy of it with these arguments.
        Raises:
            ValueError: If there is no such row or argument, or a value is invalid.
        """
        name, (_, arguments) = self.row(spec), split(spec)
        if name not in self:
            elsewhere = name_equivalents(name, self)
            raise ValueError(f"unknown name {short(name)}{hint(name, self)}{elsewhere}; allowed: {', '.join(self)}")
        if not arguments:
            return self[name]
        row = self[name]
        if type(row).__hash__ is None:  # a dataclass that is not frozen
            return cast(Part, _with_arguments.__wrapped__(row, spec))
        part: Part = _with_arguments(row, spec)
        if getattr(part, "stale", False):
            part = _with_arguments.__wrapped__(row, spec)
        return part

    def row(self, spec: str) -> str:
        """Return the name of the row that `spec` names, even if there is no such row."""
        name, _ = split(spec)
        return self._aliases.get(name, name)

    def select(self, specs: Iterable[str]) -> dict[str, Part]:
        """Return the parts that `specs` name, or all rows if there are none; raise ValueError as `make` does."""
        return {spec: self.make(spec) for spec in specs} or dict(self)


class Itself:
    """A key that equals only itself: of a part that has no hash, or none of its own.

    Args:
        part: The part.
    """

    def __init__(self, part: object) -> None:
        self.part = part

    def __hash__(self) -> int:
        return id(self.part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.part is self.part


def instantiate(name: str, part: Any) -> Any:
    """Return a part as it is, or of a class an instance with its defaults; TypeError if the class needs arguments."""
    if not isinstance(part, type):
        return part
    parameters = inspect.signature(part).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if needed:
        example = f"{part.__name__}({', '.join(f'{argument}=...' for argument in needed)})"
        raise TypeError(f"{name}={part.__name__}: needs {', '.join(needed)}; set an instance, such as {example}")
    return part()


@lru_cache(maxsize=64)
def _with_arguments(part: Part, spec: str) -> Part:
    """Return the row `part` with the arguments of a spec; cached, since a spec may hold thousands of points."""
    name, arguments = split(spec)
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        raise ValueError(f"{name!r} takes no arguments")
    allowed = [f.name for f in dataclasses.fields(part)]
    for key, value in arguments.items():
        if key not in allowed:
            raise ValueError(f"{name!r} has no argument {short(key)}; allowed: {', '.join(allowed) or 'none'}")
        _check_kind(key, value, getattr(part, key))
    return cast(Part, dataclasses.replace(part, **arguments))


def _check_kind(name: str, value: Any, usual: Any) -> None:
    """Raise ValueError if an argument has not the type of its default; the part itself checks the range."""
    if isinstance(usual, bool):
        right, kind = isinstance(value, bool), "True or False"
    elif isinstance(usual, int):
        right, kind = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    elif isinstance(usual, float):
        right = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
        kind = "a finite number"
    elif isinstance(usual, str):
        right, kind = isinstance(value, str), "a name"
    else:
        return
    if not right:
        raise ValueError(f"{name}={short(value)}: must be {kind}")


def summary(name: str, part: Any) -> str:
    """Return the line of a part in a list: its help, or the first sentence of its own docstring, with its source."""
    if hasattr(part, "help"):
        return str(part.help).rstrip(".")
    if type(part).__module__ in ("builtins", "functools"):  # a function of PyTorch
        return f"PyTorch's `{name.replace('-', '_')}`"
    text = " ".join(inspect.cleandoc(part.__doc__ or "").split("\n\n")[0].split())
    depth = 0  # of brackets: a source in them holds full stops of its own ("et al. 2017")
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and re.match(r"[.] (?=[A-Z])", text[i : i + 3]):
            return text[:i]
    return text.rstrip(".")
