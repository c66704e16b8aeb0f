"""A recipe: everything that decides a run, the seed included; each field carries its range or menu and its help."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from toygan.knobs import Choice, Number, Strengths, WholeNumber, knob
from toygan.knobs import Knob as Knob
from toygan.knobs import RecipeError as RecipeError
from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.losses import LOSSES, Loss
from toygan.parts.menu import Menu
from toygan.parts.networks import ACTIVATIONS, NETWORKS, Network, NoDiscriminator, Shape
from toygan.parts.noises import NOISES, Noise
from toygan.parts.optimizers import OPTIMIZERS, Optimizer
from toygan.parts.regularizers import REGULARIZERS, Regularizer
from toygan.parts.schedules import SCHEDULES, Schedule
from toygan.parts.turns import TURNS, Turn
from toygan.text import SHOWN, hint, load_json, short

LONGEST = 1_000_000  # characters of a recipe that is read


def rate(help: str) -> Number:
    """A learning rate."""
    return Number(help, low=0.0, exclusive_low=True, slider=(1e-5, 1e-1), log=True, per_member=True)


def decay(help: str, slider: tuple[float, float]) -> Number:
    """The share of a running mean that is kept from one step to the next."""
    return Number(help, low=0.0, high=1.0, exclusive_high=True, slider=slider, per_member=True)


@dataclass(frozen=True)
class Parts:
    """The parts that a recipe names, and what else decides whether they fit: what `refuses` of each part sees."""

    names: Mapping[str, str]  # how the recipe's specs begin, by field
    data: Distribution
    loss: Loss
    regularizers: Mapping[str, Regularizer]  # by their specs
    turns: Turn
    optimizer_g: Optimizer
    optimizer_d: Optimizer
    schedule: Schedule
    noise: Noise
    generator: Network  # G and D before any regularizer has changed them
    discriminator: Network
    batch: int
    momentum: float


@dataclass(frozen=True)
class Recipe:
    """All that decides a run. Raises RecipeError, before any work, where a field is wrong or two fields do not fit."""

    data: str = knob("ring8", Choice("the distribution that the generator has to learn", DISTRIBUTIONS, live=False))
    loss: str = knob(
        "non-saturating",
        Choice("what the two players minimise", LOSSES, live_except=lambda loss: LOSSES.make(loss).uses_discriminator),
    )
    regularizers: Mapping[str, float] = knob({}, Strengths("regularizers, each with its strength", REGULARIZERS))
    turns: str = knob("alternating", Choice("who moves when", TURNS))
    d_steps: int = knob(1, WholeNumber("discriminator steps in one iteration", low=1, high=1000, slider=(1, 20)))
    g_steps: int = knob(1, WholeNumber("generator steps in one iteration", low=1, high=1000, slider=(1, 20)))
    lr_g: float = knob(1e-3, rate("learning rate of the generator"))
    lr_d: float = knob(1e-3, rate("learning rate of the discriminator"))
    batch: int = knob(
        128, WholeNumber("samples of each kind in one step", low=1, high=2**16, slider=(8, 512), log=True)
    )
    optimizer: str = knob("adam", Choice("how a gradient becomes a step", OPTIMIZERS))
    beta1: float = knob(0.5, decay("Adam: decay of the mean gradient", (0.0, 0.99)))
    beta2: float = knob(0.99, decay("Adam and rmsprop: decay of the mean square", (0.5, 0.999)))
    momentum: float = knob(
        0.0,
        Number(
            "sgd: share of the last step that is kept; may be negative",
            low=-1.0,
            high=1.0,
            exclusive_low=True,
            exclusive_high=True,
            slider=(-0.9, 0.9),
            per_member=True,
        ),
    )
    optimizer_g: str = knob("", Choice("the generator's own, with its own numbers", OPTIMIZERS, unset="as optimizer"))
    optimizer_d: str = knob(
        "", Choice("the discriminator's own, with its own numbers", OPTIMIZERS, unset="as optimizer")
    )
    schedule: str = knob("constant", Choice("how both learning rates change over the iterations", SCHEDULES))
    generator: str = knob("mlp", Choice("the generator's network", NETWORKS, live=False))
    discriminator: str = knob("mlp", Choice("the discriminator's network", NETWORKS, live=False))
    width: int = knob(
        64, WholeNumber("units in each hidden layer", low=1, high=4096, slider=(4, 256), log=True, live=False)
    )
    depth: int = knob(2, WholeNumber("hidden layers", low=0, high=16, slider=(0, 6), live=False))
    activation: str = knob("relu", Choice("the activation of hidden units", ACTIVATIONS, live=False))
    latent: int = knob(
        2, WholeNumber("dimensions of the generator's noise", low=1, high=4096, slider=(1, 64), live=False)
    )
    noise: str = knob("normal", Choice("the distribution of the generator's noise", NOISES, live=False))
    ema: float = knob(
        0.0, decay("share of its past that the averaged generator keeps; 0 averages nothing", (0.0, 0.999))
    )
    anneal: int = knob(
        0,
        WholeNumber(
            "iterations over which fading regularizers (instance noise) go to 0; 0 keeps them",
            low=0,
            high=10**9,
            slider=(0, 20_000),
        ),
    )
    seed: int = knob(
        0,
        WholeNumber(
            "what the run draws: initial weights, data and noise",
            low=0,
            high=2**63 - 1,
            slider=(0, 99),
            live=False,
            per_member=True,
        ),
    )

    def __post_init__(self) -> None:
        stands_for = {}
        for name, how in KNOBS.items():
            value, stands_for[name] = how.check(name, getattr(self, name))
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_parts", _fit(self, stands_for))
        object.__setattr__(self, "_menus", Menu.changes)

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[Any, ...]:
        return Recipe.from_json, (self.to_json(),)

    @property
    def parts(self) -> Parts:
        """The parts that the recipe names."""
        return self._parts  # type: ignore[attr-defined, no-any-return]

    @property
    def distribution(self) -> Distribution:
        """The data as an object: samples, density, modes."""
        return self.parts.data

    def seeds(self, n: int) -> list[Recipe]:
        """This recipe under n seeds, its own and those that follow; RecipeError where n is below 1 or seeds end."""
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise RecipeError("seeds", n, "must be a whole number, at least 1")
        if self.seed + n > 2**63:
            raise RecipeError("seed", self.seed, f"leaves no room for {n} seeds")
        changed = vars(self)["_menus"] != Menu.changes or self.parts.data.stale
        checked = self.but() if changed else self
        return [checked._with_seed(self.seed + i) for i in range(n)]

    def _with_seed(self, seed: int) -> Recipe:
        """Copy this recipe without validating it again: no field, and no part, depends on the seed."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), seed=seed)
        return twin

    def but(self, **changes: Any) -> Recipe:
        """This recipe with some fields changed; RecipeError also for a field that does not exist."""
        _known(changes)
        return dataclasses.replace(self, **changes)

    def to_json(self) -> str:
        """All fields as a JSON object."""
        return json.dumps({name: getattr(self, name) for name in KNOBS}, sort_keys=True, default=dict)

    @staticmethod
    def from_json(text: str) -> Recipe:
        """The recipe of `to_json`; RecipeError where the text is no recipe."""
        _readable(text)
        try:
            values = load_json(text)
        except ValueError as error:
            raise RecipeError("recipe", text, f"is not JSON of a recipe ({error})") from None
        if not isinstance(values, dict):
            raise RecipeError("recipe", text, "is not a JSON object of fields")
        _known(values)
        return Recipe(**values)

    def to_string(self) -> str:
        """A short line to share, all that differs from the defaults: `loss=hinge&regularizers=r1:0.1&seed=3`."""
        values = {name: getattr(self, name) for name in KNOBS}
        changed = {name: KNOBS[name].write(v) for name, v in values.items() if v != getattr(DEFAULT, name)}
        return urlencode(changed, quote_via=quote, safe=":,()=[]'")

    @staticmethod
    def from_string(text: str) -> Recipe:
        """The recipe of `to_string`; RecipeError where the line is no recipe."""
        _readable(text)
        how: dict[str, Any] = {"keep_blank_values": True, "strict_parsing": True, "max_num_fields": len(FIELDS)}
        try:
            listed = parse_qsl(text, **how) if text else []
        except ValueError:
            raise RecipeError("recipe", text, "is not of the form field=value&field=value, each field once") from None
        pairs = dict(listed)
        if len(pairs) < len(listed):
            raise RecipeError("recipe", text, "names a field twice")
        _known(pairs)
        return Recipe(**{name: parse(name, words) for name, words in pairs.items()})

    def same_shape(self, other: Recipe) -> str | None:
        """The first field that keeps the two out of one population, or None: members share all but their numbers."""
        return self._first(other, {name: how.shape_part for name, how in KNOBS.items()})

    def needs_restart(self, other: Recipe) -> str | None:
        """The first field in which the other differs that cannot change while a run plays, or None."""
        return self._first(other, {name: how.fixed_part for name, how in KNOBS.items()})

    def _first(self, other: Recipe, view: Mapping[str, Callable[[Any], Any]]) -> str | None:
        """The first field in which the two differ as seen through `view`."""
        for name, see in view.items():
            if see(getattr(self, name)) != see(getattr(other, name)):
                return name
        return None


