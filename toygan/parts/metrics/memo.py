"""What was computed of a run's newest samples, since its next measurement compares with them."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from torch import Tensor

from toygan.parts.menu import Itself

MOST, MOST_BYTES = 4, 2**24  # samples of which something is kept, and of one thing: so memory is bounded

Compute = TypeVar("Compute", bound=Callable[..., Any])

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


def cache_by_data(compute: Compute) -> Compute:
    """Keep what a function gives of data and of what follows it; data without a hash is known by itself."""

    @lru_cache(maxsize=256)
    def of_key(key: Any, *rest: Any) -> Any:
        return compute(key.part if isinstance(key, Itself) else key, *rest)

    @wraps(compute)
    def of_data(data: Any, *rest: Any) -> Any:
        return of_key(Itself(data) if type(data).__hash__ is None else data, *rest)

    return cast(Compute, of_data)
