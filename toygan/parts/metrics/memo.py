"""What was computed of a run's newest samples, since its next measurement compares with them."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable

from torch import Tensor

MOST, MOST_BYTES = 4, 2**24  # samples of which something is kept, and of one thing: so memory is bounded

_lock = threading.Lock()
_kept: dict[int, tuple[weakref.ref[Tensor], dict[Hashable, Tensor]]] = {}


def keep(samples: Tensor) -> None:
    """Keep from now on what is computed of these samples, until they are gone; nobody may change them."""
    with _lock:
        for key in [key for key, (held, _) in _kept.items() if held() is None]:
            del _kept[key]
        while len(_kept) >= MOST:
            del _kept[next(iter(_kept))]
        _kept[id(samples)] = weakref.ref(samples), {}


def remember(samples: Tensor, name: Hashable, compute: Callable[[], Tensor]) -> Tensor:
    """Return what `compute` gives, or has given before of samples that are kept; nobody may change the result."""
    held, known = _kept.get(id(samples), (None, {}))
    if held is None or held() is not samples:
        return compute()
    found = known.get(name)
    if found is None:
        found = compute()
        if found.nbytes <= MOST_BYTES:
            known[name] = found
    return found
