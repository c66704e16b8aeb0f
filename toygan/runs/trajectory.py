"""A trajectory: the parameters of the smallest games over their iterations."""

from __future__ import annotations

import numpy as np

from toygan.training import Population


class Trajectory:
    """The players of games of one number each, `places` `(T, P, 2)`, at every one of the newest `limit` iterations.

    Empty for larger games.
    """

    def __init__(self, limit: int = 8192) -> None:
        self._limit, self._rows, self._seen = limit, 0, 0
        self._steps = np.zeros(limit, dtype=np.int64)
        self._places = np.zeros((limit, 0, 4))  # theta_G, theta_D and their means from the first iteration on

    @staticmethod
    def from_arrays(steps: np.ndarray, places: np.ndarray, means: np.ndarray, seen: int) -> Trajectory:
        """Return the trajectory of these `steps`, `places` and `means`, after `seen` iterations."""
        path = Trajectory()
        path._rows, path._seen = len(steps), seen
        path._steps[: path._rows] = steps
        path._places = np.zeros((path._limit, places.shape[1], 4))
        path._places[: path._rows] = np.concatenate([places, means], axis=2)
        return path

    def add(self, population: Population) -> None:
        """Add the present parameters; an iteration that is held already replaces those from there on."""
        players = population.generator.theta, population.discriminator.theta
        if any(theta.shape[1] != 1 for theta in players):
            return
        thetas = [theta.detach().double().cpu().numpy() for theta in players]
        if self._places.shape[1] != len(thetas[0]):
            self._places, self._rows, self._seen = np.zeros((self._limit, len(thetas[0]), 4)), 0, 0
        self.truncate(population.steps - 1)
        held = self._rows
        if held == self._limit:  # the older half goes
            held -= self._limit // 2
            for column in (self._steps, self._places):
                column[:held] = column[-held:]
        place = np.concatenate(thetas, axis=1)
        mean = self._places[held - 1, :, 2:] if held else 0.0
        self._steps[held], self._rows, self._seen = population.steps, held + 1, self._seen + 1
        with np.errstate(invalid="ignore", over="ignore"):  # a member that diverges has no mean from then on
            self._places[held] = np.concatenate([place, mean + (place - mean) / self._seen], axis=1)

    def truncate(self, step: int) -> None:
        """Forget all places after iteration `step`."""
        held = int(np.searchsorted(self.steps, step, side="right"))
        self._seen -= self._rows - held
        self._rows = held

    @property
    def seen(self) -> int:
        """The number of iterations added, those no longer held included."""
        return self._seen

    @property
    def steps(self) -> np.ndarray:
        """The iterations held, rising `(T,)`."""
        return self._steps[: self._rows]

    @property
    def places(self) -> np.ndarray:
        """theta_G and theta_D of every member `(T, P, 2)`."""
        return self._places[: self._rows, :, :2]

    @property
    def means(self) -> np.ndarray:
        """The mean of all places up to each iteration `(T, P, 2)`."""
        return self._places[: self._rows, :, 2:]
