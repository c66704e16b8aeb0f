"""The script that worker processes run once more when they start."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

UNGUARDED = 97  # exit status of a worker that came to a sweep when it ran the script


def refuse_script() -> None:
    """Raise BrokenProcessPool if workers cannot run the main script; end this process if it is such a worker."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(UNGUARDED)  # without a word: its owner says it once
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is not None and not os.path.exists(file):
        raise BrokenProcessPool(f"{file}: every worker process has to read this script; save it, or give jobs=1")


def explain_deaths(workers: Iterable[BaseProcess]) -> str:
    """Return in words why workers died before they began, and what to write."""
    if not any(worker.exitcode == UNGUARDED for worker in workers):
        return "worker processes cannot start here; try jobs=1"
    file = getattr(sys.modules["__main__"], "__file__", "the script")
    remedy = """put it below `if __name__ == "__main__":`, or give jobs=1"""
    return f"{file}: every worker process runs it, the sweep included; {remedy}"
