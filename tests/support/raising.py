"""Parts and pieces that end in an error, for tests of what becomes of the others."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field

import torch
from torch import Tensor

from toygan import Loss
from toygan.sweeps.piece import Piece, Result, run

ERROR: type[Exception] = ValueError


@dataclass
class Raises(Loss):
    """A loss of logits that ends in an error, from its step of G so many on (0: never).

    It does so if a logit is not finite, too, if it is `fussy`.
    """

    at: int = 1
    fussy: bool = False
    calls: int = field(default=0, compare=False, repr=False)

    def on_real(self, a: Tensor) -> Tensor:
        return torch.nn.functional.softplus(-a)

    def on_fake(self, a: Tensor) -> Tensor:
        return torch.nn.functional.softplus(a)

    def for_generator(self, a: Tensor) -> Tensor:
        if self.fussy and not a.is_meta and not torch.isfinite(a).all():
            raise FloatingPointError("a logit\nis not finite")
        if self.at > 1:
            self.calls += 1
        if self.at == 1 or self.calls >= self.at > 1:
            raise ERROR("boom")
        return torch.nn.functional.softplus(-a)


def run_or_die(text: str) -> list[Result]:
    """Run a piece, unless a learning rate is 0.13: that ends the process, as the system does if memory is short."""
    if any(recipe.lr_g == 0.13 for recipe in Piece.from_json(text).recipes):
        os.kill(os.getpid(), signal.SIGKILL)
    return run(text)
