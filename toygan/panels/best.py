"""The best discriminator, p / (p + q): p is the density of the data, q that of G's samples, exact or estimated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from toygan.panels.latent import generate
from toygan.parts.distributions import Distribution
from toygan.parts.networks.plain import Linear, Shift
from toygan.parts.noises import Normal
from toygan.recipe import Recipe
from toygan.training.probe import Probe

Window = tuple[tuple[float, float], ...]  # low and high end of each axis

FINE = 4001  # latent points at equal steps of their share, between which G is taken as linear
SAMPLES = 4096  # of each kind, if a density is estimated
BINS = 4  # in a cell of the grid, in which samples are counted
BLUR = {1: 2.0, 2: 1.0}  # by dimensions of the data: standard deviation of the kernel, in cells of the grid
FLOOR = 1e-3  # of the samples, taken to lie anywhere in the window: where nothing is, the best D is undecided
EMPTY = 4  # times this floor, below which both densities together are nothing


@dataclass(frozen=True, eq=False)
class Best:
    """The output of the best discriminator in the cells of the grid of `Look.d_output`.

    Args:
        output: Its output, in the shape of `Look.d_output`.
        estimated: False if both densities are known; else both are blurred by the same kernel.
        empty: True in cells where both are too small to be estimated, in the shape of `output`.
    """

    output: np.ndarray
    estimated: bool
    empty: np.ndarray


def refuse_best(recipe: Recipe) -> str | None:
    """Return the reason why the best discriminator is not known; None if it is."""
    loss, data = recipe.parts.loss, recipe.parts.data
    if not loss.probability or loss.optimal_logit(torch.zeros(1)) is None:
        return f"loss={recipe.loss!r} gives no probability"
    if data.dim > 2 or data.atoms or recipe.generator == "point":
        return f"{recipe.data} and its samples need densities on a line or in the plane"
    return None


def find_best(probe: Probe, window: Window, cells: int) -> Best | None:
    """Compute the best discriminator for the only member of a probe; None if it has no meaning or is not known."""
    recipe = probe.recipes[0]
    if refuse_best(recipe) is not None:
        return None
    log_q = log_density_of_generator(probe, window, cells)
    if log_q is not None and probe.data.training_set is None and probe.data.has_density:
        x = torch.from_numpy(_middles(window, cells))
        with np.errstate(invalid="ignore"):
            log_ratio = probe.data.log_prob(x).double().numpy() - log_q
        estimated, empty = False, np.zeros(len(x), dtype=bool)
    else:
        estimated, (log_ratio, empty) = True, _estimate(probe, window, cells)
    logit = recipe.parts.loss.optimal_logit(torch.from_numpy(np.nan_to_num(log_ratio, nan=0.0)))
    assert logit is not None
    shape = (cells,) * len(window)
    return Best(torch.sigmoid(logit).numpy().reshape(shape), estimated, empty.reshape(shape))


def log_density_of_generator(probe: Probe, window: Window, cells: int) -> np.ndarray | None:
    """Return the logarithm of q in each cell `(cells ** dim,)`, -inf where G makes nothing; None if it is not known."""
    recipe = probe.recipes[0]
    if isinstance(recipe.parts.generator, Linear | Shift):
        return _affine(probe, window, cells)
    if len(window) == 1 and recipe.latent == 1:
        return _along_line(probe, window, cells)
    return None


def _affine(probe: Probe, window: Window, cells: int) -> np.ndarray | None:
    """Return log q of a G that moves and stretches normal noise; None for other noise, or if q has no density."""
    recipe, dim = probe.recipes[0], len(window)
    if not isinstance(recipe.parts.noise, Normal) or recipe.latent < dim:
        return None
    corners = torch.cat([torch.zeros(1, recipe.latent), torch.eye(recipe.latent)])
    mean, *ends = generate(probe, corners).double().cpu()
    matrix = torch.stack(ends, dim=-1) - mean[:, None]
    covariance = matrix @ matrix.mT
    if not bool(torch.linalg.matrix_rank(covariance) == dim):
        return None
    x = torch.from_numpy(_middles(window, cells)) - mean
    square = (x * torch.linalg.solve(covariance, x.mT).mT).sum(-1)
    log_q: np.ndarray = (-(square + torch.logdet(2 * math.pi * covariance)) / 2).numpy()
    return log_q


def _along_line(probe: Probe, window: Window, cells: int) -> np.ndarray | None:
    """Return log q of a G from a line to a line, by the change of variables between neighbouring latent points."""
    recipe = probe.recipes[0]
    shares = torch.linspace(0, 1, FINE + 2, dtype=torch.float64)[1:-1]
    z = recipe.parts.noise.quantiles(shares)
    if z is None or recipe.parts.generator.beside or not recipe.parts.generator.per_sample:
        return None
    x = generate(probe, z[:, None].float())[:, 0].double().cpu().numpy()
    low, high = np.minimum(x[:-1], x[1:]), np.maximum(x[:-1], x[1:])
    ((left, right),) = window
    edges = np.linspace(left, right, cells + 1)
    wide = np.maximum(high - low, 1e-9 * (right - left))
    below = ((edges[:, None] - low) / wide).clip(0, 1).mean(-1)  # share of the samples below each edge
    with np.errstate(divide="ignore"):
        log_q: np.ndarray = np.log(np.diff(below) / np.diff(edges))
    return log_q


def _estimate(probe: Probe, window: Window, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return log p / q from samples of G, both densities blurred by the same kernel, and where both are too small."""
    floor = FLOOR / math.prod(high - low for low, high in window)
    q = blur(_count(probe.generate(SAMPLES)[0].double().cpu().numpy(), window, cells), window, cells)
    p = _blurred_data(probe.data, window, cells)
    return (np.log(p + floor) - np.log(q + floor)).ravel(), (p + q < EMPTY * floor).ravel()


