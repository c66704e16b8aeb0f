"""The playground: a session with its screen and its controls in a notebook cell."""

from __future__ import annotations

import asyncio
import inspect
import math
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toygan.chart.paper import Size
from toygan.panels import PANELS
from toygan.play import export_card, formula_card
from toygan.play.alone import alone
from toygan.play.aside import aside
from toygan.play.card import Card
from toygan.play.cell import close_earlier
from toygan.play.column import CONTROLS, ControlColumn, choose_groups
from toygan.play.controls import AnyControl, check_controls, control, lock
from toygan.play.draw import DrawPad
from toygan.play.frames import Frames
from toygan.play.link import Link
from toygan.play.live import Live, acting, leave_room_for_the_page
from toygan.play.loop import running_loop
from toygan.play.poll import Poll, PollCard
from toygan.play.remedy_list import RemedyList
from toygan.play.session import Session
from toygan.play.slow_card import SlowCard
from toygan.play.twins import HEIGHT, WIDTH, Twins, make_twins
from toygan.play.twins_session import TwinsSession
from toygan.play.view import check_size
from toygan.recipe import DEFAULT, KNOBS, Recipe, RecipeError, refuse_outside
from toygan.remedy import TriedRemedy
from toygan.runs.run import Run
from toygan.text import short
from toygan.training import State, StateError
from toygan.training.interruption import Interrupted, interruptible

if TYPE_CHECKING:
    import pandas as pd

USUAL_SEEDS = 8  # of more, all are shown at once
RESTART_SECONDS = 0.3  # from one restart to the next while a control is dragged
OFFER, CLOSE = "Draw your own…", "Close the pad"
OFFER_TIP = "draw points, paste a table, or open a CSV file, and train on it"
PROMPT_SECONDS = 0.2  # in which the cost of a setting is estimated, or else in another thread


