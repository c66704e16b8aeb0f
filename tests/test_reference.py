"""The reference: assets/api.md says what the docstrings say, each public name has one in the form, examples run."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from support.shell import refused
from support.shell import toygan as command

import toygan
from toygan.cli import api, marked_pages
from toygan.cli.docstrings import SECTIONS, Docstring, PublicName, public_names

ROOT = Path(__file__).parent.parent
PUBLIC = public_names()
NO_FIRST_WORDS = {"What", "Whether", "How", "Where"}
NO_VERBS = "The A An This That All Each Every Some No One Its It Of In By With"


def is_error(public: PublicName) -> bool:
    return isinstance(public.value, type) and issubclass(public.value, Exception)


def faults_of(public: PublicName, inside: str = "") -> Iterator[str]:
    """What is missing in one docstring; `inside` is that of the class of a method."""
    docstring = public.docstring
    word = docstring.text.partition(" ")[0]
    if not docstring.text or docstring.text.startswith(public.name.rpartition(".")[2] + "("):
        yield f"{public.name}: no docstring"
        return
    if word.rstrip(",:;.") in NO_FIRST_WORDS:
        yield f"{public.name}: begins with {word}"
    signature = public.signature
    if inspect.isfunction(public.value) and (word in NO_VERBS.split() or re.search("[^s]s$", word)):
        yield f"{public.name}: begins with {word!r}, not with a verb in the imperative"
    if signature is None or is_error(public):
        return
    arguments = {name.lstrip("*") for name in docstring.entries("Args")}
    for name in signature.parameters:
        if name not in arguments and not (inside and re.search(rf"\b{name}\b", docstring.text + inside)):
            yield f"{public.name}: no argument {name}"
    for name in arguments - signature.parameters.keys():
        if not hasattr(public.value, name):  # a class to subclass names the attributes that a subclass sets
            yield f"{public.name}: has no argument {name}"


def faults(public: PublicName) -> list[str]:
    """What is missing for a public name and, if it is a class, for its methods."""
    if isinstance(public.value, dict):
        return [] if public.below else [f"{public.name}: no string below its assignment"]
    found = list(faults_of(public))
    if isinstance(public.value, ModuleType):
        return found
    if not is_error(public) and ">>>" not in public.docstring.sections.get("Example", ""):
        found.append(f"{public.name}: no example")
    for member in public.members():
        found += faults_of(member, inspect.getdoc(public.value) or "")
    return found


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_a_docstring_in_the_form(name: str) -> None:
    assert not (found := faults(PUBLIC[name])), "\n".join(found)


def test_the_page_is_not_stale() -> None:
    page = (ROOT / "assets/api.md").read_text(encoding="utf-8")
    assert marked_pages.replace_marked(page, api.TEXTS) == page, "a docstring has changed: run `make api`"


def test_the_command_prints_the_reference_or_writes_it_between_the_marks_of_a_page(tmp_path: Path) -> None:
    assert command("api").stdout == api.markdown() + "\n"
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- api: here -->old<!-- end of api -->\nafter", encoding="utf-8")
    assert command("api", "--into", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert text == f"before\n<!-- api: here -->\n\n{api.markdown()}\n\n<!-- end of api -->\nafter"
    page.write_text("mine", encoding="utf-8")
    assert "no place" in refused(command("api", "--into", page))
    assert page.read_text(encoding="utf-8") == "mine"


def test_a_call_is_shown_without_types_and_long_defaults() -> None:
    def function(a: int, *rest: str, b: float = 1e-3, c: object = object(), d: type = int, **more: Any) -> None: ...

    shown = api.call("f", inspect.signature(function))
    assert shown == "f(a, *rest, b=0.001, c=..., d=int, **more)"


def test_the_page_has_every_name_and_every_link_has_its_heading() -> None:
    page = (ROOT / "assets/api.md").read_text(encoding="utf-8")
    headings = re.findall(r"^##+ (\S.*)$", page, flags=re.M)
    assert set(PUBLIC) <= set(headings)
    assert set(toygan.__all__) <= set(PUBLIC)
    anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    numbered = {f"{anchor}-{i}" for i in range(1, 3) for anchor in anchors if anchors.count(anchor) > i}
    links = re.findall(r"\]\(#([^)]*)\)", page)
    assert len(links) > len(PUBLIC)
    assert set(links) <= {*anchors, *numbered}


def test_a_docstring_is_read_into_its_parts() -> None:
    found = Docstring.from_text(
        """Return a thing.

        More of it.

        Args:
            x: First line
                and second.
            *rest: Others (all of them): `a`.
        Returns:
            A thing.
        Raises:
            ValueError: If x is bad.
        Source: Someone 2014, eq. 1.
        Example:
            >>> 1 + 1
            2
        """
    )
    assert found.text == "Return a thing.\n\nMore of it."
    assert found.entries("Args") == {"x": "First line and second.", "*rest": "Others (all of them): `a`."}
    assert found.entries("Raises") == {"ValueError": "If x is bad."}
    assert found.sections["Source"] == "Someone 2014, eq. 1."
    assert found.sections["Example"] == ">>> 1 + 1\n2"
    assert tuple(found.sections) == SECTIONS


def docstrings(file: Path) -> Iterator[tuple[str, str, int]]:
    """The docstrings of a file that hold an example, with their names and lines; and strings below a constant."""
    tree = ast.parse(file.read_text(encoding="utf-8"))

    def inside(node: ast.AST, name: str) -> Iterator[tuple[str, str, int]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                yield from inside(child, f"{name}.{child.name}" if name else child.name)
            elif (
                isinstance(child, ast.Expr)
                and isinstance(child.value, ast.Constant)
                and ">>>" in str(child.value.value)
            ):
                yield name, inspect.cleandoc(str(child.value.value)), child.lineno

    yield from inside(tree, "")


EXAMPLES = {
    f"{file.relative_to(ROOT / 'toygan').with_suffix('')}:{name}": (text, str(file), line)
    for file in sorted((ROOT / "toygan").rglob("*.py"))
    for name, text, line in docstrings(file)
}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One thread, as results to the last digit need it; and menus that are afterwards what they were before."""
    threads, menus = torch.get_num_threads(), [getattr(toygan, name) for name in toygan.__all__ if name.isupper()]
    rows = [dict(menu) for menu in menus]
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    for menu, before in zip(menus, rows, strict=True):
        for name in menu.keys() - before.keys():
            del menu[name]


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_gives_what_it_says(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some write files
    text, file, line = EXAMPLES[place]
    test = doctest.DocTestParser().get_doctest(text, {}, place, file, line)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert result.attempted > 0
    assert not result.failed, "".join(said)
