"""The form of a script: empty lines, double quotes, and lines that are not too long."""

from __future__ import annotations

import io
import itertools
import tokenize

WIDTH = 110  # characters of a line that is not broken
GAPS = ("import torch", "RECIPE")  # an empty line stands before these


def tidy(text: str) -> str:
    """Return a script with two empty lines around definitions, double quotes, and broken lines."""
    lines: list[str] = []
    inside = False  # a definition
    for line in _double_quotes(text).split("\n"):
        if not line.strip():
            if lines and lines[-1]:
                lines.append("")
            continue
        begins = line.startswith(("def ", "class ", "@", "# ", "if __name__"))
        top = not line.startswith((" ", ")", "}", "]", '"""'))
        while lines and not lines[-1] and not line.startswith(" "):
            lines.pop()
        previous = lines[-1] if lines else ""
        apart = begins or (inside and top and previous != '"""')
        blank = 2 if apart and not previous.startswith(("@", "# ")) else 0
        gap = line.startswith(GAPS) or previous == '"""'
        lines += [""] * (max(blank, 1 if gap else 0) if lines and top else 0)
        lines += break_line(line.rstrip())
        inside = (begins and not line.startswith("# ")) if top else inside
    return "\n".join(lines) + "\n"


def break_line(line: str) -> list[str]:
    """Return a statement that is too long as several lines, broken at the commas of a bracket."""
    if len(line) <= WIDTH or line.lstrip().startswith(("#", '"""', "print(")):
        return [line]
    pair = _find_bracket(line)
    if pair is None:
        return [line]
    begin, end, commas = pair
    indent = line[: len(line) - len(line.lstrip())]
    places = [begin, *commas, end]
    items = [line[a + 1 : b].strip() for a, b in itertools.pairwise(places)]
    rows = [indent + "   "]
    for i, item in enumerate(items):
        item += "," if i < len(items) - 1 or commas else ""
        if len(rows[-1]) + len(item) > WIDTH - 10 and rows[-1].strip():
            rows.append(indent + "   ")
        rows[-1] += " " + item
    return [line[: begin + 1], *[part for row in rows for part in break_line(row)], indent + line[end:]]


def _find_bracket(line: str) -> tuple[int, int, list[int]] | None:
    """Return the places of the widest bracket with commas, and of these; None if there is none."""
    found: list[tuple[int, int, list[int]]] = []
    stack: list[tuple[int, list[int]]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip() + "\n").readline):
            at = token.start[1] + len(line) - len(line.lstrip())
            if token.type == tokenize.OP and token.string in "([{":
                stack.append((at, []))
            elif token.string in ("for", "lambda") and stack:
                stack[-1] = (-1, [])  # its commas separate no items
            elif token.type == tokenize.OP and token.string == "," and stack:
                stack[-1][1].append(at)
            elif token.type == tokenize.OP and token.string in ")]}" and stack:
                begin, commas = stack.pop()
                found.append((begin, at, commas))
    except (tokenize.TokenError, SyntaxError):  # a piece of a statement
        return None
    wide = [one for one in found if one[2] and one[0] >= 0]
    return max(wide, key=lambda one: one[1] - one[0], default=None)


def _double_quotes(text: str) -> str:
    """Return a script whose strings have double quotes, if they need no escapes."""
    lines = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        words = token.string
        plain = words.startswith("'") and not words.startswith("'''") and not set('"\\') & set(words)
        if token.type == tokenize.STRING and plain:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + '"' + words[1:-1] + '"' + line[column + len(words) :]
    return "\n".join(lines)
