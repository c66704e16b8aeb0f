"""A population: P small games trained at once, each iteration in the order of the paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch
from torch import Tensor

from toygan.parts.optimizers import OptimizerRates
from toygan.parts.warmups import WARMUPS
from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.training.batches import Batch, ProbeSource
from toygan.training.device import as_device
from toygan.training.game import Game
from toygan.training.players import Player
from toygan.training.probe import Probe
from toygan.training.program import Program
from toygan.training.rows import check_member, tabulate
from toygan.training.snapshot import Snapshot
from toygan.training.state import PlayerState, State, StateError
from toygan.training.tracer import Untraceable

if TYPE_CHECKING:
    import pandas as pd

PLAYERS = ("D", "G")
PROBE_BATCHES = 8  # batches to look at, of different sizes, that are kept: drawing one costs more than looking at it


class Population:
    """P small GANs trained at once; members share every shape and choice and may differ in every number.

    Each member draws its initial weights, data and noise from its own seed, so seed 3 is the same run alone and among
    64. To look at a population never changes it. `train` takes any mixture of recipes.

    Args:
        recipes: The recipe of each member, or one recipe; all must agree in all fields but numbers.
        device: The device of all tensors [default: "cpu"].
        dtype: The type of all numbers [default: torch.float32].
    Raises:
        RecipeError: If two recipes do not fit into one population, or if torch has no such device here.
    Example:
        >>> from toygan import Population, Recipe
        >>> population = Population(Recipe(width=4, batch=8).seeds(3))
        >>> population.run(10)
        >>> population.steps, tuple(population.generate(100).shape)
        (10, (3, 100, 2))
    """

    def __init__(
        self, recipes: Recipe | Sequence[Recipe], device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        _keep_freed_memory()
        self.recipes = _check_shapes(as_tuple(recipes))
        self.device, self.dtype = as_device(device), dtype
        self.game = Game(self.recipes, self.device, dtype)
        self.turn = self.recipes[0].parts.turns
        self.game.turn_state = self.turn.start(self.generator.theta, self.discriminator.theta)
        self._average = self.generator.theta
        self._alive = torch.ones(len(self.recipes), dtype=torch.bool, device=self.device)
        self._age = torch.zeros(len(self.recipes), dtype=torch.long, device=self.device)  # iterations while alive
        self._read_ema()
        self._probe_batches: dict[tuple[int | None, int], Batch] = {}
        self.program: Program | None = None

    def _read_ema(self) -> None:
        self._averages = any(recipe.ema for recipe in self.recipes)
        self._ema = self._average.new_tensor([[recipe.ema] for recipe in self.recipes])
        self._warmup = self.recipes[0].parts.ema_warmup

    def _decay(self) -> Tensor:
        """Return the share of each average that the next iteration keeps `(P, 1)`."""
        full = self._ema
        return full if self._warmup.plain else self._warmup.decay(self.steps + 1, full).where(full > 0, 0.0)

    @property
    def steps(self) -> int:
        """Iterations so far."""
        return self.game.steps

    @property
    def generator(self) -> Player:
        """The generators of all members; `generator.theta` `(P, n_g)` may be assigned."""
        return self.game.generator

    @property
    def discriminator(self) -> Player:
        """The discriminators of all members; `discriminator.theta` `(P, n_d)` may be assigned."""
        return self.game.discriminator

    @property
    def average(self) -> Tensor:
        """The moving average of each generator's parameters `(P, n_g)`; its present ones if the recipe's `ema` is 0."""
        return self._average if self._averages else self.generator.theta

    @property
    def diverged_at(self) -> np.ndarray:
        """The iteration at which each member's parameters were first not finite, or -1 `(P,)`."""
        return self._diverged_at.cpu().numpy()

    @property
    def _diverged_at(self) -> Tensor:
        return torch.where(self._alive, -1, self._age + 1)

    # Training.

    def batch(self) -> Batch:
        """Draw the next training batch of every member.

        Returns:
            A batch: `real` samples `(P, n, dim)` and latent points `z` `(P, n, latent)`, n being the recipe's `batch`.
        """
        return self.game.batch()

    def step(self) -> None:
        """Train for one iteration, by the program if there is one."""
        if self.program is None or not self.program.step(self):
            self.take_step()

    def take_step(self) -> None:
        """Train for one iteration step by step: the turn lets D and G take their steps."""
        decay = self._decay()
        self.turn.step(self.game)
        self.game.steps += 1
        self.game.apply_schedule()
        if self._averages:
            self._average = torch.lerp(self.game.generator.theta, self._average, decay)
        self._notice_diverged()
        self._age = self._age + self._alive

    def step_player(self, player: str) -> None:
        """Let one player take its part of an iteration; the iteration and the moving average stay as they are.

        With alternating turns, D's part and then G's are one iteration. A player that moves alone takes the next
        batches.

        Args:
            player: "D" or "G".
        Raises:
            RecipeError: If the recipe's turn moves both players at once, or if it has no discriminator.
            ValueError: If there is no such player.
        Example:
            >>> from toygan import Population, Recipe
            >>> population, other = (Population(Recipe(width=4, batch=8)) for _ in range(2))
            >>> for player in ("D", "G"):
            ...     population.step_player(player)
            >>> other.step()
            >>> bool((population.generator.theta == other.generator.theta).all()), population.steps
            (True, 0)
        """
        self.check_player(player)
        self.turn.step_player(self.game, player)
        self._notice_diverged()

    def check_player(self, player: str) -> None:
        """Raise the errors of `step_player`, if there is one; nothing moves.

        Args:
            player: "D" or "G".
        """
        if player not in PLAYERS:
            raise ValueError(f"player={player!r}: must be one of {', '.join(PLAYERS)}")
        if player == "D" and not self.game.loss.uses_discriminator:
            raise RecipeError("loss", self.recipes[0].loss, "has no discriminator")
        if not self.turn.moves_apart:
            words = "moves both players at once: there is no step of one of them"
            raise RecipeError("turns", self.recipes[0].turns, words)

    def _notice_diverged(self) -> None:
        total = self.game.generator.theta.sum(-1) + self.game.discriminator.theta.sum(-1)
        self._alive = self._alive & (total - total == 0)  # neither an infinite nor an undefined number gives 0

    def compile(self) -> str:
        """Train by a program from now on: the operations of a step, compiled if a C++ compiler is found.

        It waits for the compiler: 10 to 20 s for a shape that is new on this machine. Long runs do this by themselves,
        in the background. A captured step has the numbers of the step to the last bit, a compiled one rounds
        differently.

        Returns:
            "compiled", or else "captured" or "step by step" with the reason.
        Example:
            >>> from toygan import Population, Recipe
            >>> population = Population(Recipe(width=4, batch=8))
            >>> population.compile().split(":")[0] in ("compiled", "captured")
            True
            >>> population.run(10)
        """
        try:
            self.program = Program(self)
        except Untraceable as error:
            return f"step by step: the step {error}"
        self.program, words = self.program.compile()
        return words

    def run(self, steps: int) -> None:
        """Train for several iterations.

        Args:
            steps: Iterations, 0 or more.
        """
        for _ in range(steps):
            self.step()

    def change(self, recipes: Recipe | Sequence[Recipe]) -> None:
        """Continue with other recipes from the present parameters.

        Optimizers, turns and regularizers that stay keep their states; new ones start from their initial states. The
        data stays, too: if its file has changed meanwhile, the population keeps the rows that it began with.

        Args:
            recipes: The new recipe of each member, as many as there are members.
        Raises:
            RecipeError: If a recipe differs in a field that cannot change while a run plays; nothing has changed then.
            ValueError: If there are more or fewer recipes than members.
        """
        new = as_tuple(recipes)
        if len(new) != len(self.recipes):
            raise ValueError(f"recipes: got {len(new)}; this population has {len(self.recipes)} members")
        for old, other in zip(self.recipes, new, strict=True):
            frozen = old.needs_restart(other)
            if frozen is not None:
                raise RecipeError(frozen, getattr(other, frozen), "cannot change while a run plays; start a new one")
        self._average = self.average
        self.recipes = _check_shapes(tuple(map(_with_data_of, self.recipes, new)))
        self._read_ema()
        self.game.change(self.recipes)
        self.game.start_regularizers(kept=self.game.regularizer_states)
        if self.recipes[0].parts.turns != self.turn:
            self.turn = self.recipes[0].parts.turns
            self.game.turn_state = self.turn.start(self.generator.theta, self.discriminator.theta)
        if self.program is not None and not self.program.fits(self):
            self.program = None

    # What a program reads and replaces.

    def moving(self) -> list[Tensor]:
        """Return the tensors that a step replaces, each `(P, ...)`."""
        game = self.game
        g, d = game.generator, game.discriminator
        kept = [x for kept in game.regularizer_states.values() for x in kept]
        return [g.theta, *g.state, d.theta, *d.state, *game.turn_state, *kept, self._average, self._alive, self._age]

    def put_moving(self, tensors: Iterable[Tensor]) -> None:
        """Replace the tensors of `moving`."""
        game, left = self.game, iter(tensors)
        for player in (game.generator, game.discriminator):
            player.theta = next(left)
            player.state = tuple(next(left) for _ in player.state)
        game.turn_state = tuple(next(left) for _ in game.turn_state)
        game.regularizer_states = {
            name: tuple(next(left) for _ in kept) for name, kept in game.regularizer_states.items()
        }
        self._average, self._alive, self._age = left

    def numbers(self) -> list[Tensor]:
        """Return the rates and strengths of the next iteration, each with one row a member."""
        game = self.game
        rates = (*game.generator.rates, *game.discriminator.rates)
        return [*rates, self._decay(), *game.present_strengths().values()]

    def fix_numbers(self, tensors: Iterable[Tensor]) -> None:
        """Replace the numbers of `numbers`, which then no longer depend on the iteration."""
        left = iter(tensors)
        for player in (self.game.generator, self.game.discriminator):
            player.rates = OptimizerRates(*(next(left) for _ in player.rates))
        self._ema, self._warmup = next(left), WARMUPS["none"]
        self.game.fix_strengths({name: next(left) for name in self.game.present_strengths()})

    # All that decides how it continues.

    @property
    def state(self) -> State:
        """All that decides how the population continues; later steps do not change it."""
        g, d = self.generator, self.discriminator
        return State(
            recipes=self.recipes,
            steps=self.steps,
            generator=PlayerState(g.theta.detach(), g.state),
            discriminator=PlayerState(d.theta.detach(), d.state),
            turn=self.game.turn_state,
            regularizers=dict(self.game.regularizer_states),
            average=self.average.detach(),
            alive=self._alive,
            age=self._age,
            streams=self.game.source.bookmarks,
        )

    @classmethod
    def restore(cls, state: State, device: str | torch.device | None = None) -> Population:
        """Build a population that continues exactly as the original would: the same batches, the same numbers.

        Called on an instance, as `population.restore(state)`, it puts that population at the state instead.

        Args:
            state: The state of the original, `Population.state`.
            device: The device of all tensors [default: that of the state].
        Returns:
            A population of its own, or the instance; the original may continue too.
        Raises:
            StateError: If the state does not fit its recipes.
        """
        theta = state.generator.theta
        try:
            new = cls(state.recipes, theta.device if device is None else device, theta.dtype)
        except RecipeError as error:
            raise StateError(f"state: {error}") from None
        state = state.to(new.device, new.dtype)
        if (different := state.differs(new.state)) is not None:
            raise StateError(f"state: {different}")
        game = new.game
        for player, kept in ((game.generator, state.generator), (game.discriminator, state.discriminator)):
            player.theta, player.state = kept.theta, kept.optimizer
        game.steps, game.turn_state, game.regularizer_states = state.steps, state.turn, dict(state.regularizers)
        game.apply_schedule()
        new._average, new._alive, new._age = state.average, state.alive, state.age
        try:
            game.source.restore(state.streams)
        except (ValueError, KeyError, RuntimeError, TypeError) as error:  # of torch: a state of no generator
            raise StateError(f"state: has invalid streams of random numbers ({error})") from None
        return new

    def _restore_in_place(self, state: State, device: str | torch.device | None = None) -> Population:
        restored = Population.restore(state, self.device if device is None else device)
        vars(self).update(vars(restored))
        return self

    def copies(self, n: int, dtype: torch.dtype | None = None) -> Population:
        """Build a population of n copies of every member, which continue as it would, on the same batches.

        Args:
            n: Copies of each member, 1 or more.
            dtype: The type of all numbers [default: that of this population].
        Returns:
            A population of n P members; the copies of one member are neighbours.
        """
        return Population.restore(self.state.tile(n).to(self.device, dtype or self.dtype))

    def twin(self) -> Population:
        """Call `fork`: its older name."""
        return self.fork()

    def fork(self) -> Population:
        """Return a population at the same point that continues by itself, at almost no cost in time and memory.

        Returns:
            A population that shares with this one what no step changes in place.
        """
        one = object.__new__(type(self))
        vars(one).update(vars(self), game=self.game.fork())
        return one

    def __copy__(self) -> Population:
        return self.fork()

    def __deepcopy__(self, memo: object) -> Population:
        return self.copies(1)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        way = "save its state with population.state.save(path), and read it with Population.restore(State.load(path))"
        raise TypeError(f"population: cannot be pickled; {way}")

    # Looks, which change nothing.

    def probe(self, member: int | None = None) -> Probe:
        """Return a view of the members as they are now, for several questions to the same numbers.

        Args:
            member: The index of the only member to look at, or None for all.
        Returns:
            A probe of P members, or of one.
        """
        members = slice(None) if member is None else slice(member, member + 1)
        game = self.game if member is None else self.game.select(members)
        return Probe(
            recipes=self.recipes[members],
            game=game,
            average=self._average[members] if self._averages else None,
            diverged_at=self._diverged_at[members],
            batch=partial(self.probe_batch, member=member),
        )

    def probe_batch(self, n: int, member: int | None = None) -> Batch:
        """Draw a batch to look at, from streams that training does not use: the same one at every call.

        Args:
            n: Samples of each kind.
            member: The index of the only member, or None for all.
        Returns:
            A batch of P members, or of one.
        """
        key = member, n
        batch = self._probe_batches.get(key)  # shared with forks, which may look from other threads
        if batch is None:
            if len(self._probe_batches) >= PROBE_BATCHES:
                self._probe_batches.clear()
            recipes = self.recipes if member is None else [self.recipes[member]]
            batch = self._probe_batches[key] = ProbeSource(recipes, "look", self.device, self.dtype, ahead=1).batch(n)
        return batch

    def generate(self, n: int, member: int | None = None, average: bool = False) -> Tensor:
        """Generate samples, from the same latent points at every call.

        Args:
            n: Samples of each member.
            member: The index of one member, or None for all.
            average: True takes the averaged generators (the recipe's `ema`) [default: False].
        Returns:
            Samples `(P, n, dim)`, or `(n, dim)` of one member, in the data's units.
        """
        return _only(member, self.probe(member).generate(n, average))

    def table(self, n: int, seed: int | None = None, member: int = 0, average: bool = False) -> pd.DataFrame:
        """Generate new rows, with the names of the data's columns.

        Args:
            n: Number of rows, 1 to 1,048,576.
            seed: The same seed gives the same rows, a larger n more of them [default: new rows at every call].
            member: The index of the member that generates them [default: 0].
            average: True takes the averaged generator (the recipe's `ema`) [default: False].
        Returns:
            A pandas DataFrame of n rows and a column for each of the data's axes, in the data's units. Columns without
            names are x and y.
        Raises:
            ValueError: If a number is out of range, or the member has diverged.
        Example:
            >>> from toygan import Population, Recipe
            >>> population = Population(Recipe(width=4, batch=8))
            >>> population.table(3, seed=0).shape
            (3, 2)
            >>> population.table(3, seed=0).equals(population.table(5, seed=0)[:3])
            True
        """
        check_member(member, len(self.recipes))
        return tabulate(self.probe(member), n, seed, average)

    def real(self, n: int, member: int | None = None) -> Tensor:
        """Draw real samples, the same ones at every call.

        Args:
            n: Samples of each member.
            member: The index of one member, or None for all.
        Returns:
            Samples `(P, n, dim)`, or `(n, dim)` of one member, in the data's units.
        """
        return _only(member, self.probe(member).real(n))

    def critic(self, x: Tensor, member: int | None = None) -> Tensor:
        """Compute D's logits at points; a loss without a discriminator gives its witness function instead.

        Args:
            x: Points `(P, n, dim)`, or `(n, dim)` for all members, in the data's units.
            member: The index of one member, or None for all.
        Returns:
            Logits `(P, n)`, or `(n,)` of one member; high means real.
        """
        return _only(member, self.probe(member).critic(x))

    def descent_directions(self, n: int, member: int | None = None) -> tuple[Tensor, Tensor]:
        """Generate samples and the direction in which G's loss pushes each: minus its gradient at the sample.

        Args:
            n: Samples of each member.
            member: The index of one member, or None for all.
        Returns:
            Samples and directions, each `(P, n, dim)`, or `(n, dim)` of one member.
        """
        samples, directions = self.probe(member).descent_directions(n)
        return _only(member, samples), _only(member, directions)

    def snapshot(self, n: int = 2500, since: Snapshot | None = None, metrics: Iterable[str] | None = None) -> Snapshot:
        """Generate samples and measure them.

        Args:
            n: Samples of each member [default: 2500].
            since: An earlier snapshot of this run, with which mode hopping is measured.
            metrics: Names of metrics [default: all that are measured while a run plays].
        Returns:
            The present samples and metrics, which no longer change.
        Raises:
            KeyError: If a metric is unknown.
        """
        return self.probe().snapshot(n, since, metrics)


