"""Training batches: streams of random numbers that belong to the members, and can be stored and restored."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from toygan.parts.distributions import Distribution
from toygan.randomness import Draw, generator, normal, uniform, with_uniform
from toygan.recipe import Recipe

AHEAD = 2**14  # numbers of a member in one draw: many small draws would cost more than the training steps
MOST_ROWS = 2**16  # of a batch, as a recipe allows them
NOISE = {"normal": normal, "uniform": uniform}
TRAINING = "training"  # the name of the source that training draws from


class Bookmark(NamedTuple):
    """The position of a stream."""

    generators: Tensor  # states of the generators before the present block (distinct seeds, bytes) uint8
    n: int  # rows of each batch in that block
    used: int  # batches of that block that were used


class Stream:
    """Batches of random numbers for P members, each from its own generator, drawn in blocks.

    Seed 3 gets the same rows alone and among 64, on CPU and on CUDA, since blocks are drawn on the CPU.
    """

    def __init__(
        self,
        draw: Draw,
        dim: int,
        seeds: Sequence[int],
        name: str,
        device: torch.device,
        dtype: torch.dtype,
        ahead: int = AHEAD,
    ) -> None:
        self._draw, self._dim, self._ahead = draw, dim, ahead
        distinct = {seed: i for i, seed in enumerate(dict.fromkeys(seeds))}
        self._generators = [generator(seed, name) for seed in distinct]
        same = len(distinct) == len(seeds)  # members with the same seed share their numbers, which are drawn once
        self._whose = None if same else torch.tensor([distinct[seed] for seed in seeds], device=device)
        self._device, self._dtype = device, dtype
        self._before: list[Tensor] = []
        self._block: Sequence[Tensor] = ()
        self._n, self._used = 0, 0

    def next(self, n: int) -> Tensor:
        """Return the next n rows of every member `(P, n, dim)`."""
        return self.columns(n).mT

    def columns(self, n: int) -> Tensor:
        """Return the next n rows of every member as columns `(P, dim, n)`, which lie in order."""
        if self._used == len(self._block) or n != self._n:
            self._draw_block(n)
        now = self._block[self._used]
        self._used += 1
        return now if self._whose is None else now[self._whose]

    def _draw_block(self, n: int) -> None:
        """Draw several batches at once `(batches, P, dim, n)`, each sample a column, as networks hold them."""
        self._before = [rng.get_state() for rng in self._generators]
        batches = max(1, self._ahead // (n * self._dim))
        self._n, self._used = n, 0
        shape = batches, len(self._generators), self._dim, n
        if self._device.type == "meta":  # shapes only: nothing is drawn
            self._block = torch.empty(shape, dtype=self._dtype, device=self._device).unbind()
            return
        block = torch.empty(shape, dtype=self._dtype)
        for i, rng in enumerate(self._generators):
            block[:, i] = self._draw(batches * n, rng).reshape(batches, n, self._dim).mT
        self._block = block.to(self._device).unbind()  # once: a batch then takes no operation

    def fork(self) -> Stream:
        """Return a stream at the same point that continues by itself."""
        one = copy.copy(self)
        one._generators = [rng.clone_state() for rng in self._generators]
        return one

    @property
    def bookmark(self) -> Bookmark:
        """The position of the stream; to read it changes no number."""
        return Bookmark(torch.stack(self._before or [rng.get_state() for rng in self._generators]), self._n, self._used)

    def restore(self, mark: Bookmark) -> None:
        """Go to the position of a stream of the same name, seeds and draw; raise ValueError if it is invalid."""
        if not 0 <= mark.n <= MOST_ROWS or len(mark.generators) != len(self._generators):
            raise ValueError(f"a stream of {mark.n} rows a batch, {len(mark.generators)} generators")
        for rng, state in zip(self._generators, mark.generators, strict=True):
            rng.set_state(state.clone())
        if mark.n:
            self._draw_block(mark.n)
            self._used = mark.used
        if not 0 <= mark.used <= len(self._block):
            raise ValueError(f"a stream at batch {mark.used} of a block of {len(self._block)}")


def _draw_real(data: Distribution, training: bool) -> Draw:
    """Return the draw of real samples in the players' units, in training from the training set, if there is one."""
    pool = data.training_set if training else None

    def draw(n: int, rng: torch.Generator) -> Tensor:
        x = data.sample(n, rng) if pool is None else pool[torch.randint(len(pool), (n,), generator=rng)]
        return data.players_see(x)

    return draw


