"""What toygan says of methods: every sentence with the recipes and the relation by which it is measured again.

A topic is a file, and a claim is a row of its menu; the table, the command and the tests read them all.
"""

from __future__ import annotations

from toygan.measure.quantities import Quantity as Quantity
from toygan.parts.menu import Menu
from toygan.studies.claims.claim import Claim as Claim
from toygan.studies.claims.claim import Finding as Finding
from toygan.studies.claims.claim import check as check
from toygan.studies.claims.digits import digit_claims
from toygan.studies.claims.findings import Findings as Findings
from toygan.studies.claims.findings import measure
from toygan.studies.claims.losses import LOSS_CLAIMS
from toygan.studies.claims.networks import NETWORK_CLAIMS
from toygan.studies.claims.players import PLAYER_CLAIMS
from toygan.studies.claims.rare_mode import RARE_MODE_CLAIMS
from toygan.studies.claims.regularizers import REGULARIZER_CLAIMS
from toygan.studies.claims.theory import THEORY_CLAIMS

TOPICS: dict[str, dict[str, Claim]] = {
    "losses": LOSS_CLAIMS,
    "regularizers": REGULARIZER_CLAIMS,
    "a mode that is rare": RARE_MODE_CLAIMS,
    "optimizers, rates and turns": PLAYER_CLAIMS,
    "networks": NETWORK_CLAIMS,
    "digits": digit_claims(),
    "theory": THEORY_CLAIMS,
}
CLAIMS: Menu[Claim] = Menu({name: claim for claims in TOPICS.values() for name, claim in claims.items()})


def show(*names: str, first_seed: int = 0, jobs: int = 1) -> Findings:
    """The named claims, or all, measured anew behind a progress bar; a notebook shows the table.

    Other first seeds than 0 ask whether they hold where they were never tried. Raises ValueError for an unknown name.
    """
    return measure(CLAIMS.select(names), first_seed, jobs)
