"""Toy-distribution GANs, live: how each loss and regularizer changes mode coverage and convergence.

A name is loaded when it is first asked for: the command line needs no torch to say its version, a script no widgets.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from toygan.measure import theory as theory
    from toygan.models.fit import fit as fit
    from toygan.models.model import Model as Model
    from toygan.models.model import load as load
    from toygan.models.report import Report as Report
    from toygan.panels import PANELS as PANELS
    from toygan.panels import Look as Look
    from toygan.panels import Panel as Panel
    from toygan.parts.distributions import DISTRIBUTIONS as DISTRIBUTIONS
    from toygan.parts.distributions import Distribution as Distribution
    from toygan.parts.distributions import Mixture as Mixture
    from toygan.parts.distributions import points as points
    from toygan.parts.equivalents import find_equivalents as find_equivalents
    from toygan.parts.losses import LOSSES as LOSSES
    from toygan.parts.losses import Loss as Loss
    from toygan.parts.menu import Menu as Menu
    from toygan.parts.metrics import METRICS as METRICS
    from toygan.parts.metrics import Metric as Metric
    from toygan.parts.metrics import evaluate as evaluate
    from toygan.parts.metrics.inputs import MetricInputs as MetricInputs
    from toygan.parts.networks import ACTIVATIONS as ACTIVATIONS
    from toygan.parts.networks import NETWORKS as NETWORKS
    from toygan.parts.networks import Network as Network
    from toygan.parts.networks import NetworkSpec as NetworkSpec
    from toygan.parts.noises import NOISES as NOISES
    from toygan.parts.noises import Noise as Noise
    from toygan.parts.optimizers import OPTIMIZERS as OPTIMIZERS
    from toygan.parts.optimizers import Optimizer as Optimizer
    from toygan.parts.regularizers import REGULARIZERS as REGULARIZERS
    from toygan.parts.regularizers import Regularizer as Regularizer
    from toygan.parts.schedules import SCHEDULES as SCHEDULES
    from toygan.parts.schedules import Schedule as Schedule
    from toygan.parts.turns import TURNS as TURNS
    from toygan.parts.turns import Turn as Turn
    from toygan.parts.warmups import WARMUPS as WARMUPS
    from toygan.parts.warmups import Warmup as Warmup
    from toygan.play.diagram import PhaseDiagram as PhaseDiagram
    from toygan.play.link import Link as Link
    from toygan.play.open_page import open_page as open_page
    from toygan.play.playground import Playground as Playground
    from toygan.play.poll import Poll as Poll
    from toygan.play.session import Session as Session
    from toygan.recipe import Recipe as Recipe
    from toygan.recipe import RecipeError as RecipeError
    from toygan.remedy import FoundRemedies as FoundRemedies
    from toygan.remedy import TriedRemedy as TriedRemedy
    from toygan.remedy import find_remedy as find_remedy
    from toygan.runs.fleet import train as train
    from toygan.studies import claims as claims
    from toygan.studies import gallery as gallery
    from toygan.studies.claims.own import claim as claim
    from toygan.studies.compare import compare as compare
    from toygan.studies.comparison import Comparison as Comparison
    from toygan.studies.comparison import Comparisons as Comparisons
    from toygan.sweeps import Spread as Spread
    from toygan.sweeps import Store as Store
    from toygan.sweeps import StoreError as StoreError
    from toygan.sweeps import read_sweep as read_sweep
    from toygan.sweeps import sweep as sweep
    from toygan.training import Population as Population
    from toygan.training import Snapshot as Snapshot
    from toygan.training import State as State
    from toygan.training import StateError as StateError

HOMES = {
    "toygan.measure": ("theory",),
    "toygan.models.fit": ("fit",),
    "toygan.models.model": ("Model", "load"),
    "toygan.models.report": ("Report",),
    "toygan.panels": ("PANELS", "Look", "Panel"),
    "toygan.parts.distributions": ("DISTRIBUTIONS", "Distribution", "Mixture", "points"),
    "toygan.parts.equivalents": ("find_equivalents",),
    "toygan.parts.losses": ("LOSSES", "Loss"),
    "toygan.parts.menu": ("Menu",),
    "toygan.parts.metrics": ("METRICS", "Metric", "evaluate"),
    "toygan.parts.metrics.inputs": ("MetricInputs",),
    "toygan.parts.networks": ("ACTIVATIONS", "NETWORKS", "Network", "NetworkSpec"),
    "toygan.parts.noises": ("NOISES", "Noise"),
    "toygan.parts.optimizers": ("OPTIMIZERS", "Optimizer"),
    "toygan.parts.regularizers": ("REGULARIZERS", "Regularizer"),
    "toygan.parts.schedules": ("SCHEDULES", "Schedule"),
    "toygan.parts.turns": ("TURNS", "Turn"),
    "toygan.parts.warmups": ("WARMUPS", "Warmup"),
    "toygan.play.diagram": ("PhaseDiagram",),
    "toygan.play.link": ("Link",),
    "toygan.play.open_page": ("open_page",),
    "toygan.play.playground": ("Playground",),
    "toygan.play.poll": ("Poll",),
    "toygan.play.session": ("Session",),
    "toygan.recipe": ("Recipe", "RecipeError"),
    "toygan.remedy": ("FoundRemedies", "TriedRemedy", "find_remedy"),
    "toygan.runs.fleet": ("train",),
    "toygan.studies": ("claims", "gallery"),
    "toygan.studies.claims.own": ("claim",),
    "toygan.studies.compare": ("compare",),
    "toygan.studies.comparison": ("Comparison", "Comparisons"),
    "toygan.sweeps": ("Spread", "Store", "StoreError", "read_sweep", "sweep"),
    "toygan.training": ("Population", "Snapshot", "State", "StateError"),
}
NAMES = {name: home for home, names in HOMES.items() for name in names}
__all__ = [*NAMES]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("toygan")  # of pyproject.toml, as it was installed
    if name not in NAMES:
        raise AttributeError(f"module 'toygan' has no attribute {name!r}")
    home = import_module(NAMES[name])
    found = getattr(home, name, None) or import_module(f"{NAMES[name]}.{name}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(NAMES)
