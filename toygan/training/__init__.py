"""Training: populations of small games, one step in the order of the paper, and looks that change nothing."""

from toygan.training.population import Population as Population
from toygan.training.probe import PROBE_BATCH as PROBE_BATCH
from toygan.training.snapshot import Snapshot as Snapshot
from toygan.training.state import State as State
from toygan.training.state import StateError as StateError