class Playground(Live):
    """A live run in a notebook cell: a picture of it, and a control for each of some fields of its recipe.

    One run is alive per cell: a new playground closes the one that the same cell showed before. Its `session` is the
    run without widgets, a `Session`.

    Args:
        recipe: The recipe; its own seed is the first [default: `Recipe()`].
        controls: Fields of the recipe that can be changed, or a strength as "regularizers.r1" [default: the usual].
        panels: The panels of the picture; the name of a metric is a panel, too [default: those that the data fills].
        seeds: The number of seeds that train at once; one is drawn, bands show all of them. Of more than 8, all are
            drawn at first, as after `show_seeds` [default: 8].
        width: Pixels of the picture, 100 to 3000.
        height: Pixels of the picture, 100 to 3000.
        device: The device on which they train, such as "cpu" or "cuda".
        present: True shows nothing but the picture, Play, the iteration and the verdict, as large as the window, until
            Escape [default: False].
        locked: Fields whose controls show their values, and cannot be moved in the page.
        poll: A question to a class, which counts hands and compares them with the run [default: none].
        run: A run to continue, in place of a recipe and seeds; no other playground is then closed.
        against: Another recipe or up to three, to be shown beside this one in lock-step, on the same seeds, data and
            noise: then it makes a `Twins`.
        state: A state to continue from, in place of a recipe and seeds: a `State`, a file that `State.save` wrote, or
            the folder of a run that `toygan train --out` has finished.
    Raises:
        RecipeError: If a control is not a field of a recipe, a number is out of range, the device is not here, or an
            iteration needs more memory than is allowed.
        StateError: If the state cannot be read, or if its members are not one recipe under several seeds.
        ValueError: If a panel is unknown, or if the recipe or the seeds contradict the run or the state.
    Example:
        >>> from toygan import Playground, Recipe
        >>> playground = Playground(Recipe(width=4, batch=8), controls=("loss", "lr_d"), seeds=2)
        >>> playground.set("loss", "hinge")
        True
        >>> playground.step()
        >>> playground.session.iteration
        1
        >>> playground.close()
        >>> playground = Playground(state=playground.session.population.state)
        >>> playground.session.iteration, playground.session.recipe.loss
        (1, 'hinge')
        >>> playground.close()
    """

    session: Session
    twins: Twins | None = None  # what is shown in place of the run once it is compared
    _weighing: asyncio.Task[None] | None = None

    def __new__(cls, *args: Any, against: Recipe | Sequence[Recipe] | None = None, **given: Any) -> Any:
        return super().__new__(cls) if against is None else make_twins(against, *args, **given)

    def __init__(
        self, recipe: Recipe | None = None, controls: Sequence[str] | None = None, panels: Sequence[str] | None = None,
        seeds: int | None = None, width: int = 960, height: int = 540, device: str = "cpu", run: Run | None = None,
        state: State | str | os.PathLike[str] | None = None, against: Recipe | Sequence[Recipe] | None = None,
        present: bool = False, locked: Sequence[str] = (), poll: Poll | None = None,
    ) -> None:  # fmt: skip
        check_size(width, height)
        names = check_controls(CONTROLS if controls is None else controls)
        shown = None if panels is None else _check_panels(panels)
        leave_room_for_the_page()
        session = _open(recipe, seeds, device, run, state)
        if panels is None and session.seeds > USUAL_SEEDS:
            session.show_seeds()
        self._wanted: dict[str, Any] = {}  # values of controls that the run does not have yet
        self._restarted = -math.inf
        self._followed = session.recipe  # that the controls agree with
        self.controls: list[AnyControl] = [control(name, session.recipe, self._want, session.seeds) for name in names]
        super().__init__(session, Frames(session, shown), (width, height))
        self.remedies = RemedyList(self.find_remedy, self.adopt, self._post)
        self.formulas = Card(formula_card.TITLE, formula_card.TIP, self._render_terms, self._post)
        self.export = Card(export_card.TITLE, export_card.TIP, self._render_script, self._post)
        self._given = None if controls is None else names
        self.poll = None if poll is None else PollCard(poll)
        self.slow_motion = SlowCard(session, self.next_stage, self._post, self._is_seen)
        top = [*filter(None, [self.poll])]
        self.column = ControlColumn(choose_groups(self._given, self._used()), top, bottom=[self.slow_motion])
        self.column.fill(self.controls)
        lock(self.controls, locked)
        told = None if controls is None else tuple(names)
        self._told = Link(
            (session.recipe,), None if shown is None else tuple(shown), told, tuple(locked), session.seeds, poll=poll
        )
        self._below = [self.remedies, self.formulas, self.export]
        self._pad: DrawPad | None = None
        self._data = next((c.widget for c in self.controls if c.field == "data"), None)  # the menu of it
        drawn = "data" not in locked
        if self._data is not None and drawn:
            self._data.asked = lambda: self._post(self.draw)
            self._data.offer, self._data.offer_tip = OFFER, OFFER_TIP
        self._lay_out(self.column, *self._below)
        self.view.acts = [
            "step-d",
            "step-g",
            "slow",
            "share",
            *(["draw"] if drawn and self._data is None else []),
            "tour",
        ]
        self.view.present = present
        if run is None:
            close_earlier(self)

    @alone
    def __repr__(self) -> str:
        return f"Playground({self.session.recipe.to_string() or 'defaults'}, {self.session.status})"

    # Actions of the user; a notebook may call these, too.

    @acting
    def compare(self) -> Twins:
        """Put a copy of the run beside it, from the iteration that is shown, and show both in its place.

        The run itself waits at that iteration.

        Returns:
            What is shown: its `set("lr_d", 0.01, side="B")` changes one side, as the controls do.
        """
        if self.twins is None or not self.twins.usable:
            self.seen.reach()
            self.session.pause()
            told, beside = self._told, TwinsSession.from_session(self.session)
            self.twins = Twins([], told.controls, told.panels, session=beside, locked=told.locked, poll=told.poll)
            self.twins.column.fold(self.column.unfolded)
            if self.poll is not None and self.twins.poll is not None:
                self.twins.poll.hands = self.poll.hands  # that were counted so far
            self.twins.view.present = self.view.present
            self.twins.screen.continue_recording(self.screen)
            self.twins.copy_side()
            self.twins.screen.put_opening()
            self.still.turn_to(self.twins.session, self.twins.screen.charts, (WIDTH, HEIGHT))
            self.children = [self.twins]
        return self.twins

    @alone
    def link(self) -> str:
        """Return this page as one line, with its recipe, panels, layers, controls, folds, locks and question.

        Returns:
            The link: `toygan open LINK` and `toygan.open_page` open the page, at iteration 0.
        Raises:
            RecipeError: If the link is too long to share.
        """
        if self.twins is not None:
            return self.twins.link()
        return self._describe_page((self.session.recipe,))

    def _used(self) -> set[str]:
        return {"regularizers"} if self.session.recipe.regularizers else set()

    @acting
    def draw(self) -> None:
        """Show a pad to draw data on, under the menu of data or below the picture, or take it away again."""
        if self._pad is None:
            self._pad = DrawPad(lambda spec: self._post(self._set_data, spec))
        if self._data is not None:
            self._data.offer = CLOSE if self.column.turn_under("data", self._pad) else OFFER
            return
        self._below = [self._pad, *self._below] if self._pad not in self._below else self._below[1:]
        self._lay_out(self.column, *self._below)

    def _turn_slow_motion(self) -> None:
        self.slow_motion.turn()

    def _set_data(self, spec: str) -> None:
        self.set("data", spec)

    def set(self, field: str, value: Any) -> bool:
        """Change a field of the recipe, or one regularizer as "regularizers.r1"; the controls follow.

        Args:
            field: The field, or "regularizers." and the name of a regularizer.
            value: Its new value; None takes a regularizer away.
        Returns:
            True if that was allowed; the status line gives the reason if not.
        """
        self.refuse_closed()
        self.seen.reach()
        done = self.session.set(field, value)
        with self.lock:
            self._put_controls(field)
            self._show()
        return done

    @acting
    def apply_remedy(self) -> None:
        """Apply the remedy that the diagnosis advises, if there is one; the controls follow."""
        self.seen.reach()
        before = self.session.recipe
        self.session.apply_remedy()
        self.column.unfold(name for name in CONTROLS if getattr(before, name) != getattr(self.session.recipe, name))
        self._show_recipe()

    @acting
    def find_remedy(self, seconds: float | None = None, iterations: int | None = None, networks: bool = False) -> None:
        """Look for a remedy beside the run, from where it stands; what is found appears below it, to be applied.

        Args:
            seconds: The time that the search may take, about [default: 60 if no iterations are given].
            iterations: What it may spend in place of seconds, as for `toygan.find_remedy`.
            networks: True also changes the networks [default: False].
        Raises:
            RecipeError: If an argument is not allowed.
        """
        self.remedies.search(self.session.search_remedy(seconds, iterations, networks))

    @acting
    def adopt(self, remedy: TriedRemedy) -> None:
        """Apply a remedy that was found; the controls follow."""
        self.seen.reach()
        before = self.session.recipe
        self.session.adopt(remedy)
        self.column.unfold(name for name in CONTROLS if getattr(before, name) != getattr(self.session.recipe, name))
        self._show_recipe()

    @acting
    def undo(self) -> None:
        """Take back the remedy that was applied last, if there is one; the controls follow."""
        self.seen.reach()
        self.session.undo()
        self._show_recipe()

    @acting
    def go_to(self, iteration: int) -> bool:
        """Go to an iteration that the run has been at; the controls follow.

        Args:
            iteration: The iteration; what followed it is repeated to the last bit until a setting changes.
        Returns:
            True if that was possible; the status line gives the reason if not.
        """
        done = self.session.go_to(iteration)
        self._show_recipe()
        return done

    @acting
    def go_to_best(self) -> bool:
        """Go to the iteration at which the seed that is shown was closest to the data, as the star on the time line.

        Returns:
            True if that was possible; the status line gives the reason if not.
        """
        done = self.session.go_to_best()
        self._show_recipe()
        return done

    @acting
    def show_seeds(self, sort: str | None = None) -> None:
        """Show all seeds at once, each in a cell; a click on a cell takes its seed into focus.

        Args:
            sort: "seed", "distance" or "modes covered", the best first [default: as before].
        Raises:
            ValueError: If they cannot be sorted by that.
        """
        self.session.show_seeds(sort)
        self._show()

    @acting
    def show_one(self) -> None:
        """Show the seed in focus alone again."""
        self.session.show_one()
        self._show()

    def pin(self) -> None:
        """Let the curves so far stay, in grey, behind those of later runs; of more than four the oldest leave."""
        super().pin() if self.twins is None else self.twins.pin()

    def unpin(self) -> None:
        """Take away the curves that were pinned last."""
        super().unpin() if self.twins is None else self.twins.unpin()

    def turn_seeds(self) -> None:
        """Show all seeds at once, or one of them again."""
        self.show_one() if self.session.every_seed else self.show_seeds()

    def _show(self) -> None:
        self._follow_recipe()
        self._follow_poll()
        super()._show()

    def _show_in_turn(self) -> None:
        self._follow_recipe()
        self._follow_poll()
        super()._show_in_turn()

    def _follow_recipe(self) -> None:
        """Make the controls agree with the run if it has repeated a change, or gone back before one; cards follow."""
        s = self.session
        if not s.slow:
            self.formulas.follow((s.run, s.iteration, s.recipe, s.focus), s.playing)
            self.export.follow(s.recipe, s.playing)
        self.slow_motion.follow_session()
        if self.session.recipe is not self._followed:
            self._followed = self.session.recipe
            for c in self.controls:
                if _root(c.field) not in map(_root, self._wanted):
                    c.show(self._followed)

    def _render_terms(self) -> str:
        return formula_card.render_terms(self.session.list_terms())

    def _render_script(self) -> str:
        return export_card.render_script(self.session.recipe)

    def _show_recipe(self) -> None:
        for c in self.controls:
            c.show(self.session.recipe)
        self._show()

    @acting
    def focus(self, member: int) -> None:
        """Show the seed number `member`, 0 being the recipe's own; ValueError for a number that no seed has."""
        self.seen.reach()
        self.session.focus = member
        self._show_recipe()

    @alone
    def samples(self, n: int, seed: int | None = None) -> pd.DataFrame:
        """Generate new rows by the run that is shown, at its present iteration.

        Args:
            n: Number of rows, 1 to 1,048,576.
            seed: The same seed gives the same rows [default: new rows at every call].
        Returns:
            A pandas DataFrame with the names and in the units of the data's columns.
        Raises:
            ValueError: If a number is out of range, or the run has diverged.
        """
        return self.session.population.table(n, seed, self.session.focus)

    def save(
        self,
        path: str | os.PathLike[str],
        force: bool = False,
        size: Size | None = None,
        font_size: float | None = None,
    ) -> str:
        """Write a recording as a page or an animation, or the present picture.

        Args:
            path: The file. Its name ends in .html for a page that needs no Python and no network; in .png, .svg or .pdf
                for the picture; in .gif for the animation, or in .mp4 if the program ffmpeg is there.
            force: True replaces a file that exists.
            size: Width and height of the picture in inches, or words such as "16cm x 9cm" [default: as in the page].
            font_size: Size of the words at the axes in points; others are in proportion [default: 9.5].
        Returns:
            A caption: what is seen, and the share string.
        Raises:
            ValueError: If the name ends in anything else, a size is invalid, or ffmpeg is missing for .mp4.
            FileExistsError: If the file exists and `force` is False.
        """
        if self.twins is None:
            return super().save(path, force, size, font_size)
        return self.twins.save(path, force, size, font_size)

    def close(self) -> None:
        """End the run and take the playground off the page."""
        if self.twins is not None:
            self.twins.close()
        self._cancel(self._weighing)
        if self.usable:  # one that was refused before it began has no list
            self.remedies.stop()
            if self._pad is not None:
                self._pad.close()
        super().close()

    # Changes by the controls.

    def _want(self, field: str, value: Any) -> None:
        """Note that a control has moved: of a field's values the newest counts."""
        self._wanted[field] = value
        self._post(self._obey)

    def _obey(self) -> None:
        """Give the run the values of the controls; a drag does not start a new run at every pixel."""
        if self._is_weighing or self.seen.set_out(self._obey):
            return
        self.seen.reach()
        loop, wait = running_loop(), self._restarted + RESTART_SECONDS - time.monotonic()
        for field in list(self._wanted):
            if loop is None or wait <= 0 or KNOBS[_root(field)].live:
                self._give(field, self._wanted.pop(field))
            if self._is_weighing:
                return
        if self._wanted and loop is not None:
            loop.call_later(wait, self._guard, self._obey)

    @property
    def _is_weighing(self) -> bool:
        task = self._weighing
        return task is not None and not task.done() and task.get_loop().is_running()

    def _give(self, field: str, value: Any) -> None:
        """Give the run one value, once its cost is known."""
        recipe = self._propose(field, value)
        if recipe is not None:
            end = math.inf if running_loop() is None else time.monotonic() + PROMPT_SECONDS
            try:
                with interruptible(lambda: time.monotonic() > end):
                    self.session.weigh(recipe)
            except Interrupted:
                self._weighing = asyncio.get_running_loop().create_task(self._weigh(field, value, recipe))
                return
        self._apply(field, recipe)

    def _propose(self, field: str, value: Any) -> Recipe | None:
        """Return the recipe with a value that came from the page; None if it is refused, which the status line says."""
        try:
            if field == "data" and isinstance(value, str) and value != self.session.recipe.data:
                refuse_outside(value, 'call set("data", ...) of the playground if you trust it')
        except RecipeError as error:
            self.session.say(str(error), refused=True)
            return None
        return self.session.propose(field, value)

    async def _weigh(self, field: str, value: Any, recipe: Recipe) -> None:
        self.session.say(f"{field}: estimating the time of an iteration")
        self.screen.tell()
        try:
            await aside(lambda: self.session.weigh(recipe))
        finally:
            self._weighing = None
        self._guard(lambda: self._apply(field, self.session.propose(field, value)))  # code may have set others since
        self._guard(self._obey)

    def _apply(self, field: str, recipe: Recipe | None) -> None:
        """Continue with a recipe; if it was refused (None), put the controls of the field back."""
        run = self.session.run
        if recipe is not None:
            self.session.apply(field, recipe)
        if _root(field) not in map(_root, self._wanted):  # a value that is still wanted is not put back
            self._put_controls(field)
        if self.session.run is not run:
            self._restarted = time.monotonic()
        self._show()

    def _put_controls(self, field: str) -> None:
        """Make the controls of a field agree with the run."""
        for c in self.controls:
            if _root(c.field) == _root(field):
                c.show(self.session.recipe)


