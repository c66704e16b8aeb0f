"""Exercise of lesson 02: the generator's term of the non-saturating loss."""

from __future__ import annotations

import torch
from torch.nn.functional import softplus

from toygan.parts.losses import LOSSES
from toygan.teach.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    "reversed-target": Exercise(
        arguments={"a": torch.tensor([[-200.0, -4.0, -1.0, 0.0], [0.5, 2.0, 5.0, 200.0]])},
        solution=LOSSES["non-saturating"].for_generator,
        praise="Right: it is steep exactly where D rejects a sample, and flat where D is fooled already.",
        mistakes={
            "This is the minimax term, log(1 - D). It is flat where D rejects the sample, and this is the problem.": (
                lambda a: -softplus(a)
            ),
            "This is D's loss on generated samples. If G descends it, its samples look more generated.": (softplus),
            "The sign is wrong: G descends its loss, and this one falls as the logit falls.": (lambda a: -softplus(-a)),
            "The formula is right, but on a computer sigmoid(-200) is 0, and log 0 is infinite: use softplus.": (
                lambda a: -torch.log(torch.sigmoid(a))
            ),
            "This is D itself, not its logarithm: it is flat at both ends.": torch.sigmoid,
            "This is -D, without the logarithm: it is also flat where D rejects the sample.": (
                lambda a: -torch.sigmoid(a)
            ),
            "This is the generator's term of the Wasserstein loss. It is never flat, but it is not -log D.": lambda a: (
                -a
            ),
        },
        slope="a",
        wrong_slope="G descends this, and D's logit on its samples should rise.",
    ),
}
