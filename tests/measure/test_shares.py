"""The words on several seeds name every verdict, how many have it, and the numbers behind it."""

from __future__ import annotations

import pytest

from toygan.measure.diagnosis import Diagnosis
from toygan.measure.shares import MOST_SEEDS, tell_grounds, tell_share


def of(*verdicts: str) -> list[Diagnosis]:
    return [Diagnosis(verdict, (f"gaps {i}", "drift 1"), "", "") for i, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "line"),
    [
        (["healthy"], "healthy"),
        (["healthy"] * 2, "healthy · 2 of 2 seeds"),
        (["healthy", "a", "b", "a"], "healthy · 1 of 4 seeds (2 a, 1 b)"),
        (
            ["healthy", "mode collapse, rotating", "mode collapse, modes absent"],
            "healthy · 1 of 3 seeds (2 mode collapse)",
        ),
        (["healthy", "a", "b", "c", "d", "e"], "healthy · 1 of 6 seeds (1 a, 1 b, 1 c, 2 other)"),
    ],
)
def test_the_line_says_what_ails_the_other_seeds(verdicts: list[str], line: str) -> None:
    assert tell_share(of(*verdicts)) == line


def test_one_without_a_verdict_yet_is_counted_by_what_is_said_in_its_place() -> None:
    waiting = Diagnosis("undetermined", (), "Why.", "", "judged again from iteration 400")
    several = [waiting, *of("diverged")]
    assert tell_share(several) == "judged again from iteration 400 · 1 of 2 seeds (1 diverged)"
    assert tell_grounds(several, 0, 5).splitlines() == [
        "seed 5: judged again from iteration 400 (Why.)",
        "seed 6: diverged (gaps 0, drift 1)",
    ]


def test_the_grounds_begin_with_the_member_and_name_the_seeds_of_every_verdict() -> None:
    assert tell_grounds(of("a", "healthy", "b", "healthy", "b", "b"), 3, 10).splitlines() == [
        "seeds 11, 13: healthy (seed 13: gaps 3, drift 1)",
        "seeds 12, 14, 15: b (seed 12: gaps 2, drift 1)",
        "seed 10: a (gaps 0, drift 1)",
    ]


def test_of_many_seeds_only_some_are_named() -> None:
    listed = ", ".join(map(str, range(MOST_SEEDS)))
    assert tell_grounds(of(*["healthy"] * 4096)).startswith(f"seeds {listed} and {4096 - MOST_SEEDS} more: healthy (")
