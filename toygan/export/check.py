"""A script beside the engine: the same weights and batches must give the same losses."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import torch
from safetensors.torch import save_file
from torch import Tensor

from toygan.export.script import Script
from toygan.export.weights import name_weights
from toygan.parts.networks.dropout import NoisyMLP, dropout_factors
from toygan.recipe import Recipe, RecipeError
from toygan.text import format_number
from toygan.training import Population
from toygan.training.batches import Batch

STEPS, TOLERANCE = 3, 1e-6  # iterations that are compared when a script is written, and the largest difference


class Played(NamedTuple):
    """Some iterations of the engine: the file that a script repeats them from, their losses, and the weights after."""

    file: dict[str, Tensor]
    losses: list[tuple[float, float]]  # of G and of D
    after: dict[str, Tensor]


def play(script: Script, steps: int) -> Played:
    """Train a script's recipe in float64 by the engine, and keep all that a script needs to repeat it.

    Args:
        script: The script.
        steps: Iterations.
    Returns:
        Weights at the start, the batches, the losses and the weights at the end.
    """
    recipe = script.recipe
    population = Population(recipe, dtype=torch.float64)
    game, has_d = population.game, recipe.parts.loss.uses_discriminator
    file = name_weights(script, population)
    batches, newest, depth = list[Batch](), {"g": 0.0, "d": 0.0}, [0]
    draw, loss_g, judge = game.batch, game.generator_loss, game.judge

    def keep_batch() -> Batch:
        batches.append(draw())
        return batches[-1]

    def keep_loss(name: str, compute: Any) -> Any:
        def computed(*args: Any, **how: Any) -> Any:
            depth[0] += 1
            try:
                found = compute(*args, **how)
            finally:
                depth[0] -= 1
            if not depth[0]:  # not part of the other player's objective
                newest[name] = float((found[0] if name == "d" else found).detach().sum())
            return found

        return computed

    vars(game).update(batch=keep_batch, generator_loss=keep_loss("g", loss_g), judge=keep_loss("d", judge))
    losses = []
    for _ in range(steps):
        population.take_step()
        losses.append((newest["g"], newest["d"]))
    if not has_d:
        recipe_steps = recipe.d_steps + recipe.g_steps
        alone = recipe.parts.turns.takes_steps
        batches = [b for i, b in enumerate(batches) if not alone or i % recipe_steps >= recipe.d_steps]
    file |= {f"batch.{name}": rows for name, rows in _stack(recipe, batches).items()}
    file["iterations"] = torch.tensor(steps)
    return Played(file, losses, name_weights(script, population))


def _stack(recipe: Recipe, batches: Sequence[Batch]) -> dict[str, Tensor]:
    """Return the numbers of all batches by name, each `(batches, n, dim)`; what a batch did not need is 0."""
    names = dict.fromkeys(name for batch in batches for name in batch._drawn)
    like = {name: next(b._drawn[name] for b in batches if name in b._drawn) for name in names}
    found = {
        "real": torch.stack([batch.real[0] for batch in batches]),
        "z": _convert(recipe, torch.stack([batch.z[0] for batch in batches])),
    }
    for name in names:
        found[name] = torch.stack([batch._drawn.get(name, torch.zeros_like(like[name]))[0] for batch in batches])
    return {name: rows.contiguous() for name, rows in found.items()}


def _convert(recipe: Recipe, z: Tensor) -> Tensor:
    """Return latent points as a script has them: with factors of dropout, or as row numbers."""
    g = recipe.parts.networks[0]
    if recipe.parts.noise.tabulated:
        return z[..., 0].long()
    if isinstance(g, NoisyMLP):
        return torch.cat([z[..., : -g.units], dropout_factors(z[..., -g.units :], g.rate)], dim=-1)
    return z


def run(text: str, file: dict[str, Tensor]) -> tuple[list[tuple[float, float]], dict[str, Any]]:
    """Run a script in this process from a file of weights and batches.

    Args:
        text: The script.
        file: What `play` has kept.
    Returns:
        The losses of G and of D, and what the script has defined.
    """
    space: dict[str, Any] = {"__name__": "gan"}
    with TemporaryDirectory() as folder, torch.random.fork_rng(), contextlib.redirect_stdout(io.StringIO()):
        save_file(file, Path(folder) / "file.safetensors")
        exec(compile(text, "gan.py", "exec"), space)
        steps = space["load"](str(Path(folder) / "file.safetensors"))
        losses = space["train"](steps)
    return losses, space


def find_difference(script: Script, steps: int = STEPS) -> float:
    """Return the largest difference between the losses of a script and those of the engine, relative above 1."""
    played = play(script, steps)
    losses, _ = run(script.text, played.file)
    pairs = zip(
        torch.tensor(losses, dtype=torch.float64), torch.tensor(played.losses, dtype=torch.float64), strict=True
    )
    apart = [((ours - theirs).abs() / theirs.abs().clamp(min=1)).max() for ours, theirs in pairs]
    return float(torch.stack(apart).max())


def check_script(script: Script) -> None:
    """Raise RecipeError if a script has other losses than the engine: the part that it may be is the reader's own."""
    apart = find_difference(script)
    if not apart <= TOLERANCE:
        words = script.recipe.to_string() or "the default recipe"
        raise RecipeError(
            "recipe", words, f"cannot be exported: the script's losses differ by {format_number(apart, 2)}"
        )
