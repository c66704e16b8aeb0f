"""A lineup: a fleet whose members come and go, and change apart from each other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from toygan.limits import refuse_too_many
from toygan.recipe import Recipe
from toygan.runs.fleet import Fleet, by_shape
from toygan.runs.run import Run


class Lineup(Fleet):
    """A fleet, some members of which can be changed, copied or removed while the others continue.

    Members that share a population are parted when their shapes begin to differ; a restart joins what can be joined.

    Example:
        >>> from toygan import Recipe
        >>> from toygan.runs.lineup import Lineup
        >>> lineup = Lineup(Recipe(width=4, batch=8).seeds(2))
        >>> lineup.copy([0, 1])
        >>> lineup.change([2, 3], [recipe.but(loss="hinge") for recipe in lineup.recipes[:2]])
        >>> lineup.step()
        >>> [recipe.loss for recipe in lineup.recipes], lineup.steps
        (['non-saturating', 'non-saturating', 'hinge', 'hinge'], 1)
    """

    burst = 1  # they are looked at side by side

    def level(self) -> None:
        """Train the runs that are behind until all are at the same iteration."""
        for _ in self.iterate(max((run.steps for run in self.working), default=0)):
            pass

    def restart(self, recipes: Sequence[Recipe] | None = None) -> None:
        """Put every member at iteration 0, as `Fleet.restart`; there may be more or fewer of them."""
        several = list(self.recipes if recipes is None else recipes)
        groups = by_shape(several)
        refuse_too_many((several[group[0]], len(group)) for group in groups)
        self._whole = groups
        super().restart(several)

    def isolate(self, members: Sequence[int]) -> Run:
        """Return the run of some members, which share one, alone: if need be it is split from the others."""
        run, _ = self.member(members[0])
        at = self.runs.index(run)
        group = self._groups[at]
        numbers = [group.index(i) for i in members]
        others = [i for i in range(len(group)) if i not in numbers]
        if others:
            parts = [run.split(several) for several in (numbers, others)]
            self.runs[at : at + 1] = parts
            self._groups[at : at + 1] = [[group[i] for i in several] for several in (numbers, others)]
        return self.runs[at]

    def change(self, members: Sequence[int], recipes: Sequence[Recipe]) -> None:
        """Continue with other recipes of some members, which share a run.

        Raises RecipeError if that needs a new run, or more memory than is allowed: the members stay as they were.
        """
        run, _ = self.member(members[0])
        group = self._groups[self.runs.index(run)]
        new = list(run.population.recipes)
        for member, recipe in zip(members, recipes, strict=True):
            new[group.index(member)] = recipe
        if len({recipe.shape for recipe in new}) == 1:
            run.change(new)
        else:
            self.isolate(members).change(recipes)

    @contextlib.contextmanager
    def restored_on_error(self) -> Iterator[None]:
        """Take back all changes within, if one of them fails."""
        runs, groups = list(self.runs), list(self._groups)
        marks = [run.mark() for run in runs]
        try:
            yield
        except BaseException:
            self.runs[:], self._groups[:] = runs, groups
            for run, mark in zip(runs, marks, strict=True):
                run.take_back(mark)
            raise

    def copy(self, members: Sequence[int]) -> None:
        """Put copies of some members, which share a run, behind all others, from the present iteration on.

        They share the run of these members, unless that repeats its past: then they have no future, and a run of their
        own. Raises RecipeError if all of them together need more memory than is allowed.
        """
        run, _ = self.member(members[0])
        new = list(range(first := len(self.recipes), first + len(members)))
        if run.past.repeats(run.steps):
            run = self.isolate(members)
            self._refuse_more(None, len(members), run.population.recipes[0])
            self.runs.append(self._copy(run, range(len(members))))
            self._groups.append(new)
        else:
            self._refuse_more(run, len(members), run.population.recipes[0])
            at = self.runs.index(run)
            group = self._groups[at]
            self.runs[at] = self._copy(run, [*range(len(group)), *(group.index(i) for i in members)])
            self._groups[at] = [*group, *new]

    @staticmethod
    def _copy(run: Run, members: Sequence[int]) -> Run:
        copied = run.split(members)
        copied.past.forget_after(run.steps)
        return copied

    def _refuse_more(self, grown: Run | None, members: int, recipe: Recipe) -> None:
        """Raise RecipeError if so many more members, in a run that is there or in one of their own, are too many."""
        sizes = [
            (run.population.recipes[0], len(run.population.recipes) + members * (run is grown)) for run in self.runs
        ]
        refuse_too_many([*sizes, (recipe, members)] if grown is None else sizes)

    def remove(self, members: Sequence[int]) -> None:
        """Leave out some members, which share a run; those after them get lower numbers."""
        at = self.runs.index(self.isolate(members))
        del self.runs[at], self._groups[at]
        gone = set(members)
        left = {old: new for new, old in enumerate(sorted(i for group in self._groups for i in group))}
        self._groups[:] = [[left[i] for i in group] for group in self._groups]
        self.failures = {left[i]: error for i, error in self.failures.items() if i not in gone}
