"""Claims about 8 x 8 digits, which need scikit-learn."""

from __future__ import annotations

from toygan.measure.quantities import late, late_of_average
from toygan.parts.distributions import DISTRIBUTIONS
from toygan.recipe import Recipe
from toygan.studies.claims.claim import Claim


def digit_claims() -> dict[str, Claim]:
    """Return the claims, or none without scikit-learn."""
    if DISTRIBUTIONS["digits"].refuses():
        return {}
    digits = Recipe(
        data="digits",
        generator="mlp(widths=(128,128))",
        discriminator="mlp(widths=(128,128),activation=leaky-relu)",
        latent=16,
        batch=64,
    )
    flat = {"r1": 0.1, "r2": 0.1}
    modern = digits.but(loss="relativistic", regularizers=flat, lr_g=3e-3, lr_d=3e-3, beta1=0.0)
    return {
        "the-modern-recipe-draws-every-digit": Claim(
            "On digits of 8 x 8 pixels, pairs with R1 and R2 at equal rates cover nearly all ten; the plain loss, with"
            " a G ten times as fast as D, covers few",
            {"modern": modern, "plain, a fast G": digits.but(lr_g=5e-3, lr_d=5e-4)},
            late("effective-places"),
            margin=5.0,
            steps=900,
        ),
        "an-average-draws-better-digits": Claim(
            "On digits of 8 x 8 pixels, with pairs, R1 and R2, the averaged G (over about the last hundred iterations)"
            " has more samples of high quality than the last G",
            {"average of .99": modern.but(ema=0.99), "the last G": modern},
            late_of_average("high-quality"),
            margin=0.1,
            steps=900,
        ),
    }
