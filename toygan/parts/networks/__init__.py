"""The networks of both players: pure functions of parameters, all members at once.

A network is a frozen dataclass. Its spec is a row of the menu, which a recipe names, with arguments if it has any.
"""

from __future__ import annotations

from collections.abc import Callable

from toygan.parts.menu import Menu
from toygan.parts.networks.base import Network as Network
from toygan.parts.networks.base import NetworkSpec as NetworkSpec
from toygan.parts.networks.base import Shape as Shape
from toygan.parts.networks.layers import ACTIVATIONS as ACTIVATIONS
from toygan.parts.networks.layers import MLP as MLP
from toygan.parts.networks.plain import PLAIN
from toygan.parts.networks.plain import NoDiscriminator as NoDiscriminator
from toygan.parts.networks.specs import LAYERED

NETWORKS: Menu[NetworkSpec] = Menu({**LAYERED, **PLAIN})
"""The networks by name, for a recipe's `generator` and `discriminator`."""


def name_discriminators(fits: Callable[[type[Network]], bool]) -> str:
    """Return the names of all discriminators of a kind that fits, for messages: "'mlp', 'maxout' or 'linear'"."""
    names = [repr(name) for name, spec in NETWORKS.items() if "discriminator" in spec.kind.roles and fits(spec.kind)]
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
