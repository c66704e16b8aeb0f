"""A look: all that a panel may draw of one member at one moment, as plain numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from toygan.parts.losses import LOSSES
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.training import Population, Snapshot

Window = tuple[tuple[float, float], ...]  # low and high end of each axis

GRID = {1: 240, 2: 60}  # cells per axis in whose middle D is asked
POINTS = {1: 2000, 2: 500}  # samples of each kind; on a line they make a histogram, which needs more


@dataclass(frozen=True)
class Look:
    """One member at one moment, n samples of each kind.

    `d_output` is D's answer over the data's window, `(ny, nx)` or `(nx,)`: 0 says generated, 1 real, 0.5 undecided.
    Where `probability` holds that is sigmoid(logit), D's probability that a sample is real; for other losses it is the
    logit, moved and scaled (`d_output_of`); without a discriminator, the loss's witness stands for it.
    """

    recipe: Recipe
    member: int
    step: int
    diverged_at: int  # the iteration at which the member left the finite numbers, or -1
    real: np.ndarray  # (n, dim)
    generated: np.ndarray  # (n, dim)
    arrows: np.ndarray  # (n, dim): minus the gradient of G's loss at each generated sample
    d_output: np.ndarray
    probability: bool
    equilibrium: tuple[float, float]  # D's and G's loss when neither can improve
    history: Record
    snapshot: Snapshot | None  # the latest full measurement, which may be a little older than the samples

    @staticmethod
    def of(
        population: Population,
        history: Record,
        snapshot: Snapshot | None = None,
        member: int = 0,
        n: int | None = None,
    ) -> Look:
        """The member as it stands; only its own networks are asked, so a look costs the same in any population."""
        recipe = population.recipes[member]
        data, loss = recipe.distribution, LOSSES.make(recipe.loss)
        n = n or POINTS[data.dim]
        generated, arrows = (x.cpu() for x in population.descent_directions(n, member))
        real = population.real(n, member).cpu()
        cells = GRID[data.dim] ** data.dim
        asked = torch.cat([grid(data.extent).to(real), real, generated])
        logits = population.critic(asked, member).cpu().numpy()
        d_output = d_output_of(logits[:cells], logits[cells:-n], logits[-n:], loss.probability)
        return Look(
            recipe=recipe,
            member=member,
            step=population.steps,
            diverged_at=int(population.diverged_at[member]),
            real=real.numpy(),
            generated=generated.numpy(),
            arrows=arrows.numpy(),
            d_output=d_output.reshape((GRID[data.dim],) * data.dim),
            probability=loss.probability,
            equilibrium=loss.equilibrium,
            history=history,
            snapshot=snapshot or history.last,
        )

    @property
    def finite(self) -> bool:
        """Whether samples and arrows can be drawn."""
        return self.diverged_at < 0 and bool(np.isfinite(self.generated).all() and np.isfinite(self.arrows).all())

    @property
    def measured(self) -> int:
        """Samples in the latest measurement, 0 where there is none."""
        return 0 if self.snapshot is None else self.snapshot.samples.shape[1]

    def metric(self, name: str) -> np.ndarray:
        """One metric of the member over the iterations of the history `(T,)`."""
        values = self.history.metric(name)
        return values[:, self.member] if len(values) else np.empty(0)


def d_output_of(surface: np.ndarray, real: np.ndarray, generated: np.ndarray, probability: bool) -> np.ndarray:
    """D's opinion in [0, 1] from its logits on the grid, on real and on generated samples.

    Where the logit gives no probability, 0.5 is midway between D's mean answers to real and to generated samples
    (the level of a critic means nothing), and the scale is 1, or larger if the logits in the window need it.
    """
    if probability:
        sigmoid: np.ndarray = (1 + np.tanh(surface / 2)) / 2
        return sigmoid
    with np.errstate(invalid="ignore", over="ignore"):  # logits on their way to infinity
        from_middle = surface - (real.mean() + generated.mean()) / 2
        scaled: np.ndarray = 0.5 + from_middle / (2 * np.fmax(1, np.abs(from_middle).max()))
    return scaled


def middles(low: float, high: float, cells: int) -> np.ndarray:
    """The middles of equal cells between low and high `(cells,)`."""
    return low + (np.arange(cells) + 0.5) * (high - low) / cells


@cache
def grid(window: Window) -> torch.Tensor:
    """The points at which D is asked `(m, dim)`, the first axis running fastest."""
    axes = [middles(low, high, GRID[len(window)]) for low, high in window]
    mesh = np.meshgrid(*reversed(axes), indexing="ij")
    return torch.from_numpy(np.stack(mesh[::-1], axis=-1).reshape(-1, len(axes)))
