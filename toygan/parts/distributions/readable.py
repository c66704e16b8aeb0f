"""Data by a name that people can read: its spec may hold a thousand numbers."""

from __future__ import annotations

from collections.abc import Sequence

from toygan.parts.spec import split


def name_data(spec: str) -> str:
    """Return a spec of data as people read it: points by their title and number, in place of the numbers.

    Args:
        spec: A value of a recipe's `data`.
    Returns:
        The spec itself if no points stand in it.
    Example:
        >>> from toygan.parts.distributions.readable import name_data
        >>> name_data("points(x=[[0,1],[2,3]],sigma=0.1,title='two')")
        'two (2)'
        >>> name_data("training-set(of=points(x=[0,1,2]),n=100)")
        'training-set(of=points (3))'
        >>> name_data("ring8(k=12)")
        'ring8(k=12)'
    """
    if "points(" not in spec:
        return spec
    try:
        name, arguments = split(spec)
    except ValueError:  # the menu says what is wrong
        return spec
    rows, of = arguments.get("x"), arguments.get("of")
    if name == "points" and isinstance(rows, Sequence):
        return f"{arguments.get('title') or name} ({len(rows):,})"
    if isinstance(of, str):
        return f"{name_data(of)}, standardised" if name == "standardised" else f"{name}(of={name_data(of)})"
    return spec
