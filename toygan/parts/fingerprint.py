"""Fingerprints: an object of the user's own is known by what it computes, not by its name.

A fingerprint covers the bytecode and the constants of functions, what they read from their closures and globals, and
the values of fields. It does not read source files: an edited file says nothing of the code that was loaded before.
"""

from __future__ import annotations

import builtins
import dataclasses
import dis
import functools
import hashlib
import importlib
import inspect
import os
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions.base import Distribution
from toygan.parts.distributions.wrapped import Wrapped
from toygan.parts.menu import Menu

PLAIN = (int, float, complex, str, bytes, bool, type(None), type(...), type(NotImplemented))
MOST = 100_000  # objects that one fingerprint covers
PACKAGES = {"site-packages", "dist-packages"}  # folders of installed packages, wherever they are
# Of a class: what Python notes about it, and what does not change what it computes.
NOTES = {
    "__dict__", "__weakref__", "__doc__", "__module__", "__annotations__", "__annotate__", "__annotate_func__",
    "__annotations_cache__", "__firstlineno__", "__static_attributes__", "__slotnames__", "__abstractmethods__",
    "_abc_impl", "__orig_bases__", "__parameters__", "__dataclass_params__", "__match_args__", "__type_params__",
}  # fmt: skip
BUILTIN = (types.BuiltinFunctionType, types.WrapperDescriptorType, types.MethodDescriptorType,
           types.GetSetDescriptorType, types.MemberDescriptorType, types.ClassMethodDescriptorType)  # fmt: skip


class NoFingerprint(ValueError):
    """The error of an object that holds something whose value cannot be read."""


def fingerprint(thing: object) -> str:
    """Return a digest of what an object computes: the same in every process with this version of Python.

    Raises NoFingerprint, with the kind of object in its message, if that cannot be known.
    """
    reader = _Reader()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of types that say that they will be copied no more
            reader.read(thing)
    except NoFingerprint:
        raise
    except Exception as error:  # of the object's own code, such as a property
        raise NoFingerprint(f"{type(error).__name__} while its values are read") from None
    return f"{sys.implementation.cache_tag}:{reader.digest.hexdigest()[:32]}"


class _Reader:
    """Feeds a digest with everything that an object refers to, each object once."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self._seen: dict[int, int] = {}
        self._alive: list[object] = []  # so that no other object gets the number of one that was seen

    def note(self, *words: object) -> None:
        self.digest.update(f"{words!r}\n".encode())

    def read(self, x: Any) -> None:
        """Note an object and what it refers to."""
        if type(x) in PLAIN:
            self.note(type(x).__name__, x)
        elif type(x) in (tuple, types.CodeType):  # constants: which of them are one object is up to the compiler
            self._read_new(x)
        elif id(x) in self._seen:
            self.note("again", self._seen[id(x)])
        else:
            self._seen[id(x)] = len(self._seen)
            self._alive.append(x)
            if len(self._alive) > MOST:
                raise NoFingerprint(f"more than {MOST:,} objects")
            self._read_new(x)

    def _read_new(self, x: Any) -> None:
        for kinds, how in _READERS:
            if isinstance(x, kinds):
                how(self, x)
                return
        self._read_instance(x)

    def all(self, name: str, several: Iterable[Any]) -> None:
        """Note several objects in their order."""
        items = list(several)
        self.note(name, len(items))
        for item in items:
            self.read(item)

    # Containers and numbers.

    def _read_set(self, x: Any) -> None:
        self.note("set", sorted(map(fingerprint, x)))

    def _read_mapping(self, x: Any) -> None:
        self.all(type(x).__name__, (part for item in x.items() for part in item))

    def _read_tensor(self, x: Tensor) -> None:
        flat = x.detach().cpu().contiguous().flatten()
        self.note("tensor", str(x.dtype), tuple(x.shape))
        self.digest.update(flat.view(torch.uint8).numpy().data)

    def _read_array(self, x: np.ndarray) -> None:
        self.note("array", x.dtype.str, x.shape)
        self.read(x.tolist()) if x.dtype.hasobject else self.digest.update(np.ascontiguousarray(x).data)

    # Code.

    def _read_code(self, x: types.CodeType) -> None:
        named = x.co_varnames[: x.co_argcount + x.co_kwonlyargcount]
        counts = x.co_argcount, x.co_posonlyargcount, x.co_kwonlyargcount, x.co_flags
        self.note("code", x.co_code, x.co_exceptiontable, x.co_names, named, counts)
        self.all("constants", x.co_consts)

    def _read_function(self, x: types.FunctionType) -> None:
        self.note("function", x.__name__)
        if is_library(x.__globals__.get("__name__")):  # a decorator of a library may hold a function of the user's
            self.note(x.__globals__["__name__"], x.__code__.co_qualname)
            if x.__name__ == "<lambda>":  # no name
                self._read_code(x.__code__)
        else:
            code = x.__code__
            if code.co_consts and code.co_consts[0] == x.__doc__:  # another docstring computes the same
                code = code.replace(co_consts=(None, *code.co_consts[1:]))
            self._read_code(code)
            self._read_globals(x)
        self.all("defaults", [x.__defaults__, x.__kwdefaults__])
        self.all("closure", (_content(cell) for cell in x.__closure__ or ()))
        self.all("attributes", (part for item in sorted(vars(x).items()) for part in item))

    def _read_globals(self, x: types.FunctionType) -> None:
        """Note the values of the globals that a function reads, and those that it reads in a module of the user's."""
        names = sorted({name for code in _codes(x.__code__) for name in code.co_names})
        for name in names:
            if name in x.__globals__:
                self.note("global", name)
                value = x.__globals__[name]
                self._read_names(value, names) if isinstance(value, types.ModuleType) else self.read(value)
        for name in sorted({name for code in _codes(x.__code__) for name in _imports(code)}):
            if not is_library(name):
                self._read_names(importlib.import_module(name), names)

    def _read_names(self, module: types.ModuleType, names: Iterable[str]) -> None:
        self.note("module", module.__name__)
        if is_library(module.__name__):
            return
        for name in names:
            value = vars(module).get(name)
            if isinstance(value, types.ModuleType) and value.__name__.startswith(module.__name__ + "."):
                self._read_names(value, names)
            elif name in vars(module):
                self.note("name", name)
                self.read(value)

    def _read_class(self, x: type) -> None:
        self.note("class", x.__qualname__)
        if is_library(x.__module__):
            self.note(x.__module__)
            return
        self.all("bases", [type(x), *x.__bases__])
        for name, value in sorted(vars(x).items()):
            if name not in NOTES:
                self.note("attribute", name)
                self.read(value)

    def _read_builtin(self, x: Any) -> None:
        owner = getattr(x, "__objclass__", getattr(x, "__self__", None))
        self.note("builtin", x.__name__)
        self.note(owner.__name__) if isinstance(owner, types.ModuleType) else self.read(owner)

    # Objects of a class.

    def _read_part(self, x: Distribution) -> None:
        """Note data: also the rows that it has from a file, and what it wraps."""
        self.note("data", x.digest)
        if isinstance(x, Wrapped):
            self.read(x.inner)
        self._read_instance(x)

    def _read_instance(self, x: Any) -> None:
        try:
            found = x.__reduce_ex__(4)
        except Exception:
            raise NoFingerprint(f"{type(x).__module__}.{type(x).__qualname__}") from None
        if isinstance(found, str):
            self.note("name", type(x).__module__, found)
            return
        make, arguments, *rest = found
        state, items, pairs = (*rest, None, None, None)[:3]
        self.all("object", [make, arguments, _without_caches(type(x), state)])
        self.all("items", items or ())
        self.all("pairs", pairs or ())


