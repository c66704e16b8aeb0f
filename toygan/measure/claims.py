"""What toygan says of methods: every sentence with the recipes and the relation by which it is measured again."""

from __future__ import annotations

from toygan.measure.claim import Claim, late
from toygan.measure.claim import Finding as Finding
from toygan.measure.claim import check as check
from toygan.recipe import Recipe

RING = Recipe()

CLAIMS: dict[str, Claim] = {
    "minimax-covers-the-ring": Claim(
        "On the ring, at the default rates, the minimax loss keeps more modes than its non-saturating form",
        {"minimax": RING.but(loss="minimax"), "non-saturating": RING},
        late("modes-covered-strict"),
        margin=1.0,
        folklore="the non-saturating loss is the one to use",
    ),
}
