"""Claims about optimizers, learning rates, steps of D and turns."""

from __future__ import annotations

from toygan.measure.quantities import late, late_of_average
from toygan.studies.claims.claim import Claim
from toygan.studies.claims.settings import HIGH_QUALITY, LINE, MODES, RING

MODERN = RING.but(loss="relativistic", regularizers={"r1": 0.1, "r2": 0.1}, lr_d=3e-3)
LINE_DESCENT = LINE.but(optimizer="sgd", lr_g=0.05, lr_d=0.05)

PLAYER_CLAIMS: dict[str, Claim] = {
    "momentum-of-nine-tenths-loses-the-ring": Claim(
        "On the ring, at equal rates of .001, Adam with beta1 = .9 keeps fewer modes than without momentum, beta1 = 0",
        {"beta1 0": RING.but(beta1=0.0), "beta1 0.9": RING.but(beta1=0.9)},
        MODES,
        margin=2.0,
        folklore="Adam's default beta1 = .9 is good enough",
    ),
    "momentum-of-nine-tenths-loses-a-mode-of-two": Claim(
        "With two equal modes on a line, at equal rates of .001, Adam with beta1 = .9 keeps fewer of them than with .5",
        {"beta1 0.5": LINE, "beta1 0.9": LINE.but(beta1=0.9)},
        MODES,
        margin=0.2,
        seeds=32,
    ),
    "a-faster-d-keeps-more-of-the-ring": Claim(
        "On the ring, with G's rate at .001, a D three times as fast keeps most modes, an equally fast D keeps"
        " fewer, and a D three times slower fewest",
        {"lr_d 0.003": RING.but(lr_d=3e-3), "lr_d 0.001": RING, "lr_d 0.0003": RING.but(lr_d=3e-4)},
        MODES,
        margin=0.5,
    ),
    "the-ratio-of-rates-counts": Claim(
        "On the ring, lowering G's rate from .001 to .0003 leaves more modes than lowering both players' rates",
        {"G slower": RING.but(lr_g=3e-4), "both slower": RING.but(lr_g=3e-4, lr_d=3e-4)},
        MODES,
        margin=2.0,
        folklore="if training is unstable, lower the learning rates",
    ),
    "more-steps-of-d-sharpen-the-ring": Claim(
        "On the ring, at equal rates of .001, five steps of D an iteration give more high-quality samples than one",
        {"5 steps of D": RING.but(d_steps=5), "1 step of D": RING},
        HIGH_QUALITY,
        margin=0.2,
    ),
    "more-steps-of-d-lose-a-mode-of-two": Claim(
        "With two equal modes on a line, at equal rates of .001, five steps of D an iteration keep fewer of them"
        " than one",
        {"1 step of D": LINE, "5 steps of D": LINE.but(d_steps=5)},
        MODES,
        margin=0.2,
        seeds=32,
        folklore="more steps of the discriminator help against mode collapse",
    ),
    "a-slow-g-loses-a-mode-of-two": Claim(
        "With two equal modes on a line, D's rate at .001, a G ten times slower keeps fewer of them than one as fast",
        {"lr_g 0.001": LINE, "lr_g 0.0001": LINE.but(lr_g=1e-4)},
        MODES,
        margin=0.2,
        seeds=32,
    ),
    "a-slow-d-is-chased-from-mode-to-mode": Claim(
        "With two equal modes on a line and G's rate at .001, mass moves between the modes with a D ten times"
        " slower, and hardly with one as fast",
        {"lr_d 0.0001": LINE.but(lr_d=1e-4), "lr_d 0.001": LINE},
        late("mode-hopping"),
        margin=0.05,
        seeds=32,
    ),
    "a-slow-d-is-chased-around-the-ring": Claim(
        "On the ring, with G's rate at .01 and D's at .0001 all samples are in one place; with a D three times as fast"
        " as G they are in most",
        {"lr_g 0.001, lr_d 0.003": RING.but(lr_d=3e-3), "lr_g 0.01, lr_d 0.0001": RING.but(lr_g=1e-2, lr_d=1e-4)},
        late("effective-places"),
        margin=3.0,
    ),
    "and-the-place-moves-on": Claim(
        "On the ring, that one place moves: more mass moves from mode to mode than with a D three times as fast as G",
        {"lr_g 0.01, lr_d 0.0001": RING.but(lr_g=1e-2, lr_d=1e-4), "lr_g 0.001, lr_d 0.003": RING.but(lr_d=3e-3)},
        late("mode-hopping"),
        margin=0.3,
    ),
    "plain-descent-stays-on-one-mode": Claim(
        "With two equal modes on a line plain gradient descent at .05 keeps fewer of them than Adam at .001",
        {"Adam": LINE, "plain descent": LINE_DESCENT},
        MODES,
        margin=0.5,
        seeds=32,
    ),
    "momentum-throws-plain-descent-off": Claim(
        "With two equal modes on a line, plain descent at .05 stays on the data, and with momentum .9 does not",
        {"momentum 0": LINE_DESCENT, "momentum 0.9": LINE_DESCENT.but(momentum=0.9)},
        HIGH_QUALITY,
        margin=0.4,
        seeds=32,
    ),
    "an-average-lies-nearer-to-the-modes": Claim(
        "On the ring, with pairs, R1 and R2 and a D three times as fast as G, the average of G's parameters gives more"
        " samples of high quality than the last ones",
        {"average, beta 0.99": MODERN.but(ema=0.99), "last": MODERN},
        late_of_average("high-quality"),
        margin=0.05,
    ),
}
