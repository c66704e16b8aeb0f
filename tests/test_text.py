"""Numbers in reports are written as people write them."""

from __future__ import annotations

import ast
import math
import random
import re
from pathlib import Path

import pytest

from toygan import text
from toygan.text import format_bytes, format_number, round_to


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (0.0, "0"), (-0.0, "0"), (0.25, "0.25"), (1 / 3, "0.333"), (-2.125, "-2.12"), (100.0, "100"), (99.96, "100"),
        (1e-3, "0.001"), (1e-5, "1e-5"), (1.25e-5, "1.25e-5"), (-3e-4, "-3e-4"), (9.999e-6, "1e-5"),
        (1000, "1,000"), (12_345.6, "12,346"), (1_234_567, "1,234,567"), (2**63, "9.22e18"), (1e300, "1e300"),
        (math.nan, "–"), (math.inf, "∞"), (-math.inf, "-∞"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_people_write_it(x: float, words: str) -> None:
    assert format_number(x) == words


def test_it_has_as_many_digits_as_are_wanted() -> None:
    assert [format_number(x, 2) for x in (2.14159, 1234.5, 1.4142e-5)] == ["2.1", "1,234", "1.4e-5"]


def test_no_digit_is_lost_and_none_is_made_up() -> None:
    rng = random.Random(0)
    for digits in (2, 3, 4, 6):
        for _ in range(2000):
            x = round_to(rng.choice((-1, 1)) * 10 ** rng.uniform(-9, digits - 1e-9), digits)
            words = format_number(x, digits).replace(",", "")
            assert float(words) == x
            assert len(words.partition("e")[0].replace("-", "").replace(".", "").strip("0")) <= digits


@pytest.mark.parametrize(
    ("n", "words"),
    [(2**20, "1 MiB"), (300.5 * 2**20, "300 MiB"), (12.25 * 2**30, "12.2 GiB"), (2**51, "2,097,152 GiB")],
)
def test_memory_is_written_in_the_unit_that_fits(n: float, words: str) -> None:
    assert format_bytes(n) == words


PACKAGE = Path(text.__file__).parent
NAMES = {  # a value to paste into code, names that `assets/claims.md` holds, sizes that files have and users typed
    "chart/animation.py": 1,
    "chart/paper.py": 9,
    "studies/claims/regularizers.py": 2,
    "usual_names.py": 1,
}


def test_no_other_code_chooses_the_digits_of_a_number() -> None:
    """A format such as ".3g" writes 1e-05 and 1.23e+03."""
    found = {
        str(file.relative_to(PACKAGE)): sum(
            chooses_digits(node) for node in ast.walk(ast.parse(file.read_text("utf-8")))
        )
        for file in PACKAGE.rglob("*.py")
        if file.name != "text.py"
    }
    assert {file: n for file, n in found.items() if n} == NAMES


def chooses_digits(node: ast.AST) -> bool:
    spec = node.format_spec if isinstance(node, ast.FormattedValue) else None
    return spec is not None and bool(re.search("[gGeE]'$", ast.unparse(spec)))
