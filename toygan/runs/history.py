"""A history: states of a run as bookmarks, spread over all of its iterations, within a budget of memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from toygan.text import format_bytes
from toygan.training import State

MOST_BYTES = 40 * 2**20
STRIDE = 50  # iterations from one bookmark to the next, at first: a bookmark costs about as much as one iteration


class History:
    """Bookmarks of a run of any length: the first, and one at every multiple of `stride` iterations.

    If they take more than `most` bytes, every second one is dropped and the stride doubles. A bookmark is the state of
    an iteration before any setting changes there.

    Args:
        most: Bytes of all bookmarks.
        stride: Iterations from one bookmark to the next, at first.
    Example:
        >>> from toygan import Population, Recipe
        >>> from toygan.runs.history import History
        >>> population, history = Population(Recipe(width=4, batch=8)), History(stride=2)
        >>> for _ in range(6):
        ...     if history.due(population.steps):
        ...         history.add(population.state)
        ...     population.step()
        >>> history.steps, history.before(3).steps
        ([0, 2, 4], 2)
    """

    def __init__(self, most: int = MOST_BYTES, stride: int = STRIDE) -> None:
        self._most, self._stride = most, stride
        self._states: list[State] = []
        self._sizes: list[int] = []
        self._too_large = 0  # bytes of a state that does not fit at all

    @property
    def steps(self) -> list[int]:
        """The iterations of the bookmarks, rising."""
        return [state.steps for state in self._states]

    @property
    def size(self) -> int:
        """The bytes that the bookmarks take."""
        return sum(self._sizes)

    def select(self, members: Sequence[int]) -> History:
        """Return the bookmarks of some members, by number; those of all members share their memory with these."""
        one = History(self._most, self._stride)
        for state in self._states:
            one.add(state if len(members) == len(state.recipes) else state.select(members))
        return one

    def limit(self, most: int) -> None:
        """Keep at most so many bytes from now on."""
        self._most = most
        while self.size > self._most:
            self._thin()

    def due(self, step: int) -> bool:
        """Return True if there is to be a bookmark at an iteration."""
        return not self._too_large and (step % self._stride == 0 or not self._states)

    def add(self, state: State) -> None:
        """Add a bookmark; those of its iteration and of later ones are forgotten."""
        self.forget_after(state.steps - 1)
        own = state.compact()
        self._states.append(own)
        self._sizes.append(own.nbytes)
        if own.nbytes > self._most:
            self._too_large, self._states, self._sizes = own.nbytes, [], []
        while self.size > self._most:
            self._thin()

    def _thin(self) -> None:
        """Drop every second bookmark but the first, and double the stride; the last one goes if it is too large."""
        if len(self._states) == 1:
            self._too_large, self._states, self._sizes = self.size, [], []
        self._stride *= 2
        kept = [i for i, step in enumerate(self.steps) if i == 0 or step % self._stride == 0]
        self._states, self._sizes = [self._states[i] for i in kept], [self._sizes[i] for i in kept]

    def forget_after(self, step: int) -> None:
        """Forget the bookmarks after an iteration."""
        held = bisect_right(self.steps, step)
        del self._states[held:], self._sizes[held:]

    def forget_up_to(self, step: int) -> None:
        """Forget the bookmarks up to an iteration: what followed them is not known any more."""
        held = bisect_right(self.steps, step)
        del self._states[:held], self._sizes[:held]

    def before(self, step: int) -> State:
        """Return the last bookmark that is not after an iteration; ValueError if there is none."""
        held = bisect_right(self.steps, step)
        if held:
            return self._states[held - 1]
        if self._too_large:
            sizes = f"{format_bytes(self._too_large)}, and {format_bytes(self._most)} are allowed"
            raise ValueError(f"iteration={step}: nothing to go back to; a state of this run takes {sizes}")
        first = f"must be at least {self._states[0].steps}" if self._states else "nothing to go back to yet"
        raise ValueError(f"iteration={step}: {first}")
