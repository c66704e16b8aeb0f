"""One iteration in slow motion: its stages, each with a caption, a formula, a line of code and some of its numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from toygan.measure.terms import formulas
from toygan.panels.layers import ARROWS
from toygan.panels.look import Look
from toygan.parts.distributions import Distribution
from toygan.parts.protocols import BatchView
from toygan.recipe import Recipe
from toygan.training import Population
from toygan.training.batches import Source
from toygan.training.game import Game

FEW = 3  # numbers of a tensor that are shown


@dataclass(frozen=True, eq=False)
class Shown:
    """A tensor of one member: its name, its shape, and its first numbers."""

    name: str
    shape: tuple[int, ...]
    first: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Stage:
    """A stage of an iteration, for one member.

    Args:
        name: "noise", "samples", "outputs", "loss", "gradient" or "step".
        player: The player whose turn it is, "D" or "G".
        caption: What happens, in a sentence.
        formula: The same in LaTeX.
        code: The line of the library that does it.
        tensors: What comes out.
        theta_g: The generators' parameters `(P, n_g)` after this stage.
        theta_d: The discriminators' parameters `(P, n_d)` after this stage.
        real: Real samples of the batch, in the data's units `(n, dim)`.
        generated: Generated samples of the batch, in the data's units `(n, dim)`; None before they are made.
    """

    name: str
    player: str
    caption: str
    formula: str
    code: str
    tensors: tuple[Shown, ...]
    theta_g: Tensor
    theta_d: Tensor
    real: Tensor
    generated: Tensor | None


SAMPLES = "G turns the noise into samples."
# By player and name: the caption, the formula ("" for that of the loss), and where the line of code stands.
WORDS: dict[tuple[str, str], tuple[str, str, tuple[Callable[..., Any], str]]] = {
    ("D", "noise"): (
        "For D's step: real samples and equally many points of the noise are drawn.",
        r"z\sim p(z),\quad x\sim p_{\mathrm{data}}", (Source.batch, "return Batch("),
    ),
    ("D", "samples"): (SAMPLES, r"G(z)", (Game.discriminator_pass, "self.generator.network(")),
    ("D", "outputs"): (
        "D judges the real and the generated samples: a high number means real.",
        r"a_r=a(x),\quad a_f=a(G(z))", (Game.judge, "c.judge_both()"),
    ),
    ("D", "loss"): ("D's loss is high if D is wrong.", "", (Game.judge, "self.loss.discriminator(c)")),
    ("D", "gradient"): (
        "The gradient says how D's loss changes with each of D's parameters.",
        r"\nabla_\psi\,\mathcal L_D", (Game.discriminator_gradient, "return gradient("),
    ),
    ("D", "step"): (
        "The optimizer moves D's parameters against the gradient: the colours change.",
        r"\psi\leftarrow\psi+\Delta\psi", (Game.step_d, "self.discriminator.compute_step(gradient)"),
    ),
    ("G", "noise"): ("For G's step: new noise is drawn.", r"z\sim p(z)", (Source.batch, "return Batch(")),
    ("G", "samples"): (SAMPLES, r"G(z)", (Game.discriminator_pass, "self.generator.network(")),
    ("G", "outputs"): (
        "D judges the generated samples.", r"a_f=a(G(z))", (Game.generator_loss, "self._main_generator_loss("),
    ),
    ("G", "loss"): (
        "G's loss is high if D rejects its samples.", "", (Game._main_generator_loss, "self.loss.generator(c)"),
    ),
    ("G", "gradient"): (
        "The gradient goes through D: the arrows show where G's loss would move each sample.",
        r"\nabla_\theta\,\mathcal L_G", (Game.generator_gradient, "return gradient("),
    ),
    ("G", "step"): (
        "The optimizer moves G's parameters against the gradient: the samples move.",
        r"\theta\leftarrow\theta+\Delta\theta", (Game.step_g, "self.generator.compute_step(gradient)"),
    ),
}  # fmt: skip


@lru_cache
def find_line(function: Callable[..., Any], part: str) -> str:
    """Return the first line of a function's source that holds `part`; LookupError if none does."""
    for line in inspect.getsource(function).splitlines():
        if part in line:
            return line.strip()
    raise LookupError(f"{function.__qualname__}: no line with {part!r}")


def iterate_slowly(population: Population, member: int = 0) -> tuple[Population, list[Stage]]:
    """Train one iteration of a fork of a population, and note its stages.

    Args:
        population: The population, which stays as it is.
        member: The member whose numbers are noted.
    Returns:
        The fork after the iteration, equal to the last bit to the population after an iteration step by step; and the
        stages in their order.
    Example:
        >>> from toygan import Population, Recipe
        >>> from toygan.play.slow_motion import iterate_slowly
        >>> after, stages = iterate_slowly(Population(Recipe(width=4, batch=8)))
        >>> after.steps, len(stages), stages[1].caption
        (1, 12, 'G turns the noise into samples.')
    """
    fork = population.fork()
    watched = _WatchedGame.watch(fork.game, population.recipes[member], member)
    fork.game = watched
    fork.take_step()
    fork.game = watched.unwatch()
    return fork, watched.stages


