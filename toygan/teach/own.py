"""A learner's own part: a row in the menu of its kind."""

from __future__ import annotations

from typing import Any

from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.losses import LOSSES, Loss
from toygan.parts.menu import Menu
from toygan.parts.metrics import METRICS, Metric
from toygan.parts.networks import NETWORKS, NetworkSpec
from toygan.parts.noises import NOISES, Noise
from toygan.parts.optimizers import OPTIMIZERS, Optimizer
from toygan.parts.regularizers import REGULARIZERS, Regularizer
from toygan.parts.schedules import SCHEDULES, Schedule
from toygan.parts.turns import TURNS, Turn
from toygan.parts.warmups import WARMUPS, Warmup

MENUS: dict[type, Menu[Any]] = {
    Loss: LOSSES,
    Regularizer: REGULARIZERS,
    Distribution: DISTRIBUTIONS,
    Metric: METRICS,
    Optimizer: OPTIMIZERS,
    Turn: TURNS,
    NetworkSpec: NETWORKS,
    Noise: NOISES,
    Schedule: SCHEDULES,
    Warmup: WARMUPS,
}


def register(name: str, part: Any) -> None:
    """Add a part to the menu of its kind, where recipes and playgrounds find it by its name.

    A name that the menu has already gets the new part, so that a cell of a notebook can be run again.

    Args:
        name: The name of the new row, such as "mine".
        part: An instance of Loss, Regularizer, Distribution, Metric, Optimizer, Turn, NetworkSpec, Noise, Schedule or
            Warmup, or a class of one of these that needs no arguments.
    Raises:
        TypeError: If it is not a part; the message names the kinds that are allowed.
    Example:
        >>> from toygan import LOSSES, Loss, Recipe
        >>> from toygan.teach import register
        >>> class Exponential(Loss):
        ...     def on_real(self, a): return (-a).exp()
        ...     def on_fake(self, a): return a.exp()
        ...     def for_generator(self, a): return (-a).exp()
        >>> register("exponential", Exponential)
        >>> Recipe(loss="exponential").to_string()
        'loss=exponential'
        >>> del LOSSES["exponential"]
    """
    kind = part if isinstance(part, type) else type(part)
    menus = [menu for base, menu in MENUS.items() if issubclass(kind, base)]
    if not menus:
        allowed = ", ".join(base.__name__ for base in MENUS)
        raise TypeError(f"part={part!r}: must be an instance or a class of one of {allowed}")
    menus[0][name] = part
