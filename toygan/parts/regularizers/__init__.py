"""Changes of the two objectives, of D's inputs, of D itself or of the D that G plays against, each with a strength.

A regularizer is a frozen dataclass and its row, side by side in the file of its family; this menu joins the families.
"""

from __future__ import annotations

from toygan.parts.menu import Menu
from toygan.parts.regularizers.base import DiscriminatorPass as DiscriminatorPass
from toygan.parts.regularizers.base import Regularizer as Regularizer
from toygan.parts.regularizers.base import RegularizerState as RegularizerState
from toygan.parts.regularizers.base import requiring_grad as requiring_grad
from toygan.parts.regularizers.batch_aware import BATCH_AWARE
from toygan.parts.regularizers.generator_losses import GENERATOR_LOSSES
from toygan.parts.regularizers.gradient_penalties import GRADIENT_PENALTIES
from toygan.parts.regularizers.noise_and_labels import NOISE_AND_LABELS
from toygan.parts.regularizers.veegan import VEEGAN
from toygan.parts.regularizers.weights import WEIGHTS

# In the order in which they act: samples get their codes before they are packed.
REGULARIZERS: Menu[Regularizer] = Menu(
    {**GRADIENT_PENALTIES, **WEIGHTS, **NOISE_AND_LABELS, **VEEGAN, **BATCH_AWARE, **GENERATOR_LOSSES}
)
"""The regularizers by name, for a recipe's `regularizers`; in this order they act."""
