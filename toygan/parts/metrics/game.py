"""Metrics of the game: D's logits, both losses, and both gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from toygan.parts.distributions.base import EXACT
from toygan.parts.metrics.base import Metric
from toygan.parts.metrics.inputs import GameState, MetricInputs

BINS = 10  # bins of the calibration error
NEIGHBOURS = 25  # neighbours behind an estimate of p / (p + q)


def training(e: MetricInputs) -> bool:
    """Tell if there is a generator with a loss, not only samples."""
    return e.game is not None


def playing(e: MetricInputs) -> bool:
    """Tell if there are a generator and a discriminator."""
    return e.game is not None and e.game.loss.uses_discriminator


def probabilistic(e: MetricInputs) -> bool:
    """Tell if the discriminator's logit is that of a probability."""
    return e.game is not None and e.game.loss.probability


def one_by_one(e: MetricInputs) -> bool:
    """Tell if the discriminator's logit is that of a single sample's probability, not of a pack's."""
    return e.game is not None and probabilistic(e) and e.game.logits.real.shape[1] == e.game.x_real.shape[1]


def _require_game(e: MetricInputs) -> GameState:
    if e.game is None:
        raise ValueError("this metric needs a game, not only samples")
    return e.game


def accuracy_real(e: MetricInputs) -> Tensor:
    """Share of real samples that D calls real, with a logit above the loss's threshold."""
    game = _require_game(e)
    return (game.logits.real > game.loss.threshold(game.logits)).double().mean(-1)


def accuracy_fake(e: MetricInputs) -> Tensor:
    """Share of generated samples that D calls generated, with a logit below the loss's threshold."""
    game = _require_game(e)
    return (game.logits.fake < game.loss.threshold(game.logits)).double().mean(-1)


def calibration(e: MetricInputs) -> Tensor:
    """Expected calibration error of D's probabilities over 10 bins (Naeini et al. 2015)."""
    game = _require_game(e)
    probability = torch.cat([game.logits.real, game.logits.fake], dim=-1).sigmoid().double()
    truth = torch.cat([torch.ones_like(game.logits.real), torch.zeros_like(game.logits.fake)], dim=-1).double()
    bins = (probability.nan_to_num() * BINS).long().clamp(0, BINS - 1)
    off = torch.zeros(len(truth), BINS, dtype=torch.float64, device=truth.device).scatter_add(
        1, bins, probability - truth
    )
    return off.abs().sum(-1) / truth.shape[-1]


def gap_to_optimal(e: MetricInputs) -> Tensor:
    """Mean distance of D's probability from p / (p + q), estimated from the 25 nearest true and generated samples."""
    game = _require_game(e)
    pool = torch.cat([e.measured_reference.expand_as(e.measured), e.measured], dim=1)
    judged = e.convert(torch.cat([game.x_real, game.x_fake], dim=1))
    probability = torch.cat([game.logits.real, game.logits.fake], dim=1).sigmoid()
    near = torch.cdist(judged, pool, compute_mode=EXACT).topk(NEIGHBOURS, largest=False).indices
    best = (near < e.n).double().mean(-1)
    return (probability - best).abs().mean(-1)


def generator_weight(e: MetricInputs) -> Tensor:
    """Mean |dL_G / d logit| on generated samples, the factor of D's input gradient in G's gradient."""
    return _require_game(e).weight_g


def gradient_norm_g(e: MetricInputs) -> Tensor:
    """Length of the generator's gradient."""
    return _require_game(e).gradients[0].square().sum(-1).sqrt()


def gradient_norm_d(e: MetricInputs) -> Tensor:
    """Length of the discriminator's gradient."""
    return _require_game(e).gradients[1].square().sum(-1).sqrt()


def gradient_cosine_g(e: MetricInputs) -> Tensor:
    """Cosine between G's gradient now and one step later, on the same batch; below 1 if it rotates."""
    return torch.cosine_similarity(_require_game(e).gradients[0], _require_game(e).next_gradients[0], dim=-1, eps=1e-30)


def gradient_cosine_d(e: MetricInputs) -> Tensor:
    """Cosine between D's gradient now and one step later, on the same batch; below 1 if it rotates."""
    return torch.cosine_similarity(_require_game(e).gradients[1], _require_game(e).next_gradients[1], dim=-1, eps=1e-30)


def loss_g(e: MetricInputs) -> Tensor:
    """The generator's loss, regularizers included."""
    return _require_game(e).losses[0]


def loss_d(e: MetricInputs) -> Tensor:
    """The discriminator's loss, regularizers included."""
    return _require_game(e).losses[1]


def finitely_many(e: MetricInputs) -> bool:
    """Tell if the discriminator is trained on finitely many points."""
    return playing(e) and _require_game(e).on_training is not None


def accuracy_training(e: MetricInputs) -> Tensor:
    """Share of the training set that D calls real; above that of new samples if D memorises the training set."""
    game = _require_game(e)
    assert game.on_training is not None
    return (game.on_training() > game.loss.threshold(game.logits)).double().mean(-1)


def rate_g(e: MetricInputs) -> Tensor:
    """The generator's present learning rate, after its schedule."""
    return _require_game(e).rates[0]


def rate_d(e: MetricInputs) -> Tensor:
    """The discriminator's present learning rate, after its schedule."""
    return _require_game(e).rates[1]


GAME_METRICS: dict[str, Metric] = {
    "accuracy-real": Metric(accuracy_real, "share", "", playing),
    "accuracy-fake": Metric(accuracy_fake, "share", "", playing),
    "calibration": Metric(calibration, "", "low", probabilistic),
    "gap-to-optimal": Metric(gap_to_optimal, "", "low", one_by_one, expensive=True),
    "loss-g": Metric(loss_g, "", "", training),
    "loss-d": Metric(loss_d, "", "", playing),
    "generator-weight": Metric(generator_weight, "", "", playing),
    "gradient-norm-g": Metric(gradient_norm_g, "", "", training),
    "gradient-norm-d": Metric(gradient_norm_d, "", "", playing),
    "accuracy-training": Metric(accuracy_training, "share", "", finitely_many),
    "rate-g": Metric(rate_g, "", "", training),
    "rate-d": Metric(rate_d, "", "", playing),
    "gradient-cosine-g": Metric(gradient_cosine_g, "", "", training, live=False),
    "gradient-cosine-d": Metric(gradient_cosine_d, "", "", playing, live=False),
}
