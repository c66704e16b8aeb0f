"""Recipes side by side in a notebook cell: one picture, one clock, shared controls."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import ipywidgets as w

from toygan.panels.sides import LETTERS
from toygan.play.alone import alone
from toygan.play.cell import close_earlier
from toygan.play.column import CONTROLS, ControlColumn, choose_groups
from toygan.play.controls import check_controls
from toygan.play.link import Link
from toygan.play.live import Live, acting, leave_room_for_the_page
from toygan.play.loop import running_loop
from toygan.play.poll import Poll, PollCard
from toygan.play.side_controls import ALL, SideControls
from toygan.play.slow_card import SlowCard
from toygan.play.twins_frames import TwinsFrames
from toygan.play.twins_session import MOST_SIDES, TwinsSession
from toygan.play.view import check_size
from toygan.recipe import DEFAULT, KNOBS, Recipe, RecipeError, refuse_outside

WIDTH, HEIGHT = 1200, 420  # of the picture, in pixels
RESTART_SECONDS = 0.3  # from one restart to the next while a control is dragged


class Twins(Live):
    """One to four recipes side by side in a notebook cell, in lock-step: `Playground(recipe, against=other)`.

    All sides see the same seeds, data and noise, and players of one shape begin with the same weights. The samples of
    each side stand beside each other, and each number has one chart for all sides: the mean and the inner half of the
    seeds of each. Below stand the differences so far, as `toygan.compare` gives them.

    Args:
        recipes: The recipe of each side; the seed of the first is that of all.
        controls: Fields that can be changed, or strengths as "regularizers.r1" [default: the usual].
        panels: The panels of the picture; the name of a metric is a panel, too [default: those that the data fills].
        seeds: The number of seeds of each side; one is drawn, bands show all of them [default: 8].
        width: Pixels of the picture, 100 to 3000.
        height: Pixels of the picture, 100 to 3000.
        device: The device on which they train, such as "cpu" or "cuda".
        locked: Fields whose controls show their values, and cannot be moved in the page.
        poll: A question to a class, which side A answers [default: none].
        session: A session to show, in place of recipes and seeds; no other playground is then closed.
        present: True shows nothing but the picture, Play, the iteration and the verdicts, as large as the window, until
            Escape [default: False].
    Raises:
        RecipeError: If the recipes cannot be compared, a control is not a field of a recipe, a number is out of range,
            or all sides together need more memory than is allowed.
        ValueError: If a panel is unknown.
    Example:
        >>> from toygan import Playground, Recipe
        >>> small = Recipe(width=4, batch=8)
        >>> twins = Playground(small, against=small.but(lr_d=0.01), seeds=2)
        >>> twins.set("loss", "hinge", side="B")
        True
        >>> twins.step()
        >>> twins.session.differences[1]
        'loss = hinge, lr_d = 0.01'
        >>> twins.close()
    """

    session: TwinsSession

    def __init__(
        self, recipes: Sequence[Recipe] = (), controls: Sequence[str] | None = None,
        panels: Sequence[str] | None = None, seeds: int | None = None, width: int = WIDTH, height: int = HEIGHT,
        device: str = "cpu", session: TwinsSession | None = None, present: bool = False,
        locked: Sequence[str] = (), poll: Poll | None = None,
    ) -> None:  # fmt: skip
        check_size(width, height)
        names = check_controls(CONTROLS if controls is None else controls)
        leave_room_for_the_page()
        twins = session or TwinsSession(recipes, 8 if seeds is None else seeds, device)
        self._wanted: dict[tuple[str, tuple[int, ...] | None], Any] = {}  # values that the runs do not have yet
        self._restarted = -math.inf
        bar = w.HBox().add_class("toygan-sides")
        self.poll = None if poll is None else PollCard(poll)
        groups = choose_groups(None if controls is None else names, _find_used(twins))
        self.slow_motion = SlowCard(twins, self.next_stage, self._post, self._is_seen)
        self.column = ControlColumn(groups, [bar, *filter(None, [self.poll])], bottom=[self.slow_motion])
        self.settings = SideControls(names, twins, self._want, self.column.fill, locked)
        super().__init__(twins, TwinsFrames(twins, panels), (width, height))
        self._copy = self._button("Add a copy", "copy", "columns", self._copy_chosen)
        self._close = self._button("Close", "close-side", "times", self._close_chosen)
        self.add_class("toygan-twins")
        bar.children = [self.settings.choice, self._copy, self._close]
        told, shown = None if controls is None else tuple(names), None if panels is None else tuple(panels)
        self._told = Link(tuple(twins.recipes), shown, told, tuple(locked), twins.seeds, poll=poll)
        self._lay_out(self.column)
        self.view.acts = ["step-d", "step-g", "slow", "share", "tour"]
        self.view.present = present
        self._show_sides()
        if session is None:
            close_earlier(self)

    @alone
    def __repr__(self) -> str:
        return f"Twins({self.session.title}, {self.session.status})"

    def _button(self, text: str, name: str, icon: str, act: Any) -> w.Button:
        button = w.Button(description=text, icon=icon, layout={"width": "auto"})
        button.add_class(f"toygan-{name}")
        button.on_click(lambda _: self._post(act))
        return button

    # Actions of the user; a notebook may call these, too.

    @alone
    def link(self) -> str:
        """Return this page as one line, with its recipes, panels, layers, controls, folds, locks and question.

        Returns:
            The link: `toygan open LINK` and `toygan.open_page` open the page, at iteration 0.
        Raises:
            RecipeError: If the link is too long to share.
        """
        return self._describe_page(tuple(self.session.recipes))

    def _used(self) -> set[str]:
        return _find_used(self.session)

    @acting
    def set(self, field: str, value: Any, side: str | None = None) -> bool:
        """Change a field of the recipes, or one regularizer as "regularizers.r1"; the controls follow.

        Args:
            field: The field, or "regularizers." and the name of a regularizer.
            value: Its new value; None takes a regularizer away.
            side: The letter of the side that changes [default: all].
        Returns:
            True if that was allowed; the status line gives the reason if not.
        """
        self.seen.reach()
        done = self.session.set(field, value, None if side is None else [self._number(side)])
        self._show()
        return done

    @acting
    def copy_side(self, side: str = "A", field: str | None = None, value: Any = None) -> bool:
        """Put a copy of a side beside it, from the iteration that is shown, up to four.

        Args:
            side: The letter of the side.
            field: A setting that the copy changes at once [default: none].
            value: Its value.
        Returns:
            True if that was possible; the status line gives the reason if not.
        """
        self.seen.reach()
        done = self.session.copy_side(self._number(side), field, value)
        self._show()
        return done

    @acting
    def close_side(self, side: str) -> bool:
        """Leave out a side; the others continue, and get the letters from A on.

        Args:
            side: The letter of the side.
        Returns:
            False if it is the only one.
        """
        self.seen.reach()
        done = self.session.close_side(self._number(side))
        self._show()
        return done

    @acting
    def go_to(self, iteration: int) -> bool:
        """Go to an iteration that the sides have been at; the controls follow.

        Args:
            iteration: The iteration; what followed it is repeated until a setting changes.
        Returns:
            True if that was possible; the status line gives the reason if not.
        """
        done = self.session.go_to(iteration)
        self._show()
        return done

    @acting
    def reset(self) -> None:
        """Start at iteration 0 again, with the present settings."""
        self.settings.forget()
        self.session.reset()
        self._show()

    @acting
    def focus(self, member: int) -> None:
        """Show the seed number `member` of each side, 0 being the first; ValueError for a number that no seed has."""
        self.seen.reach()
        self.session.focus = member
        self._show()

    def _number(self, side: str) -> int:
        """Return the number of the side with this letter; ValueError if there is none."""
        letters = LETTERS[: self.session.sides]
        if not isinstance(side, str) or len(side) != 1 or side not in letters:
            raise ValueError(f"side={side!r}: must be one of {', '.join(letters)}")
        return letters.index(side)

    # The buttons.

    def _turn_slow_motion(self) -> None:
        self.slow_motion.turn()

    def _copy_chosen(self) -> None:
        if not self.seen.set_out(self._copy_chosen):
            self.copy_side(LETTERS[max(self.settings.chosen, 0)])

    def _close_chosen(self) -> None:
        if self.seen.set_out(self._close_chosen):
            return
        chosen = self.settings.chosen
        self.close_side(LETTERS[self.session.sides - 1 if chosen == ALL else chosen])

    def _show(self) -> None:
        self._show_sides()
        self.slow_motion.follow_session()
        self._follow_poll()
        super()._show()

    def _show_in_turn(self) -> None:
        if self.session.recipes != self._followed:  # a change was repeated
            self._show_sides()
        self._follow_poll()
        super()._show_in_turn()

    def _show_sides(self) -> None:
        """Make the buttons and controls agree with the sides."""
        self._followed, sides = self.session.recipes, self.session.sides
        if not self._wanted:
            self.settings.show()
        self._copy.disabled, self._close.disabled = sides == MOST_SIDES, sides == 1
        self._copy.tooltip = (
            "put a copy of the side chosen at the left, or of A, beside it, from the iteration that is shown"
        )
        self._close.tooltip = "leave out the side chosen at the left, or the last one; the others continue"

    # Changes by the controls.

    def _want(self, field: str, value: Any, sides: Sequence[int] | None) -> None:
        """Note that a control has moved: of a field's values the newest counts."""
        self._wanted[field, None if sides is None else tuple(sides)] = value
        self._post(self._obey)

    def _obey(self) -> None:
        """Give the sides the values of the controls; a drag does not start a new run at every pixel."""
        if self.seen.set_out(self._obey):
            return
        self.seen.reach()
        loop, wait = running_loop(), self._restarted + RESTART_SECONDS - time.monotonic()
        for field, sides in list(self._wanted):
            if loop is None or wait <= 0 or KNOBS[field.partition(".")[0]].live:
                self._give(field, sides, self._wanted.pop((field, sides)))
        if self._wanted and loop is not None:
            loop.call_later(wait, self._guard, self._obey)
        self._show()

    def _give(self, field: str, sides: tuple[int, ...] | None, value: Any) -> None:
        runs = list(self.session.fleet.runs)
        try:
            if field == "data" and isinstance(value, str) and value not in [r.data for r in self.session.recipes]:
                refuse_outside(value, 'call set("data", ...) of the playground if you trust it')
        except RecipeError as error:
            self.session.say(str(error), refused=True)
            return
        self.session.set(field, value, None if sides is None else [i for i in sides if i < self.session.sides])
        if self.session.iteration == 0 and self.session.fleet.runs != runs:
            self._restarted = time.monotonic()


