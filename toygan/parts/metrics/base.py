"""What a metric is: one number per member, with its unit, which way is better, what it needs and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from toygan.parts.metrics.inputs import MetricInputs


def always(e: MetricInputs) -> bool:
    """Any samples."""
    return True


@dataclass(frozen=True)
class Metric:
    """One number per member: `of` takes the inputs and returns `(P,)`; its docstring is its help, source included."""

    of: Callable[[MetricInputs], Tensor]
    unit: str = ""
    better: str = ""  # "high", "low" or "" where neither is
    needs: Callable[[MetricInputs], bool] = always
    expensive: bool = False  # True: it may cost more than training does, so it is taken only where it is named
    live: bool = True  # False: a playing run leaves it out, too

    @property
    def help(self) -> str:
        """What it is, in a sentence."""
        return (self.of.__doc__ or "").strip()