class _WatchedGame(Game):
    """A game that notes what a turn asks of it; it computes what any game does."""

    stages: list[Stage]
    _recipe: Recipe
    _member: int
    _batch: BatchView

    @classmethod
    def watch(cls, game: Game, recipe: Recipe, member: int) -> _WatchedGame:
        one = object.__new__(cls)
        vars(one).update(vars(game))
        one.stages, one._recipe, one._member = [], recipe, member
        return one

    def unwatch(self) -> Game:
        one = object.__new__(Game)
        own = ("stages", "_recipe", "_member", "_batch")
        vars(one).update({name: value for name, value in vars(self).items() if name not in own})
        return one

    def discriminator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        slope = super().discriminator_gradient(theta_g, theta_d, batch)
        loss, c = self.judge(theta_g, theta_d, batch)
        self._batch = batch
        self._note("D", "noise", {"z": batch.z, "real": batch.real})
        self._note("D", "samples", {"G(z)": c.samples})
        if self.loss.uses_discriminator:
            self._note("D", "outputs", {"D on real": c.real, "D on generated": c.fake})
        self._note("D", "loss", {"D's loss": loss})
        self._note("D", "gradient", {"gradient": slope})
        return slope

    def generator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        slope = super().generator_gradient(theta_g, theta_d, batch)
        loss, c = self.generator_loss(theta_g, theta_d, batch), self.discriminator_pass(theta_g, theta_d, batch)
        self._batch = batch
        self._note("G", "noise", {"z": batch.z})
        self._note("G", "samples", {"G(z)": c.samples})
        if self.loss.uses_discriminator:
            self._note("G", "outputs", {"D on generated": c.fake})
        self._note("G", "loss", {"G's loss": loss})
        self._note("G", "gradient", {"gradient": slope})
        return slope

    def step_d(self, gradient: Tensor, where: Tensor | None = None) -> None:
        before = self.discriminator.theta
        super().step_d(gradient, where)
        self._note("D", "step", {"change of D's parameters": self.discriminator.theta - before})

    def step_g(self, gradient: Tensor, where: Tensor | None = None) -> None:
        before = self.generator.theta
        super().step_g(gradient, where)
        self._note("G", "step", {"change of G's parameters": self.generator.theta - before})

    @torch.no_grad()
    def _note(self, player: str, name: str, tensors: dict[str, Tensor]) -> None:
        caption, formula, place = WORDS[player, name]
        data, only = self._recipe.parts.data, slice(self._member, self._member + 1)
        g, d = self.generator.theta.detach(), self.discriminator.theta.detach()
        samples = None if name == "noise" else self.generator.network(g, self._batch.z)
        self.stages.append(
            Stage(
                name, player, caption, formula or formulas(self._recipe)[player == "G"], find_line(*place),
                tuple(_show(key, tensor[self._member]) for key, tensor in tensors.items()), g, d,
                _in_units(data, self._batch.real[only]), None if samples is None else _in_units(data, samples[only]),
            )
        )  # fmt: skip


def _show(name: str, tensor: Tensor) -> Shown:
    numbers: Iterable[float] = tensor.detach().flatten()[:FEW].tolist()
    return Shown(name, tuple(tensor.shape), tuple(numbers))


def _in_units(data: Distribution, x: Tensor) -> Tensor:
    return data.from_players(x)[0].cpu()


Places = Sequence[tuple[Population, int]]  # of each side, a population and the member of it that is shown


class Slow:
    """The next iteration of one side or several in slow motion, at its stage number `at`, from 0 on.

    `ends` are the populations after it, `sides` the stages of each side; a side with fewer of them waits at its last.
    """

    def __init__(self, places: Places) -> None:
        self._start = self._key(places)
        self.ends, self.sides = zip(*(iterate_slowly(population, member) for population, member in places), strict=True)
        self.length = max(map(len, self.sides))
        self.at = 0

    @staticmethod
    def _key(places: Places) -> list[tuple[object, ...]]:
        """Return what no action leaves as it is: every step and every change replaces one of these."""
        return [
            (population.recipes, member, population.generator.theta, population.discriminator.theta)
            for population, member in places
        ]

    def stages_at(self, places: Places) -> tuple[Stage, ...]:
        """Return the stage of each side, if all are where this iteration began and it is not over; else none."""
        now = self._key(places)
        same = len(now) == len(self._start) and all(
            one is other or (type(one) is int and one == other)
            for before, after in zip(self._start, now, strict=True)
            for one, other in zip(before, after, strict=True)
        )
        if not same or self.at >= self.length:
            return ()
        return tuple(stages[min(self.at, len(stages) - 1)] for stages in self.sides)


def at_stage(population: Population, stage: Stage | None = None) -> Population:
    """Return a population whose players are as they are after a stage, or the population if there is none."""
    if stage is None:
        return population
    fork = population.fork()
    fork.generator.theta, fork.discriminator.theta = stage.theta_g, stage.theta_d
    return fork


def show_stage(look: Look, stage: Stage | None = None) -> Look:
    """Return a look with the batch of a stage in place of its own samples; arrows belong to G's gradient alone."""
    if stage is None:
        return look
    real = stage.real.numpy()
    if (stage.player, stage.name) == ("G", "gradient") or stage.generated is None:
        return replace(look, real=real) if stage.player == "D" else look
    return replace(look, real=real, generated=stage.generated.numpy(), layers=look.layers - {ARROWS})
