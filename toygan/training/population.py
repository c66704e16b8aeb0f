"""A population: P small games trained at once, one step in the order of the paper."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from functools import cache, partial

import numpy as np
import torch
from torch import Tensor

from toygan.recipe import Recipe, RecipeError
from toygan.training.batches import Batch, ProbeSource
from toygan.training.game import Game
from toygan.training.players import Player
from toygan.training.probe import Probe
from toygan.training.snapshot import Snapshot
from toygan.training.state import PlayerState, State, StateError

PROBE_BATCHES = 8  # batches to look at, of different sizes, that are kept: drawing one costs more than looking at it


class Population:
    """P small GANs trained at once; members share every shape and choice and may differ in every number.

    Raises RecipeError where two recipes do not fit into one population; `train` takes any mixture.
    """

    def __init__(
        self, recipes: Recipe | Sequence[Recipe], device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        _keep_freed_memory()
        self.recipes = _of_one_shape(as_tuple(recipes))
        self.device, self.dtype = torch.device(device), dtype
        self.game = Game(self.recipes, self.device, dtype)
        self.turn = self.recipes[0].parts.turns
        self.game.turn_state = self.turn.start(self.generator.theta, self.discriminator.theta)
        self._average = self.generator.theta
        self._alive = torch.ones(len(self.recipes), dtype=torch.bool, device=self.device)
        self._age = torch.zeros(len(self.recipes), dtype=torch.long, device=self.device)  # iterations while alive
        self._read_ema()
        self._probe_batches: dict[tuple[int | None, int], Batch] = {}

    def _read_ema(self) -> None:
        self._averages = any(recipe.ema for recipe in self.recipes)
        self._ema = self._average.new_tensor([[recipe.ema] for recipe in self.recipes])

    @property
    def steps(self) -> int:
        """Iterations so far: updates of the generator."""
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
        """Each generator's running average over its iterations `(P, n_g)`; its present parameters where `ema` is 0."""
        return self._average if self._averages else self.generator.theta

    @property
    def diverged_at(self) -> np.ndarray:
        """The iteration at which each member left the finite numbers, or -1 `(P,)`."""
        return self._diverged_at.cpu().numpy()

    @property
    def _diverged_at(self) -> Tensor:
        return torch.where(self._alive, -1, self._age + 1)

    # Training.

    def batch(self) -> Batch:
        """The next training batch of every member."""
        return self.game.batch()

    def step(self) -> None:
        """One iteration: the turn lets D and G move."""
        self.turn.step(self.game)
        self.game.steps += 1
        self.game.apply_schedule()
        theta_g, theta_d = self.game.generator.theta, self.game.discriminator.theta
        if self._averages:
            self._average = torch.lerp(theta_g, self._average, self._ema)
        total = theta_g.sum(-1) + theta_d.sum(-1)
        self._alive = self._alive & (total - total == 0)  # neither an infinite nor an undefined number gives 0
        self._age = self._age + self._alive

    def run(self, steps: int) -> None:
        """`steps` iterations."""
        for _ in range(steps):
            self.step()

    def change(self, recipes: Recipe | Sequence[Recipe]) -> None:
        """Goes on under other recipes from the present parameters; RecipeError where that needs a restart."""
        new = as_tuple(recipes)
        if len(new) != len(self.recipes):
            raise ValueError(f"recipes: got {len(new)}; this population has {len(self.recipes)} members")
        for old, other in zip(self.recipes, new, strict=True):
            frozen = old.needs_restart(other)
            if frozen is not None:
                raise RecipeError(frozen, getattr(other, frozen), "cannot change while a run plays; start a new one")
        self._average = self.average
        self.recipes = _of_one_shape(new)
        self._read_ema()
        self.game.change(new)
        self.game.start_regularizers(kept=self.game.regularizer_states)
        if new[0].parts.turns != self.turn:
            self.turn = new[0].parts.turns
            self.game.turn_state = self.turn.start(self.generator.theta, self.discriminator.theta)

    # What decides how it goes on.

    @property
    def state(self) -> State:
        """All that decides how the run goes on; later steps do not change it."""
        g, d = self.generator, self.discriminator
        return State(
            self.recipes, self.steps, PlayerState(g.theta.detach(), g.state), PlayerState(d.theta.detach(), d.state),
            self.game.turn_state, dict(self.game.regularizer_states), self.average.detach(), self._alive, self._age,
            self.game.source.bookmarks,
        )  # fmt: skip

    @classmethod
    def restore(cls, state: State, device: str | torch.device | None = None) -> Population:
        """A population that goes on as the one whose state this was would have: the same batches, the same numbers.

        `device` is that of the state unless another one is named. Raises StateError where the state does not fit its
        recipes.
        """
        theta = state.generator.theta
        new = cls(state.recipes, theta.device if device is None else device, theta.dtype)
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
        except (ValueError, KeyError, RuntimeError) as error:  # torch's word on a generator that is none is the last
            raise StateError(f"state: its streams of random numbers cannot stand there ({error})") from None
        return new

    def copies(self, n: int, dtype: torch.dtype | None = None) -> Population:
        """A new population: n copies of every member, side by side, which go on as it does, on the same batches."""
        return Population.restore(self.state.tile(n).to(self.device, dtype or self.dtype))

    def fork(self) -> Population:
        """Return a population at the same point that continues by itself; it takes next to no time and memory."""
        one = copy.copy(self)
        one.game = self.game.fork()
        return one

    # Looking, which changes nothing.

    def probe(self, member: int | None = None) -> Probe:
        """What can be asked of all members as they stand, or of one as a population of one: a look costs no more."""
        members = slice(None) if member is None else slice(member, member + 1)
        game = self.game if member is None else self.game.select(members)
        return Probe(
            self.recipes[members], game, self._average[members] if self._averages else None, self._diverged_at[members],
            partial(self.probe_batch, member=member),
        )  # fmt: skip

    def probe_batch(self, n: int, member: int | None = None) -> Batch:
        """n samples to look at, of all members or of one: the same at every call, from streams that no run uses."""
        key = member, n
        batch = self._probe_batches.get(key)  # shared with forks, which may look from other threads
        if batch is None:
            if len(self._probe_batches) >= PROBE_BATCHES:
                self._probe_batches.clear()
            recipes = self.recipes if member is None else [self.recipes[member]]
            batch = self._probe_batches[key] = ProbeSource(recipes, "look", self.device, self.dtype, ahead=1).batch(n)
        return batch

    def generate(self, n: int, member: int | None = None, average: bool = False) -> Tensor:
        """n samples of every member `(P, n, dim)`, or of one `(n, dim)`: the same latent points at every call.

        `average` takes each member's averaged generator (the recipe's `ema`) in place of the present one.
        """
        return _only(member, self.probe(member).generate(n, average))

    def real(self, n: int, member: int | None = None) -> Tensor:
        """n real samples for every member `(P, n, dim)`, or for one `(n, dim)`: the same at every call."""
        return _only(member, self.probe(member).real(n))

    def critic(self, x: Tensor, member: int | None = None) -> Tensor:
        """D's logits `(P, n)` at x `(P, n, dim)`, or at the same x `(n, dim)` for all; of one member `(n,)`.

        Where there is no discriminator, the loss's witness function stands for it.
        """
        return _only(member, self.probe(member).critic(x))

    def descent_directions(self, n: int, member: int | None = None) -> tuple[Tensor, Tensor]:
        """n samples of every member, and where the chosen loss pushes each of them: the arrows.

        Both `(P, n, dim)`, or `(n, dim)` of one member.
        """
        samples, directions = self.probe(member).descent_directions(n)
        return _only(member, samples), _only(member, directions)

    def snapshot(self, n: int = 2500, since: Snapshot | None = None, metrics: Iterable[str] | None = None) -> Snapshot:
        """The present samples and metrics, the default ones or those named.

        `since` is an earlier snapshot of this run: with it, mode hopping is measured.
        """
        return self.probe().snapshot(n, since, metrics)