def make_twins(
    against: Recipe | Sequence[Recipe], recipe: Recipe | None = None, controls: Sequence[str] | None = None,
    panels: Sequence[str] | None = None, seeds: int | None = None, width: int = WIDTH, height: int = HEIGHT,
    device: str = "cpu", present: bool = False, locked: Sequence[str] = (), poll: Poll | None = None, **beside: Any,
) -> Twins:  # fmt: skip
    """Return a recipe beside others, by the arguments of `Playground`; ValueError for those of one run alone."""
    if given := [name for name, value in beside.items() if value is not None]:
        raise ValueError(f"against, {given[0]}: give one of them; recipes beside each other begin at iteration 0")
    others = [against] if isinstance(against, Recipe) else against
    if isinstance(others, str) or not isinstance(others, Sequence) or not others:
        raise RecipeError("against", against, "must be a Recipe, or a list of one to three")
    sides = [DEFAULT if recipe is None else recipe, *others]
    return Twins(sides, controls, panels, seeds, width, height, device, None, present, locked, poll)


def _find_used(session: TwinsSession) -> set[str]:
    """Return the fields whose controls are wanted at once: those that differ, and regularizers that are in force."""
    differing = {field.partition(".")[0] for field in session.differing}
    return differing | ({"regularizers"} if any(recipe.regularizers for recipe in session.recipes) else set())
