"""What every test may ask for."""

from __future__ import annotations

import os

import pytest
from support import lab

os.environ.setdefault("MPLBACKEND", "agg")  # also in the processes that tests start
os.environ["TOYGAN_COMPILE"] = "0"  # a test that is about programs asks for them


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium; without one a browser test is skipped, or failed where CI=true promised one."""
    if path := lab.chromium():
        return path
    if os.environ.get("CI") == "true":
        pytest.fail("no Chromium on this machine, and CI=true: install it (Debian: apt install chromium)")
    pytest.skip("no Chromium on this machine (Debian: apt install chromium): the live view is not tested in a browser")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured but do not judge."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if report.when == "call":
                terminalreporter.write_line(f"{report.nodeid}: {value} {name}")
