"""One thread at a time: code may act on a playground from any, while its run plays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class Locked(Protocol):
    """An object with the lock of its session."""

    @property
    def lock(self) -> threading.RLock: ...


Owner = TypeVar("Owner", bound=Locked)
Given = ParamSpec("Given")
Result = TypeVar("Result")


def alone(act: Callable[Concatenate[Owner, Given], Result]) -> Callable[Concatenate[Owner, Given], Result]:
    """Make a method wait until no other thread is within one of the same session."""

    @wraps(act)
    def wait_and_act(self: Owner, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        with self.lock:
            return act(self, *args, **kwargs)

    return wait_and_act
