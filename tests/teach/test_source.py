"""What a lesson shows as the library's code is the library's code."""

import pytest

from toygan import LOSSES, TURNS
from toygan.teach import show_source


def test_the_shown_lines_are_those_of_the_method_with_their_file_and_formula():
    shown = show_source(LOSSES["non-saturating"], "for_generator")
    assert "class NonSaturating" in shown.code
    assert shown.code.splitlines()[0].startswith("# toygan/parts/")
    assert "def for_generator(self, a: Tensor) -> Tensor:\n    return softplus(-a)" in shown.code
    assert LOSSES["non-saturating"].formula in shown._repr_markdown_()


def test_an_inherited_method_names_the_class_that_wrote_it():
    shown = show_source(LOSSES["non-saturating"], "on_real", "for_generator")
    assert shown.code.index("class Minimax") < shown.code.index("class NonSaturating")


def test_a_part_without_a_formula_is_shown_as_code_alone():
    shown = show_source(TURNS["alternating"], "step")
    assert shown._repr_markdown_().startswith("```python\n# toygan/parts/turns/first_order.py, class Alternating")
    assert repr(shown) == shown.code


def test_a_learners_own_function_is_shown_too():
    def mine(a):
        return a

    assert show_source(mine).code.startswith("# test_source.py")


def test_an_unknown_method_is_an_error():
    with pytest.raises(AttributeError, match="nope"):
        show_source(LOSSES["minimax"], "nope")
