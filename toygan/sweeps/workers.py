"""Worker processes that end with whoever started them, and are silent on Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event, Lock
from typing import Any

from toygan.compiler import background
from toygan.sweeps.guard import explain_deaths, refuse_script


class Workers(Executor):
    """Worker processes: `stop`, and an error in their `with` block, end them at once, whatever they do.

    Args:
        count: The number of processes.
    Raises:
        BrokenProcessPool: If they cannot run the main script.
    """

    def __init__(self, count: int) -> None:
        refuse_script()
        fresh = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
        self._theirs, self._ours = fresh.Pipe(duplex=False)
        self._begun = fresh.Event()
        self._started: list[BaseProcess] = []
        self._pool = ProcessPoolExecutor(count, fresh, begin, (self._theirs, self._begun, fresh.Lock()))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call; the first one starts the workers."""
        with no_interrupts():  # the workers inherit it, or Ctrl-C would print what each of them imports
            future = self._pool.submit(fn, *args, **kwargs)
            self._started = self._started or multiprocessing.active_children()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers once they have done all that was submitted."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def stop(self) -> None:
        """End the workers and what they are at."""
        self._ours.close()

    @property
    def begun(self) -> bool:
        """True once a worker has started."""
        return self._begun.is_set()

    def explain_death(self) -> str:
        """Return in words why workers died before they began, and what to write; it waits for them to end."""
        self.shutdown()
        return explain_deaths(self._started)

    def __exit__(self, *error: object) -> None:
        if error != (None, None, None):  # an interrupt, or nobody wants more: what is at work would take minutes
            self.stop()
        self.shutdown()
        self._ours.close()
        self._theirs.close()


@contextmanager
def no_interrupts() -> Iterator[None]:
    """Delay Ctrl-C until the end of the block, whichever thread of this process the system gives it to."""
    held: list[int] = []
    ours = threading.current_thread() is threading.main_thread()  # the only one that may set handlers, and runs them
    before = signal.signal(signal.SIGINT, lambda number, _: held.append(number)) if ours else None
    try:
        with _blocked():
            yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
        if held:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _blocked() -> Iterator[None]:
    """Block Ctrl-C for this thread and for the processes that it starts; Windows cannot."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin(pipe: Connection, begun: Event, word: Lock) -> None:
    """Make this worker end at once on Ctrl-C, and when the other end of the pipe closes; say that it has begun.

    The worker that takes the word first logs what the compiler has to say, for all of them.

    That end closes when its owner gives up, and when its owner dies in any way, even by SIGKILL. The pools of loky 3.7
    and pebble 5.2 let a worker that is at work live on then.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    background.share_log(lambda: word.acquire(block=False))
    begun.set()


def _end_with(pipe: Connection) -> None:
    wait([pipe])
    os._exit(1)
