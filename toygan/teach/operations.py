"""The operations that one iteration consists of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from toygan.recipe import Recipe
from toygan.training import Population
from toygan.training.capture import capture


def count_operations(recipes: Mapping[str, Recipe]) -> pd.DataFrame:
    """Count the tensor operations of one iteration of each recipe: what autograd adds is among them.

    Args:
        recipes: Recipes by the name that heads their column.
    Returns:
        A row for each of torch's operations, the most frequent first, and the sum in the last row.
    Raises:
        Untraceable: If the step of a recipe is more than operations on tensors.
    Example:
        >>> from toygan import Recipe
        >>> from toygan.teach import count_operations
        >>> table = count_operations({"plain": Recipe(width=4, batch=8)})
        >>> bool(table.loc["bmm", "plain"] > 0)
        True
    """
    counts = {name: Counter(_list_operations(recipe)) for name, recipe in recipes.items()}
    table = pd.DataFrame(counts).fillna(0).astype(int)
    table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    table.loc["all"] = table.sum()
    return table.rename_axis("operation")


def _list_operations(recipe: Recipe) -> list[str]:
    nodes = capture(Population(recipe)).graph.graph.nodes
    called = [node.target for node in nodes if node.op == "call_function"]
    return [target.overloadpacket.__name__ for target in called if hasattr(target, "overloadpacket")]