def _parts_of(x: Any) -> list[Any]:
    """Return what a small object of Python's own is made of."""
    if isinstance(x, types.MethodType):
        return [x.__func__, x.__self__]
    if isinstance(x, property):
        return [x.fget, x.fset, x.fdel]
    if isinstance(x, functools.cached_property):
        return [x.func]
    if isinstance(x, dataclasses.Field):
        return [x.name, x.default, x.default_factory, x.init, x.kw_only, x.compare]
    return [x.__wrapped__]  # a static or class method, or a cached function


_READERS: list[tuple[Any, Callable[[_Reader, Any], None]]] = [
    (tuple, lambda reader, x: reader.all(type(x).__name__, x)),
    (list, lambda reader, x: reader.all(type(x).__name__, x)),
    ((set, frozenset), _Reader._read_set),
    (Menu, lambda reader, x: reader.note("menu")),
    ((dict, types.MappingProxyType), _Reader._read_mapping),
    (Tensor, _Reader._read_tensor),
    (np.ndarray, _Reader._read_array),
    (types.CodeType, _Reader._read_code),
    (types.FunctionType, _Reader._read_function),
    (type, _Reader._read_class),
    (types.ModuleType, lambda reader, x: reader.note("module", x.__name__)),
    (BUILTIN, _Reader._read_builtin),
    (type(dataclasses.MISSING), lambda reader, x: reader.note("missing")),
    (
        (types.MethodType, property, functools.cached_property, dataclasses.Field, staticmethod, classmethod,
         functools._lru_cache_wrapper),
        lambda reader, x: reader.all(type(x).__name__, _parts_of(x)),
    ),
    (Distribution, _Reader._read_part),
]  # fmt: skip


def is_library(module: str | None) -> bool:
    """Return True for a module of Python, of an installed package or of toygan: it is known by its name."""
    root = (module or "").partition(".")[0]
    if root in ("builtins", "toygan") or root in sys.stdlib_module_names:
        return True
    found = None if root == "__main__" else sys.modules.get(root)  # a notebook, or a script
    return any(map(_is_installed, filter(None, [getattr(found, "__file__", None), *getattr(found, "__path__", ())])))


@cache
def _is_installed(place: str) -> bool:
    """Return True for a file or folder of an installed package."""
    return not PACKAGES.isdisjoint(Path(os.path.realpath(place)).parts)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield a code and all that is defined in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _codes(inner)


def _imports(code: types.CodeType) -> Iterator[str]:
    """Yield the modules that a code imports when it runs."""
    if any(name not in vars(builtins) for name in code.co_names):
        yield from (step.argval for step in dis.get_instructions(code) if step.opname == "IMPORT_NAME")


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not set yet
        return dataclasses.MISSING


def _without_caches(kind: type, state: Any) -> Any:
    """Return the state of an object without the values that its cached properties have kept."""
    if not isinstance(state, Mapping):
        return state
    kept = {name: inspect.getattr_static(kind, name, None) for name in state}
    return {name: state[name] for name, how in kept.items() if not isinstance(how, functools.cached_property)}
