"""The parts that a recipe names, as objects that fit together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toygan.knobs import RecipeError
from toygan.parts.distributions import Distribution
from toygan.parts.losses import Loss
from toygan.parts.networks import NETWORKS, Network, NoDiscriminator, Shape
from toygan.parts.noises import Noise
from toygan.parts.optimizers import Optimizer
from toygan.parts.regularizers import Regularizer
from toygan.parts.schedules import Schedule
from toygan.parts.turns import Turn
from toygan.parts.warmups import Warmup
from toygan.text import SHOWN, short


@dataclass(frozen=True)
class Parts:
    """The parts that a recipe names, as objects; `refuses` of a part looks at them."""

    names: Mapping[str, str]  # the first characters of the recipe's specs, by field
    data: Distribution
    loss: Loss
    regularizers: Mapping[str, Regularizer]  # by their specs
    strengths: Mapping[str, float]  # of the regularizers, by their specs
    turns: Turn
    optimizer_g: Optimizer
    optimizer_d: Optimizer
    schedule: Schedule
    ema_warmup: Warmup
    noise: Noise
    generator: Network  # G and D before any regularizer has changed them
    discriminator: Network
    batch: int
    momentum: float
    rows: Mapping[str, Any]  # what each field names, by field; of regularizers by spec; None if it names nothing

    @property
    def networks(self) -> tuple[Network, Network]:
        """G and D as they train, changed by regularizers that shape networks."""
        g, d = self.generator, self.discriminator
        for name, part in self.regularizers.items():
            g, d = part.networks(g, d, self.strengths[name])
        return g, d


def assemble(fields: Mapping[str, Any], part: Mapping[str, Any]) -> Parts:
    """Make the parts of a recipe, and refuse combinations without meaning.

    Args:
        fields: The recipe's values by field.
        part: What each field names, by field.
    Returns:
        The parts.
    Raises:
        RecipeError: If two parts do not fit together.
    """
    data = part["data"]
    if (reason := data.refuses()) is not None:
        raise RecipeError("data", fields["data"], reason)
    _check_network(fields, "generator", part["generator"].kind, fields["latent"], data.dim)
    _check_network(fields, "discriminator", part["discriminator"].kind, data.dim, 1)
    specs = {name: value for name, value in fields.items() if isinstance(value, str)}
    shape = Shape(fields["width"], fields["depth"], fields["activation"])
    d = part["discriminator"] if part["loss"].uses_discriminator else NoDiscriminator
    parts = Parts(
        names={name: spec[:SHOWN] for name, spec in specs.items()},
        data=data,
        loss=part["loss"],
        regularizers=part["regularizers"],
        strengths=fields["regularizers"],
        turns=part["turns"],
        optimizer_g=part["optimizer_g"] or part["optimizer"],
        optimizer_d=part["optimizer_d"] or part["optimizer"],
        schedule=part["schedule"],
        ema_warmup=part["ema_warmup"],
        noise=part["noise"],
        generator=part["noise"].network(part["generator"](fields["latent"], data.dim, shape)),
        discriminator=d(data.dim, 1, shape),
        batch=fields["batch"],
        momentum=fields["momentum"],
        rows={name: part[name] for name in (*specs, "regularizers")},
    )
    for check in (_check_turns, _check_steps, _check_regularizers):
        check(fields, parts)
    return parts


def _check_network(fields: Mapping[str, Any], role: str, kind: type[Network], inputs: int, outputs: int) -> None:
    if role not in kind.roles:
        fitting = [name for name, spec in NETWORKS.items() if role in spec.kind.roles]
        raise RecipeError(role, fields[role], f"cannot be the {role}; allowed: {', '.join(fitting)}")
    if (reason := kind.refuses(inputs, outputs)) is not None:
        raise RecipeError(role, fields[role], reason)


def _check_turns(fields: Mapping[str, Any], parts: Parts) -> None:
    reason = parts.turns.refuses(parts)
    if reason is None and parts.turns.couples and not parts.loss.uses_discriminator:
        reason = f"loss {short(fields['loss'])} has no discriminator"
    if reason is not None:
        raise RecipeError("turns", fields["turns"], reason)


def _check_steps(fields: Mapping[str, Any], parts: Parts) -> None:
    for name, steps in (("g_steps", fields["g_steps"]), ("d_steps", fields["d_steps"])):
        if steps != 1 and not parts.turns.takes_steps:
            raise RecipeError(name, steps, f"turns {short(fields['turns'])} moves both players at once; only 1 fits")


def _check_regularizers(fields: Mapping[str, Any], parts: Parts) -> None:
    for name, regularizer in parts.regularizers.items():
        if not parts.loss.uses_discriminator:
            raise RecipeError("regularizers", name, f"loss {short(fields['loss'])} has no discriminator to regularize")
        if (reason := regularizer.refuses(parts)) is not None:
            raise RecipeError("regularizers", name, reason)
