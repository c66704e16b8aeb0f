"""Layers of a chart of samples: what is computed only while it is switched on."""

from __future__ import annotations

from collections.abc import Collection

from toygan.chart import Layer
from toygan.panels.best import refuse_best
from toygan.panels.latent import refuse_map
from toygan.recipe import Recipe

ARROWS, MAP, BEST, DIFFERENCE = "arrows", "map", "best", "difference"
LABELS = {
    ARROWS: "gradient of G's loss",
    MAP: "G's map",
    BEST: "best D",
    DIFFERENCE: "D minus best D",
}
DEFAULT_LAYERS = frozenset({ARROWS})
MARKS = {
    ARROWS: ("arrows",),
    MAP: ("G's map across", "G's map up"),
    BEST: ("best", "best 0.25", "best 0.5", "best 0.75"),
    DIFFERENCE: ("difference",),
}
ABOUT = {
    ARROWS: "arrows along which G's loss would move generated samples",
    MAP: "where G takes a grid over its noise",
    BEST: "the D that would tell these samples from the data best: p/(p + q)",
    DIFFERENCE: "where D is above or below the best D",
}
REFUSALS = {MAP: refuse_map, BEST: refuse_best, DIFFERENCE: refuse_best}


def offer_layers(recipe: Recipe, names: Collection[str], on: Collection[str]) -> tuple[Layer, ...]:
    """Return those of the named layers that a recipe can have, and whether they are switched on."""
    possible = [name for name in names if name not in REFUSALS or REFUSALS[name](recipe) is None]
    return tuple(Layer(name, LABELS[name], name in on, MARKS[name], ABOUT[name]) for name in possible)
