"""The docstrings of public names, read into their parts: text, arguments, results, errors, source and example."""

from __future__ import annotations

import ast
import inspect
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

    @property
    def docstring(self) -> Docstring:
        """Its docstring; that of a constant is the string below its assignment."""
        return Docstring.from_text(inspect.getdoc(self._function or self.value) or "")

    @property
    def _function(self) -> Any:
        value = self.value
        return value.fget if isinstance(value, property) else value.func if isinstance(value, cached_property) else None

    @property
    def is_property(self) -> bool:
        """Whether it is read without a call."""
        return self._function is not None

    @property
    def signature(self) -> inspect.Signature | None:
        """The arguments of a function, a method or a constructor, without the object itself; None for what has none."""
        if self.is_property or not callable(self.value):
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


def exported(module: ModuleType) -> list[str]:
    """Return the names that a module defines, or imports in the form `X as X`, for its users."""
    names = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            names += [alias.name for alias in node.names if alias.asname == alias.name]
    return [name for name in names if not name.startswith("_")]


def public_names() -> dict[str, PublicName]:
    """Return what users build on: the names of toygan, of its public modules, and of toygan.teach."""
    toygan, teach = import_module("toygan"), import_module("toygan.teach")
    found = {name: PublicName(name, getattr(toygan, name)) for name in toygan.__all__}
    found |= {f"teach.{name}": PublicName(f"teach.{name}", getattr(teach, name)) for name in exported(teach)}
    for name, public in list(found.items()):
        if inspect.ismodule(public.value):
            inside = exported(public.value) if public.value is not teach.style else ["use"]  # the rest is for painters
            found |= {f"{name}.{part}": PublicName(f"{name}.{part}", getattr(public.value, part)) for part in inside}
    return found
