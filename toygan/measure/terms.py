"""What each player minimises at the present moment, term by term, and the part that each term has in its gradient."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.recipe import Recipe
from toygan.training.probe import PROBE_BATCH, Probe

OF_G = r",\quad \mathcal L_G="  # in the formula of a loss, between D's part and G's


@dataclass(frozen=True)
class Term:
    """A term of what a player minimises.

    Args:
        player: "D" or "G".
        name: "loss", or the two parts of D's, or the name of a regularizer.
        formula: The term in LaTeX; "" if it has none, or stands in the row above.
        value: Its present value; None for a regularizer without a term of its own, which changes the game elsewhere.
        length: Length of its gradient in the player's parameters.
        share: That length, over the sum of the lengths of the player's terms.
    """

    player: str
    name: str
    formula: str
    value: float | None = None
    length: float = 0.0
    share: float = 0.0


def list_terms(probe: Probe, n: int = PROBE_BATCH) -> list[Term]:
    """Compute the terms of the only member of a probe.

    Args:
        probe: The member; to ask changes no run.
        n: Samples of each kind, the same ones at every call.
    Returns:
        D's terms, then G's; regularizers that add no term come last.
    """
    game, batch = probe.game, probe.batch(n)
    g, d = game.generator.theta.detach(), game.discriminator.theta.detach()
    of_d, of_g = d.clone().requires_grad_(), g.clone().requires_grad_()
    recipe = probe.recipes[0]
    for_d, for_g = formulas(recipe)
    terms = []
    if recipe.parts.loss.uses_discriminator:
        terms += _of_player("D", game.discriminator_terms(g, of_d, batch), of_d, recipe, for_d)
    terms += _of_player("G", game.generator_terms(of_g, d, batch), of_g, recipe, for_g)
    shown = {term.name for term in terms}
    others = {name: part for name, part in recipe.parts.regularizers.items() if name not in shown}
    return [*terms, *(Term("", name, part.formula) for name, part in others.items())]


def formulas(recipe: Recipe) -> tuple[str, str]:
    """Return the loss of D and that of G in LaTeX; "" if the loss has none."""
    for_d, _, for_g = recipe.parts.loss.formula.partition(OF_G)
    if not for_g:  # a loss without a discriminator
        return "", for_d
    return for_d, OF_G.removeprefix(r",\quad ") + for_g


def _of_player(player: str, terms: dict[str, Tensor], theta: Tensor, recipe: Recipe, formula: str) -> list[Term]:
    parts = recipe.parts.regularizers
    slopes = [_slope(value, theta) for value in terms.values()]
    lengths = [float(slope.norm()) for slope in slopes]
    whole = sum(lengths) or 1.0
    found = []
    for i, ((name, value), length) in enumerate(zip(terms.items(), lengths, strict=True)):
        words = parts[name].formula if name in parts else formula if i == 0 else ""
        found.append(Term(player, name, words, float(value.detach()), length, length / whole))
    return found


def _slope(value: Tensor, theta: Tensor) -> Tensor:
    if not value.requires_grad:
        return torch.zeros_like(theta)
    return torch.autograd.grad(value.sum(), theta, retain_graph=True, materialize_grads=True, allow_unused=True)[0]
