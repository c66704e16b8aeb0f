"""A recipe as code that can be taken away: a script or a notebook of plain PyTorch, and weights for it."""

from __future__ import annotations

from toygan.export.check import check_script
from toygan.export.notebook import as_notebook
from toygan.export.script import Script
from toygan.identity import find_own, list_held
from toygan.recipe import Recipe


def to_pytorch(recipe: Recipe, notebook: bool = False, file: str = "gan.py") -> str:
    """Write a recipe as code of plain PyTorch, without toygan.

    The losses, the regularizers and the data of the text are made from the sources of the recipe's parts. If one of
    them is your own, some iterations of the script are compared with toygan's.

    Args:
        recipe: The recipe.
        notebook: True gives a notebook (.ipynb) with a plot instead of a script [default: False].
        file: The name of the script, for its own text [default: "gan.py"].
    Returns:
        The text of the file.
    Raises:
        RecipeError: If a field has no text, as assets/export.md lists them, or the script has other losses.
    """
    script = Script(recipe, file)
    if find_own(list_held(recipe)) is not None:
        check_script(script)
    return as_notebook(script) if notebook else script.text
