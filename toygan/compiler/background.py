"""Compilation in a process of its own, while the run goes on."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from toygan.compiler.cache import Cache, CacheError
from toygan.compiler.job import Job

SWITCH = "TOYGAN_COMPILE"  # "0" in the environment turns the compiler off, and programs that come by themselves
LOG = logging.getLogger("toygan.compiler")
Done = Callable[[list[Path]], None]  # gets the libraries of all jobs

_failed = False  # True once something has failed: it would fail again, and one line has said so


def start(jobs: list[Job], done: Done) -> None:
    """Compile jobs, and call `done` with their libraries from a thread; after a failure, log one line, once."""
    threading.Thread(target=_work, args=(jobs, done), daemon=True, name="toygan compiler").start()


def find(jobs: list[Job]) -> list[Path] | None:
    """Return the libraries of jobs that were compiled before, or None if one is missing."""
    try:
        cache = Cache()
    except (CacheError, OSError):
        return None
    found = [path for job in jobs if (path := cache.find(job.key))]
    return found if len(found) == len(jobs) else None


def is_off() -> bool:
    """Return True if the environment turns programs off."""
    return os.environ.get(SWITCH) == "0"


def has_compiler() -> bool:
    """Return True if a C++ compiler is found, and nothing has failed before."""
    names = (os.environ.get("CXX"), "g++", "clang++", "c++")
    return not _failed and os.name == "posix" and any(name and shutil.which(name) for name in names)


def compile_now(jobs: list[Job]) -> list[Path] | None:
    """Compile jobs and return their libraries; after a failure, log one line, once, and return None."""
    global _failed
    try:
        cache = Cache()
        libraries = [_library(cache, job) for job in jobs]
        cache.tidy()
        return libraries
    except Exception as error:  # whatever fails here, the run does not need it
        if not _failed:
            _failed = True
            LOG.warning("runs continue without compiled programs: %s", _last_line(str(error)))
        return None


def _work(jobs: list[Job], done: Done) -> None:
    if (libraries := compile_now(jobs)) is not None:
        done(libraries)


def _library(cache: Cache, job: Job) -> Path:
    if (path := cache.find(job.key)) is not None:
        return path
    with cache.lock(job.key):
        if (path := cache.find(job.key)) is None:  # another process may have had the lock
            path = cache.path(job.key)
            _compile(job, path)
    return path


def _compile(job: Job, path: Path) -> None:
    command = [sys.executable, "-m", "toygan.compiler.build", str(path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
        start_new_session=True,  # Ctrl-C is for the run
    )  # fmt: skip
    atexit.register(process.kill)
    try:
        _, errors = process.communicate(job.to_json())
    finally:
        atexit.unregister(process.kill)
    if process.returncode:
        raise RuntimeError(_last_line(errors) or f"the compiler ended with {process.returncode}")


def _last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
