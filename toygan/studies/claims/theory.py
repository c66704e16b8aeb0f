"""Claims of theory, measured in training: the Dirac-GAN, whose players have one parameter each."""

from __future__ import annotations

from toygan.measure.quantities import late
from toygan.studies.claims.claim import Claim
from toygan.studies.claims.settings import DIRAC, OFF_THE_LINE

MINIMAX = DIRAC.but(loss="minimax")
ALTERNATING = DIRAC.but(turns="alternating")
CIRCLE = ALTERNATING.but(loss="minimax")
GRADIENT = late("gradient-norm-g")  # 0 where D is flat: equilibrium, or a D that rejects with certainty

THEORY_CLAIMS: dict[str, Claim] = {
    "a-slope-of-one-never-rests": Claim(
        "In the Dirac-GAN, R1 asks for an input gradient of 0 and brings G to rest; the gradient penalty asks for 1"
        " and does not",
        {
            "gradient-penalty 0.3": MINIMAX.but(regularizers={"gradient-penalty": 0.3}),
            "r1 0.3": MINIMAX.but(regularizers={"r1": 0.3}),
        },
        GRADIENT,
        margin=0.1,
        steps=600,
        quick=True,
        folklore="a WGAN with a gradient penalty converges",
    ),
    "the-reversed-target-comes-home-slowly": Claim(
        "In the Dirac-GAN, with alternating turns, minimax circles, the non-saturating loss converges slowly, and"
        " with R1 it comes to rest",
        {
            "minimax": CIRCLE,
            "non-saturating": ALTERNATING,
            "non-saturating, r1 0.3": ALTERNATING.but(regularizers={"r1": 0.3}),
        },
        GRADIENT,
        margin=0.02,
        steps=600,
        quick=True,
    ),
    "looking-one-step-ahead-damps": Claim(
        "In the Dirac-GAN with minimax, simultaneous steps end further from equilibrium than extragradient ones",
        {"simultaneous": MINIMAX, "extragradient": MINIMAX.but(turns="extragradient")},
        OFF_THE_LINE,
        margin=0.3,
        steps=600,
    ),
    "label-smoothing-leaves-the-dirac-gan-alone": Claim(
        "In the Dirac-GAN label smoothing changes nothing",
        {"label-smoothing 0.1": CIRCLE.but(regularizers={"label-smoothing": 0.1}), "nothing": CIRCLE},
        GRADIENT,
        within=1e-6,
        steps=600,
        folklore="label smoothing damps the game",
    ),
    "adam-does-not-rest-where-descent-does": Claim(
        "In the Dirac-GAN with R1 plain gradient descent at .2 brings G to rest in 600 iterations, and Adam at .02"
        " does not",
        {
            "Adam": MINIMAX.but(optimizer="adam", lr_g=0.02, lr_d=0.02, regularizers={"r1": 0.3}),
            "plain descent": MINIMAX.but(regularizers={"r1": 0.3}),
        },
        GRADIENT,
        margin=0.01,
        steps=600,
    ),
}