FIELDS: dict[str, dataclasses.Field[Any]] = {f.name: f for f in dataclasses.fields(Recipe)}
KNOBS: dict[str, Knob] = {name: f.metadata["knob"] for name, f in FIELDS.items()}
NAMED = [name for name, how in KNOBS.items() if isinstance(how, Choice) and not isinstance(how, Strengths)]


def parse(name: str, words: str) -> Any:
    """The value of the field `name` as written on a command line or in a share string; RecipeError where unreadable."""
    return KNOBS[name].read(name, words)


def _readable(text: object) -> None:
    if not isinstance(text, str):
        raise RecipeError("recipe", text, "must be text")
    if len(text) > LONGEST:
        raise RecipeError("recipe", text, f"has {len(text):,} characters; must be at most {LONGEST:,}")


def _known(values: Mapping[str, Any]) -> None:
    for name in values:
        if name not in FIELDS:
            allowed = f"is no field of a recipe{hint(name, FIELDS)}; allowed: {', '.join(FIELDS)}"
            raise RecipeError(short(name)[1:-1], values[name], allowed)


def _fit(recipe: Recipe, part: Mapping[str, Any]) -> Parts:
    """Build the recipe's parts from what each field names, and refuse combinations without meaning."""
    data = part["data"]
    if (reason := data.refuses()) is not None:
        raise RecipeError("data", recipe.data, reason)
    _check_network(recipe, "generator", part["generator"].kind, recipe.latent, data.dim)
    _check_network(recipe, "discriminator", part["discriminator"].kind, data.dim, 1)
    shape = Shape(recipe.width, recipe.depth, recipe.activation)
    d = part["discriminator"] if part["loss"].uses_discriminator else NoDiscriminator
    parts = Parts(
        names={name: getattr(recipe, name)[:SHOWN] for name in NAMED},
        data=data,
        loss=part["loss"],
        regularizers=part["regularizers"],
        turns=part["turns"],
        optimizer_g=part["optimizer_g"] or part["optimizer"],
        optimizer_d=part["optimizer_d"] or part["optimizer"],
        schedule=part["schedule"],
        noise=part["noise"],
        generator=part["noise"].network(part["generator"](recipe.latent, data.dim, shape)),
        discriminator=d(data.dim, 1, shape),
        batch=recipe.batch,
        momentum=recipe.momentum,
    )
    for check in (_check_turns, _check_steps, _check_regularizers):
        check(recipe, parts)
    return parts


