"""A spec, read: a name, or a name with arguments, `"ring8(k=12, sigma=0.05)"`; no code is run, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from toygan.text import short

MOST_TOKENS = 30_000  # of one spec: 4096 points in the plane have 24 600
DEEPEST = 4  # brackets in brackets
TOKEN = re.compile(
    r"""\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?P<quoted>'[^'\\]*'|"[^"\\]*")"""
    r"""|(?P<spec>[A-Za-z_][\w-]*(?=\())|(?P<word>[A-Za-z_][\w-]*)|(?P<sign>\S))""",
    re.ASCII,
)
CONSTANTS = {"True": True, "False": False, "None": None}
CLOSING = {"(": ")", "[": "]"}

Token = tuple[str | None, str]  # kind and text


@lru_cache(maxsize=64)
def split(spec: str) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a spec: numbers, True, False, None, names, and brackets of these.

    Names may stand in quotes; a name with arguments of its own, `of=ring8(k=12)`, stays a spec, as text. Raises
    ValueError where it cannot be read.
    """
    name, bracket, rest = spec.partition("(")
    try:
        return (name, _read_arguments(_split_tokens(rest.rstrip()))) if bracket else (spec, {})
    except ValueError as error:
        form = "write name or name(argument=value, ...)"
        raise ValueError(f"cannot read {short(spec)} ({error}); {form}") from None


def _split_tokens(text: str) -> Iterator[Token]:
    """The words and signs of a text; ValueError where it ends before all brackets are closed, or does not end."""
    for count, found in enumerate(TOKEN.finditer(text)):
        if count == MOST_TOKENS:
            raise ValueError(f"more than {MOST_TOKENS} words and signs")
        yield found.lastgroup, found[found.lastgroup or 0]
    yield None, ""
    raise ValueError("a bracket is not closed")


def _read_arguments(tokens: Iterator[Token]) -> dict[str, Any]:
    """The arguments up to the closing bracket, with which the text has to end."""
    arguments: dict[str, Any] = {}
    sign = ","
    while sign == ",":
        (kind, name), (_, equals) = next(tokens), next(tokens, (None, ""))
        if (name, equals) == (")", "") and arguments:  # a comma may stand after the last one
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
    """The value that begins with this token, with brackets at most so much deeper."""
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
        raise ValueError(f"{short(words)} is no number, no name, not True, False or None")
    if not deeper:
        raise ValueError(f"more than {DEEPEST} brackets in brackets")
    return _read_sequence(CLOSING[words], tokens, deeper - 1)


def _read_brackets(tokens: Iterator[Token]) -> str:
    """The text up to the bracket that closes the next one: whoever takes the spec reads what is in it."""
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
    """A list in [] or a tuple in (), where as in Python a value alone is no tuple."""
    values: list[Any] = []
    token = next(tokens)
    while token[1] != closing:
        values.append(_read_value(token, tokens, deeper))
        _, sign = next(tokens)
        if sign == closing:
            return values[0] if closing == ")" and len(values) == 1 else _kind(closing)(values)
        if sign != ",":
            raise ValueError(f"{short(sign)} follows a value")
        token = next(tokens)
    return _kind(closing)(values)


def _kind(closing: str) -> type[Any]:
    return tuple if closing == ")" else list
