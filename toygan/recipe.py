"""The recipe: all that decides a run, the seed included; each field carries its range or menu and its help."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from toygan.assembly import Parts, assemble
from toygan.knobs import MOST_SEEDS as MOST_SEEDS
from toygan.knobs import Choice, Number, Strengths, WholeNumber, knob
from toygan.knobs import Knob as Knob
from toygan.knobs import RecipeError as RecipeError
from toygan.knobs import check_count as check_count
from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.distributions.named_files import find_outside
from toygan.parts.distributions.readable import name_data
from toygan.parts.losses import LOSSES
from toygan.parts.menu import Menu
from toygan.parts.networks import ACTIVATIONS, NETWORKS
from toygan.parts.noises import NOISES
from toygan.parts.optimizers import OPTIMIZERS
from toygan.parts.regularizers import REGULARIZERS
from toygan.parts.schedules import SCHEDULES
from toygan.parts.turns import TURNS
from toygan.parts.warmups import WARMUPS
from toygan.text import load_json, short
from toygan.usual_names import suggest

LONGEST = 1_000_000  # characters of a recipe that is read
MOST_RUNS = 1_000_000  # of one sweep


def rate(help: str, label: str) -> Number:
    """Make the knob of a learning rate."""
    return Number(help, label=label, low=0.0, exclusive_low=True, slider=(1e-5, 1e-1), log=True, per_member=True)


def decay(help: str, slider: tuple[float, float], label: str) -> Number:
    """Make the knob of a decay: the share of a running mean that is kept from one step to the next."""
    return Number(help, label=label, low=0.0, high=1.0, exclusive_high=True, slider=slider, per_member=True)


@dataclass(frozen=True)
class Recipe:
    """A complete description of a run, the seed included: equal recipes give equal runs.

    A recipe is immutable and is validated when it is built. A name of a menu may have arguments, as in
    `data="ring8(k=12, radius=2)"`; assets/menus.md lists all names with their arguments.

    Args:
        data: Distribution that the generator learns, from `DISTRIBUTIONS` [default: "ring8"].
        loss: Loss functions of the two players, from `LOSSES` [default: "non-saturating"].
        regularizers: Strengths by name, from `REGULARIZERS` [default: {}].
        turns: Order of the players' updates, from `TURNS` [default: "alternating"].
        d_steps: Discriminator steps per iteration, 1 to 1000 [default: 1].
        g_steps: Generator steps per iteration, 1 to 1000 [default: 1].
        lr_g: Learning rate of the generator, above 0 [default: 1e-3].
        lr_d: Learning rate of the discriminator, above 0 [default: 1e-3].
        batch: Real samples, and as many generated ones, per step, 1 to 65536 [default: 128].
        optimizer: Update rule of both players, from `OPTIMIZERS` [default: "adam"].
        beta1: Adam's decay of the mean gradient, from 0 to below 1 [default: 0.5].
        beta2: Decay of the mean square gradient of Adam and rmsprop, from 0 to below 1 [default: 0.99].
        momentum: Share of the last step that `sgd` adds to the next, between -1 and 1 [default: 0.0].
        optimizer_g: Update rule of the generator alone, in place of `optimizer` [default: ""].
        optimizer_d: Update rule of the discriminator alone, in place of `optimizer` [default: ""].
        schedule: Course of both learning rates over the iterations, from `SCHEDULES` [default: "constant"].
        generator: Network of the generator, from `NETWORKS` [default: "mlp"].
        discriminator: Network of the discriminator, from `NETWORKS` [default: "mlp"].
        width: Units in each hidden layer of both networks, 1 to 4096 [default: 64].
        depth: Hidden layers of both networks, 0 to 16 [default: 2].
        activation: Nonlinearity of hidden units, from `ACTIVATIONS` [default: "relu"].
        latent: Dimensions of the generator's noise, 1 to 4096 [default: 2].
        noise: Distribution of the generator's noise, from `NOISES` [default: "normal"].
        ema: Decay of the averaged generator (EMA), from 0 (no average) to below 1 [default: 0.0].
        ema_warmup: Course of the decay of the average over the first iterations, from `WARMUPS` [default: "none"].
        anneal: Iterations over which fading regularizers fall to 0; 0 keeps them constant [default: 0].
        seed: Random seed of the initial weights, data and noise, 0 or larger [default: 0].
    Raises:
        RecipeError: If a field is invalid, or two fields do not fit together.
    Example:
        >>> from toygan import Recipe
        >>> recipe = Recipe(data="two-moons", loss="hinge", regularizers={"r1": 0.1}, seed=3)
        >>> recipe.lr_g, recipe.regularizers["r1"]
        (0.001, 0.1)
    """

    data: str = knob(
        "ring8",
        Choice(
            "distribution that the generator learns",
            DISTRIBUTIONS,
            live=False,
            label="Data",
            name=name_data,
            first=("ring8", "bimodal", "gaussian2d", "two-moons", "grid25", "bimodal(weight=0.9)"),
        ),
    )
    loss: str = knob(
        "non-saturating",
        Choice(
            "loss functions of the two players",
            LOSSES,
            live_except=lambda loss: LOSSES.make(loss).uses_discriminator,
            label="Loss",
            first=("non-saturating", "minimax", "least-squares", "hinge", "wasserstein", "relativistic"),
        ),
    )
    regularizers: Mapping[str, float] = knob(
        {},
        Strengths(
            "regularizers, each with its strength",
            REGULARIZERS,
            label="Regularizers",
            first=("r1", "gradient-penalty", "weight-clipping", "spectral-norm", "instance-noise", "unrolled"),
        ),
    )
    turns: str = knob("alternating", Choice("order of the players' updates", TURNS, label="Order of updates"))
    d_steps: int = knob(
        1, WholeNumber("discriminator steps per iteration", low=1, high=1000, slider=(1, 20), label="Steps of D")
    )
    g_steps: int = knob(
        1, WholeNumber("generator steps per iteration", low=1, high=1000, slider=(1, 20), label="Steps of G")
    )
    lr_g: float = knob(1e-3, rate("learning rate of the generator", label="Learning rate of G"))
    lr_d: float = knob(1e-3, rate("learning rate of the discriminator", label="Learning rate of D"))
    batch: int = knob(
        128,
        WholeNumber(
            "real samples, and as many generated ones, per step",
            low=1,
            high=2**16,
            slider=(8, 512),
            log=True,
            label="Batch size",
        ),
    )
    optimizer: str = knob("adam", Choice("update rule of both players", OPTIMIZERS, label="Optimizer"))
    beta1: float = knob(0.5, decay("Adam: decay of the mean gradient", (0.0, 0.99), label="Momentum (beta1)"))
    beta2: float = knob(
        0.99, decay("Adam and rmsprop: decay of the mean square gradient", (0.5, 0.999), label="Adam's beta2")
    )
    momentum: float = knob(
        0.0,
        Number(
            "sgd: share of the last step that is added to the next; may be negative",
            low=-1.0,
            high=1.0,
            exclusive_low=True,
            exclusive_high=True,
            slider=(-0.9, 0.9),
            per_member=True,
            label="Momentum of sgd",
        ),
    )
    optimizer_g: str = knob(
        "", Choice("update rule of the generator alone", OPTIMIZERS, unset="same as optimizer", label="Optimizer of G")
    )
    optimizer_d: str = knob(
        "",
        Choice("update rule of the discriminator alone", OPTIMIZERS, unset="same as optimizer", label="Optimizer of D"),
    )
    schedule: str = knob(
        "constant", Choice("course of both learning rates over the iterations", SCHEDULES, label="Schedule of rates")
    )
    generator: str = knob("mlp", Choice("network of the generator", NETWORKS, live=False, label="Network of G"))
    discriminator: str = knob("mlp", Choice("network of the discriminator", NETWORKS, live=False, label="Network of D"))
    width: int = knob(
        64,
        WholeNumber(
            "units in each hidden layer",
            low=1,
            high=4096,
            slider=(4, 256),
            log=True,
            live=False,
            label="Units in a layer",
        ),
    )
    depth: int = knob(
        2, WholeNumber("number of hidden layers", low=0, high=16, slider=(0, 6), live=False, label="Hidden layers")
    )
    activation: str = knob(
        "relu", Choice("nonlinearity of hidden units", ACTIVATIONS, live=False, label="Nonlinearity")
    )
    latent: int = knob(
        2,
        WholeNumber(
            "dimensions of the generator's noise",
            low=1,
            high=4096,
            slider=(1, 64),
            live=False,
            label="Noise dims",
        ),
    )
    noise: str = knob("normal", Choice("distribution of the generator's noise", NOISES, live=False, label="Noise of G"))
    ema: float = knob(
        0.0, decay("decay of the averaged generator (EMA); 0 turns it off", (0.0, 0.999), label="Average of G (EMA)")
    )
    ema_warmup: str = knob(
        "none",
        Choice("course of the average's decay over the first iterations", WARMUPS, label="Warm-up of the average"),
    )
    anneal: int = knob(
        0,
        WholeNumber(
            "iterations over which fading regularizers (instance noise) fall to 0; 0 keeps them constant",
            low=0,
            high=10**9,
            slider=(0, 20_000),
            label="Fading over",
        ),
    )
    seed: int = knob(
        0,
        WholeNumber(
            "random seed of the initial weights, data and noise",
            low=0,
            high=2**63,
            exclusive_high=True,
            slider=(0, 99),
            live=False,
            per_member=True,
            label="Seed",
        ),
    )

    def __post_init__(self) -> None:
        self._settle({})
        object.__setattr__(self, "_menus", Menu.changes)

    def _settle(self, held: Mapping[str, Mapping[str, Any]]) -> None:
        """Check every field and make the parts that it names, except those that are `held`, by field and spec."""
        named = {}
        for name, how in KNOBS.items():
            value, named[name] = how.check(name, getattr(self, name), held.get(name, {}))
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_parts", assemble({name: getattr(self, name) for name in KNOBS}, named))

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[Any, ...]:
        return Recipe.from_json, (self.to_json(),)

    @property
    def parts(self) -> Parts:
        """The parts that the recipe names, as objects.

        Example:
            >>> from toygan import Recipe
            >>> Recipe(loss="least-squares").parts.loss
            LeastSquares(a=0.0, b=1.0, c=1.0)
        """
        parts: Parts = vars(self)["_parts"]
        return parts

    @property
    def distribution(self) -> Distribution:
        """The data as an object, with its samples, density and modes.

        Example:
            >>> from toygan import Recipe
            >>> Recipe(data="ring8(k=12)").distribution.modes.shape
            torch.Size([12, 2])
        """
        return self.parts.data

    def seeds(self, n: int, renew: bool = True) -> list[Recipe]:
        """Return this recipe under n seeds: its own and those that follow.

        Args:
            n: Number of recipes, 1 to 1,000,000.
            renew: True makes a part again if its file or its row of a menu may have changed, False keeps it
                [default: True].
        Returns:
            Recipes that differ only in `seed`.
        Raises:
            RecipeError: If n is not such a number, or a seed would reach 2^63.
        Example:
            >>> from toygan import Recipe
            >>> [recipe.seed for recipe in Recipe(seed=5).seeds(3)]
            [5, 6, 7]
        """
        check_count("seeds", n, MOST_RUNS)
        if self.seed + n > 2**63:
            raise RecipeError("seed", self.seed, f"leaves no room for {n} seeds")
        changed = renew and (vars(self)["_menus"] != Menu.changes or self.parts.data.stale)
        checked = self.but() if changed else self
        _ = checked.shape  # computed once for all of them
        return [checked._with_seed(self.seed + i) for i in range(n)]

    def _with_seed(self, seed: int) -> Recipe:
        """Copy this recipe without validating it again: no other field and no part depends on the seed."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), seed=seed)
        return twin

    def but(self, **changes: Any) -> Recipe:
        """Return this recipe with some fields changed.

        Args:
            **changes: New values by field.
        Returns:
            A new recipe; this one stays as it is.
        Raises:
            RecipeError: If a field does not exist, or the new recipe is invalid.
        Example:
            >>> from toygan import Recipe
            >>> Recipe(loss="hinge").but(lr_g=0.01).to_string()
            'loss=hinge&lr_g=0.01'
        """
        _check_names(changes)
        return dataclasses.replace(self, **changes)

    def amend(self, **changes: Any) -> Recipe:
        """Return this recipe with some fields changed, and with its own parts in all others.

        `but` makes every part again: it reads a file that has changed, and takes the present row of a menu.

        Args:
            **changes: New values by field; regularizers that stay keep their parts.
        Returns:
            A new recipe, with which a run of this one can continue.
        Raises:
            RecipeError: If a field does not exist, or the new recipe is invalid.
        Example:
            >>> from toygan import Recipe
            >>> recipe = Recipe(data="training-set(of=two-moons)")
            >>> recipe.amend(lr_g=0.01).distribution is recipe.distribution
            True
        """
        _check_names(changes)
        new = object.__new__(type(self))
        vars(new).update({name: getattr(self, name) for name in FIELDS}, **changes)
        rows = {name: row for name, row in self.parts.rows.items() if name not in changes or name == "regularizers"}
        new._settle(
            {name: row if isinstance(row, Mapping) else {getattr(self, name): row} for name, row in rows.items()}
        )
        object.__setattr__(new, "_menus", vars(self)["_menus"])
        return new

    def to_json(self) -> str:
        """Write all fields as a JSON object.

        Returns:
            JSON text with sorted fields; `Recipe.from_json` reads it without loss.
        Example:
            >>> import json
            >>> from toygan import Recipe
            >>> json.loads(Recipe().to_json())["batch"]
            128
        """
        return json.dumps({name: getattr(self, name) for name in KNOBS}, sort_keys=True, default=dict)

    @staticmethod
    def from_json(text: str) -> Recipe:
        """Read a recipe from the JSON of `to_json`.

        Args:
            text: A JSON object of fields; those that are missing get their defaults.
        Returns:
            The recipe.
        Raises:
            RecipeError: If the text is not JSON of a recipe, or the recipe is invalid.
        Example:
            >>> from toygan import Recipe
            >>> Recipe.from_json('{"loss": "hinge"}') == Recipe(loss="hinge")
            True
        """
        _check_text(text)
        try:
            values = load_json(text)
        except ValueError as error:
            raise RecipeError("recipe", text, f"is not JSON of a recipe ({error})") from None
        if not isinstance(values, dict):
            raise RecipeError("recipe", text, "is not a JSON object of fields")
        _check_names(values)
        return Recipe(**values)

    def to_string(self) -> str:
        """Write the fields that differ from the defaults as a line to share.

        Returns:
            A line such as `loss=hinge&seed=3`, escaped as in a URL; `Recipe.from_string` reads it without loss. Of a
            data file it has the name, not the rows.
        Example:
            >>> from toygan import Recipe
            >>> Recipe(loss="hinge", regularizers={"r1": 0.1}, seed=3).to_string()
            'loss=hinge&regularizers=r1:0.1&seed=3'
        """
        values = {name: getattr(self, name) for name in KNOBS}
        changed = {name: KNOBS[name].write(v) for name, v in values.items() if v != getattr(DEFAULT, name)}
        return urlencode(changed, quote_via=quote, safe=":,()=[]'")

    @staticmethod
    def from_string(text: str, outside: bool = False) -> Recipe:
        """Read a recipe from the line of `to_string`.

        A line may name a data file, which is opened at once.

        Args:
            text: `field=value&field=value`; fields that are missing get their defaults.
            outside: True also opens a file outside the working folder [default: False].
        Returns:
            The recipe.
        Raises:
            RecipeError: If the line has another form, if it names a file that may not be opened, or if the recipe is
                invalid.
        Example:
            >>> from toygan import Recipe
            >>> Recipe.from_string("loss=hinge&seed=3") == Recipe(loss="hinge", seed=3)
            True
        """
        _check_text(text)
        how: dict[str, Any] = {"keep_blank_values": True, "strict_parsing": True, "max_num_fields": len(FIELDS)}
        try:
            pairs = parse_qsl(text, **how) if text else []
        except ValueError:
            raise RecipeError("recipe", text, "is not of the form field=value&field=value, each field once") from None
        values = dict(pairs)
        if len(values) < len(pairs):
            raise RecipeError("recipe", text, "names a field twice")
        _check_names(values)
        if not outside:
            refuse_outside(
                values.get("data", ""), "give outside=True, or --outside in the shell, if you trust the line"
            )
        return Recipe(**{name: parse(name, words) for name, words in values.items()})

    def to_pytorch(self, notebook: bool = False) -> str:
        """Write the recipe as a script of plain PyTorch, without toygan.

        Args:
            notebook: True gives a notebook (.ipynb) with a plot instead of a script [default: False].
        Returns:
            The text of the file; assets/export.md lists which parts can be exported.
        Raises:
            RecipeError: If a part has no text; the message names its field and what is supported.
        Example:
            >>> from toygan import Recipe
            >>> script = Recipe(loss="hinge", data="two-moons").to_pytorch()
            >>> "relu(1 - a_real) + relu(1 + a_fake)" in script, "toygan" in script.split("import torch")[1]
            (True, False)
        """
        # Loaded when it is asked for: a recipe needs nothing that stands above it.
        text: str = import_module("toygan.export").to_pytorch(self, notebook)
        return text

    def same_shape(self, other: Recipe) -> str | None:
        """Compare two recipes as members of one population, which share all fields but numbers such as rates.

        Args:
            other: The recipe to compare with.
        Returns:
            The first field that keeps the two out of one population, or None if they fit.
        Example:
            >>> from toygan import Recipe
            >>> Recipe().same_shape(Recipe(lr_g=0.1)), Recipe().same_shape(Recipe(batch=8))
            (None, 'batch')
        """
        different = self._compare(other, "shape_part")
        return "data" if different is None and self.parts.data.digest != other.parts.data.digest else different

    @functools.cached_property
    def shape(self) -> Hashable:
        """All that members of one population share: equal for two recipes if `same_shape` of them is None."""
        parts = (how.shape_part(getattr(self, name)) for name, how in KNOBS.items())
        texts = (frozenset(part.items()) if isinstance(part, dict) else part for part in parts)
        return (*texts, self.parts.data.digest)

    def needs_restart(self, other: Recipe) -> str | None:
        """Compare two recipes as a playing run and its next recipe.

        Args:
            other: The recipe that the run would continue with.
        Returns:
            The first field that cannot change while a run plays, or None if all changes are live.
        Example:
            >>> from toygan import Recipe
            >>> Recipe().needs_restart(Recipe(loss="hinge")), Recipe().needs_restart(Recipe(width=8))
            (None, 'width')
        """
        return self._compare(other, "fixed_part")

    def _compare(self, other: Recipe, view: str) -> str | None:
        """Return the first field in which the two differ, also as seen through the knob's method `view`."""
        for name, how in KNOBS.items():
            mine, yours, see = getattr(self, name), getattr(other, name), getattr(how, view)
            if mine != yours and see(mine) != see(yours):
                return name
        return None


