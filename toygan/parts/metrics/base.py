"""The class of metrics: one number per member, with its unit, the better direction, its needs and its cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from toygan.parts.distributions.base import Distribution
from toygan.parts.metrics.inputs import MetricInputs

DATA_UNITS, AXIS_UNITS = "data units", "spreads of each axis"


def always(e: MetricInputs) -> bool:
    """Accept any samples."""
    return True


@dataclass(frozen=True)
class Metric:
    """A metric: one number per member, as a function of `MetricInputs`.

    Args:
        of: Function from `MetricInputs` to scores `(P,)`; its docstring is the metric's help, source included.
        unit: Unit of the scores [default: none].
        better: "high" or "low", the better direction, or "" for neither [default: ""].
        needs: Function from `MetricInputs` that is True if the metric applies [default: always].
        expensive: True if it may cost more than training; it is then computed only if it is named [default: False].
        live: False if a playing run leaves it out [default: True].
    Example:
        >>> import torch
        >>> from toygan import METRICS, Metric, evaluate
        >>> def reach(e):
        ...     '''Distance of the farthest sample from the origin.'''
        ...     return e.samples.norm(dim=-1).amax(-1)
        >>> METRICS["reach"] = Metric(reach, unit="data units")
        >>> evaluate(torch.tensor([[3.0, 4.0], [0.0, 1.0]]), "ring8", ["reach"])
        {'reach': array([5.])}
        >>> del METRICS["reach"]
    """

    of: Callable[[MetricInputs], Tensor]
    unit: str = ""
    better: str = ""
    needs: Callable[[MetricInputs], bool] = always
    expensive: bool = False
    live: bool = True

    def unit_for(self, data: Distribution) -> str:
        """Return the unit of the scores for this data: distances of standardised data are in spreads of each axis."""
        return AXIS_UNITS if data.per_axis and self.better and self.unit == DATA_UNITS else self.unit

    @property
    def help(self) -> str:
        """The first paragraph of the docstring of `of`, and the units of a distance."""
        text = " ".join((self.of.__doc__ or "").split("\n\n")[0].split())
        if not (self.better and self.unit == DATA_UNITS):
            return text
        return f"{text.rstrip('.')}; in {DATA_UNITS}, for `standardised` data in {AXIS_UNITS}."