@lru_cache(maxsize=8)
def _blurred_data(data: Distribution, window: Window, cells: int) -> np.ndarray:
    """Return p, blurred: from the training set, or the density if its bins hold all of it, or else from samples."""
    samples = data.training_set
    if samples is None and data.has_density:
        density = data.log_prob(torch.from_numpy(_middles(window, cells * BINS))).exp().double().numpy()
        bins = math.prod((high - low) / (cells * BINS) for low, high in window)
        shares = density.reshape((cells * BINS,) * len(window)) * bins
        if abs(shares.sum() - 1) < 1e-2:
            return blur(shares, window, cells)
    if samples is None:
        samples = data.sample(16 * SAMPLES, torch.Generator().manual_seed(0))
    return blur(_count(samples.double().numpy(), window, cells), window, cells)


def _count(x: np.ndarray, window: Window, cells: int) -> np.ndarray:
    """Return the share of samples x `(n, dim)` in each bin, the last axis of the data first."""
    finite = x[np.isfinite(x).all(-1)]
    counts: np.ndarray = np.histogramdd(finite[:, ::-1], (cells * BINS,) * len(window), window[::-1])[0]
    return counts / len(x)


def blur(shares: np.ndarray, window: Window, cells: int) -> np.ndarray:
    """Return the density in the middle of each cell, of shares in bins that a Gaussian kernel has spread."""
    for axis, (low, high) in enumerate(window[::-1]):
        width = (high - low) / cells
        at, bins = _middles(((low, high),), cells), _middles(((low, high),), cells * BINS)
        spread = BLUR[len(window)] * width
        kernel = np.exp(-(((at - bins.T) / spread) ** 2) / 2) / (math.sqrt(2 * math.pi) * spread)
        shares = np.moveaxis(np.tensordot(kernel, shares, (1, axis)), 0, axis)
    return shares


def _middles(window: Window, cells: int) -> np.ndarray:
    """Return the middles of equal cells `(cells ** dim, dim)`; the first axis of the data changes fastest."""
    axes = [low + (np.arange(cells) + 0.5) * (high - low) / cells for low, high in window]
    mesh = np.meshgrid(*reversed(axes), indexing="ij")
    return np.stack(mesh[::-1], axis=-1).reshape(-1, len(axes))


def find_contour(values: np.ndarray, window: Window, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the line of a level through values `(ny, nx)`, if finite, in the middles of cells, as pieces between NaN.

    Each square between four middles is cut into two triangles; a piece crosses two sides of one.
    """
    ny, nx = values.shape
    (left, right), (bottom, top) = window
    x = left + (np.arange(nx) + 0.5) * (right - left) / nx
    y = bottom + (np.arange(ny) + 0.5) * (top - bottom) / ny
    corners = np.stack([*np.meshgrid(x, y), values - level], axis=-1)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:]
    triangles = np.concatenate([np.stack(three, axis=-2).reshape(-1, 3, 3) for three in ((a, b, d), (a, c, d))])
    high = triangles[..., 2] > 0
    cut = triangles[high.any(-1) & ~high.all(-1) & np.isfinite(triangles[..., 2]).all(-1)]
    high = cut[..., 2] > 0
    odd = np.where(high.sum(-1) == 1, high.argmax(-1), (~high).argmax(-1))  # the corner alone on its side
    rows = np.arange(len(cut))
    start = cut[rows, odd]
    ends = [_cross(start, cut[rows, (odd + step) % 3]) for step in (1, 2)]
    pieces = np.stack([*ends, np.full((len(cut), 2), np.nan)], axis=1).reshape(-1, 2)
    return pieces[:, 0], pieces[:, 1]


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the points between a and b `(n, 3)` at which the third number is 0, as `(n, 2)`."""
    share = (a[:, 2] / (a[:, 2] - b[:, 2]))[:, None]
    crossed: np.ndarray = a[:, :2] + share * (b[:, :2] - a[:, :2])
    return crossed