def _check_network(recipe: Recipe, role: str, kind: type[Network], inputs: int, outputs: int) -> None:
    if role not in kind.roles:
        fitting = [name for name, spec in NETWORKS.items() if role in spec.kind.roles]
        raise RecipeError(role, getattr(recipe, role), f"cannot be the {role}; allowed: {', '.join(fitting)}")
    if (reason := kind.refuses(inputs, outputs)) is not None:
        raise RecipeError(role, getattr(recipe, role), reason)


def _check_turns(recipe: Recipe, parts: Parts) -> None:
    reason = parts.turns.refuses(parts)
    if reason is None and parts.turns.couples and not parts.loss.uses_discriminator:
        reason = f"loss {short(recipe.loss)} has no discriminator"
    if reason is not None:
        raise RecipeError("turns", recipe.turns, reason)


def _check_steps(recipe: Recipe, parts: Parts) -> None:
    for name, steps in (("g_steps", recipe.g_steps), ("d_steps", recipe.d_steps)):
        if steps != 1 and not parts.turns.takes_steps:
            raise RecipeError(name, steps, f"turns {short(recipe.turns)} moves both players at once; only 1 fits")


def _check_regularizers(recipe: Recipe, parts: Parts) -> None:
    for name, regularizer in parts.regularizers.items():
        if not parts.loss.uses_discriminator:
            raise RecipeError("regularizers", name, f"loss {short(recipe.loss)} has no discriminator to regularize")
        if (reason := regularizer.refuses(parts, recipe.regularizers[name])) is not None:
            raise RecipeError("regularizers", name, reason)


DEFAULT = Recipe()