_signature = inspect.signature(Playground.__init__)
Playground.__signature__ = _signature.replace(
    parameters=[*_signature.parameters.values()][1:]
)  # that of __new__ says less


def _check_panels(names: Sequence[str]) -> list[str]:
    """Return the names of panels as a list; ValueError if one is unknown, or if there is none."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise ValueError(f'panels={short(names)}: must be a list of names, such as ["samples", "losses"]')
    several = list(names)
    try:
        PANELS.select(several)
    except ValueError as error:
        raise ValueError(f"panels={short(several)}: {error}") from None
    if not several:
        raise ValueError(f"panels=[]: must hold at least one of {', '.join(PANELS)}")
    return several


def _open(
    recipe: Recipe | None, seeds: int | None, device: str, run: Run | None, state: State | str | os.PathLike[str] | None
) -> Session:
    """Return the session of a recipe, or that which continues a run or a state; ValueError if they contradict."""
    if run is None and state is None:
        return Session(DEFAULT if recipe is None else recipe, USUAL_SEEDS if seeds is None else seeds, device)
    if run is not None and state is not None:
        raise ValueError("run, state: give one of them; each is a whole run to continue")
    if state is not None and not isinstance(state, State):
        if not isinstance(state, str | os.PathLike):
            raise StateError(f"state={short(state)}: must be a State, a file of one, or the folder of a finished run")
        state = State.load(Path(state))
    if run is not None and not isinstance(run, Run):
        raise ValueError(f"run={short(run)}: must be a Run, such as the `session.run` of a playground")
    session = Session.from_state(state, device) if state is not None else Session.from_run(run) if run else Session()
    name, own = "run" if state is None else "state", session.recipe
    if recipe is not None and recipe != own:
        raise ValueError(f"recipe, {name}: give one of them; the recipe of the {name} is {own.to_string()!r}")
    if seeds is not None and seeds != session.seeds:
        raise ValueError(f"seeds={seeds!r}: must be left out, or {session.seeds}, as the {name} has")
    return session


def _root(field: str) -> str:
    """Return the recipe's field: "regularizers" for "regularizers.r1"."""
    return field.partition(".")[0]
