"""Names of other packages, and the specs that equal them: data in the TOML files of this folder, one for each field."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = (
    "data",
    "loss",
    "regularizers",
    "optimizer",
    "turns",
    "ema",
    "ema_warmup",
    "metrics",
)  # fields of a recipe, and metrics
SHORTEST = 4  # letters of a name that an error looks up
VERB = re.compile(r"^(sample|make|generate|get)_")  # that people leave out
MOST = 3  # rows that an error names


@dataclass(frozen=True)
class Equivalent:
    """One thing of another package, and what it is here.

    Args:
        name: The package and the name there, such as "torchcfm.sample_8gaussians".
        version: The version, or the commit of a script, that was looked at.
        computes: The thing in words.
        formula: The thing as a formula.
        check: What was done to see it.
        kind: The field of a recipe that chooses it here, or "metrics".
        equals: The spec that equals it, or "" if none does [default: ""].
        nearest: If none equals it, the spec that comes closest, or "" [default: ""].
        conversion: The factor, sign or shift between theirs and ours, or the reason why none equals [default: ""].
        like: Of a metric, what `evaluate(like=...)` takes to give theirs to the last digits, or "" [default: ""].
    """

    name: str
    version: str
    computes: str
    formula: str
    check: str
    kind: str
    equals: str = ""
    nearest: str = ""
    conversion: str = ""
    like: str = ""

    @property
    def package(self) -> str:
        """The package or repository."""
        return self.name.partition(".")[0]

    @property
    def there(self) -> str:
        """The name in the package, with arguments if it needs any."""
        return self.name.partition(".")[2]

    @property
    def row(self) -> str:
        """The name of our part, without arguments and strength."""
        return re.split(r"[(:]", self.equals or self.nearest)[0]

    def __str__(self) -> str:
        theirs = f', theirs by like="{self.like}"' if self.like else ""
        if self.equals:
            also = f" ({self.conversion})" if self.conversion else ""
            return f"in {self.package} {self.there} is {self.equals}{theirs}{also}"
        near = f", nearest is {self.nearest}" if self.nearest else ""
        return f"in {self.package} {self.there} has no equal{near}{theirs} ({self.conversion})"


@cache
def equivalents() -> tuple[Equivalent, ...]:
    """Return all rows, in the order of the fields of a recipe."""
    folder = files(__name__)
    return tuple(
        Equivalent(kind=kind, **row)
        for kind in KINDS
        for row in tomllib.loads((folder / f"{kind}.toml").read_text(encoding="utf-8"))["row"]
    )


def find_equivalents(name: str) -> list[Equivalent]:
    """Find what a name of another package is here.

    Args:
        name: A name with or without its package, such as "torchcfm.8gaussians", or a part of a name; upper case,
            underscores and the like do not matter.
    Returns:
        The rows with exactly this name if there are any, else all rows whose name holds it; none for an unknown name.
    Example:
        >>> from toygan import find_equivalents
        >>> [(row.name, row.equals) for row in find_equivalents("torchcfm.8gaussians")]
        [('torchcfm.sample_8gaussians', 'ring8(radius=5, sigma=0.5623413)')]
    """
    package, dot, rest = name.partition(".")
    within = [row for row in equivalents() if dot and _letters(row.package) == _letters(package)]
    rows, wanted = (within, _letters(rest)) if within else (equivalents(), _letters(name))
    if not wanted:
        return list(within)
    return [row for row in rows if wanted in _names(row)] or [row for row in rows if _holds(row, wanted)]


def name_equivalents(name: str, rows: object) -> str:
    """Return "; in torchcfm sample_8gaussians is ..." for an unknown name of a menu with these rows, or ""."""
    if len(_letters(name)) < SHORTEST:
        return ""
    found = [row for row in find_equivalents(name) if row.row in rows]  # type: ignore[operator]
    more = f"; `toygan menus --like {_letters(name)}` shows {len(found) - MOST} more" if len(found) > MOST else ""
    return "".join(f"; {row}" for row in found[:MOST]) + more


def _names(row: Equivalent) -> set[str]:
    """Return the names by which a row is called in its package: whole, without arguments, without "sample_"."""
    calls = [row.there, *row.there.partition("(")[0].split(", ")]
    return {_letters(name) for call in calls for name in (call, VERB.sub("", call), call.rpartition(".")[2])}


def _holds(row: Equivalent, wanted: str) -> bool:
    """Tell if a row holds these letters; a few inside the name of a package, as FID in torch-fidelity, are chance."""
    if len(wanted) < SHORTEST:
        return wanted in _letters(row.there) or _letters(row.package).startswith(wanted)
    return wanted in _letters(row.name)


def _letters(name: str) -> str:
    """Return a name without what people write differently: case, signs, the word eight."""
    return re.sub(r"[^a-z0-9]", "", name.lower()).replace("eight", "8")
