"""An iteration that is computed on a copy of the run, in any thread."""

from __future__ import annotations

import contextlib

from toygan.runs.run import Run
from toygan.training import Snapshot
from toygan.training.interruption import Interrupted, interruptible


class Attempt:
    """The next iteration of a run, computed on a copy; the run adopts it only when it is complete, by `take`.

    It is measured if that is due, or with `measured`. Until `take` it can be given up at any moment. No program is made
    for it: an iteration that takes so long is a few large operations, which compiled ones do at nearly the same pace.
    """

    def __init__(self, run: Run, measured: bool = False) -> None:
        run.prepare_again()
        self.run, self._twin = run, run.population.fork()
        self._measured = measured or run.due_at <= run.steps + 1
        self._snapshot: Snapshot | None = None
        self.given_up = False

    def work(self) -> None:
        """Compute the iteration; end soon once it is given up."""
        with contextlib.suppress(Interrupted), interruptible(lambda: self.given_up):
            self._twin.step()
            if self._measured:
                self._snapshot = self.run.snapshot(self._twin)

    def take(self) -> None:
        """Give the run the iteration of `work`, with its measurement if one was made."""
        self.run.take(self._twin)
        if self._snapshot is not None:
            self.run.measure(self._snapshot)
