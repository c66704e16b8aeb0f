"""Text from outside: numbers and JSON that are read strictly and in time that grows with their length, values shown."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any

SHOWN = 100  # characters of a value that a message shows
NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
WHOLE = re.compile(r"[-+]?[0-9]+")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def short(value: object) -> str:
    """A value in one line of a message, cut where it is long, and without addresses, which say nothing."""
    try:
        words = repr(value[: 10 * SHOWN] if type(value) in (str, bytes) else value)  # type: ignore[index]
    except Exception:  # whole numbers of over 4300 digits, brackets thousands deep, and whatever a foreign class does
        words = f"a value of type {type(value).__name__} too large to show"
    words = ADDRESS.sub("", " ".join(words[: 10 * SHOWN].split()))
    return words if len(words) <= SHOWN else words[:SHOWN] + " ..."


def hint(name: str, names: Iterable[str]) -> str:
    """ " (did you mean 'x'?)" where one of the names is nearly this one, else nothing."""
    close = difflib.get_close_matches(name[:SHOWN], names, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def number(words: str) -> float:
    """The number that ASCII words are, without blanks and underscores; ValueError where they are none."""
    if not NUMBER.fullmatch(words):
        raise ValueError(f"{short(words)} is no number")
    return float(words)


def whole(words: str) -> int:
    """The whole number that ASCII words are; ValueError where they are none, or one of over 4300 digits."""
    if not WHOLE.fullmatch(words):
        raise ValueError(f"{short(words)} is no whole number")
    return int(words)


def load_json(words: str) -> Any:
    """What JSON holds; ValueError where it is none, nested too deeply, or names a field of an object twice."""
    try:
        return json.loads(words, object_pairs_hook=_fields)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ValueError(f"it names the field {short(twice)} twice")
    return fields