class _OfClassOrInstance(classmethod):  # type: ignore[type-arg]
    """A class method that restores an instance in place if it is called on one."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return super().__get__(None, owner) if instance is None else instance._restore_in_place


Population.restore = _OfClassOrInstance(vars(Population)["restore"].__func__)  # type: ignore[method-assign, assignment]


@cache
def _keep_freed_memory() -> None:
    """Let the C library of Linux keep what a step has freed for the next one, which is up to a sixth faster.

    Blocks larger than any that was freed before go back to the system, which clears them before they are used again;
    the limit rises up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD). On other systems this has no effect.
    """
    torch.empty(2**25 - 2**13, dtype=torch.uint8)


def as_tuple(recipes: Recipe | Sequence[Recipe]) -> tuple[Recipe, ...]:
    """Return one recipe or several as a tuple; raise TypeError for anything else."""
    several = (recipes,) if isinstance(recipes, Recipe) else tuple(recipes)
    if not several or not all(isinstance(r, Recipe) for r in several):
        raise TypeError(f"recipes: got {recipes!r}; needs a Recipe or a list of at least one Recipe")
    return several


def _with_data_of(old: Recipe, new: Recipe) -> Recipe:
    """Return the new recipe, with the data that the old one holds if a file has changed in between."""
    if new.parts.data.digest == old.parts.data.digest:
        return new
    return old.amend(**{name: getattr(new, name) for name in KNOBS if getattr(new, name) != getattr(old, name)})


def _check_shapes(recipes: tuple[Recipe, ...]) -> tuple[Recipe, ...]:
    for other in recipes[1:]:
        different = recipes[0].same_shape(other)
        if different is not None:
            allowed = f"members of one population must agree on it; another has {getattr(recipes[0], different)!r}"
            raise RecipeError(different, getattr(other, different), allowed)
    return recipes


def _only(member: int | None, x: Tensor) -> Tensor:
    """Return x, or the one row of a population of one."""
    return x if member is None else x[0]
