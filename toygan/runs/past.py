"""The past of a run: what it needs to go back to any of its iterations and to continue from there as it did before."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

from toygan.recipe import Recipe
from toygan.runs.engine import Engine
from toygan.runs.history import STRIDE, History
from toygan.training import Population, State

MOST_SETTINGS = 1000  # changes that are kept, each with the recipes of all members


class Setting(NamedTuple):
    """The recipes with which a run continues from an iteration on, or the player that moved alone there."""

    step: int
    recipes: tuple[Recipe, ...]
    player: str = ""

    def make(self, population: Population) -> None:
        """Change a population so."""
        if self.player:
            population.step_player(self.player)
        else:
            population.change(self.recipes)


class Arrival(NamedTuple):
    """A population that has come to an iteration again, and the number of the settings that it has."""

    population: Population
    done: int


class Past:
    """The iterations that a run has been at, and how it came there: its bookmarks, each change of its
    recipes, and each step of one player.

    A run that has gone back repeats what followed, the changes too, until its recipes change in another way.
    """

    def __init__(self, step: int) -> None:
        self.first = self.reached = step  # the first and the last iteration that it has been at
        self.settings: list[Setting] = []  # in the order in which they were made
        self.history: History | None = None  # of a run that can go back
        self._done = 0  # settings that the population has
        self.parted = step  # up to this iteration it trained beside others: repeated, it may be rounded differently

    def select(self, members: Sequence[int], population: Population) -> Past:
        """Return the past of some members, by number, which train without the others of the population from now on."""
        past = Past(self.first)
        past.parted = self.parted if len(members) == len(population.recipes) else population.steps
        past.reached, past._done = self.reached, self._done
        past.settings = [s._replace(recipes=tuple(s.recipes[i] for i in members if s.recipes)) for s in self.settings]
        past.history = None if self.history is None else self.history.select(members)
        return past

    def forget_after(self, step: int) -> None:
        """Forget what came after an iteration, at which the run is: it continues in another way."""
        del self.settings[self._done :]
        self.reached = step
        if self.history is not None:
            self.history.forget_after(step)

    def remember(self, state: State, most: int, stride: int = STRIDE) -> None:
        """Keep bookmarks of at most so many bytes, from this state on, one in `stride` iterations at first."""
        self.history, self.first = History(most, stride), state.steps
        self.history.add(state)

    def repeats(self, step: int) -> bool:
        """Return True if the iteration after `step` was trained before."""
        return step < self.reached

    def arrive(self, population: Population) -> None:
        """Note that a population has come to its iteration."""
        self.reached = max(self.reached, population.steps)
        if self.history is not None and population.steps == self.reached and self.history.due(population.steps):
            self.history.add(population.state)

    def redo(self, population: Population) -> bool:
        """Make the changes that were made at the present iteration; return True if there were any."""
        before = self._done
        self._done = self._redo(population, before)
        return self._done > before

    def _redo(self, population: Population, done: int) -> int:
        """Make the changes from number `done` on that were made at its iteration; return the number of the next."""
        while done < len(self.settings) and self.settings[done].step == population.steps:
            self.settings[done].make(population)
            done += 1
        return done

    def change(self, step: int, recipes: Sequence[Recipe]) -> None:
        """Note a change at an iteration; what came after it before is forgotten."""
        self._note(Setting(step, tuple(recipes)))

    def move(self, step: int, player: str) -> None:
        """Note that a player has moved alone at an iteration; what came after it before is forgotten."""
        self._note(Setting(step, (), player))

    def _note(self, setting: Setting) -> None:
        self.forget_after(setting.step)
        self.settings.append(setting)
        if len(self.settings) > MOST_SETTINGS:
            self._forget_first()
        self._done = len(self.settings)

    def _forget_first(self) -> None:
        """Forget the oldest setting, and what can no longer be repeated without it."""
        gone = self.settings.pop(0)
        if self.history is not None:
            self.history.forget_up_to(gone.step)
            self.first = min(self.history.steps, default=self.reached)

    @property
    def since(self) -> int:
        """The iteration from which on the recipes are what they are."""
        return self.settings[self._done - 1].step if self._done else self.first

    @property
    def done(self) -> int:
        """The number of settings that the population has."""
        return self._done

    def take_back(self, done: int) -> None:
        """Forget the newest settings, so that only so many stay."""
        if self._done > done:
            del self.settings[done:]
            self._done = done

    def distance(self, step: int, population: Population) -> int:
        """Return the iterations that are to be trained again to come to one; 0 if it cannot."""
        if self.history is None or not self.history.steps or step < self.history.steps[0]:
            return 0
        start = self.history.before(step).steps
        return step - (population.steps if start <= population.steps < step else start)

    def travel(self, step: int, population: Population, engine: Engine) -> Generator[int, None, Arrival]:
        """Train again from the bookmark before an iteration, with the settings of that time; yield each iteration.

        Nothing changes before the arrival is taken by `arrive_at`. Raises ValueError if there is no bookmark, or if the
        run has not been there.
        """
        if self.history is None or not self.first <= step <= self.reached:
            raise ValueError(f"iteration={step}: must be from {self.first} to {self.reached}")
        bookmark, done = self.history.before(step), self._done
        if not bookmark.steps <= population.steps < step:
            population = Population.restore(bookmark)
            done = sum(setting.step < bookmark.steps for setting in self.settings)
        while population.steps < step:
            done = self._redo(population, done)
            engine.repeat(population)
            population.step()
            yield population.steps
        return Arrival(population, done)

    def arrive_at(self, arrival: Arrival) -> None:
        """Take the settings of an arrival."""
        self._done = arrival.done
