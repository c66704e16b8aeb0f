"""Update rules as `torch.optim` has them, and the small classes for those that it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from toygan.export.source import Refused
from toygan.parts.optimizers import SGD, Adam, OptimisticAdam, OptimisticSGD, Optimizer, RMSProp
from toygan.recipe import Recipe

OPTIMISTIC = '''
class Optimistic:
    """Twice the plain step minus the last one (Daskalakis et al. 2018)."""

    def __init__(self, plain):
        self.plain, self.param_groups = plain, plain.param_groups
        self.last = [torch.zeros_like(p) for p in plain.param_groups[0]["params"]]

    @torch.no_grad()
    def step(self):
        parameters = self.param_groups[0]["params"]
        before = [p.clone() for p in parameters]
        self.plain.step()
        for i, (p, old) in enumerate(zip(parameters, before)):
            step = p - old
            p.add_(step - self.last[i])
            self.last[i] = step
'''


def _sgd(get: Callable[[str], float], player: str, lr: str) -> str:
    momentum = get("momentum")
    if momentum < 0:
        raise Refused(f"momentum={momentum!r}: torch.optim.SGD takes 0 or more")
    beside = f", momentum={momentum!r}" if momentum else ""
    return f"torch.optim.SGD({player}.parameters(), lr={lr}{beside})"


def _rmsprop(get: Callable[[str], float], player: str, lr: str) -> str:
    return f"torch.optim.RMSprop({player}.parameters(), lr={lr}, alpha={get('beta2')!r})"


def _adam(get: Callable[[str], float], player: str, lr: str) -> str:
    return f"torch.optim.Adam({player}.parameters(), lr={lr}, betas=({get('beta1')!r}, {get('beta2')!r}))"


FORMS: dict[type[Optimizer], tuple[Callable[..., str], bool]] = {
    SGD: (_sgd, False),
    RMSProp: (_rmsprop, False),
    Adam: (_adam, False),
    OptimisticSGD: (_sgd, True),
    OptimisticAdam: (_adam, True),
}


def write_optimizer(recipe: Recipe, side: str) -> tuple[str, str]:
    """Return the line that makes the optimizer of a side, "g" or "d", and the class that it needs, or ""."""
    part: Any = recipe.parts.optimizer_g if side == "g" else recipe.parts.optimizer_d
    if type(part) not in FORMS:
        raise Refused("has no form in torch.optim; supported: sgd, rmsprop, adam and the optimistic ones")
    form, optimistic = FORMS[type(part)]

    def get(name: str) -> float:
        own = getattr(part, name, None)
        return float(getattr(recipe, name) if own is None else own)

    text = form(get, side.upper(), f"LR_{side.upper()}")
    return f"opt_{side} = " + (f"Optimistic({text})" if optimistic else text), OPTIMISTIC if optimistic else ""
