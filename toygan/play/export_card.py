"""The recipe of a playground as a script of plain PyTorch, to be read and to be downloaded."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from toygan.export import to_pytorch
from toygan.recipe import Recipe, RecipeError

TITLE, TIP = "Export", "this recipe as a script of plain PyTorch, which runs without toygan"
FILES = (("gan.py", "text/x-python", False), ("gan.ipynb", "application/x-ipynb+json", True))


def render_script(recipe: Recipe) -> str:
    """Return the script in HTML, below links that download it and its notebook; or why there is none, as a line."""
    try:
        text = to_pytorch(recipe)
        links = [_link(name, kind, to_pytorch(recipe, notebook)) for name, kind, notebook in FILES]
    except RecipeError as error:
        return escape(str(error))
    return f"Download {' or '.join(links)}<pre class='toygan-script'>{escape(text)}</pre>"


def _link(name: str, kind: str, text: str) -> str:
    return f'<a download="{name}" href="data:{kind};base64,{b64encode(text.encode()).decode()}">{name}</a>'
