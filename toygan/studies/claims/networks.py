"""Claims about networks: activation, depth, width."""

from __future__ import annotations

from toygan.studies.claims.claim import Claim
from toygan.studies.claims.settings import HIGH_QUALITY, MODES, RING, SHORT_LINE

NETWORK_CLAIMS: dict[str, Claim] = {
    "a-leak-keeps-more-of-the-ring": Claim(
        "On the ring, at equal rates of .001, networks with leaky ReLU keep more modes than with ReLU",
        {"leaky-relu": RING.but(activation="leaky-relu"), "relu": RING},
        MODES,
        margin=1.0,
        folklore="the activation is a detail, the loss decides",
    ),
    "tanh-is-behind": Claim(
        "On the ring, at equal rates of .001, networks with tanh have fewer modes after 2,000 iterations than with"
        " leaky ReLU",
        {"leaky-relu": RING.but(activation="leaky-relu"), "tanh": RING.but(activation="tanh")},
        MODES,
        margin=2.0,
    ),
    "depth-sharpens-the-ring": Claim(
        "On the ring, at equal rates of .001, three hidden layers give more high-quality samples than one",
        {"depth 3": RING.but(depth=3), "depth 1": RING.but(depth=1)},
        HIGH_QUALITY,
        margin=0.1,
    ),
    "width-sharpens-the-ring": Claim(
        "On the ring, at equal rates of .001, 64 units in each hidden layer give more high-quality samples than 16",
        {"width 64": RING.but(width=64), "width 16": RING.but(width=16)},
        HIGH_QUALITY,
        margin=0.05,
    ),
    "tanh-keeps-both-modes-of-a-line": Claim(
        "With two equal modes on a line, at equal rates of .003, networks with tanh keep more modes than with ReLU",
        {"tanh": SHORT_LINE.but(activation="tanh"), "relu": SHORT_LINE},
        MODES,
        margin=0.1,
        steps=600,
    ),
}
