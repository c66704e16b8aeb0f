"""A state: all that decides how a population continues, as numbers that no longer change; and its file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from toygan.files import decoding, read, write
from toygan.identity import find_change, list_held
from toygan.recipe import Recipe, RecipeError
from toygan.text import short
from toygan.training import best_file
from toygan.training.batches import Bookmark

FORMAT, VERSION = "toygan state", "1"
FILE = "state.safetensors"  # in the folder of a finished run
MOST_STEPS = 2**62  # iterations of a run
OBSERVED = ("average", "alive", "age")  # tensors that no step of a player reads


class StateError(ValueError):
    """An error of a state: a file that holds none of this version, or one that does not fit its recipes.

    Its message is one line, which begins with the file's name if there is one.

    Example:
        >>> from toygan import State, StateError
        >>> try:
        ...     State.from_bytes(b"damaged", name="run.state")
        ... except StateError as error:
        ...     print(str(error).split(":")[0])
        run.state
    """


class StateChanged(StateError):
    """The error of a state whose recipes name a file or an own part that is not, or may not be, what it was."""

    def __init__(self, name: str, change: RecipeError) -> None:
        super().__init__(f"{name}: {change}; State.load(..., changed=True) continues with it as it is now")
        self.change = change


@dataclass(frozen=True)
class PlayerState:
    """One player: its parameters `(P, n_params)`, and what its optimizer keeps, each tensor `(P, ...)`."""

    theta: Tensor
    optimizer: tuple[Tensor, ...]


@dataclass(frozen=True)
class State:
    """P members at one iteration: `Population.restore(state)` continues exactly as the original would.

    Take it from `Population.state`, or from a file that `save` wrote. No later step changes it.

    Args:
        recipes: The recipe of each member.
        steps: Iterations so far.
        generator: G's parameters and the state of its optimizer.
        discriminator: D's parameters and the state of its optimizer.
        turn: Tensors that the turn keeps from one iteration to the next, each `(P, ...)`.
        regularizers: Tensors that each regularizer keeps, by name, each `(P, ...)`.
        average: The parameters of the averaged generators `(P, n_g)`; G's own if no recipe has an `ema`.
        alive: True for a member whose numbers are finite `(P,)`.
        age: Iterations that each member was finite for `(P,)`.
        streams: The position of each stream of random numbers, by name.
    Example:
        >>> import torch
        >>> from toygan import Population, Recipe, State
        >>> population = Population(Recipe(width=4, batch=8))
        >>> state = State.from_bytes(population.state.to_bytes())
        >>> population.run(3)
        >>> later = Population.restore(state)
        >>> later.run(3)
        >>> torch.equal(later.generator.theta, population.generator.theta)
        True
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
    def tensors(self) -> dict[str, Tensor]:
        """All tensors of the members, by names such as `generator/theta` and `turn/0`, as the file has them."""
        named = {
            "generator/theta": self.generator.theta,
            "discriminator/theta": self.discriminator.theta,
            "average": self.average,
            "alive": self.alive,
            "age": self.age,
        }
        groups = {
            "generator/optimizer": self.generator.optimizer,
            "discriminator/optimizer": self.discriminator.optimizer,
            "turn": self.turn,
            **{f"regularizers/{name}": kept for name, kept in self.regularizers.items()},
        }
        return named | {f"{name}/{i}": x for name, group in groups.items() for i, x in enumerate(group)}

    def _with_tensors(self, tensors: Mapping[str, Tensor]) -> State:
        """Return this state with other tensors of the members, all of them named as in `tensors`."""
        return _from_tensors(tensors, self.recipes, self.steps, self.streams)

    @property
    def _moving(self) -> dict[str, Tensor]:
        return {name: x for name, x in self.tensors.items() if name not in OBSERVED}

    @property
    def numbers(self) -> Tensor:
        """All that steps of the players read and change, side by side `(P, s)`.

        They are theta_G, theta_D, then the states of the optimizers (G's first), of the turn and of the regularizers.
        """
        return torch.cat([x.flatten(1) for x in self._moving.values()], dim=-1)

    def with_numbers(self, numbers: Tensor) -> State:
        """Return this state with other numbers.

        Args:
            numbers: Numbers `(P, s)`, in the order of the property `numbers`.
        Returns:
            A state of the same recipes and iteration.
        """
        moving = self._moving
        split = torch.split(numbers, [x[0].numel() for x in moving.values()], dim=-1)
        new = {name: x.reshape(moving[name].shape) for name, x in zip(moving, split, strict=True)}
        return self._with_tensors({**self.tensors, **new})

    def select(self, members: Sequence[int]) -> State:
        """Return the state of some members only.

        Args:
            members: Their indices, from 0, in the order wanted.
        Returns:
            A state that continues as these members would have.
        """
        recipes = tuple(self.recipes[i] for i in members)
        place = {seed: i for i, seed in enumerate(dict.fromkeys(recipe.seed for recipe in self.recipes))}
        seeds = [place[seed] for seed in dict.fromkeys(recipe.seed for recipe in recipes)]  # each has a generator
        streams = {name: mark._replace(generators=mark.generators[seeds]) for name, mark in self.streams.items()}
        return dataclasses.replace(self._map(lambda x: x[list(members)]), recipes=recipes, streams=streams)

    def tile(self, n: int) -> State:
        """Return n copies of every member, side by side; copies share a seed, so they see the same batches.

        Args:
            n: Copies of each member, 1 or more.
        Returns:
            A state of n times as many members; the copies of one member are neighbours.
        """
        recipes = tuple(recipe for recipe in self.recipes for _ in range(n))
        return dataclasses.replace(self._map(lambda x: x.repeat_interleave(n, 0)), recipes=recipes)

    def to(self, device: torch.device, dtype: torch.dtype) -> State:
        """Return the same state on another device, in another precision.

        Args:
            device: The device of all tensors, but not of the streams.
            dtype: The type of all numbers that are not whole.
        Returns:
            A state of the same members.
        """
        return self._map(lambda x: x.to(device, dtype) if x.is_floating_point() else x.to(device))

    def compact(self) -> State:
        """Return the same state without the memory of other tensors that its own are views of.

        Returns:
            An equal state, which shares tensors with this one if they are whole.
        """
        return self._map(lambda x: x if x.untyped_storage().nbytes() == x.nbytes else x.contiguous().clone())

    @property
    def nbytes(self) -> int:
        """The bytes that its tensors and streams take; what two of them share counts once."""
        tensors = [*self.tensors.values(), *(mark.generators for mark in self.streams.values())]
        storages = [x.untyped_storage() for x in tensors]
        return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())

    def _map(self, change: Callable[[Tensor], Tensor]) -> State:
        return self._with_tensors({name: change(x) for name, x in self.tensors.items()})

    def of(self, members: Sequence[int]) -> State:
        """Return the state of some members only: the former name of `select`."""
        return self.select(members)

    def repeated(self, n: int) -> State:
        """Return n copies of every member: the former name of `tile`."""
        return self.tile(n)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor of the members, by its name."""
        return {name: tuple(x.shape) for name, x in self.tensors.items()}

    def differs(self, other: State) -> str | None:
        """Return the first tensor whose shape or type differs from that in the other state, in words, or None."""
        ours, theirs = self.shapes, other.shapes
        for name in {**theirs, **ours}:
            if ours.get(name) != theirs.get(name):
                return f"{name} has shape {ours.get(name)}; the recipes make {theirs.get(name)}"
        types = {name: (x.dtype, other.tensors[name].dtype) for name, x in self.tensors.items()}
        found = next(((name, a, b) for name, (a, b) in types.items() if a != b), None)
        return None if found is None else "{} has type {}; the recipes make {}".format(*found)

    def to_bytes(self) -> bytes:
        """Return the content of a file: safetensors, with the recipes as JSON in its head."""
        from safetensors.torch import save

        streams = {name: (mark.n, mark.used) for name, mark in self.streams.items()}
        head = {
            "format": FORMAT,
            "version": VERSION,
            "steps": str(self.steps),
            "streams": json.dumps(streams),
            "recipes": json.dumps([json.loads(recipe.to_json()) for recipe in self.recipes]),
            "held": json.dumps(list_held(self.recipes[0])),
        }
        tensors = {name: x.cpu().contiguous().clone() for name, x in self.tensors.items()}
        tensors |= {f"streams/{name}": mark.generators for name, mark in self.streams.items()}
        return _with_sorted_head(save(tensors, head))

    def save(self, path: str | Path) -> None:
        """Write the state to a file; a file that is there stays until the new one is whole.

        Args:
            path: The file, such as "run.state"; its folder must exist.
        Raises:
            OSError: If the file cannot be written.
        """
        write(Path(path), self.to_bytes())

    @staticmethod
    def load(path: str | Path, changed: bool = False, best: bool = False, seed: int | None = None) -> State:
        """Read the state that `save` wrote, or that of a finished run; nothing in the file can run code.

        Args:
            path: The file, or the folder of a run that `toygan train --out` has finished.
            changed: True also takes a state whose data file, or own part, has changed since, as it is now
                [default: False].
            best: True reads, from the folder of a run, the state of one seed at its best iteration: the measured one
                with the least distance to the data (`sliced-w1`) [default: False, the last iteration of all seeds].
            seed: The seed whose best state is read [default: the first].
        Returns:
            An equal state.
        Raises:
            StateError: If the file is damaged, or of another kind or version, or if the folder has no state; if the
                rows of its data file have changed, or an own part has, or one that cannot be compared.
            OSError: If the file cannot be read.
        """
        file = Path(path)
        if seed is not None and not best:
            raise StateError(f"seed={short(seed)}: needs best=True; the last state holds all seeds")
        if best:
            try:
                content = best_file.read_one(file, seed)
            except ValueError as error:
                raise StateError(f"{path}: {error}") from None
            return State.from_bytes(content, str(path), changed)
        if file.is_dir():
            file = file / FILE
            if not file.exists():
                allowed = "must be a state, or the folder of a run that `toygan train --out` has finished"
                raise StateError(f"{path}: has no {FILE}; {allowed}")
        return State.from_bytes(read(file), str(path), changed)

    @staticmethod
    def from_bytes(content: bytes, name: str = "state", changed: bool = False) -> State:
        """Read the content that `to_bytes` returned; nothing in it can run code.

        Args:
            content: The bytes.
            name: The name with which an error message begins.
            changed: True also takes a state whose data file, or own part, has changed since [default: False].
        Returns:
            An equal state.
        Raises:
            StateError: If the content is damaged, or of another kind or version, or if something has changed.
        """
        try:
            with decoding(StateError):
                state, held = _decode(content)
        except StateError as error:
            raise StateError(f"{name}: {error}") from None
        except ValueError as error:
            raise StateError(f"{name}: is damaged, or not a state of toygan ({str(error)[:120]})") from None
        if not changed and held is not None and (change := find_change(held, list_held(state.recipes[0]))):
            raise StateChanged(name, change)
        return state


def _decode(content: bytes) -> tuple[State, dict[str, str] | None]:
    """Return a state, and what its recipes held if the file says it."""
    from safetensors.torch import load

    tensors = load(content)
    length = int.from_bytes(content[:8], "little")
    head = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    if (head.get("format"), head.get("version")) != (FORMAT, VERSION):
        found = f"{head.get('format', 'no format')}, version {head.get('version', 'none')}"
        raise StateError(f"needs a {FORMAT} of version {VERSION}; it is {found[:80]}")
    try:
        recipes = tuple(Recipe.from_json(json.dumps(row)) for row in json.loads(head["recipes"]))
    except RecipeError as error:  # a file or an own part that is not here
        raise StateError(str(error)[:200]) from None
    marks = {
        str(stream): Bookmark(tensors.pop(f"streams/{stream}"), int(n), int(used))
        for stream, (n, used) in json.loads(head["streams"]).items()
    }
    steps = int(head["steps"])
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(f"steps={steps}")
    state = _from_tensors(tensors, recipes, steps, marks)
    _refuse_odd_tensors(tensors, state)
    held = json.loads(head.get("held", "null"))
    if held is not None and not all(isinstance(word, str) for pair in held.items() for word in pair):
        raise ValueError("held")
    return state, held


def _refuse_odd_tensors(tensors: Mapping[str, Tensor], state: State) -> None:
    """Raise ValueError if a tensor of a file has no place in its state, or no row a member, or another precision."""
    if unknown := tensors.keys() - state.tensors.keys():
        raise ValueError(f"{min(unknown)} is not a tensor of this version")
    precision = state.generator.theta.dtype
    if precision not in (torch.float32, torch.float64):
        raise ValueError(f"generator/theta has type {precision}")
    for name, x in tensors.items():
        if x.dim() == 0 or len(x) != len(state.recipes):
            raise ValueError(f"{name} has shape {tuple(x.shape)}; there are {len(state.recipes)} members")
        if x.is_floating_point() and x.dtype != precision:
            raise ValueError(f"{name} has type {x.dtype}, and generator/theta {precision}")


def _with_sorted_head(content: bytes) -> bytes:
    """Return the content of a safetensors file with its head in a fixed order: equal states give equal bytes."""
    end = 8 + int.from_bytes(content[:8], "little")
    head = json.dumps(json.loads(content[8:end]), sort_keys=True, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + content[end:]


def _from_tensors(
    tensors: Mapping[str, Tensor], recipes: tuple[Recipe, ...], steps: int, streams: Mapping[str, Bookmark]
) -> State:
    """Build a state from tensors by their names: the inverse of `State.tensors`."""

    def group(name: str) -> tuple[Tensor, ...]:
        count = sum(key.rpartition("/")[0] == name for key in tensors)
        return tuple(tensors[f"{name}/{i}"] for i in range(count))

    return State(
        recipes,
        steps,
        generator=PlayerState(tensors["generator/theta"], group("generator/optimizer")),
        discriminator=PlayerState(tensors["discriminator/theta"], group("discriminator/optimizer")),
        turn=group("turn"),
        regularizers={name: group(f"regularizers/{name}") for name in recipes[0].regularizers},
        average=tensors["average"],
        alive=tensors["alive"],
        age=tensors["age"],
        streams=streams,
    )
