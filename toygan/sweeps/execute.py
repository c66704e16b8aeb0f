"""Pieces of work, each done once: one after the other, by an executor, or read from a store that holds them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, as_completed
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from uuid import uuid4

from toygan.identity import find_own, find_unknown
from toygan.recipe import RecipeError
from toygan.sweeps.piece import Piece, Result, fail, measure, run
from toygan.sweeps.store import Store
from toygan.sweeps.workers import Workers
from toygan.text import describe_error
from toygan.training.device import as_device

DEATH = "a worker process died, possibly out of memory"
Futures = dict["Future[list[Result]]", Piece]


def execute(
    pieces: Iterable[Piece],
    executor: Executor | None = None,
    store: Store | None = None,
    jobs: int | None = None,
    retry: bool = False,
) -> Iterator[tuple[Piece, list[Result]]]:
    """Yield every different piece with its results as it is done: first those in the store; the store gets the others.

    Without an `executor` it uses `jobs` worker processes, by default one per core. An error of a piece is the result of
    the runs that meet it, and so is the death of a worker that has the piece for itself; `retry` does pieces again of
    which the store holds a run that failed. An interrupt loses the pieces that are at work then. Raises RecipeError if
    a recipe names a part that other processes do not have, BrokenProcessPool if workers cannot start.
    """
    sweep = uuid4().hex
    asked = {piece.begin(sweep): piece for piece in dict.fromkeys(pieces)}
    todo = []
    for piece in asked:
        kept = None if store is None else store.get(piece)
        if kept is None or (retry and any(result.failed for result in kept)):
            todo.append(piece)
        else:
            yield asked[piece], kept
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
    if executor is None:
        for device in {piece.device for piece in todo}:
            as_device(device)
    if executor is not None:
        futures = _submit(todo, [], executor, jobs)
        try:
            yield from ((futures[future], _take(future, futures[future])) for future in as_completed(futures))
        finally:
            for future in futures:
                future.cancel()
    elif jobs == 1 or len(todo) <= 1 or any(_find_own_part(piece) for piece in todo):
        yield from ((piece, measure(piece, _count_later(piece, todo[i + 1 :], 1))) for i, piece in enumerate(todo))
    else:
        yield from _run_in_workers(todo, jobs)


def _take(future: Future[list[Result]], piece: Piece) -> list[Result]:
    """Return the results of a piece; BrokenExecutor or CancelledError if its executor has ended."""
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        raise
    except Exception as error:
        return fail(piece, describe_error(error))


def _run_in_workers(todo: list[Piece], jobs: int) -> Iterator[tuple[Piece, list[Result]]]:
    """Run pieces in worker processes.

    If a worker dies, those at work with it go as well, and nothing tells which of their pieces ended it, possibly
    because memory was short for all of them together. So each of these pieces is run once more, alone. Raises
    BrokenProcessPool if even then its worker dies before it begins.
    """
    left = list(todo)
    while left:
        lost, _ = yield from _run_until_one_dies(left, jobs)
        for piece in lost:
            again, still = yield from _run_until_one_dies([piece], 1)
            if still:
                raise BrokenProcessPool(still)
            if again:
                yield piece, fail(piece, DEATH)


def _run_until_one_dies(
    left: list[Piece], jobs: int
) -> Generator[tuple[Piece, list[Result]], None, tuple[list[Piece], str]]:
    """Take pieces from the list and run them until it is empty, or until a worker dies.

    Returns the pieces that this has ended, and the reason if no worker had begun.
    """
    futures: Futures = {}
    with Workers(min(jobs, len(left))) as pool:
        try:
            while left or futures:
                while left and len(futures) < jobs:
                    futures |= _submit(left[:1], left[1:], pool, jobs)
                    del left[0]
                done = wait_for(futures, return_when=FIRST_COMPLETED).done
                for future in sorted(done, key=lambda future: future.exception() is not None):
                    results = _take(future, futures[future])
                    yield futures.pop(future), results
        except BrokenProcessPool:
            return list(futures.values()), "" if pool.begun else pool.explain_death()
    return [], ""


def _submit(todo: list[Piece], waiting: list[Piece], executor: Executor, jobs: int) -> Futures:
    for piece in todo:
        if (own := _find_own_part(piece)) is not None:
            allowed = "is defined here, and other processes do not have it; register it there, or give no executor"
            raise RecipeError(*own, allowed)
    return {executor.submit(run, piece.to_json(), _count_later(piece, waiting, jobs)): piece for piece in todo}


def _count_later(piece: Piece, waiting: list[Piece], jobs: int) -> int:
    """Return the iterations that each of `jobs` processes trains of pieces like this one, of those that wait."""
    alike = [
        other
        for other in waiting
        if len(other.recipes) == len(piece.recipes) and piece.recipes[0].same_shape(other.recipes[0]) is None
    ]
    return sum(other.steps for other in alike) // jobs


def _find_own_part(piece: Piece) -> tuple[str, str] | None:
    """Return the field and the name of the first part from outside toygan that a piece needs, if any."""
    return find_own(dict(piece.held or ()))
