"""Settings under the names of their controls."""

from __future__ import annotations

import pytest

from toygan.play.settings import spell


@pytest.mark.parametrize(
    ("words", "spelled"),
    [
        ("here is the link: toygan:lr_d=0.1&batch=8?seeds=2", "here is the link: toygan:lr_d=0.1&batch=8?seeds=2"),
        ("lr_d = 1e-5: from iteration 40 on", "Learning rate of D = 1e-5: from iteration 40 on"),
        ("batch=0: must be at least 1", "Batch size=0: must be at least 1"),
        ("A: loss = hinge, width = 8 | B: r1 = 1", "A: Loss = hinge, Units in a layer = 8 | B: r1 = 1"),
        ("the data and my_batch = 3 stay", "the data and my_batch = 3 stay"),
    ],
)
def test_a_field_before_a_value_has_the_name_of_its_control(words: str, spelled: str) -> None:
    assert spell(words) == spelled
