"""Work of torch that can be given up: an iteration may take a minute, and a user may not want to wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode


class Interrupted(Exception):
    """The error that ends work that was given up."""


class interruptible(TorchDispatchMode):
    """A context in which this thread raises Interrupted at the first call of torch, backward ones too, once `unwanted`.

    The numbers are those without it; each call takes some 10 microseconds more.
    """

    def __init__(self, unwanted: Callable[[], bool]) -> None:
        super().__init__()
        self._unwanted = unwanted

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # else the first operation loads torch's compiler, which takes as long as torch itself

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self._unwanted():
            raise Interrupted
        return func(*args, **(kwargs or {}))
