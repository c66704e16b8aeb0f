"""The recipes that claims start from: small, so that 16 seeds of each take seconds."""

from __future__ import annotations

import math

import numpy as np

from toygan.measure.quantities import Quantity, late
from toygan.recipe import Recipe

RING = Recipe(width=32, batch=64)
LINE = RING.but(data="bimodal")  # two modes of equal weight
RARE = RING.but(data="bimodal(weight=0.9)")  # the second mode has a tenth of the data
SHORT_LINE = LINE.but(width=16, lr_g=3e-3, lr_d=3e-3)  # as the lessons have it: settled after 700 iterations
GAUSSIAN = RING.but(data="gaussian1d")  # the generator starts about 4 away
DESCENT = GAUSSIAN.but(optimizer="sgd", lr_g=0.05, lr_d=0.05)
DIRAC = Recipe(
    data="dirac", generator="point", discriminator="linear", optimizer="sgd", turns="simultaneous", lr_g=0.2, lr_d=0.2
)

WGAN_GP = {"loss": "wasserstein", "regularizers": {"gradient-penalty": 0.1}}

MODES = late("modes-covered-strict")
HIGH_QUALITY = late("high-quality")


OFF_THE_LINE = Quantity(
    "distance of D's loss from 2 log 2",
    lambda record: np.mean(abs(record.metric("loss-d")[record.late] - 2 * math.log(2)), axis=0),
)
