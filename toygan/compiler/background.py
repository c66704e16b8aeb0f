"""Compilation in a process of its own, while the run goes on."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from toygan.compiler.cache import Cache, CacheError
from toygan.compiler.job import LEFT, Job

SWITCH = "TOYGAN_COMPILE"  # "0" in the environment turns the compiler off, and programs that come by themselves
LOG = logging.getLogger("toygan.compiler")
Done = Callable[[list[Path]], None]  # gets the libraries of all jobs
MOST_FAILURES = 3  # one after the other: then it would fail for every job

_failed: set[str] = set()  # keys of jobs that have failed
_failures = 0  # since the compiler last worked
_logged = False  # True once a line was logged: the first is enough
_at_work = threading.Lock()  # held while the background compiles: one after the other
_may_log: Callable[[], bool] | None = None


def share_log(may_log: Callable[[], bool]) -> None:
    """Ask `may_log` before a line is logged: of several processes with one terminal, one is to speak."""
    global _may_log
    _may_log = may_log


def start(jobs: list[Job], done: Done) -> bool:
    """Compile jobs, and call `done` with their libraries from a thread; after a failure, log one line, once.

    Return False if others are being compiled: ask again later.
    """
    if not _at_work.acquire(blocking=False):
        return False
    threading.Thread(target=_work, args=(jobs, done), daemon=True, name="toygan compiler").start()
    return True


def find(jobs: list[Job]) -> list[Path] | None:
    """Return the libraries of jobs that were compiled before, or None if one is missing."""
    if os.name != "posix":
        return None
    try:
        cache = Cache()
    except CacheError:
        return None
    found = [path for job in jobs if (path := cache.find(job.key))]
    return found if len(found) == len(jobs) else None


def is_off() -> bool:
    """Return True if the environment turns programs off."""
    return os.environ.get(SWITCH) == "0"


class LeftToTorch(Exception):
    """The error of a job with operations that the compiler would leave to torch."""


def has_compiler() -> bool:
    """Return True if a C++ compiler is found that has not failed too often."""
    return _failures < MOST_FAILURES and os.name == "posix" and _find_compiler() is not None


def _find_compiler() -> str | None:
    names = (os.environ.get("CXX"), "g++", "clang++", "c++")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def compile_now(jobs: list[Job]) -> list[Path] | None:
    """Compile jobs and return their libraries; after a failure, log one line, once, and return None.

    Jobs that have failed before are not tried again in this process.
    """
    global _failures
    if any(job.key in _failed for job in jobs):
        return None
    try:
        cache = Cache()
        libraries = [_library(cache, job) for job in jobs]
        cache.tidy()
        _failures = 0
        return libraries
    except LeftToTorch:  # no failure: the run is as fast as it can be
        pass
    except CacheError as error:
        _failures = MOST_FAILURES
        log(f"runs continue without compiled programs: {error}")
    except Exception as error:  # whatever fails here, the run does not need it
        _failures += 1
        log(f"a run continues without its compiled program: {_last_line(str(error))}")
    _failed.update(job.key for job in jobs)
    return None


def log(line: str) -> None:
    """Log a line, once, unless another process has the word."""
    global _logged
    if not _logged:
        _logged = True
        if _may_log is None or _may_log():
            LOG.warning(line)


def _work(jobs: list[Job], done: Done) -> None:
    try:
        libraries = compile_now(jobs)
    finally:
        _at_work.release()
    if libraries is not None and threading.main_thread().is_alive():
        # No daemon: torch's code must not be cut off at the end of the process, after which none is waited for.
        with suppress(RuntimeError):
            threading.Thread(target=done, args=(libraries,), name="toygan take").start()


def _library(cache: Cache, job: Job) -> Path:
    if (path := cache.find(job.key)) is not None:
        return path
    cache.refuse_readonly()
    with cache.lock(job.key):
        if (path := cache.find(job.key)) is None:  # another process may have had the lock
            if cache.leaves(job.code):
                raise LeftToTorch
            path = cache.path(job.key)
            try:
                _compile(job, path)
            except LeftToTorch as error:
                cache.note_left(str(error))
                raise
            cache.seal(job.key)
    return path


def _compile(job: Job, path: Path) -> None:
    # -P: a file in the working folder that is named like a module is not run.
    command = [sys.executable, "-P", "-m", "toygan.compiler.build", str(path)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=_environment(), start_new_session=True,  # Ctrl-C is for the run
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        with suppress(BrokenPipeError):  # it has ended, and says why
            process.stdin.write(job.to_json() + "\n")
            process.stdin.flush()  # the pipe stays open: once it closes, in whatever way this process ends, it ends too
        errors = process.stderr.read()
        failed = process.wait()
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stderr.close()
    if failed == LEFT:
        raise LeftToTorch(errors.strip().splitlines()[-1])
    if failed:
        raise RuntimeError(_last_line(errors) or f"the compiler ended with {failed}")


def _environment() -> dict[str, str]:
    modules = os.pathsep.join(path or os.getcwd() for path in sys.path)
    own = {"OMP_NUM_THREADS": "1", "TORCHINDUCTOR_COMPILE_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    return {**os.environ, **own, "PYTHONPATH": modules, "CXX": _find_compiler() or ""}


def _last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)]  # torch adds hints below it
    lines = errors or lines
    return lines[-1][:200] if lines else ""
