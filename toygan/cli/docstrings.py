"""The docstrings of public names, read into their parts: text, arguments, results, errors, source and example."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

SECTIONS = ("Args", "Returns", "Raises", "Source", "Example")


class Docstring(NamedTuple):
    """The text before the first section, and the sections by name."""

    text: str
    sections: dict[str, str]

    @staticmethod
    def from_text(text: str) -> Docstring:
        """Split the text of a docstring at the lines that name a section."""
        first, *pieces = re.split(rf"^({'|'.join(SECTIONS)}):[ ]*", inspect.cleandoc(text), flags=re.M)
        contents = (inspect.cleandoc(content) for content in pieces[1::2])
        return Docstring(first.strip(), dict(zip(pieces[::2], contents, strict=True)))

    def entries(self, section: str) -> dict[str, str]:
        """Return the entries of `Args` or `Raises` by their names, each text in one line."""
        entries = re.split(r"^([*\w]+)(?: \([^)]*\))?:[ ]+", self.sections.get(section, ""), flags=re.M)[1:]
        return {name: " ".join(text.split()) for name, text in zip(entries[::2], entries[1::2], strict=True)}


class PublicName(NamedTuple):
    """A public function, class, method, property, constant or module, by the name under which users import it."""

    name: str
    value: Any
    below: str = ""  # the string below the assignment of a constant

    @property
    def docstring(self) -> Docstring:
        """Its docstring, or that of the method that it overrides; of a menu, the string below its assignment."""
        text = self.below if isinstance(self.value, dict) else inspect.getdoc(self.value) or ""
        return Docstring.from_text(text)

    @property
    def signature(self) -> inspect.Signature | None:
        """The arguments of a function, a method or a constructor, without the object itself; None for what has none."""
        if not callable(self.value):
            return None
        try:
            signature = inspect.signature(self.value)
        except ValueError:  # an exception, whose arguments are those of Exception
            return None
        kept = [p for name, p in signature.parameters.items() if name not in ("self", "cls")]
        return signature.replace(parameters=kept)

    def members(self) -> Iterator[PublicName]:
        """Yield the methods and properties of a class that toygan defines, those of its bases last."""
        seen = set[str]()
        for base in inspect.getmro(self.value) if inspect.isclass(self.value) else ():
            if not base.__module__.startswith("toygan"):
                continue
            for name, value in vars(base).items():
                value = value.__func__ if isinstance(value, staticmethod | classmethod) else value
                if name.startswith("_") or name in seen:
                    continue
                if inspect.isfunction(value) or isinstance(value, property | cached_property):
                    seen.add(name)
                    yield PublicName(f"{self.name}.{name}", value)


def list_exported(module: ModuleType) -> list[str]:
    """Return the names that a module defines, or imports in the form `X as X`, for its users."""
    names = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            names += [alias.name for alias in node.names if alias.asname == alias.name]
    return [name for name in names if not name.startswith("_")]


def string_below(module: str, name: str) -> str:
    """Return the string below the assignment of a constant, which the module may import from another one."""
    statements = ast.parse(inspect.getsource(import_module(module))).body
    for statement, below in itertools.zip_longest(statements, statements[1:]):
        if isinstance(statement, ast.ImportFrom) and any(alias.name == name for alias in statement.names):
            return string_below(str(statement.module), name)
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        is_here = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        if is_here and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            return inspect.cleandoc(str(below.value.value))
    return ""


def public_names() -> dict[str, PublicName]:
    """Return what users build on: the names of toygan, of its public modules, of toygan.chart and toygan.teach."""
    toygan, chart, teach = map(import_module, ("toygan", "toygan.chart", "toygan.teach"))
    found = {name: (toygan.NAMES[name], getattr(toygan, name)) for name in toygan.__all__}
    found |= {f"chart.{name}": ("toygan.chart", getattr(chart, name)) for name in list_exported(chart)}
    found |= {f"teach.{name}": ("toygan.teach", getattr(teach, name)) for name in list_exported(teach)}
    for name, (_, value) in list(found.items()):
        if inspect.ismodule(value):
            inside = list_exported(value) if value is not teach.style else ["use"]  # the rest is for painters
            found |= {f"{name}.{part}": (value.__name__, getattr(value, part)) for part in inside}
    return {
        name: PublicName(name, value, string_below(home, name.split(".")[-1]) if isinstance(value, dict) else "")
        for name, (home, value) in found.items()
    }