class Source:
    """Batches for P members, from each member's own seed; `name` keeps one source's numbers apart from another's."""

    def __init__(
        self, recipes: Sequence[Recipe], name: str, device: torch.device, dtype: torch.dtype, ahead: int = AHEAD
    ) -> None:
        data, noise, latent = recipes[0].parts.data, recipes[0].parts.noise, recipes[0].latent
        beside = recipes[0].parts.generator.beside
        self._name, self._seeds, self._to = name, [recipe.seed for recipe in recipes], (device, dtype, ahead)
        self._real = self._stream(_draw_real(data, name == TRAINING), data.dim, "data")
        self._z = self._stream(with_uniform(noise.draw(latent), beside), noise.dims(latent) + beside, "latent")
        self._noise: dict[str, Stream] = {}  # by kind, dimensions and name; made when it is first asked for

    def _stream(self, draw: Draw, dim: int, name: str) -> Stream:
        return Stream(draw, dim, self._seeds, f"{self._name} {name}", *self._to)

    def _open_noise(self, key: str) -> Stream:
        kind, dim, name = key.split(" ", 2)
        return self._stream(NOISE[kind](int(dim)), int(dim), name)

    def _noise_stream(self, key: str) -> Stream:
        if key not in self._noise:
            self._noise[key] = self._open_noise(key)
        return self._noise[key]

    def fork(self) -> Source:
        """Return a source whose streams are at the same points and continue by themselves."""
        one = copy.copy(self)
        one._real, one._z = self._real.fork(), self._z.fork()
        one._noise = {key: stream.fork() for key, stream in self._noise.items()}
        return one

    def batch(self, n: int) -> Batch:
        """Return the next n real samples and the next n latent points of every member."""
        return Batch(self._real.next(n), self._z.next(n), self)

    def noise(self, kind: str, name: str, like: Tensor) -> Tensor:
        """Return random numbers of a kind in the shape of `like` `(P, n, dim)`; each name has its own stream."""
        return self._noise_stream(f"{kind} {like.shape[-1]} {name}").next(like.shape[1])

    def columns(self, stream: str, n: int) -> Tensor:
        """Return the next n rows of a stream, by its name in `bookmarks`, as columns `(P, dim, n)`."""
        named = {"data": self._real, "latent": self._z}.get(stream)
        return (named or self._noise_stream(stream)).columns(n)

    @property
    def bookmarks(self) -> dict[str, Bookmark]:
        """The position of every stream, noise that was drawn on demand included."""
        streams = {"data": self._real, "latent": self._z, **self._noise}
        return {name: stream.bookmark for name, stream in streams.items()}

    def restore(self, marks: Mapping[str, Bookmark]) -> None:
        """Go to the positions of a source of the same name and seeds; raise ValueError as `Stream.restore`."""
        self._real.restore(marks["data"])
        self._z.restore(marks["latent"])
        for name, mark in marks.items():
            if name not in ("data", "latent"):
                self._noise_stream(name).restore(mark)


class ProbeSource(Source):
    """The source of one batch to look at; it keeps no position of noise, so that threads may share the batch."""

    def noise(self, kind: str, name: str, like: Tensor) -> Tensor:
        return self._open_noise(f"{kind} {like.shape[-1]} {name}").next(like.shape[1])


class Batch:
    """One batch: real samples `(P, n, dim)`, latent points `(P, n, latent)`, and the noise that regularizers ask for.

    Noise is drawn once per name, so that an objective is a function of its batch: the same batch, the same value.
    """

    def __init__(self, real: Tensor, z: Tensor, source: Source) -> None:
        self.real, self.z = real, z
        self._source = source
        self._drawn: dict[str, Tensor] = {}

    def normal(self, name: str, like: Tensor) -> Tensor:
        """Return standard normal numbers in the shape of `like` `(P, n, dim)`."""
        return self._noise("normal", name, like)

    def uniform(self, name: str, like: Tensor) -> Tensor:
        """Return numbers in the shape of `like` `(P, n, dim)`, uniform on [0, 1)."""
        return self._noise("uniform", name, like)

    def _noise(self, kind: str, name: str, like: Tensor) -> Tensor:
        if name not in self._drawn:
            self._drawn[name] = self._source.noise(kind, name, like)
        return self._drawn[name]
