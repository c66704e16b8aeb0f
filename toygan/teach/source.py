"""The library's own code beside its formula: a lesson shows the code that trains."""

from __future__ import annotations

import inspect
import textwrap
from pathlib import Path
from types import MethodType
from typing import Any

ROOT = Path(__file__).parent.parent


class LibraryCode:
    """Code of the library with its formula; a notebook shows it as Markdown.

    Args:
        code: The lines of code.
        formula: The formula in LaTeX [default: none].
    Example:
        >>> from toygan.teach import LibraryCode
        >>> LibraryCode("penalty = slope**2", formula="s^2")
        penalty = slope**2
    """

    def __init__(self, code: str, formula: str = "") -> None:
        self.code, self.formula = code, formula

    def _repr_markdown_(self) -> str:
        formula = f"$${self.formula}$$\n\n" if self.formula else ""
        return f"{formula}```python\n{self.code}\n```"

    def __repr__(self) -> str:
        return self.code


def show_source(part: Any, *methods: str) -> LibraryCode:
    """Return the code of a function, a class, or some methods of a part, as it is in the library's files.

    Args:
        part: A function, a class, or a part such as `LOSSES["hinge"]`.
        *methods: Names of methods of the part [default: all of the part].
    Returns:
        The code, with the formula of the part if it has one.
    Raises:
        AttributeError: If the part has no method of such a name.
    Example:
        >>> from toygan import LOSSES
        >>> from toygan.teach import show_source
        >>> show_source(LOSSES["non-saturating"], "for_generator")
        # toygan/parts/losses/classical.py, class NonSaturating
        def for_generator(self, a: Tensor) -> Tensor:
            return softplus(-a)
    """
    pieces = [getattr(part, name) for name in methods] if methods else [part]
    return LibraryCode("\n\n".join(_read_code(piece) for piece in pieces), getattr(part, "formula", ""))


def _read_code(piece: Any) -> str:
    """Return the lines of a function or class below a comment that names its file."""
    thing = piece.__func__ if isinstance(piece, MethodType) else piece
    file = Path(inspect.getsourcefile(thing) or "")
    place = f"toygan/{file.relative_to(ROOT).as_posix()}" if file.is_relative_to(ROOT) else file.name
    owner = thing.__qualname__.rpartition(".")[0]
    where = f"# {place}" + (f", class {owner}" if owner else "")
    return f"{where}\n{textwrap.dedent(inspect.getsource(thing)).strip()}"
