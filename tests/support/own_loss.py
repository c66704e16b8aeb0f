"""A loss of a learner's own, which a test edits."""

from __future__ import annotations

from torch import Tensor

from toygan import Loss


class Mine(Loss):
    """Exponentials of the logits, times a factor that may be edited."""

    factor = 1.0

    def on_real(self, a: Tensor) -> Tensor:
        return (-self.factor * a).exp()

    def on_fake(self, a: Tensor) -> Tensor:
        return (self.factor * a).exp()

    def for_generator(self, a: Tensor) -> Tensor:
        return (-self.factor * a).exp()
