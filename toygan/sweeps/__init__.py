"""Sweeps: many recipes over seeds, with a table and a store of their results."""

from __future__ import annotations

from toygan.sweeps.design import Spread as Spread
from toygan.sweeps.run import read_sweep as read_sweep
from toygan.sweeps.run import sweep as sweep
from toygan.sweeps.store import Store as Store
from toygan.sweeps.store import StoreError as StoreError
