"""The number of the present iteration, as a traced step sees it: what it asks is noted, and says when a trace holds."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Formula = Callable[[int], Any]  # from the number of an iteration to a value


@dataclass(eq=False)
class Iteration:
    """The number of an iteration; sums and remainders of it are such numbers too.

    A comparison is answered for the present iteration and noted in `asked`, with its answer. A step that asks nothing
    else takes the same operations in every iteration for which the answers are the same.

    Example:
        >>> from toygan.training.iteration import Iteration
        >>> asked = []
        >>> (Iteration(7, asked) + 1) % 4 == 0
        True
        >>> [holds(8) for holds in asked], [holds(11) for holds in asked]
        ([False], [True])
    """

    now: int
    asked: list[Callable[[int], bool]]
    formula: Formula = field(default=lambda steps: steps)

    def _derived(self, operation: Callable[[Any, Any], Any], other: object) -> Any:
        if not isinstance(other, int):
            return NotImplemented
        formula = self.formula
        return Iteration(self.now, self.asked, lambda steps: operation(formula(steps), other))

    def _answer(self, operation: Callable[[Any, Any], bool], other: object) -> bool:
        if not isinstance(other, int | float):
            raise TypeError(f"{other!r}: an iteration is compared with numbers only")
        formula = self.formula
        answer = bool(operation(formula(self.now), other))
        self.asked.append(lambda steps: bool(operation(formula(steps), other)) == answer)
        return answer

    def __add__(self, other: object) -> Any:
        return self._derived(operator.add, other)

    def __sub__(self, other: object) -> Any:
        return self._derived(operator.sub, other)

    def __mod__(self, other: object) -> Any:
        return self._derived(operator.mod, other)

    def __floordiv__(self, other: object) -> Any:
        return self._derived(operator.floordiv, other)

    def __eq__(self, other: object) -> bool:
        return self._answer(operator.eq, other)

    def __ne__(self, other: object) -> bool:
        return self._answer(operator.ne, other)

    def __lt__(self, other: object) -> bool:
        return self._answer(operator.lt, other)

    def __le__(self, other: object) -> bool:
        return self._answer(operator.le, other)

    def __gt__(self, other: object) -> bool:
        return self._answer(operator.gt, other)

    def __ge__(self, other: object) -> bool:
        return self._answer(operator.ge, other)

    def __bool__(self) -> bool:
        return self._answer(operator.ne, 0)
