"""A script that worker processes cannot run again is told in one line what to write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SWEEP = """
from toygan import Recipe, sweep
def main():
    grid = {"lr_g": [0.1, 0.2], "loss": ["hinge", "minimax"]}
    print(len(sweep(grid, seeds=1, steps=1, every=1, base=Recipe(width=4, batch=4, depth=1), jobs=2)))
"""


def last_line(*words: str, text: str | None = None) -> str:
    """The last line of what a script says on stderr; there is one traceback, that of the script itself."""
    ran = subprocess.run([sys.executable, *words], input=text, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.count("Traceback") == 1, ran.stderr
    return ran.stderr.splitlines()[-1]


def test_a_script_without_a_main_guard_is_told_to_write_one(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(f"{SWEEP}main()\n")
    line = last_line(str(script))
    assert f"{script}: every worker process runs it, the sweep included" in line
    assert """put it below `if __name__ == "__main__":`, or give jobs=1""" in line


def test_a_script_that_is_no_file_is_told_to_be_saved() -> None:
    assert "every worker process has to read this script; save it, or give jobs=1" in last_line(
        "-", text=f"{SWEEP}main()\n"
    )
