"""Claims about methods: sentences, each with the recipes and the relation that can be measured again.

`CLAIMS` is the menu of all claims, `TOPICS` the same by topic; `show` measures some of them. `toygan.claim` writes one
of your own down, and `read` finds such claims in a file. `toygan claims` measures both in a shell.
"""

from __future__ import annotations

from toygan.measure.quantities import Quantity as Quantity
from toygan.parts.menu import Menu
from toygan.studies.claims.claim import Claim as Claim
from toygan.studies.claims.claim import Finding as Finding
from toygan.studies.claims.claim import check as check
from toygan.studies.claims.digits import digit_claims
from toygan.studies.claims.findings import Findings as Findings
from toygan.studies.claims.findings import measure_claims
from toygan.studies.claims.losses import LOSS_CLAIMS
from toygan.studies.claims.networks import NETWORK_CLAIMS
from toygan.studies.claims.own import read as read
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
measure = measure_claims  # its older name
CLAIMS: Menu[Claim] = Menu({name: claim for claims in TOPICS.values() for name, claim in claims.items()})


def show(*names: str, first_seed: int = 0, jobs: int = 1) -> Findings:
    """Measure claims behind a progress bar.

    Args:
        *names: Names of `CLAIMS` [default: all, which takes long].
        first_seed: The first seed; another one tells if the claims hold for seeds on which they were never tried
            [default: 0].
        jobs: Processes [default: 1].
    Returns:
        `Findings` by name, which a notebook shows as a table.
    Raises:
        ValueError: If a name is not among the claims.
    Example:
        >>> from toygan import claims
        >>> print(claims.CLAIMS["label-smoothing-leaves-the-dirac-gan-alone"].sentence)
        In the Dirac-GAN label smoothing changes nothing
        >>> findings = claims.show("label-smoothing-leaves-the-dirac-gan-alone")  # doctest: +SKIP
    """
    return measure_claims(CLAIMS.select(names), first_seed, jobs)
