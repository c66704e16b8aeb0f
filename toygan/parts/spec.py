"""Reading a spec: a name, or a name with arguments, `"ring8(k=12, sigma=0.05)"`; no code is ever run.

Specs arrive in share strings, that is, from strangers. `ast.parse` would be shorter, but needs its own bounds on length
and depth (deep nesting exhausts the C stack), reads names with hyphens as subtractions, and is several times slower on
thousands of points. This tokenizer accepts only what a spec may hold, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from toygan.text import short

MOST_TOKENS = 30_000  # of one spec: 4096 points in the plane have 24 600
DEEPEST = 4  # brackets in brackets
TOKEN = re.compile(
    r"""\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?P<quoted>'[^']*'|"[^"]*")"""
    r"""|(?P<spec>[A-Za-z_][\w-]*(?=\())|(?P<word>[A-Za-z_][\w-]*)|(?P<sign>\S))""",
    re.ASCII,
)
FILES = (".csv", ".tsv", ".npy", ".npz")  # a spec that ends so is the path of a file
CONSTANTS = {"True": True, "False": False, "None": None}
CLOSING = {"(": ")", "[": "]"}

Token = tuple[str | None, str]  # kind and text


@lru_cache(maxsize=64)
def split(spec: str) -> tuple[str, dict[str, Any]]:
    """Split a spec into its name and arguments: numbers, True, False, None, names, and brackets of these.

    Names may be quoted; a name with arguments of its own, as in `of=ring8(k=12)`, stays a spec, as text. The path of a
    file is short for `file(path='...')`. Raises ValueError if the spec cannot be read.
    """
    if spec.lower().endswith(FILES):
        return "file", {"path": spec}
    name, bracket, rest = spec.partition("(")
    try:
        return (name, _read_arguments(_split_tokens(rest.rstrip()))) if bracket else (spec, {})
    except ValueError as error:
        form = "write name or name(argument=value, ...)"
        raise ValueError(f"cannot read {short(spec)} ({error}); {form}") from None


def with_arguments(spec: str, **arguments: Any) -> str:
    """Return a spec with these arguments, and with those that it had besides."""
    name, given = split(spec)
    words = ",".join(f"{key}={value!r}" for key, value in {**given, **arguments}.items())
    return f"{name}({words})" if words else name


def _split_tokens(text: str) -> Iterator[Token]:
    """Yield the words and signs of a text; raise ValueError if it is too long or a bracket is not closed."""
    for count, found in enumerate(TOKEN.finditer(text)):
        if count == MOST_TOKENS:
            raise ValueError(f"more than {MOST_TOKENS} words and signs")
        yield found.lastgroup, found[found.lastgroup or 0]
    yield None, ""
    raise ValueError("a bracket is not closed")


def _read_arguments(tokens: Iterator[Token]) -> dict[str, Any]:
    """Read the arguments up to the closing bracket, which must end the text."""
    arguments: dict[str, Any] = {}
    sign = ","
    while sign == ",":
        (kind, name), (_, equals) = next(tokens), next(tokens, (None, ""))
        if (name, equals) == (")", "") and arguments:  # a comma may follow the last one
            return arguments
        if kind != "word" or equals != "=":
            raise ValueError("arguments are written name=value")
        if name in arguments:
            raise ValueError(f"the argument {short(name)} is given twice")
        arguments[name] = _read_value(next(tokens), tokens, DEEPEST)
        _, sign = next(tokens)
    if sign != ")":
        raise ValueError(f"{short(sign)} follows a value" if sign else "a bracket is not closed")
    if next(tokens)[0] is not None:
        raise ValueError("arguments are written name=value, in one pair of brackets")
    return arguments


def _read_value(token: Token, tokens: Iterator[Token], deeper: int) -> Any:
    """Read the value that begins with this token, at most `deeper` brackets deep."""
    kind, words = token
    if kind == "number":
        return int(words) if words.lstrip("+-").isdigit() else float(words)
    if kind == "quoted":
        return words[1:-1]
    if words in CONSTANTS:
        return CONSTANTS[words]
    if kind == "word":
        return words
    if kind == "spec":
        return words + _read_brackets(tokens)
    if words not in CLOSING:
        raise ValueError(f"{short(words)} is not a number, a name, True, False or None")
    if not deeper:
        raise ValueError(f"more than {DEEPEST} brackets in brackets")
    return _read_sequence(CLOSING[words], tokens, deeper - 1)


def _read_brackets(tokens: Iterator[Token]) -> str:
    """Return the text of a bracket, unread: the part that takes the spec reads it."""
    text, open_brackets, before = "", 0, "sign"
    for kind, words in tokens:
        if kind is None:
            break
        text += words if "sign" in (kind, before) else " " + words
        before = kind
        open_brackets += (kind == "sign") * ((words in CLOSING) - (words in CLOSING.values()))
        if not open_brackets:
            return text
    raise ValueError("a bracket is not closed")


def _read_sequence(closing: str, tokens: Iterator[Token], deeper: int) -> Any:
    """Read a list in [] or a tuple in (); as in Python, one value in () is not a tuple."""
    values: list[Any] = []
    token, sign = next(tokens), ","
    while sign == "," and token[1] != closing:
        values.append(_read_value(token, tokens, deeper))
        _, sign = next(tokens)
        if sign not in (",", closing):
            raise ValueError(f"{short(sign)} follows a value")
        token = next(tokens) if sign == "," else token
    if sign == closing == ")" and len(values) == 1:
        return values[0]
    return tuple(values) if closing == ")" else values
