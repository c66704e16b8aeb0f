"""Pages in one file, and the script and the style sheet of charts as one text each, as a widget needs them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from pathlib import Path

import numpy as np

from toygan.chart.axis import ROLES
from toygan.chart.style import DARK, DASHES, LIGHT, STYLE, Palette, rgb

FOLDER = Path(__file__).parent
# Each module after those that it imports.
MODULES = (
    "scales", "points", "mesh", "marks", "canvas", "reading", "elements", "about", "glide", "chart", "wire", "picture",
)  # fmt: skip
HTML = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'{scripts}; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}
</style>
<main class="toygan-{kind} toygan-view">
<h1>{title}</h1>
<p class="toygan-about">{about}</p>
<noscript>This page needs JavaScript.</noscript>
</main>
{data}
<script type="module">
{script}
</script>
</html>
"""  # noqa: E501
BESIDE = " 'self' file:"  # of a web site, or of a folder that is opened as files
VIEW = ":is(.toygan-view, .toygan-live)"  # a picture, and all of a live view around it
OTHER, ON_DARK = "body:not([data-jp-theme-light])", ":not(.toygan-on-light)"  # pages without JupyterLab's themes
CONTRAST = 4.5  # of words on paper, at least (WCAG 2.2, 1.4.3)


def build_document(
    title: str, about: str, kind: str, style: str, script: str, data: Mapping[str, tuple[str, str]],
    pieces: bool = False,
) -> bytes:  # fmt: skip
    """Return a page in one file that needs nothing else: its main element has the class `toygan-<kind>`.

    The script finds its `data` by name: a type, and a text in which no element can end. With `pieces` it may load
    scripts that lie beside the page.
    """
    blocks = "\n".join(
        f'<script type="application/{type_}" id="toygan-{name}">{text}</script>' for name, (type_, text) in data.items()
    )
    words = {"title": escape(title), "about": escape(about), "kind": kind, "style": style, "script": script}
    scripts = BESIDE if pieces else ""
    return HTML.format(**words, data=blocks, scripts=scripts).encode(
        errors="replace"
    )  # the name of a file may be any bytes


def build_script(*more: Path) -> str:
    """Return the modules that paint charts, then `more`, as one module."""
    return join_modules(*(FOLDER / f"{name}.js" for name in MODULES), *more)


def join_modules(*files: Path) -> str:
    """Return modules, each after those that it imports, as one without comments that exports nothing but a default."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    without_imports = re.sub(r"^import\b[^;]*;\n", "", text, flags=re.MULTILINE)
    without_comments = re.sub(r"^ *(//.*|/\*\*(?:(?!\*/)[\s\S])*\*/)\n", "", without_imports, flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", without_comments, flags=re.MULTILINE)


def build_stylesheet(*more: Path) -> str:
    """Return the style sheet of charts, then `more`, with the palette of the page's theme and the numbers of `style`.

    JupyterLab notes on the page's body whether its theme is light. Other pages follow the reader's system, unless a
    live view has found its page to be light.
    """
    dashes: dict[str, object] = {name: " ".join(map(str, lengths)) for name, lengths in DASHES.items()}
    rules = [
        _rule(VIEW, {**asdict(STYLE), **dashes}),
        _rule(VIEW, _colours(LIGHT)),
        f"@media (prefers-color-scheme: dark) {{ {_rule(f'{OTHER} {VIEW}{ON_DARK}', _colours(DARK))} }}",
        _rule(f'body[data-jp-theme-light="false"] {VIEW}', _colours(DARK)),
    ]
    return "\n".join(
        [
            *rules,
            *(
                file.read_text(encoding="utf-8")
                for file in (
                    FOLDER / "picture.css",
                    FOLDER / "about.css",
                    FOLDER / "cells.css",
                    FOLDER / "layers.css",
                    *more,
                )
            ),
        ]
    )


def _colours(palette: Palette) -> dict[str, str]:
    words = {f"{role}-words": readable_colour(palette.colour(role), palette) for role in ROLES}
    return {**asdict(palette), **words}


def _rule(selector: str, values: Mapping[str, object]) -> str:
    variables = (f"--toygan-{name.replace('_', '-')}: {value};" for name, value in values.items())
    return f"{selector} {{ {' '.join(variables)} }}"


def readable_colour(colour: str, palette: Palette) -> str:
    """Return the colour, moved towards ink until words in it can be read on the palette's paper."""
    ink, paper = rgb(palette.ink), rgb(palette.paper)
    mixed = next(
        mix
        for share in np.linspace(0, 1, 21)
        if contrast(mix := (1 - share) * rgb(colour) + share * ink, paper) >= CONTRAST or share == 1
    )
    return "#" + "".join(f"{round(float(part)):02x}" for part in mixed)


def contrast(a: np.ndarray, b: np.ndarray) -> float:
    """Return the contrast ratio of two colours `(3,)`, each 0-255: from 1 to 21 (WCAG 2.2, contrast ratio)."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: np.ndarray) -> float:
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
