"""The formula beside the library's own line: what a lesson explains is the very code that trains."""

from __future__ import annotations

import inspect
import textwrap
from pathlib import Path
from types import MethodType
from typing import Any

ROOT = Path(__file__).parent.parent


class LibraryCode:
    """Code of the library and, where the part states one, its formula; a notebook shows it as Markdown."""

    def __init__(self, code: str, formula: str = "") -> None:
        self.code, self.formula = code, formula

    def _repr_markdown_(self) -> str:
        formula = f"$${self.formula}$$\n\n" if self.formula else ""
        return f"{formula}```python\n{self.code}\n```"

    def __repr__(self) -> str:
        return self.code


def show_source(part: Any, *methods: str) -> LibraryCode:
    """The code of a function or class, or of some methods of a part, read from the library's files.

    AttributeError for a method that the part does not have.
    """
    pieces = [getattr(part, name) for name in methods] if methods else [part]
    return LibraryCode("\n\n".join(_code(piece) for piece in pieces), getattr(part, "formula", ""))


def _code(piece: Any) -> str:
    thing = piece.__func__ if isinstance(piece, MethodType) else piece
    file = Path(inspect.getsourcefile(thing) or "")
    place = f"toygan/{file.relative_to(ROOT).as_posix()}" if file.is_relative_to(ROOT) else file.name
    owner = thing.__qualname__.rpartition(".")[0]
    where = f"# {place}" + (f", class {owner}" if owner else "")
    return f"{where}\n{textwrap.dedent(inspect.getsource(thing)).strip()}"
