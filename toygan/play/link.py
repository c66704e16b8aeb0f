"""A link: a whole page as one short line, with its recipes, panels, layers, controls, folds, locks and question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from toygan.knobs import MOST_SEEDS, RecipeError, check_count
from toygan.panels import PANELS
from toygan.panels.layers import LABELS
from toygan.play.column import KEYS
from toygan.play.controls import check_controls
from toygan.play.poll import Poll
from toygan.play.twins_session import MOST_SIDES
from toygan.recipe import DEFAULT, Recipe
from toygan.text import format_number

MOST_LETTERS = 8000  # of a link: what one can still paste into a message
SAFE = ":,()=[]'"  # letters that stay readable
START = "toygan:"  # may stand before a link, so that it can be told from other text


@dataclass(frozen=True)
class Link:
    """Everything that decides what a page of a playground shows at first.

    Args:
        recipes: One recipe, or up to four that stand side by side.
        panels: The panels of the picture [default: those that the data fills].
        controls: The controls that are shown [default: the usual].
        locked: Fields that the page shows but does not change.
        seeds: The number of seeds that train at once.
        present: True shows the picture alone, large.
        poll: A question to the class [default: none].
        layers: The layers of the samples that are switched on [default: the arrows].
        unfolded: The groups of controls that are open, each by its first field [default: the usual].
    Raises:
        RecipeError: If a field is not allowed.
    Example:
        >>> from toygan import Link, Recipe
        >>> link = Link((Recipe(loss="hinge"),), controls=("lr_d",), seeds=4)
        >>> link.to_string()
        'toygan:loss=hinge?controls=lr_d&seeds=4'
        >>> Link.from_string(link.to_string()) == link
        True
    """

    recipes: tuple[Recipe, ...] = (DEFAULT,)
    panels: tuple[str, ...] | None = None
    controls: tuple[str, ...] | None = None
    locked: tuple[str, ...] = ()
    seeds: int = 8
    present: bool = False
    poll: Poll | None = None
    layers: tuple[str, ...] | None = None
    unfolded: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.recipes) <= MOST_SIDES:
            raise RecipeError("recipes", len(self.recipes), f"must be 1 to {MOST_SIDES} recipes")
        check_count("seeds", self.seeds, MOST_SEEDS)
        check_controls([*(self.controls or ()), *self.locked])
        try:
            PANELS.select(list(self.panels or ()))
        except ValueError as error:
            raise RecipeError("panels", self.panels, str(error)) from None
        if unknown := [layer for layer in self.layers or () if layer not in LABELS]:
            raise RecipeError("layers", unknown[0], f"must be of {', '.join(LABELS)}")
        if unknown := [group for group in self.unfolded or () if group not in KEYS]:
            raise RecipeError("unfolded", unknown[0], f"must be of {', '.join(KEYS)}")

    def to_string(self) -> str:
        """Return the link as one line; `from_string` reads it without loss.

        Raises RecipeError if it is too long to share, as that of many points is.
        """
        recipes = "|".join(recipe.to_string() for recipe in self.recipes)
        asked = urlencode(self._fields(), quote_via=quote, safe=SAFE)
        link = f"{START}{recipes}" + (f"?{asked}" if asked else "")
        if len(link) > MOST_LETTERS:
            raise RecipeError("link", link, f"has {len(link):,} letters; must be at most {MOST_LETTERS:,}")
        return link

    def _fields(self) -> dict[str, str]:
        """Return the fields that differ from the defaults, as text."""
        named = {
            "panels": self.panels, "layers": self.layers, "controls": self.controls,
            "unfolded": self.unfolded, "locked": self.locked or None,
        }  # fmt: skip
        fields = {name: ",".join(values) for name, values in named.items() if values is not None}
        if self.seeds != 8:
            fields["seeds"] = str(self.seeds)
        if self.present:
            fields["present"] = "yes"
        if self.poll is not None:
            bounds = ",".join(format_number(bound, 6).replace(",", "") for bound in self.poll.bounds)
            fields |= {
                "question": self.poll.question, "metric": self.poll.metric, "at": str(self.poll.at), "bounds": bounds
            }  # fmt: skip
        return fields

    @staticmethod
    def from_string(text: str, outside: bool = False) -> Link:
        """Read a link that `to_string` wrote, or the line of a recipe alone.

        A link holds no code. It may name a data file, which is opened at once.

        Args:
            text: The link.
            outside: True also opens a file outside the working folder [default: False].
        Returns:
            The link.
        Raises:
            RecipeError: If the text has another form, or a field is not allowed.
        """
        if not isinstance(text, str) or len(text) > MOST_LETTERS:
            raise RecipeError("link", text, f"must be text of at most {MOST_LETTERS:,} letters")
        recipes, _, asked = text.strip().removeprefix(START).partition("?")
        read = {name: READERS[name](value) for name, value in _split_fields(asked).items()}
        asking = {name: read.pop(name) for name in ("question", "metric", "at", "bounds") if name in read}
        if asking and "question" not in asking:
            raise RecipeError("link", text, f"has {next(iter(asking))} but no question")
        made = tuple(Recipe.from_string(one, outside) for one in recipes.split("|"))
        return Link(made, **read, poll=Poll(**asking) if asking else None)


def _split_fields(asked: str) -> dict[str, str]:
    """Return the fields of a link by name; RecipeError for another form, another name, or one that comes twice."""
    how: dict[str, Any] = {"keep_blank_values": True, "strict_parsing": True, "max_num_fields": len(READERS)}
    try:
        pairs = parse_qsl(asked, **how) if asked else []
    except ValueError:
        pairs = [(asked, "")]
    fields = dict(pairs)
    if len(fields) < len(pairs) or not fields.keys() <= READERS.keys():
        wrong = next((name for name in fields if name not in READERS), asked)
        raise RecipeError("link", wrong, f"must be name=value of {', '.join(READERS)}, each once")
    return fields


def _split(text: str) -> tuple[str, ...]:
    """Split names at commas that stand outside of parentheses."""
    names, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            names.append("")
        else:
            names[-1] += letter
    return tuple(name for name in names if name)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RecipeError("link", text, "must be a whole number") from None


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise RecipeError("present", text, "must be yes or no")
    return text == "yes"


READERS: Mapping[str, Callable[[str], Any]] = {
    "panels": _split, "layers": _split, "controls": _split, "locked": _split, "unfolded": _split, "seeds": _whole,
    "present": _yes, "question": str, "metric": str, "at": _whole, "bounds": lambda text: text.split(","),
}  # fmt: skip
