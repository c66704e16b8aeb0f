"""Pieces of work, each done once: one after the other, by an executor, or read from a store that holds them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from uuid import uuid4

from toygan.identity import find_own, find_unknown
from toygan.recipe import RecipeError
from toygan.sweeps.piece import Piece, Result, measure, run
from toygan.sweeps.store import Store

Futures = dict["Future[list[Result]]", Piece]


def execute(
    pieces: Iterable[Piece], executor: Executor | None = None, store: Store | None = None, jobs: int | None = None
) -> Iterator[tuple[Piece, list[Result]]]:
    """Yield every different piece with its results as it is done: first those in the store; the store gets the others.

    Without an `executor` it uses `jobs` worker processes, by default one per core. An interrupt loses the pieces that
    are at work then. Raises RecipeError if a recipe names a part that other processes do not have, BrokenProcessPool
    if a worker dies.
    """
    sweep = uuid4().hex
    asked = {piece.begin(sweep): piece for piece in dict.fromkeys(pieces)}
    todo = []
    for piece in asked:
        if store is not None and (kept := store.get(piece)) is not None:
            yield asked[piece], kept
        else:
            todo.append(piece)
    if store is not None and todo:
        _warn_of_unknown(todo)
    for piece, results in _run_all(todo, executor, jobs or os.cpu_count() or 1):
        if store is not None:
            store.put(piece, results)
        yield asked[piece], results


def _warn_of_unknown(todo: list[Piece]) -> None:
    unknown = next((error for piece in todo if (error := find_unknown(dict(piece.held or ())))), None)
    if unknown is not None:
        warnings.warn(f"{unknown}; the store keeps its results, but no later sweep takes them", stacklevel=5)


def _run_all(todo: list[Piece], executor: Executor | None, jobs: int) -> Iterator[tuple[Piece, list[Result]]]:
    if executor is not None:
        futures = _submit(todo, executor)
        try:
            yield from _as_completed(futures)
        finally:
            for future in futures:
                future.cancel()
    elif jobs == 1 or len(todo) <= 1 or any(_find_own_part(piece) for piece in todo):
        yield from ((piece, measure(piece)) for piece in todo)
    else:
        fresh = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
        theirs, ours = fresh.Pipe(duplex=False)
        with theirs, ours, ProcessPoolExecutor(min(jobs, len(todo)), fresh, _begin, (theirs,)) as pool:
            try:
                with _no_interrupts():  # the workers inherit it, or Ctrl-C would print a traceback of what each imports
                    futures = _submit(todo, pool)
                yield from _as_completed(futures)
            except BrokenProcessPool:
                raise BrokenProcessPool("a worker process died, possibly out of memory; try jobs=1") from None
            except BaseException:  # an interrupt, or nobody wants more: the pieces at work would take minutes
                ours.close()
                raise


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Delay Ctrl-C until the end of the block; Windows cannot."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(pipe: Connection) -> None:
    """Make this worker end at once on Ctrl-C, and when the other end of the pipe closes.

    That end closes when its owner gives up, and when its owner dies in any way, even by SIGKILL. The pools of loky 3.7
    and pebble 5.2 let a worker that is at work live on then.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()


def _end_with(pipe: Connection) -> None:
    wait([pipe])
    os._exit(1)


def _submit(todo: list[Piece], executor: Executor) -> Futures:
    for piece in todo:
        if (own := _find_own_part(piece)) is not None:
            allowed = "is defined here, and other processes do not have it; register it there, or give no executor"
            raise RecipeError(*own, allowed)
    return {executor.submit(run, piece.to_json()): piece for piece in todo}


def _as_completed(futures: Futures) -> Iterator[tuple[Piece, list[Result]]]:
    yield from ((futures[future], future.result()) for future in as_completed(futures))


def _find_own_part(piece: Piece) -> tuple[str, str] | None:
    """Return the field and the name of the first part from outside toygan that a piece needs, if any."""
    return find_own(dict(piece.held or ()))