FIELDS: dict[str, dataclasses.Field[Any]] = {f.name: f for f in dataclasses.fields(Recipe)}
KNOBS: dict[str, Knob] = {name: f.metadata["knob"] for name, f in FIELDS.items()}


def refuse_outside(data: str, remedy: str) -> None:
    """Raise RecipeError, with a remedy, if the data that someone may have sent is a file outside the working folder."""
    if (path := find_outside(data)) is not None:
        raise RecipeError("data", data, f"{short(path)} is outside the working folder and is not opened; {remedy}")


def parse(name: str, words: str) -> Any:
    """Read a field's value as written on a command line or in a share string; raise RecipeError if that fails."""
    return KNOBS[name].read(name, words)


def check_recipe(name: str, value: object) -> None:
    """Raise RecipeError unless a value is a recipe."""
    if not isinstance(value, Recipe):
        raise RecipeError(name, value, "must be a Recipe, such as Recipe(data='ring8')")


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise RecipeError("recipe", text, "must be text")
    if len(text) > LONGEST:
        raise RecipeError("recipe", text, f"has {len(text):,} characters; must be at most {LONGEST:,}")


def _check_names(values: Mapping[str, Any]) -> None:
    for name in values:
        if name not in FIELDS:
            allowed = f"is not a field of a recipe{suggest(name, FIELDS)}; allowed: {', '.join(FIELDS)}"
            raise RecipeError(short(name)[1:-1], values[name], allowed)


_initialize = Recipe.__init__


@functools.wraps(_initialize)
def _initialize_known_fields(self: Recipe, *args: Any, **fields: Any) -> None:
    _check_names(fields)
    _initialize(self, *args, **fields)


Recipe.__init__ = _initialize_known_fields  # type: ignore[method-assign]


DEFAULT = Recipe()
