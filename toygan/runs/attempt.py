"""An iteration that is taken beside its run, in whatever thread, and that the run may never get."""

from __future__ import annotations

import contextlib

from toygan.runs.run import Run
from toygan.training.interruption import Interrupted, interruptible


class Attempt:
    """The next iteration of a run: until `take` the run stays as it was, so that it can be given up at any moment."""

    def __init__(self, run: Run) -> None:
        self._run, self._twin = run, run.population.twin()
        self.given_up = False

    def work(self) -> None:
        """Takes the iteration aside; ends soon once it is given up."""
        with contextlib.suppress(Interrupted), interruptible(lambda: self.given_up):
            self._twin.step()

    def take(self) -> None:
        """Gives the run what `work` has reached."""
        self._run.take(self._twin)
