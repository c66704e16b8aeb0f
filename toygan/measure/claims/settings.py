"""The recipes that claims start from: small, so that 16 seeds of each take seconds."""

from __future__ import annotations

from toygan.measure.claim import late
from toygan.recipe import Recipe

RING = Recipe(width=32, batch=64)
LINE = RING.but(data="bimodal")  # two modes of equal weight
RARE = RING.but(data="bimodal(weight=0.9)")  # the second mode has a tenth of the data
GAUSSIAN = RING.but(data="gaussian1d")  # the generator starts about 4 away
DESCENT = GAUSSIAN.but(optimizer="sgd", lr_g=0.05, lr_d=0.05)
DIRAC = Recipe(
    data="dirac", generator="point", discriminator="linear", optimizer="sgd", turns="simultaneous", lr_g=0.2, lr_d=0.2
)

WGAN_GP = {"loss": "wasserstein", "regularizers": {"gradient-penalty": 0.1}}

MODES = late("modes-covered-strict")
HIGH_QUALITY = late("high-quality")
