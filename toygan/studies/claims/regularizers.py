"""Claims about regularizers, on the ring."""

from __future__ import annotations

from toygan.measure.quantities import late
from toygan.studies.claims.claim import Claim
from toygan.studies.claims.settings import HIGH_QUALITY, MODES, RING, SHORT_LINE

CHASED = RING.but(loss="least-squares", lr_d=1e-4)  # a slow D is led around the ring
CALM = CHASED.but(regularizers={"feature-matching": 1.0})
NOISY = SHORT_LINE.but(regularizers={"instance-noise": 1.5})
FADING = NOISY.but(anneal=500)
PAIRS = RING.but(loss="relativistic")


def _than_nothing(sentence: str, name: str, strength: float, margin: float = 1.0, folklore: str = "") -> Claim:
    """Return the claim that a regularizer keeps more modes of the ring than the non-saturating loss alone."""
    regularized = RING.but(regularizers={name: strength})
    said = f"On the ring, at equal rates of .001, {sentence}"
    return Claim(said, {f"{name} {strength:g}": regularized, "nothing": RING}, MODES, margin, folklore=folklore)


REGULARIZER_CLAIMS: dict[str, Claim] = {
    "r1-keeps-more-of-the-ring": _than_nothing("R1 of strength 1 keeps more modes than no regularizer", "r1", 1),
    "top-k-keeps-more-of-the-ring": _than_nothing(
        "a G that learns from its best three quarters of samples keeps more modes than one that learns from all",
        "top-k",
        0.75,
        folklore="top-k gains quality and loses modes",
    ),
    "batch-spread-keeps-more-of-the-ring": _than_nothing(
        "a D that sees the spread of the batch (minibatch-stddev) keeps more modes than one that does not",
        "minibatch-stddev",
        1,
    ),
    "packs-of-two-keep-more-of-the-ring": _than_nothing(
        "a D that judges packs of two samples keeps more modes than one that judges single samples",
        "packing",
        2,
        margin=0.5,
    ),
    "packs-of-four-are-behind-packs-of-two": Claim(
        "On the ring, at equal rates of .001, packs of four samples have fewer modes after 2,000 iterations than packs"
        " of two",
        {
            "packing 2": RING.but(regularizers={"packing": 2}),
            "packing 4": RING.but(regularizers={"packing": 4}),
        },
        MODES,
        margin=2.0,
        folklore="the larger the pack, the more modes",
    ),
    "flat-on-both-sides-pairs-keep-more-of-the-ring": Claim(
        "On the ring, at equal rates of .001, the relativistic pairing loss keeps more modes with R1 and R2 of strength"
        " .1 than alone",
        {"R1 and R2 0.1": PAIRS.but(regularizers={"r1": 0.1, "r2": 0.1}), "pairs alone": PAIRS},
        MODES,
        margin=0.5,
    ),
    "feature-matching-spreads-a-heap-that-is-chased": Claim(
        "On the ring, with least squares and a D ten times slower than G, feature matching covers more places at a"
        " time than unrolling by three steps",
        {"feature-matching 1": CALM, "unrolled 3": CHASED.but(regularizers={"unrolled": 3})},
        late("effective-places"),
        margin=3.0,
        folklore="unrolling is the remedy for samples that wander from mode to mode",
    ),
    "feature-matching-calms-a-heap-that-is-chased": Claim(
        "On the ring, with least squares and a D ten times slower than G, less mass moves from mode to mode with"
        " feature matching",
        {"nothing": CHASED, "feature-matching 1": CALM},
        late("mode-hopping"),
        margin=0.3,
    ),
    "noise-that-fades-keeps-both-modes": Claim(
        "With two equal modes on a line, noise of 1.5 on D's inputs that fades over 500 iterations keeps more modes"
        " than no noise",
        {"noise 1.5, fading": FADING, "no noise": SHORT_LINE},
        MODES,
        margin=0.1,
        steps=700,
    ),
    "noise-that-stays-blurs": Claim(
        "With two equal modes on a line, noise of 1.5 that stays leaves fewer samples of high quality than noise that"
        " fades over 500 of 700 iterations",
        {"noise 1.5, fading": FADING, "noise 1.5": NOISY},
        HIGH_QUALITY,
        margin=0.05,
        steps=700,
    ),
    "too-strong-r1-blurs": Claim(
        "With two equal modes on a line, R1 of strength 100 leaves fewer samples of high quality than of strength 1",
        {f"r1 {s:g}": SHORT_LINE.but(regularizers={"r1": s}) for s in (1.0, 100.0)},
        HIGH_QUALITY,
        margin=0.1,
        steps=700,
    ),
}