@cache
def _keep_freed_memory() -> None:
    """Lets the C library of Linux keep what a step has freed for the next one, which is up to a sixth faster.

    It gives blocks back to the system, which clears them when they are asked for again, if they are larger than the
    largest that was ever freed, up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD). Other systems do not mind.
    """
    torch.empty(2**25 - 2**13, dtype=torch.uint8)


def as_tuple(recipes: Recipe | Sequence[Recipe]) -> tuple[Recipe, ...]:
    """One recipe or several as several; TypeError for anything else."""
    several = (recipes,) if isinstance(recipes, Recipe) else tuple(recipes)
    if not several or not all(isinstance(r, Recipe) for r in several):
        raise TypeError(f"recipes: got {recipes!r}; needs a Recipe or a list of at least one Recipe")
    return several


def _of_one_shape(recipes: tuple[Recipe, ...]) -> tuple[Recipe, ...]:
    for other in recipes[1:]:
        different = recipes[0].same_shape(other)
        if different is not None:
            allowed = f"members of one population must agree on it; another has {getattr(recipes[0], different)!r}"
            raise RecipeError(different, getattr(other, different), allowed)
    return recipes


def _only(member: int | None, x: Tensor) -> Tensor:
    """What belongs to all members, or the one row of a population of one."""
    return x if member is None else x[0]
