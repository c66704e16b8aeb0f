"""A recipe as it was stored: its fields alone, for tables and pages."""

from __future__ import annotations

import json
from typing import Any

from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.text import load_json

FIELDS_OF_DEFAULT: dict[str, Any] = json.loads(Recipe().to_json())


class StoredRecipe:
    """The fields of a recipe as they stand in a store; its parts, or the file of its data, may be missing here.

    It cannot be run: `Recipe.from_json(stored.to_json())` validates it. Raises RecipeError if `text` is not JSON of
    fields.
    """

    def __init__(self, text: str) -> None:
        fields = load_json(text)
        if not isinstance(fields, dict):
            raise RecipeError("recipe", text, "is not a JSON object of fields")
        self.fields = {**FIELDS_OF_DEFAULT, **fields}
        if not isinstance(self.fields["regularizers"], dict) or type(self.fields["seed"]) is not int:
            raise RecipeError("recipe", text, "is not JSON of a recipe")

    def __getattr__(self, name: str) -> Any:
        if name in KNOBS:
            return self.fields[name]
        raise AttributeError(name)

    def to_json(self) -> str:
        """Return the fields as a JSON object, as `Recipe.to_json` does."""
        return json.dumps({name: self.fields[name] for name in KNOBS}, sort_keys=True)

    def to_string(self) -> str:
        """Return the fields that differ from the defaults as a line, as `Recipe.to_string` does."""
        return Recipe.to_string(self)  # type: ignore[arg-type]
