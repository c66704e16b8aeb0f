"""What a recipe holds beyond its text: the rows of a file and the user's own parts, each as a digest.

A recipe is text: it names a file, and the rows of menus. Two runs of one text are the same run only if these held the
same. So stores, checkpoints and states keep the digests, and are used for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.distributions.wrapped import Wrapped
from toygan.parts.fingerprint import NoFingerprint, fingerprint
from toygan.parts.menu import Menu
from toygan.parts.metrics import METRICS
from toygan.parts.networks import ACTIVATIONS
from toygan.parts.networks.specs import MLPSpec
from toygan.parts.turns import TURNS
from toygan.parts.turns.lookahead import Lookahead
from toygan.recipe import KNOBS, Recipe, RecipeError

ROWS, OWN, UNKNOWN = "rows ", "part ", "unknown "  # begin a digest: of a file, of an own part, of what cannot be read
Held = dict[str, str]  # digests by field and spec, as in "data=file(path='d.csv')"


class NamedPart(NamedTuple):
    """A part that a recipe or another part names: the menu, the spec, and the part itself."""

    menu: Menu[Any]
    spec: str
    part: Any


def list_held(recipe: Recipe, metrics: Iterable[str] = ()) -> Held:
    """Return the digest of each part of a recipe, and of each metric, whose name does not say what it is.

    It is empty if all of them belong to toygan and none reads a file.
    """
    named = [*_list_named(recipe), *(("metrics", NamedPart(METRICS, name, METRICS[name])) for name in metrics)]
    digests = {f"{field}={one.spec}": ", ".join(_list_digests(one)) for field, one in named}
    return {name: digest for name, digest in digests.items() if digest}


def find_own(held: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the field and the spec of the first part of the user's own, if any: other processes do not have it."""
    name = next((name for name, digest in held.items() if OWN in digest or UNKNOWN in digest), None)
    return None if name is None else _split(name)


def find_unknown(held: Mapping[str, str]) -> RecipeError | None:
    """Return an error that names the first part that cannot be read, and what it holds; None if all can be read."""
    for name, digest in held.items():
        if UNKNOWN in digest:
            reason = digest.split(UNKNOWN)[-1].partition(" [")[0]
            return RecipeError(*_split(name), f"cannot be told from another part: it holds {reason}")
    return None


def mark_unknown(held: Held, mark: str) -> Held:
    """Return the digests with a mark on each part that cannot be read: with another mark it is another part."""
    return {name: f"{digest} [{mark}]" if UNKNOWN in digest else digest for name, digest in held.items()}


def find_change(begun: Mapping[str, str], now: Mapping[str, str]) -> RecipeError | None:
    """Return an error that names the first part that is not, or may not be, what it was when a run began."""
    for name in {**begun, **now}:
        if begun.get(name) != now.get(name):
            file = ROWS in begun.get(name, "") and ROWS in now.get(name, "")
            return RecipeError(*_split(name), "its file has changed" if file else "it has changed")
    return find_unknown(now)


def list_changes(begun: Recipe, now: Recipe) -> list[str]:
    """Return the fields whose text is the same in two recipes, and what they hold is not."""
    one, other = list_held(begun), list_held(now)
    return list(dict.fromkeys(_split(name)[0] for name in one.keys() & other.keys() if one[name] != other[name]))


def renew(recipes: Sequence[Recipe]) -> tuple[list[Recipe], str]:
    """Make the recipes of a new run again from their texts; return them, and what is not as it was, in words.

    If that cannot be done, as when a file is gone, they stay as they are.
    """
    first = {id(recipe.parts): recipe for recipe in recipes}
    try:
        again = {key: recipe.but() for key, recipe in first.items()}
    except RecipeError as error:
        return list(recipes), f"{error}; the new run keeps what the last one had"
    changed = [
        (field, getattr(recipe, field)) for key, recipe in first.items() for field in list_changes(recipe, again[key])
    ]
    words = str(RecipeError(*changed[0], "has changed, and the new run has it as it is now")) if changed else ""
    return [again[id(recipe.parts)].amend(seed=recipe.seed) for recipe in recipes], words


def describe_file(recipe: Recipe) -> str:
    """Return what has become of the file of a recipe's data since it was read, in words; "" if it is what it was."""
    if not recipe.parts.data.stale:
        return ""
    try:
        now = DISTRIBUTIONS.make(recipe.data)
    except ValueError as error:
        return str(RecipeError("data", recipe.data, f"{error}; this run keeps the rows that it has"))
    if now.digest == recipe.parts.data.digest:
        return ""
    return str(
        RecipeError(
            "data", recipe.data, "the file has changed; this run keeps its rows, and a reset reads the new ones"
        )
    )


def _split(name: str) -> tuple[str, str]:
    field, _, spec = name.partition("=")
    return field, spec


def _list_named(recipe: Recipe) -> Iterator[tuple[str, NamedPart]]:
    """Yield each field that names a part, with the part that the recipe holds."""
    for field, row in recipe.parts.rows.items():
        menu, value = KNOBS[field].menu, getattr(recipe, field)
        several = row if isinstance(value, Mapping) else {value: row}
        for spec, part in several.items():
            if menu is not None and part is not None:
                yield field, NamedPart(menu, spec, part)


def _list_inner(part: Any) -> Iterator[NamedPart]:
    """Yield the parts that a part of toygan's names in its arguments."""
    if isinstance(part, Wrapped):
        yield NamedPart(DISTRIBUTIONS, part.of, part.inner)
    elif isinstance(part, Lookahead):
        yield NamedPart(TURNS, part.of, part.inner)
    elif isinstance(part, MLPSpec) and part.activation is not None:
        yield NamedPart(ACTIVATIONS, part.activation, ACTIVATIONS.make(part.activation))


def _list_digests(named: NamedPart) -> Iterator[str]:
    """Yield the digests of a part and of those that it names; none if their names say what they are."""
    if not named.menu.ships(named.spec, named.part):
        try:
            yield OWN + fingerprint(named.part)
        except NoFingerprint as error:
            yield UNKNOWN + str(error)
        return
    inner = list(_list_inner(named.part))
    for one in inner:
        yield from _list_digests(one)
    if isinstance(named.part, Distribution) and named.part.digest and not inner:
        yield ROWS + named.part.digest
