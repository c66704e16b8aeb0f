"""Work of torch that can be given up: an iteration may take a minute, and who waits for it may change their mind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode


class Interrupted(Exception):
    """What is raised where work is given up."""


class interruptible(TorchDispatchMode):
    """A context in which this thread raises Interrupted at the first call of torch, backward ones too, once `unwanted`.

    The numbers are those without it; each call takes some 10 microseconds more.
    """

    def __init__(self, unwanted: Callable[[], bool]) -> None:
        super().__init__()
        self._unwanted = unwanted

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self._unwanted():
            raise Interrupted
        return func(*args, **(kwargs or {}))
