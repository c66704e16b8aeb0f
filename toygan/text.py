"""Text from outside: strict readers of numbers and JSON, in linear time, and short renderings of values."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable
from typing import Any

SHOWN = 100  # characters of a value that a message shows
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-3, 1e12  # numbers that are written without an exponent, below the second
NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
WHOLE = re.compile(r"[-+]?[0-9]+")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
ERROR = 160  # characters of an error's message that a result or a status shows
# Messages of PyTorch and of the loader of libraries when memory is short; the kinds of these errors tell nothing.
NO_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "annot allocate memory",
    "bad_alloc",
    "failed to map segment",
    "can't start new thread",
    "array is too big",
)


def short(value: object) -> str:
    """Return a value as one line of a message, cut if it is long, and without memory addresses."""
    try:
        words = repr(value[: 10 * SHOWN] if type(value) in (str, bytes) else value)  # type: ignore[index]
    except Exception:  # whole numbers of over 4300 digits, brackets thousands deep, and whatever a foreign class does
        words = f"a value of type {type(value).__name__} too large to show"
    words = ADDRESS.sub("", " ".join(words[: 10 * SHOWN].split()))
    return words if len(words) <= SHOWN else words[:SHOWN] + " ..."


def lacks_memory(error: BaseException) -> bool:
    """Return True if an error says that memory is short."""
    if isinstance(error, RuntimeError | ImportError | OSError | ValueError):
        return any(words in str(error) for words in NO_MEMORY)
    return isinstance(error, MemoryError)


def describe_error(error: BaseException) -> str:
    """Return an error as one line: its kind and its message, cut if that is long, without memory addresses."""
    try:
        words = "not enough memory" if lacks_memory(error) else f"{type(error).__name__}: {error}"
    except Exception:  # whatever a foreign class does in place of its message
        words = type(error).__name__
    words = ADDRESS.sub("", " ".join(words[: 10 * ERROR].split())).removesuffix(":")
    line = "".join(letter if letter.isprintable() else "?" for letter in words)
    return line if len(line) <= ERROR else line[:ERROR] + " ..."


def hint(name: str, names: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" if one of the names is close to this one, else an empty string."""
    close = difflib.get_close_matches(name[:SHOWN], names, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def round_to(x: float, digits: int) -> float:
    """Return a number with so many significant digits, the nearest float to its shortest text."""
    return float(f"{x:.{digits}g}")


def format_number(x: float, digits: int = 3) -> str:
    """Return a number as people write it: "0.25", "1e-5", "12,345", "9.22e18"; "–" if it is undefined.

    It has so many significant digits, and never fewer than its whole part, which has commas between thousands.
    """
    if not math.isfinite(x):
        return "–" if math.isnan(x) else "∞" if x > 0 else "-∞"
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    rounded, power = round_to(x, digits), int(exponent)
    if rounded and not SMALLEST_PLAIN <= abs(rounded) < LARGEST_PLAIN:
        return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{power}"
    if power >= digits:
        return f"{x:,.0f}"
    words = f"{rounded + 0.0:,.{max(0, digits - 1 - power)}f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def format_bytes(n: float) -> str:
    """Return an amount of memory as people write it: "12.5 GiB", or "300 MiB" below one GiB."""
    return f"{format_number(n / 2**30)} GiB" if n >= 2**30 else f"{format_number(n / 2**20)} MiB"


FILE_UNITS = {"kB": 10**3, "MB": 10**6, "GB": 10**9}


def format_file_size(n: float) -> str:
    """Return the size of a file as people write it: "37 kB", "2.1 MB"."""
    unit = next(name for name, size in reversed(FILE_UNITS.items()) if n >= size or name == "kB")
    return f"{format_number(n / FILE_UNITS[unit], 2 if n < 10 * FILE_UNITS[unit] else 3)} {unit}"


def parse_file_size(words: str) -> int:
    """Read the size of a file such as "2MB" or "500 kB"; raise ValueError if it is not one."""
    unit = next((name for name in FILE_UNITS if words.lower().endswith(name.lower())), "")
    try:
        size = number(words[: -len(unit)].strip()) * FILE_UNITS[unit]
    except (KeyError, ValueError):
        raise ValueError(f"{short(words)} is not a size such as 500kB or 2MB") from None
    if not 1 <= size < math.inf:
        raise ValueError(f"{short(words)} must be above 0")
    return int(size)


def number(words: str) -> float:
    """Read a number from ASCII text without blanks or underscores; raise ValueError if it is not one."""
    if not NUMBER.fullmatch(words):
        raise ValueError(f"{short(words)} is not a number")
    return float(words)


def whole(words: str) -> int:
    """Read a whole number from ASCII text; raise ValueError if it is not one, or has over 4300 digits."""
    if not WHOLE.fullmatch(words):
        raise ValueError(f"{short(words)} is not a whole number")
    return int(words)


def load_json(words: str) -> Any:
    """Read JSON; raise ValueError if it is invalid, nested too deeply, or names a field of an object twice."""
    try:
        return json.loads(words, object_pairs_hook=_build_object)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ValueError(f"it names the field {short(twice)} twice")
    return fields
