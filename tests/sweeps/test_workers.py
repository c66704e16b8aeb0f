"""Ctrl-C while workers are started comes after the start, whichever thread gets it."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from toygan.sweeps.workers import no_interrupts


@pytest.mark.skipif(os.name != "posix", reason="signals to threads are POSIX's")
def test_an_interrupt_that_another_thread_gets_waits_for_the_end_of_the_block() -> None:
    done, reached = threading.Event(), False
    other = threading.Thread(target=done.wait)
    other.start()
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012
            with no_interrupts():
                assert other.ident is not None
                signal.pthread_kill(other.ident, signal.SIGINT)
                time.sleep(0.05)
                reached = True
            time.sleep(1)
    finally:
        done.set()
        other.join()
    assert reached
    assert signal.getsignal(signal.SIGINT) is handler
