"""Claims about regularizers, on the ring."""

from __future__ import annotations

from toygan.studies.claims.claim import Claim
from toygan.studies.claims.settings import MODES, RING


def _than_nothing(sentence: str, name: str, strength: float, margin: float = 1.0, folklore: str = "") -> Claim:
    """The claim that a regularizer keeps more modes of the ring than the non-saturating loss without it."""
    regularized = RING.but(regularizers={name: strength})
    said = f"On the ring, at equal rates of .001, {sentence}"
    return Claim(said, {f"{name} {strength:g}": regularized, "nothing": RING}, MODES, margin, folklore=folklore)


REGULARIZER_CLAIMS: dict[str, Claim] = {
    "r1-keeps-more-of-the-ring": _than_nothing("R1 of strength 1 keeps more modes than no regularizer", "r1", 1),
    "top-k-keeps-more-of-the-ring": _than_nothing(
        "a G that learns from its best three quarters of samples keeps more modes than one that learns from all",
        "top-k",
        0.75,
        folklore="top-k buys quality at the price of modes",
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
}
