"""Claims about losses."""

from __future__ import annotations

from toygan.measure.quantities import keeps, time_to
from toygan.recipe import Recipe
from toygan.studies.claims.claim import Claim
from toygan.studies.claims.settings import DESCENT, GAUSSIAN, HIGH_QUALITY, MODES, OFF_THE_LINE, RING, WGAN_GP
from toygan.studies.published import CLUSTERS

LOSS_CLAIMS: dict[str, Claim] = {
    "minimax-keeps-more-of-the-ring": Claim(
        "On the ring, at equal rates of .001, the minimax loss keeps more modes than its non-saturating form",
        {"minimax": RING.but(loss="minimax"), "non-saturating": RING},
        MODES,
        margin=1.0,
        folklore="the non-saturating loss is the better of the two",
    ),
    "minimax-keeps-more-of-the-ring-at-the-default-size": Claim(
        "On the ring with all settings at their defaults, minimax keeps more modes than the non-saturating loss, too",
        {"minimax": Recipe(loss="minimax"), "non-saturating": Recipe()},
        MODES,
        margin=0.2,
        folklore="the non-saturating loss is the better of the two",
    ),
    "least-squares-keeps-more-of-the-ring": Claim(
        "On the ring, at equal rates of .001, the least-squares loss keeps more modes than the non-saturating one",
        {"least-squares": RING.but(loss="least-squares"), "non-saturating": RING},
        MODES,
        margin=1.0,
    ),
    "wgan-gp-with-one-step-of-d-is-behind": Claim(
        "On the ring, with one step of D, the Wasserstein loss with a gradient penalty of .1 keeps fewer modes than"
        " the non-saturating loss without any",
        {"non-saturating": RING, "WGAN-GP": RING.but(**WGAN_GP)},
        MODES,
        margin=0.5,
        folklore="WGAN-GP is the stable choice",
    ),
    "a-better-d-freezes-minimax": Claim(
        "With plain gradient descent at .05, 20 steps of D an iteration keep the minimax generator off the data",
        {"1 step of D": DESCENT.but(loss="minimax"), "20 steps of D": DESCENT.but(loss="minimax", d_steps=20)},
        keeps("have half of their samples on the data", "high-quality", 0.5),
        margin=0.4,
        steps=100,
        quick=True,
        folklore="a better discriminator is a better teacher",
    ),
    "a-better-d-feeds-the-reversed-target": Claim(
        "With plain gradient descent at .05, 5 steps of D an iteration bring the non-saturating generator closer to"
        " the data in 100 iterations than 1 step does",
        {"5 steps of D": DESCENT.but(d_steps=5), "1 step of D": DESCENT},
        HIGH_QUALITY,
        margin=0.02,
        steps=100,
        quick=True,
    ),
    "adam-hides-a-vanishing-gradient": Claim(
        "With Adam at .001 and 5 steps of D, minimax is as close to the data after 200 iterations as the"
        " non-saturating loss",
        {"minimax": GAUSSIAN.but(loss="minimax", d_steps=5), "non-saturating": GAUSSIAN.but(d_steps=5)},
        HIGH_QUALITY,
        within=0.1,
        steps=200,
        folklore="minimax freezes where the discriminator is good",
    ),
    "with-adam-a-better-d-feeds-the-reversed-target": Claim(
        "With Adam at .001, 5 steps of D an iteration bring the non-saturating generator closer to the data in 200"
        " iterations than 1 step does",
        {"5 steps of D": GAUSSIAN.but(d_steps=5), "1 step of D": GAUSSIAN},
        HIGH_QUALITY,
        margin=0.01,
        steps=200,
    ),
    "a-loss-on-its-line-is-no-proof": Claim(
        "On the ring, leaky ReLU has most modes and tanh has few, but D's loss stays further from its equilibrium of"
        " 2 log 2 with leaky ReLU",
        {"leaky-relu": RING.but(activation="leaky-relu"), "tanh": RING.but(activation="tanh")},
        OFF_THE_LINE,
        margin=0.03,
        folklore="losses at equilibrium mean that training has succeeded",
    ),
    "half-of-ds-loss-delays-the-second-cluster": Claim(
        "In RS-GAN's toy of two clusters, halving D's loss, as its code does for the plain GAN only, delays the"
        " iteration at which both clusters are first covered",
        {"JS-GAN, half of D's loss": CLUSTERS.but(lr_d=5e-3), "JS-GAN": CLUSTERS},
        time_to("modes-covered", 2),
        margin=2000,
        steps=20_000,
        folklore="the relativistic loss is the reason that the second cluster is found sooner there",
    ),
}
