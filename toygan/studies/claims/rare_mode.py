"""Claims about two modes on a line, one with a tenth of the data: ways to bring back the rare one."""

from __future__ import annotations

from toygan.measure.quantities import keeps, late, late_of_average
from toygan.recipe import Recipe
from toygan.studies.claims.claim import Claim
from toygan.studies.claims.settings import MODES, RARE, WGAN_GP

DATA = "Two modes, one of them with a tenth of the data: "
EFFECTIVE = late("effective-modes")  # 1 where the rare mode is lost, 1.38 for true samples


def _with(name: str, strength: float) -> Recipe:
    return RARE.but(regularizers={name: strength})


def _brings_back(sentence: str, changed: str, recipe: Recipe, margin: float = 0.05) -> Claim:
    return Claim(DATA + sentence, {changed: recipe, "nothing": RARE}, EFFECTIVE, margin)


def _does_not_bring_back(sentence: str, changed: str, recipe: Recipe, folklore: str = "") -> Claim:
    return Claim(DATA + sentence, {changed: recipe, "nothing": RARE}, EFFECTIVE, within=0.1, folklore=folklore)


RARE_MODE_CLAIMS: dict[str, Claim] = {
    "r1-keeps-the-rare-mode": _brings_back(
        "R1 of strength 1 brings back the rare one", "r1 1", _with("r1", 1), margin=0.1
    ),
    "weak-r1-keeps-less-of-the-rare-mode": Claim(
        DATA + "R1 of strength .1 leaves less on the rare one than R1 of strength 1",
        {"r1 1": _with("r1", 1), "r1 0.1": _with("r1", 0.1)},
        EFFECTIVE,
        margin=0.05,
    ),
    "minimax-keeps-the-rare-mode-more-often": Claim(
        DATA + "minimax keeps both more often than the non-saturating loss",
        {"minimax": RARE.but(loss="minimax"), "non-saturating": RARE},
        keeps("keep both", "modes-covered-strict", 2),
        margin=0.05,
        seeds=32,
        folklore="the non-saturating loss is the better of the two",
    ),
    "packs-of-four-keep-the-rare-mode": _brings_back(
        "a D that judges packs of four samples brings back the rare one", "packing 4", _with("packing", 4)
    ),
    "batch-spread-keeps-the-rare-mode": _brings_back(
        "a D that sees the spread of the batch (minibatch-stddev) brings back the rare one",
        "minibatch-stddev 1",
        _with("minibatch-stddev", 1),
    ),
    "wgan-gp-needs-five-steps-of-d": Claim(
        DATA + "the Wasserstein loss with a gradient penalty of .1 keeps both with five steps of D, and not with one",
        {"5 steps of D": RARE.but(d_steps=5, **WGAN_GP), "1 step of D": RARE.but(**WGAN_GP)},
        MODES,
        margin=0.4,
    ),
    "more-steps-of-d-do-not-show-the-rare-mode": _does_not_bring_back(
        "with the non-saturating loss five steps of D do not bring back the rare one",
        "5 steps of D",
        RARE.but(d_steps=5),
        folklore="more steps of the discriminator help against mode collapse",
    ),
    "a-relativistic-d-does-not-show-the-rare-mode": _does_not_bring_back(
        "the relativistic loss loses the rare one as the non-saturating loss does",
        "relativistic",
        RARE.but(loss="relativistic"),
        folklore="a relativistic discriminator prevents mode collapse",
    ),
    "label-smoothing-does-not-show-the-rare-mode": _does_not_bring_back(
        "label smoothing of .1 does not bring back the rare one",
        "label-smoothing 0.1",
        _with("label-smoothing", 0.1),
        folklore="label smoothing helps against mode collapse",
    ),
    "spectral-norm-does-not-show-the-rare-mode": _does_not_bring_back(
        "spectral norm, times 5, does not bring back the rare one", "spectral-norm 5", _with("spectral-norm", 5)
    ),
    "unrolling-does-not-show-the-rare-mode": _does_not_bring_back(
        "unrolling D by five steps, at its rate of .001, does not bring back the rare one",
        "unrolled 5",
        _with("unrolled", 5),
        folklore="unrolling prevents mode collapse",
    ),
    "more-noise-does-not-show-the-rare-mode": _does_not_bring_back(
        "noise of 8 dimensions in place of 2 does not bring back the rare one", "latent 8", RARE.but(latent=8)
    ),
    "a-larger-batch-does-not-show-the-rare-mode": _does_not_bring_back(
        "a batch of 256 in place of 64 does not bring back the rare one",
        "batch 256",
        RARE.but(batch=256),
        folklore="a larger batch, with more samples of a rare mode in it, keeps the mode",
    ),
    "averaging-does-not-show-the-rare-mode": Claim(
        DATA + "the average of G (ema .99) does not cover the rare one more than G itself",
        {"averaged": RARE.but(ema=0.99), "nothing": RARE},
        late_of_average("effective-modes"),
        within=0.1,
    ),
}
