"""A fleet that plays: the common part of all live views, without a widget."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from toygan.identity import describe_file, renew
from toygan.measure.diagnosis import Diagnosis, diagnose_all, wait_after
from toygan.panels.layers import DEFAULT_LAYERS, LABELS
from toygan.parts.metrics import live_metrics
from toygan.parts.metrics.game import GAME_METRICS
from toygan.play.alone import alone
from toygan.recipe import Recipe, RecipeError
from toygan.runs.attempt import Attempt
from toygan.runs.engine import COMPILED
from toygan.runs.fleet import Fleet
from toygan.runs.run import Run
from toygan.training import Snapshot

SLOW_SECONDS = 0.1  # of an iteration that is trained beside the event loop, by `attempt`
QUICK = [name for name in live_metrics() if name not in GAME_METRICS]  # these need no loss and no gradient
NOTICE_SECONDS = 1.0  # from one look at the files of the data to the next, while something plays
DIAGNOSIS_SECONDS = 0.2  # from one diagnosis to the next while something plays: words are read no faster
COMPILED_WAIT = 2  # times as many iterations to the next measurement if they are compiled
DIVERGED = "every seed has diverged: change a setting and reset"


@dataclass(frozen=True)
class Interval:
    """Iterations from one measurement to the next: one for every `per` so far, within bounds.

    Compiled iterations take so little time that they are measured more rarely.
    """

    per: int
    soonest: int
    latest: int

    def __call__(self, step: int, engine: str) -> int:
        """Return the iterations from a measurement at iteration `step` to the next."""
        wait = min(max(step // self.per, self.soonest), self.latest)
        return wait * COMPILED_WAIT if engine == COMPILED else wait


class Diagnosed(NamedTuple):
    """The diagnosis of every member of a run, the measurement that it is of, and when it was made."""

    last: Snapshot | None
    found: list[Diagnosis]
    at: float
    recipes: tuple[Recipe, ...]  # of the run then


class FleetSession:
    """A fleet that can be played, stepped and reset; subclasses decide which part of it is seen.

    `message` describes the effect of the last action, or the reason why it was refused (then `refused` is True).
    After a change of a setting, which shows once it plays, `changed` is True.
    Any thread may act on it: an action waits for that of another thread to end.
    """

    end: float = math.inf  # the iteration up to which it plays

    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.lock = fleet, threading.RLock()
        self.playing = self._single = False  # to continue, and to pause after one iteration
        self.message, self.refused, self.changed = "", False, False
        self.layers = DEFAULT_LAYERS  # of the samples that are shown
        self._compiled = False  # True once it was said
        self._attempt: Attempt | None = None
        self._looked, self._noticed = time.monotonic(), ""  # at the files of the data, and what was found
        self._measure_start()

    def _measure_start(self) -> None:
        """Measure every run that has just started: without losses and gradients if these take long."""
        self.give_up()
        self._diagnoses: dict[Run, Diagnosed] = {}
        self.fleet.measure(self._quick_look)
        self._stop_at_end()

    def _quick_look(self, run: Run) -> Snapshot | None:
        slow = self.fleet.estimate(run) > SLOW_SECONDS
        return run.population.snapshot(run.n, None, QUICK) if slow else None

    # The part of it that is seen: by subclasses.

    @property
    def focus(self) -> int:
        """The number of the member, or cell, in focus, below `choices`."""
        raise NotImplementedError

    @property
    def choices(self) -> int:
        """The number of members, or cells, that can be in focus."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """The heading of a picture of it."""
        raise NotImplementedError

    @property
    def about(self) -> str:
        """The seeds that are trained, for the page of a recording."""
        raise NotImplementedError

    @property
    def share(self) -> str:
        """The recipe as a line to share, if there is one."""
        raise NotImplementedError

    @property
    def status(self) -> str:
        """The state of the fleet in one line."""
        raise NotImplementedError

    @property
    def words(self) -> dict[str, str]:
        """The diagnosis below the picture, by the names of `view.js`."""
        raise NotImplementedError

    @property
    def grounds(self) -> str:
        """The numbers that the verdicts rest on, a line each; "" if there are none."""
        return ""

    @property
    def early(self) -> bool:
        """True while it is too early for any verdict that is shown."""
        return False

    @property
    def stretch(self) -> str:
        """The words that stay the same along a stretch of a recording's time line; "" stands for the verdict."""
        return ""

    @property
    def offers(self) -> dict[str, str]:
        """The labels of the buttons below the diagnosis, if there are any; "" for one that cannot be pressed now."""
        return {}

    @property
    def timeline(self) -> dict[str, Any]:
        """The iterations that it can go back to, by the names of `timeline.js`; empty if it cannot."""
        return {}

    @property
    def sorting(self) -> dict[str, Any]:
        """The order of several pictures, by the names of `seeds.js`; empty if there is one picture."""
        return {}

    @property
    def repeats(self) -> bool:
        """True if the next iteration was trained before."""
        return False

    @property
    def between(self) -> bool:
        """True if what is shown is no whole iteration."""
        return False

    @property
    def lines(self) -> list[str]:
        """The status and the diagnosis, as lines below a picture."""
        words = self.words
        evidence = f" ({words['evidence']})" if words["evidence"] else ""
        return [self.status, words["verdict"] + evidence, " ".join(filter(None, (words["cause"], words["remedy"])))]

    # What plays.

    @property
    def iteration(self) -> int:
        """The iteration that all members have reached."""
        return self.fleet.steps

    @property
    def left(self) -> bool:
        """True while there is anything left to train."""
        return self.iteration < self.end and self.fleet.alive

    @property
    def seconds(self) -> float:
        """The time that the next iteration takes, as estimated."""
        return self.fleet.estimate(self.fleet.behind)

    @property
    def slow(self) -> bool:
        """True if the next iteration is to be trained by `attempt`: nothing is heard during `advance`."""
        return self.seconds > SLOW_SECONDS

    @alone
    def play(self, single: bool = False) -> None:
        """Start to play: `advance` is to be called until `playing` is False; with `single`, after one iteration."""
        over = not self.left and self.fleet.alive
        self.say("finished: reset it, or make a new one with more steps" if over else self._describe_files())
        self.playing, self._single = True, single
        self._stop_at_end()

    @alone
    def pause(self) -> None:
        """Stop at the present iteration."""
        self._halt()

    def _halt(self) -> None:
        self.say("")
        self.playing = False
        self.give_up()

    @alone
    def advance(self, seconds: float) -> None:
        """Train for this many seconds, at least one iteration; measure as often as it costs little beside training."""
        if self._single:
            self.step()
            return
        self.fleet.advance(seconds, self.end)
        self._notice_files()
        self._say_compiled()
        self._stop_at_end()

    def _say_compiled(self) -> None:
        """Say once that iterations are compiled from now on: they are faster, and rounded differently."""
        if self._compiled or self.message:
            return
        since = [at for run in self.fleet.runs if (at := run.engine.compiled_since) is not None]
        if since:
            self._compiled = True
            self.say(f"compiled since iteration {min(since):,}: the same run, faster, rounded differently")

    @alone
    def switch(self, layer: str) -> None:
        """Switch a layer of the samples on or off; ValueError if there is no such layer."""
        if layer not in LABELS:
            raise ValueError(f"layer={layer!r}: must be one of {', '.join(LABELS)}")
        self.layers ^= {layer}

    @alone
    def step(self, player: str | None = None) -> None:
        """Train one iteration of every member, or one player's part of it ("D" or "G"), and measure it."""
        self._halt()
        if player is not None:
            self._step_player(player)
        elif self.iteration < self.end:
            self.fleet.step()
            self._stop_at_end()

    def _step_player(self, player: str) -> None:
        """Let one player of every member move alone at the present iteration; a refusal is said."""
        try:
            for run in self.fleet.working:
                run.population.check_player(player)
        except RecipeError as error:
            self.say(str(error), refused=True)
            return
        for run in self.fleet.working:
            run.step_player(player)
        self.fleet.measure(self._quick_look)
        self._note(f"{player} alone")
        self.say(f"{player} took its step alone; the iteration is not over")
        self._stop_at_end()

    def _note(self, words: str) -> None:
        """Note on a time line, if there is one, what has changed at the present iteration."""

    @alone
    def reset(self) -> None:
        """Put every member at iteration 0, with every setting as it is now: equal settings give an equal run.

        A file that has changed is read again.
        """
        self._halt()
        self._restart(self.fleet.recipes)

    def _restart(self, recipes: Sequence[Recipe], words: str = "") -> bool:
        """Start a new run of these recipes, as their files are now; return False, and say why, if that is refused.

        If it cannot begin, the old run stays.
        """
        recipes, changed = renew(recipes)
        before = vars(self.fleet).copy()
        try:
            self.fleet.restart(recipes)
            self._measure_start()
        except BaseException as error:
            vars(self.fleet).update(before)
            if not isinstance(error, RecipeError):
                raise
            self.say(str(error), refused=True)
            return False
        self.say("; ".join(filter(None, (words, changed))), changed=bool(words))
        self._stop_at_end()
        return True

    def _notice_files(self) -> None:
        """Say it once if a file of the data has changed while the runs play."""
        now = time.monotonic()
        if now - self._looked < NOTICE_SECONDS:
            return
        self._looked, words = now, self._describe_files()
        if words != self._noticed and words not in self.message:
            self.say(words)
        self._noticed = words

    def _describe_files(self) -> str:
        """Return what has become of the files of the data since the runs began, in words."""
        several = {recipe.data: recipe for recipe in self.fleet.recipes}
        return "; ".join(filter(None, map(describe_file, several.values())))

    def _stop_at_end(self) -> None:
        if not self.left:
            self.playing = False
        if not self.fleet.alive:
            failed = next(iter(self.fleet.failures.values()), "")
            self.say(f"no run is left to train: {failed}" if failed else DIVERGED)

    def say(self, message: str, refused: bool = False, changed: bool = False) -> None:
        """Show a message to the user until the next one; `refused` marks a refusal, `changed` a change of a setting."""
        self.message, self.refused, self.changed = message, refused, changed

    # An iteration that takes long, beside the event loop.

    @alone
    def attempt(self) -> Attempt:
        """Return the next iteration, to be trained in any thread; to stop or change the run gives it up."""
        self._attempt = Attempt(self.fleet.behind, self._single)
        return self._attempt

    @alone
    def take(self, attempt: Attempt, seconds: float) -> None:
        """Take over the iteration of an attempt, which took this many seconds, unless it was given up."""
        if attempt.given_up:
            return
        self.fleet.time(attempt.run, seconds)
        attempt.take()
        self.playing = self.playing and not self._single
        self._stop_at_end()

    @alone
    def fail(self, attempt: Attempt, error: Exception) -> None:
        """End the members that an attempt could not train, unless it was given up; raise the error if they are all."""
        if attempt.given_up:
            return
        attempt.given_up = True
        self.fleet.set_apart(attempt.run, error)
        self._stop_at_end()

    @alone
    def give_up(self) -> None:
        """End the attempt that is under way, as if it had never begun."""
        if self._attempt is not None:
            self._attempt.given_up = True

    # What was measured.

    def _diagnose(self, run: Run) -> list[Diagnosis]:
        """Return the diagnosis of every member of a run, made once for each measurement, and less often in play."""
        return self._diagnosed(run).found

    def _diagnosed_at(self, run: Run) -> int:
        """Return the iteration of the measurement that `_diagnose` is of."""
        last = self._diagnosed(run).last
        return run.steps if last is None else last.step

    def _diagnosed(self, run: Run) -> Diagnosed:
        last, made, now, recipes = run.record.last, self._diagnoses.get(run), time.monotonic(), run.population.recipes
        known = made is not None and made.recipes is recipes
        if made is not None and known and (made.last is last or self._may_wait(made, last, now)):
            return made
        found = diagnose_all(run.record)
        if run.record.recipes != recipes:  # they have changed in play, and were not measured since
            waiting = wait_after(max(run.due_at, run.steps + 1))
            found = [one if one.verdict == "diverged" else waiting for one in found]
        self._diagnoses[run] = Diagnosed(last, found, now, recipes)
        return self._diagnoses[run]

    def _may_wait(self, made: Diagnosed, last: Snapshot | None, now: float) -> bool:
        """Return True if a diagnosis may stand for a while beside a newer measurement of the same game."""
        if not self.playing or made.last is None or last is None or now > made.at + DIAGNOSIS_SECONDS:
            return False
        return made.last.recipes is last.recipes and made.last.step < last.step
