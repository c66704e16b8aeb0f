"""What a run has been: its metrics at iterations spread over the whole run, in memory that stays bounded."""

from __future__ import annotations

import numpy as np

from toygan.training import Population, Snapshot


class History:
    """The metrics of a run's snapshots: at most `limit` rows and the newest one, whatever the length of the run.

    When the rows no longer fit, every second one is dropped and from then on only every second snapshot (then every
    fourth ...) is kept, so the rows stay evenly spread from the first snapshot to the newest, which is always there.
    Raises ValueError for a limit below 2.
    """

    def __init__(self, limit: int = 1000) -> None:
        if limit < 2:
            raise ValueError(f"limit={limit!r}: at least 2")
        self.limit = limit
        self.last: Snapshot | None = None  # the newest snapshot
        self.since = 0  # the iteration of the first snapshot under its recipes: what was before is another game
        self.path = Path()
        self._members = 0
        self._stride = 1
        self._rows = 0
        self._steps = np.zeros(limit + 1, dtype=np.int64)
        self._serial = np.zeros(limit + 1, dtype=np.int64)  # how manyth snapshot a row holds, counted from 0
        self._columns: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return self._rows

    def add(self, snapshot: Snapshot) -> None:
        """Takes in a snapshot; one of an iteration that is held already replaces what came from there on.

        Raises ValueError where the number of members differs from that of the rows held.
        """
        members = len(snapshot.recipes)
        if self._members not in (0, members):
            raise ValueError(f"snapshot: {members} members; this history holds {self._members}")
        self._members = members
        if self.last is None or self.last.recipes != snapshot.recipes:
            self.since = snapshot.step
        self.truncate(snapshot.step - 1)
        self.since = min(self.since, snapshot.step)
        serial = int(self._serial[self._rows - 1]) + 1 if self._rows else 0
        if self._rows and self._serial[self._rows - 1] % self._stride:
            self._rows -= 1  # the newest row so far falls between two that are kept
        if self._rows == self.limit:
            self._thin()
        row = self._rows
        self._steps[row], self._serial[row], self._rows = snapshot.step, serial, row + 1
        for name in snapshot.metrics.keys() - self._columns.keys():
            self._columns[name] = np.full((self.limit + 1, members), np.nan)
        for name, column in self._columns.items():
            values = np.asarray(snapshot.metrics.get(name, np.nan))
            column[row] = np.where(snapshot.alive & np.isfinite(values), values, np.nan)
        self.last = snapshot

    def _thin(self) -> None:
        """Drops every second row and doubles the stride."""
        self._stride *= 2
        kept = np.flatnonzero(self._serial[: self._rows] % self._stride == 0)
        for column in (self._steps, self._serial, *self._columns.values()):
            column[: len(kept)] = column[kept]
        self._rows = len(kept)

    def truncate(self, step: int) -> None:
        """Forgets what came after the iteration `step`: a rewound run goes on from there."""
        self._rows = int(np.searchsorted(self.steps, step, side="right"))
        if self.last is not None and self.last.step > step:
            self.last = None

    @property
    def steps(self) -> np.ndarray:
        """The iterations held, rising `(T,)`."""
        return self._steps[: self._rows]

    def metric(self, name: str) -> np.ndarray:
        """One metric over the iterations held `(T, P)`; NaN where not taken, not finite, or the member had diverged."""
        if name in self._columns:
            return self._columns[name][: self._rows]
        return np.full((self._rows, self._members), np.nan)


class Path:
    """Where the players of a game of one number each have stood, at every one of the newest `limit` iterations.

    Empty for larger games. `places` holds theta_G and theta_D, `means` their means from the run's first place on.
    """

    def __init__(self, limit: int = 8192) -> None:
        self._limit, self._rows, self._seen = limit, 0, 0
        self._steps = np.zeros(limit, dtype=np.int64)
        self._places = np.zeros((limit, 0, 4))

    def add(self, population: Population) -> None:
        """Takes in where the players stand; an iteration that is held already replaces what came from there on."""
        thetas = [p.theta.detach().double().cpu().numpy() for p in (population.generator, population.discriminator)]
        if thetas[0].shape[1] != 1 or thetas[1].shape[1] != 1:
            return
        members, step = len(thetas[0]), population.steps
        if self._places.shape[1] != members:
            self._places, self._rows, self._seen = np.zeros((self._limit, members, 4)), 0, 0
        held = int(np.searchsorted(self._steps[: self._rows], step))
        self._seen -= self._rows - held
        if held == self._limit:  # the older half goes
            held -= self._limit // 2
            for column in (self._steps, self._places):
                column[:held] = column[-held:]
        place = np.concatenate(thetas, axis=1)
        past = self._places[held - 1, :, 2:] if held else 0.0
        self._steps[held], self._rows, self._seen = step, held + 1, self._seen + 1
        with np.errstate(invalid="ignore", over="ignore"):  # a run that diverges has a mean no more
            self._places[held] = np.concatenate([place, past + (place - past) / self._seen], axis=1)

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
