"""A state: all that decides how a population goes on, as numbers that no longer change; and its file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from toygan.files import write
from toygan.recipe import Recipe
from toygan.training.batches import Bookmark

FORMAT, VERSION = "toygan state", "1"


class StateError(ValueError):
    """A file that holds no state of this version, or a state that does not fit its recipes."""


@dataclass(frozen=True)
class PlayerState:
    """One player: its parameters `(P, n_params)`, and what its optimizer keeps, each tensor `(P, ...)`."""

    theta: Tensor
    optimizer: tuple[Tensor, ...]


@dataclass(frozen=True)
class State:
    """P members at one iteration: `Population.restore(state)` goes on as the population that it was taken of would.

    `turn` and `regularizers` are what the turn and each regularizer keep, `average` the averaged generators `(P, n_g)`,
    `alive` whether a member is finite `(P,)`, `age` its finite iterations `(P,)`, `streams` where each stream of random
    numbers stands.
    """

    recipes: tuple[Recipe, ...]
    steps: int
    generator: PlayerState
    discriminator: PlayerState
    turn: tuple[Tensor, ...]
    regularizers: Mapping[str, tuple[Tensor, ...]]
    average: Tensor
    alive: Tensor
    age: Tensor
    streams: Mapping[str, Bookmark]

    @property
    def numbers(self) -> Tensor:
        """What an iteration moves, side by side `(P, s)`: theta_G, theta_D, then the states of optimizers (G's first),
        of the turn and of the regularizers."""
        return torch.cat([x.flatten(1) for x in self._moving()], dim=-1)

    def with_numbers(self, numbers: Tensor) -> State:
        """This state with `numbers` `(P, s)` in place of its own."""
        moving = self._moving()
        split = torch.split(numbers, [x[0].numel() for x in moving], dim=-1)
        new = iter([x.reshape(old.shape) for x, old in zip(split, moving, strict=True)])
        theta_g, theta_d = next(new), next(new)
        for_g, for_d, turn = (
            tuple(next(new) for _ in old) for old in (self.generator.optimizer, self.discriminator.optimizer, self.turn)
        )
        kept = {name: tuple(next(new) for _ in old) for name, old in self.regularizers.items()}
        return dataclasses.replace(
            self, generator=PlayerState(theta_g, for_g), discriminator=PlayerState(theta_d, for_d), turn=turn,
            regularizers=kept,
        )  # fmt: skip

    def _moving(self) -> list[Tensor]:
        return [
            self.generator.theta, self.discriminator.theta, *self.generator.optimizer, *self.discriminator.optimizer,
            *self.turn, *(x for kept in self.regularizers.values() for x in kept),
        ]  # fmt: skip

    def of(self, members: Sequence[int]) -> State:
        """The state of some members only, by number."""
        recipes = tuple(self.recipes[i] for i in members)
        place = {seed: i for i, seed in enumerate(dict.fromkeys(recipe.seed for recipe in self.recipes))}
        seeds = [place[seed] for seed in dict.fromkeys(recipe.seed for recipe in recipes)]  # each has a generator
        streams = {name: mark._replace(generators=mark.generators[seeds]) for name, mark in self.streams.items()}
        return dataclasses.replace(self.mapped(lambda x: x[list(members)]), recipes=recipes, streams=streams)

    def repeated(self, n: int) -> State:
        """n copies of every member, side by side; copies have the same seed, and so see the same batches."""
        recipes = tuple(recipe for recipe in self.recipes for _ in range(n))
        return dataclasses.replace(self.mapped(lambda x: x.repeat_interleave(n, 0)), recipes=recipes)

    def to(self, device: torch.device, dtype: torch.dtype) -> State:
        """The same state on another device, in another precision."""
        return self.mapped(lambda x: x.to(device, dtype) if x.is_floating_point() else x.to(device))

    def mapped(self, change: Callable[[Tensor], Tensor]) -> State:
        """The state with every tensor of the members, but not of the streams, changed."""
        return _assembled({name: change(x) for name, x in self.tensors.items()}, self.recipes, self.steps, self.streams)

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the members, by a name that says where it belongs."""
        named = {
            "generator/theta": self.generator.theta, "discriminator/theta": self.discriminator.theta,
            "average": self.average, "alive": self.alive, "age": self.age,
        }  # fmt: skip
        groups = {
            "generator/optimizer": self.generator.optimizer, "discriminator/optimizer": self.discriminator.optimizer,
            "turn": self.turn, **{f"regularizers/{name}": kept for name, kept in self.regularizers.items()},
        }  # fmt: skip
        return named | {f"{name}/{i}": x for name, group in groups.items() for i, x in enumerate(group)}

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor of the members, by its name."""
        return {name: tuple(x.shape) for name, x in self.tensors.items()}

    def differs(self, other: State) -> str | None:
        """The first tensor that has another shape than in the other state, in words, or None."""
        ours, theirs = self.shapes, other.shapes
        for name in {**theirs, **ours}:
            if ours.get(name) != theirs.get(name):
                return f"{name} has shape {ours.get(name)}; the recipes make {theirs.get(name)}"
        return None

    def to_bytes(self) -> bytes:
        """A safetensors file, with the recipes as JSON in its head."""
        from safetensors.torch import save

        streams = {name: (mark.n, mark.used) for name, mark in self.streams.items()}
        head = {
            "format": FORMAT, "version": VERSION, "steps": str(self.steps), "streams": json.dumps(streams),
            "recipes": json.dumps([json.loads(recipe.to_json()) for recipe in self.recipes]),
        }  # fmt: skip
        tensors = {name: x.cpu().contiguous().clone() for name, x in self.tensors.items()}
        tensors |= {f"streams/{name}": mark.generators for name, mark in self.streams.items()}
        return save(tensors, head)

    def save(self, path: str | Path) -> None:
        """Writes `to_bytes` into a file; what was there stays until it is whole."""
        write(Path(path), self.to_bytes())

    @staticmethod
    def load(path: str | Path) -> State:
        """The state that `save` wrote; raises what `from_bytes` raises, and OSError where the file cannot be read."""
        return State.from_bytes(Path(path).read_bytes(), str(path))

    @staticmethod
    def from_bytes(content: bytes, name: str = "state") -> State:
        """The state that `to_bytes` made; nothing in it can run code.

        Raises StateError, one line that begins with `name`, where the content is damaged or of another kind or version.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        try:
            tensors = load(content)
            length = int.from_bytes(content[:8], "little")
            head = json.loads(content[8 : 8 + length]).get("__metadata__", {})
            if (head.get("format"), head.get("version")) != (FORMAT, VERSION):
                found = f"{head.get('format', 'no format')}, version {head.get('version', 'none')}"
                raise StateError(f"{name}: needs a {FORMAT} of version {VERSION}; it is {found[:80]}")
            recipes = tuple(Recipe.from_json(json.dumps(row)) for row in json.loads(head["recipes"]))
            marks = {
                str(stream): Bookmark(tensors.pop(f"streams/{stream}"), int(n), int(used))
                for stream, (n, used) in json.loads(head["streams"]).items()
            }
            steps = int(head["steps"])
            if steps < 0:
                raise ValueError(f"steps={steps}")
            return _assembled(tensors, recipes, steps, marks)
        except StateError:
            raise
        except (SafetensorError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            reason = " ".join(str(error).split())[:120]
            raise StateError(f"{name}: is damaged, or no state of toygan ({reason})") from None


def _assembled(
    tensors: Mapping[str, Tensor], recipes: tuple[Recipe, ...], steps: int, streams: Mapping[str, Bookmark]
) -> State:
    def group(name: str) -> tuple[Tensor, ...]:
        count = sum(key.rpartition("/")[0] == name for key in tensors)
        return tuple(tensors[f"{name}/{i}"] for i in range(count))

    return State(
        recipes, steps,
        PlayerState(tensors["generator/theta"], group("generator/optimizer")),
        PlayerState(tensors["discriminator/theta"], group("discriminator/optimizer")),
        group("turn"), {name: group(f"regularizers/{name}") for name in recipes[0].regularizers},
        tensors["average"], tensors["alive"], tensors["age"], streams,
    )  # fmt: skip
