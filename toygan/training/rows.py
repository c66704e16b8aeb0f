"""New rows of a generator as a table, in the units and with the names of the data's columns."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from toygan.parts.checks import whole
from toygan.parts.distributions import Distribution
from toygan.randomness import generator, with_uniform
from toygan.recipe import Recipe
from toygan.text import short
from toygan.training.probe import Probe

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 2**12  # rows that are generated together; fewer or more rows begin with the same ones
MOST_ROWS = 2**20
MOST_SEED = 2**63 - 1


def draw_seed() -> int:
    """Return a seed that nobody has used."""
    return secrets.randbelow(2**32)


def name_columns(data: Distribution) -> list[str]:
    """Return the names of the data's columns: its own, or x and y, or numbers from 1."""
    if data.axis_names:
        return list(data.axis_names)
    return ["x", "y"][: data.dim] if data.dim <= 2 else [f"column {i + 1}" for i in range(data.dim)]


@torch.no_grad()
def tabulate(probe: Probe, n: int, seed: int | None, average: bool) -> pd.DataFrame:
    """Return n new rows of the one member of a probe; ValueError if n or the seed is out of range, or it diverged."""
    import pandas as pd

    whole("n", n, 1, MOST_ROWS)
    if seed is not None:
        whole("seed", seed, 0, MOST_SEED)
    recipe, network = probe.recipes[0], probe.game.generator.network
    theta = probe.average if average and probe.average is not None else probe.game.generator.theta
    if not bool(theta.isfinite().all()):
        raise ValueError(f"member: the run with seed {recipe.seed} has diverged; choose another one")
    rng = generator(draw_seed() if seed is None else seed, "rows")
    size = BLOCK if network.per_sample else recipe.batch  # a network of whole batches needs those of its training
    latent = (_draw_latent(recipe, size, rng).to(theta) for _ in range(0, n, size))
    rows = torch.cat([probe.data.from_players(network(theta, z[None]))[0].cpu() for z in latent])[:n]
    layout, rounded = probe.data.layout, _find_rounded(probe.data)
    columns = list(rows.numpy().T) if layout is None else list(layout.decode(rows.numpy()).values())
    starts = range(len(columns)) if layout is None else [span.start for span in layout.spans]
    columns = [
        column.astype(np.int64) if rounded[start] and np.isfinite(column).all() else column
        for start, column in zip(starts, columns, strict=True)
    ]
    frame = pd.DataFrame(dict(enumerate(columns)))
    frame.columns = pd.Index(name_columns(probe.data) if layout is None else [name for name, _ in layout.columns])
    return frame


def _find_rounded(data: Distribution) -> np.ndarray:
    """Return True for the columns of samples that are rounded to whole numbers `(dim,)`."""
    found: np.ndarray = (data.rounded(torch.full((1, data.dim), 0.25)) == 0)[0].numpy()
    return found


def _draw_latent(recipe: Recipe, n: int, rng: torch.Generator) -> Tensor:
    """Draw n latent points `(n, latent)`."""
    noise, beside = recipe.parts.noise, recipe.parts.generator.beside
    return with_uniform(noise.draw(recipe.latent), beside)(n, rng)


def check_member(member: object, count: int) -> None:
    """Raise ValueError unless a number is that of a member."""
    if isinstance(member, bool) or not isinstance(member, int) or not 0 <= member < count:
        raise ValueError(f"member={short(member)}: must be a whole number from 0 to {count - 1}")
