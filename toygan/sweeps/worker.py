"""A process that measures for another one."""

from __future__ import annotations

import multiprocessing.connection
import os
import signal
import threading

import torch


def begin() -> None:
    """A process of its own: one thread; Ctrl-C ends it at once, and so does whatever ends its parent."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
