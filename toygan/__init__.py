"""Toy-distribution GANs, live: how each loss and regularizer changes mode coverage and convergence."""

from typing import TYPE_CHECKING, Any

from toygan.measure import theory as theory
from toygan.panels import PANELS as PANELS
from toygan.panels import Panel as Panel
from toygan.parts.distributions import DISTRIBUTIONS as DISTRIBUTIONS
from toygan.parts.distributions import Distribution as Distribution
from toygan.parts.distributions import points as points
from toygan.parts.losses import LOSSES as LOSSES
from toygan.parts.losses import Loss as Loss
from toygan.parts.metrics import METRICS as METRICS
from toygan.parts.metrics import Metric as Metric
from toygan.parts.metrics import evaluate as evaluate
from toygan.parts.networks import ACTIVATIONS as ACTIVATIONS
from toygan.parts.networks import NETWORKS as NETWORKS
from toygan.parts.networks import Network as Network
from toygan.parts.optimizers import OPTIMIZERS as OPTIMIZERS
from toygan.parts.optimizers import Optimizer as Optimizer
from toygan.parts.regularizers import REGULARIZERS as REGULARIZERS
from toygan.parts.regularizers import Regularizer as Regularizer
from toygan.parts.turns import TURNS as TURNS
from toygan.parts.turns import Turn as Turn
from toygan.recipe import Recipe as Recipe
from toygan.recipe import RecipeError as RecipeError
from toygan.runs.lockstep import train as train
from toygan.studies import claims as claims
from toygan.studies import gallery as gallery
from toygan.training import Population as Population
from toygan.training import Snapshot as Snapshot
from toygan.training import State as State
from toygan.training import StateError as StateError

if TYPE_CHECKING:
    from toygan.play.playground import Playground as Playground
else:

    def __getattr__(name: str) -> Any:
        """The playground comes when asked for: it needs widgets, and a script does not."""
        if name != "Playground":
            raise AttributeError(f"module 'toygan' has no attribute {name!r}")
        from toygan.play.playground import Playground

        return Playground
