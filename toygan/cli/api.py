"""`toygan api`: the reference of all public names, written from their docstrings."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from toygan.cli.docstrings import PublicName, public_names
from toygan.cli.marked_pages import into_option, write_marked
from toygan.parts.menu import Menu
from toygan.recipe import Recipe

LONGEST = 60  # characters of a default that is shown

# The public names by what they are for; one that ends in a dot stands for all names that begin so.
GROUPS = {
    "Recipes": ("Recipe", "RecipeError"),
    "Training": ("train", "Population", "Snapshot", "State", "StateError"),
    "Tables": ("fit", "load", "Model", "Report"),
    "Menus": (
        "LOSSES", "REGULARIZERS", "DISTRIBUTIONS", "METRICS", "NETWORKS", "ACTIVATIONS", "OPTIMIZERS", "TURNS",
        "NOISES", "SCHEDULES", "WARMUPS", "PANELS", "Menu", "find_equivalents",
    ),
    "Parts": (
        "Loss", "Regularizer", "Distribution", "Mixture", "points", "Metric", "MetricInputs", "Network", "NetworkSpec",
        "Optimizer", "Turn", "Noise", "Schedule", "Warmup", "Panel", "Look",
    ),
    "Charts": ("chart.",),
    "Measuring": ("evaluate", "theory", "theory.", "claim", "claims", "claims.", "gallery", "gallery."),
    "Playing": ("Playground", "PhaseDiagram", "Session", "Link", "Poll", "open_page"),
    "Many runs": (
        "compare", "Comparison", "Comparisons", "sweep", "Spread", "read_sweep", "Store", "StoreError", "find_remedy",
        "FoundRemedies", "TriedRemedy",
    ),
    "Teaching": ("teach.",),
}  # fmt: skip


def group_names() -> dict[str, dict[str, PublicName]]:
    """Return the public names by group; ValueError if one is in no group or in two."""
    names = public_names()
    groups = {
        title: {
            name: public
            for pattern in patterns
            for name, public in names.items()
            if name == pattern or (pattern.endswith(".") and name.startswith(pattern))
        }
        for title, patterns in GROUPS.items()
    }
    listed = sorted(name for group in groups.values() for name in group)
    if listed != sorted(names):
        wrong = {name for name in {*names, *listed} if listed.count(name) != 1}
        raise ValueError(f"GROUPS: each public name belongs to one group; look at {', '.join(sorted(wrong))}")
    return groups


def markdown() -> str:
    """Return the reference: a table of contents, then each name with its docstring."""
    groups = group_names()
    blocks = ["\n".join(_contents(groups))]
    for title, group in groups.items():
        blocks.append(f"## {title}")
        for public in group.values():
            blocks += [f"### {public.name}", *_entry(public)]
            for member in public.members():
                blocks += [f"#### {member.name}", *_entry(member)]
    return "\n\n".join(blocks)


def _contents(groups: dict[str, dict[str, PublicName]]) -> Iterator[str]:
    """Yield a line for each group, with links to the anchors that GitHub gives to headings."""
    seen = Counter[str]()

    def link(heading: str) -> str:
        anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        seen[anchor] += 1
        return f"[{heading}](#{anchor}{f'-{seen[anchor] - 1}' if seen[anchor] > 1 else ''})"

    for title, group in groups.items():
        yield f"- **{link(title)}**: " + " ".join(link(name) for name in group)


def _entry(public: PublicName) -> Iterator[str]:
    """Yield the blocks of one name: its call, its text, and its sections."""
    if isinstance(public.value, dict):
        noun = "[Menu](#menu)" if isinstance(public.value, Menu) else "dict"
        yield public.docstring.text
        yield f"A {noun} of {len(public.value)} rows: " + " ".join(f"`{name}`" for name in public.value)
        return
    docstring, signature = public.docstring, public.signature
    if signature is not None:
        yield f"```python\n{call(public.name, signature)}\n```"
    yield docstring.text
    if arguments := docstring.entries("Args"):
        types = {} if signature is None else {name: _type(p.annotation) for name, p in signature.parameters.items()}
        yield "**Arguments**\n\n" + "\n".join(
            f"- `{name}`{f' (`{kind}`)' if (kind := types.get(name.lstrip('*'))) else ''}: {text}"
            for name, text in arguments.items()
        )
    for section, text in docstring.sections.items():
        if section == "Raises":
            yield "**Raises**\n\n" + "\n".join(f"- `{name}`: {why}" for name, why in docstring.entries(section).items())
        elif section == "Example":
            yield f"```python\n{text}\n```"
        elif section != "Args":
            yield f"**{section}** {' '.join(text.split())}"


def call(name: str, signature: inspect.Signature) -> str:
    """Return the call of a function or class, without types, such as `train(recipes, steps=2000)`."""
    bare = [
        p.replace(annotation=p.empty, default=p.default if p.default is p.empty else _Default(p.default))
        for p in signature.parameters.values()
    ]
    return name + str(signature.replace(parameters=bare, return_annotation=signature.empty))


class _Default:
    """A default as it is shown."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        if self._value == Recipe():
            return "Recipe()"
        if inspect.isclass(self._value) or inspect.isfunction(self._value):
            return self._value.__name__
        text = repr(self._value)
        return text if len(text) <= LONGEST and "<" not in text else "..."


def _type(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


TEXTS = {"api": markdown}


@click.command("api")
@into_option
def command(pages: tuple[Path, ...]) -> None:
    """Print the reference of all public names, from their docstrings, as Markdown."""
    write_marked(pages, TEXTS)
    if not pages:
        click.echo(markdown())
