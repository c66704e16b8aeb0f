"""Plain English, as far as a test can hold it: the eight rules are in CONTRIBUTING.md.

Help texts, tooltips (the help of fields and of menu rows), messages and public docstrings begin with no question word
and have no long sentence. These, all other strings of the package, its JavaScript, and the pages avoid a few words.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from toygan.cli import COMMANDS, main
from toygan.cli.docstrings import public_names
from toygan.cli.menus import list_menus
from toygan.panels import PANELS
from toygan.parts.metrics import METRICS
from toygan.recipe import KNOBS

ROOT = Path(__file__).parent.parent
LONGEST = 40  # words of a sentence
QUESTIONS = re.compile(r"^(what|whether|how|where)\b", re.IGNORECASE)
WORDS = re.compile(r"(?<![\w-])((?i:anew|go(es)? on|mend(s|ed|ing)?|dear(er|est)?|heaps?)|(?<!there )is none)(?![\w-])")
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(f"lessons/{p.name}" for p in (ROOT / "lessons").glob("*.md")),
]
LESSONS = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "lessons").glob("*.ipynb"))]


class Words(NamedTuple):
    """A text that a user reads; `whole` says that its first word and its sentences are those that are read."""

    text: str
    whole: bool

    def faults(self) -> Iterator[str]:
        """What is not in plain English."""
        for word in WORDS.finditer(self.text):
            yield f"{word[0]!r} in: {self.text[max(0, word.start() - 60) : word.end() + 40]}"
        if not self.whole:
            return
        if QUESTIONS.match(self.text):
            yield f"begins with a question word: {self.text[:80]}"
        for sentence in sentences(self.text):
            if len(sentence.split()) > LONGEST:
                yield f"{len(sentence.split())} words: {sentence}"


def sentences(text: str) -> list[str]:
    """The sentences of a text: a blank line, the sign of a list and the name of a section end one as well."""
    text = re.sub(r"^\s*(>>>|\.\.\.) .*\n(?:(?!\s*>>>)\s*\S.*\n?)*", "\n\n", text, flags=re.M)
    pieces = re.split(r"\n\s*\n|^\s*(?:[-*]|\d\.) |^ *\w+:(?= |$)|(?<=[.!?])\s+", text, flags=re.M)
    return [" ".join(piece.split()) for piece in pieces]


def source(thing: Any) -> str:
    """The file in which an object is defined."""
    if isinstance(thing, property | cached_property):
        thing = thing.fget if isinstance(thing, property) else thing.func
    return str(Path(inspect.getsourcefile(inspect.unwrap(thing)) or "").relative_to(ROOT))


def helps() -> Iterator[tuple[str, str]]:
    """The help of each command and of its options, with its file."""
    yield "toygan/cli/__init__.py", main.help or ""
    for name, short in COMMANDS.items():
        yield "toygan/cli/__init__.py", short
        command = main.get_command(click.Context(main), name)
        assert command is not None
        file = f"toygan/cli/{name}.py"
        yield file, (command.help or "").replace("\b\n", "")
        for option in command.params:
            if isinstance(option, click.Option) and option.name not in KNOBS:
                yield file, option.help or ""


def tooltips() -> Iterator[tuple[str, str]]:
    """The help of each field, and what each row of a menu is."""
    for how in KNOBS.values():
        yield "toygan/recipe.py", how.help
    menus = [how.menu for how in KNOBS.values() if how.menu is not None]
    rows = {name: part for menu in [*menus, METRICS, PANELS] for name, part in menu.items()}
    for title, table in list_menus().items():
        for row in table:
            part = rows.get(row.name)
            part = part[0] if isinstance(part, tuple) else part
            part = getattr(part, "of", part)
            kind = part if inspect.isfunction(part) or inspect.isclass(part) else type(part)
            there = title != "fields" and kind.__module__.startswith("toygan")
            yield source(kind) if there else "toygan/recipe.py", row.what


def docstrings() -> Iterator[tuple[str, str]]:
    """The docstrings of public names and of their methods."""
    for public in public_names().values():
        if not isinstance(public.value, dict):
            yield source(public.value), inspect.getdoc(public.value) or ""
        for member in public.members():
            yield source(member.value), inspect.getdoc(member.value) or ""


def text_of(node: ast.AST) -> str:
    """A string as it is read, an ellipsis for each value in it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "…" for part in node.values)
    return ""


def strings(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """The strings of a module that are no docstrings; whether each is part of a message, of an error or a refusal."""

    def inside(node: ast.AST, message: bool) -> Iterator[tuple[str, bool]]:
        message = message or isinstance(node, ast.Raise) or getattr(node, "name", "") == "refuses"
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if text := text_of(child):
                yield text, message
            if not isinstance(child, ast.JoinedStr):
                yield from inside(child, message)

    return inside(tree, False)


def collected() -> dict[str, list[Words]]:
    """All texts by file."""
    found: dict[str, list[Words]] = defaultdict(list)
    for file, text in [*helps(), *tooltips(), *docstrings()]:
        found[file].append(Words(text, True))
    for path in sorted((ROOT / "toygan").rglob("*.py")):
        for text, message in strings(ast.parse(path.read_text(encoding="utf-8"))):
            found[str(path.relative_to(ROOT))].append(Words(text, message and " " in text))
    for path in sorted((ROOT / "toygan").rglob("*.js")):
        code = re.sub(r"^\s*//.*|^\s*/?\*.*", "", path.read_text(encoding="utf-8"), flags=re.M)
        for text in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", code):
            found[str(path.relative_to(ROOT))].append(Words(text, False))
    for page in PAGES:
        found[page].append(Words(prose((ROOT / page).read_text(encoding="utf-8")), False))
    for lesson in LESSONS:
        cells = json.loads((ROOT / lesson).read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "markdown":
                found[lesson].append(Words(prose("".join(cell["source"])), False))
    return found


def prose(page: str) -> str:
    """A page without its block quotes, where aphorisms may stand, and without code."""
    return re.sub(r"^>[^\n]*$|^```.*?^```|`[^`\n]*`", "", page, flags=re.M | re.S)


TEXTS = collected()


@pytest.mark.parametrize("file", TEXTS)
def test_it_is_in_plain_english(file: str) -> None:
    faults = [fault for words in TEXTS[file] for fault in words.faults()]
    assert not faults, "\n".join(faults)


def test_all_kinds_of_texts_are_there() -> None:
    assert len(list(helps())) > 60
    assert len(list(tooltips())) > 200
    assert len(list(docstrings())) > 200
    messages = [words for texts in TEXTS.values() for words in texts if words.whole]
    assert len(messages) > 700
    refusal = [words for words in TEXTS["toygan/recipe.py"] if words.text == "names a field twice"]
    assert refusal == [Words("names a field twice", True)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("How many there are.", "begins"), ("where it is", "begins"), ("Begins anew.", "'anew'"),
        ("It goes on.", "'goes on'"), ("A heap of samples.", "'heap'"), ("Which is none.", "'is none'"),
        ("They are, so to say, " + "very " * 40 + "long.", "46 words"),
    ],
)  # fmt: skip
def test_a_fault_is_seen(text: str, fault: str) -> None:
    (found,) = Words(text, True).faults()
    assert fault in found


@pytest.mark.parametrize(
    "text",
    ["It is None.", "None if there is none.", "However, it is.", "Amend it.", "word " * 39 + "end. " + "word " * 39],
)
def test_what_is_no_fault_is_let_through(text: str) -> None:
    assert not list(Words(text, True).faults())
