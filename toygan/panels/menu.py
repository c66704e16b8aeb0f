"""The menu of panels."""

from __future__ import annotations

from matplotlib.axes import Axes

from toygan.panels.coverage import Coverage, Divergence, Modes, Quality
from toygan.panels.curves import Accuracy, Gradients, Losses
from toygan.panels.dirac import Distance, Eigenvalues, Phase
from toygan.panels.panel import Note, Panel
from toygan.panels.samples import Line, Plane
from toygan.parts.menu import Menu
from toygan.recipe import Recipe

# By name, the panels that show the same thing for different data: the first that does not refuse the recipe is taken.
PANELS: Menu[tuple[type[Panel], ...]] = Menu(
    {
        "samples": (Plane, Line),
        "losses": (Losses,),
        "coverage": (Coverage,),
        "modes": (Modes,),
        "quality": (Quality,),
        "divergence": (Divergence,),
        "accuracy": (Accuracy,),
        "gradients": (Gradients,),
        "phase": (Phase,),
        "eigenvalues": (Eigenvalues,),
        "distance": (Distance,),
    }
)


def panel(name: str, axes: Axes, recipe: Recipe) -> Panel:
    """The panel `name` in these axes, or a note why it has nothing to show; ValueError for an unknown name."""
    for kind in PANELS.make(name):
        reason = kind.refuses(recipe)
        if reason is None:
            return kind(axes, recipe)
    return Note(axes, recipe, kind.title, f"nothing to show: {reason}")
