"""A run in words: what it is, and how it stands beside what true samples score."""

from __future__ import annotations

import numpy as np

from toygan.panels.look import Look
from toygan.parts.metrics.modes import has_modes
from toygan.parts.metrics.reference import Band
from toygan.recipe import Recipe

SEPARATOR = "  ·  "


def percent(share: float) -> str:
    """A share in percent, with one digit more where only that shows that it is not all."""
    return f"{100 * share:.{int(0.995 <= share < 1)}f} %"


def true_percent(band: Band | None) -> str:
    """The range in which 90 % of sets of true samples score, in percent; empty where the metric has no meaning."""
    ends = [] if band is None else list(dict.fromkeys(percent(end).removesuffix(" %") for end in (band.low, band.high)))
    return f"(true samples {'–'.join(ends)} %)" if ends else ""


def headline(recipe: Recipe) -> str:
    """Loss, regularizers and data in one line."""
    regularizers = "".join(f" + {name} {strength:.3g}" for name, strength in recipe.regularizers.items())
    return f"{recipe.loss}{regularizers}{SEPARATOR}{recipe.data}"


def status(look: Look) -> str:
    """How the member stands, and how the others do, in one line."""
    return SEPARATOR.join([*_diverged(look), *_quality(look), *_others(look)])


def _diverged(look: Look) -> list[str]:
    return [f"diverged at iteration {look.diverged_at:,}"] if look.diverged_at >= 0 else []


def _quality(look: Look) -> list[str]:
    data = look.recipe.parts.data
    if not look.measured or look.diverged_at >= 0:
        return []
    if data.dim == 1 and not has_modes(data):
        return [f"generated at {_spread(look.generated)}", f"real at {_spread(look.real)}"]
    score = {name: values[look.member] for name, values in look.scores.items()}
    words = []
    if "modes-covered" in score:
        k = len(data.modes)
        words.append(f"{score['modes-covered']:.0f} of {k} mode{'s' * (k > 1)}")
    if "high-quality" in score:
        true = true_percent(look.reference("high-quality"))
        words.append(f"high quality {percent(score['high-quality'])} {true}")
    if not words and score.keys() >= {"accuracy-real", "accuracy-fake"}:
        right = percent(score["accuracy-real"]), percent(score["accuracy-fake"])
        words.append(f"D is right on {right[0]} of real and {right[1]} of generated samples")
    return words


def _spread(x: np.ndarray) -> str:
    return f"{x.mean(dtype=float):.2f} ± {x.std(dtype=float):.2f}"


def _others(look: Look) -> list[str]:
    alive, covered, words = look.all_diverged_at < 0, look.scores.get("modes-covered"), []
    if not look.measured or len(alive) == 1:
        return []
    if covered is not None:
        k = len(look.recipe.parts.data.modes)
        words.append(f"{(alive & (covered == k)).sum()} of {len(alive)} seeds cover {'all' if k > 1 else 'it'}")
    if not alive.all():
        first = look.all_diverged_at[~alive].min()
        words.append(f"{(~alive).sum()} of {len(alive)} seeds diverged (the first at {first:,})")
    return words
