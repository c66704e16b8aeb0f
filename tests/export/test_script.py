"""A recipe as a script of plain PyTorch has the losses of toygan, and the length of one that a person writes."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from support.exported import MIXED, count_lines, run_folder, unknown_names
from support.own_loss import Mine

from toygan import LOSSES, REGULARIZERS, Loss, Recipe, RecipeError, Regularizer
from toygan.export import to_pytorch
from toygan.export.check import find_difference, play, run
from toygan.export.script import Script
from toygan.export.support import list_support
from toygan.parts.distributions import DISTRIBUTIONS
from toygan.recipe import KNOBS

SMALL = Recipe(width=4, depth=1, batch=4)
PAGE = Path(__file__).parents[2] / "assets" / "export.md"


def compare_in_a_process(folder: Path, shares: Sequence[str]) -> None:
    """Run the scripts of recipes for 20 iterations in a process of their own, and compare with the engine."""
    expected = {}
    for i, share in enumerate(shares):
        script = Script(Recipe.from_string(share))
        played = play(script, 20)
        (folder / f"{i}.py").write_text(script.text)
        save_file(played.file, folder / f"{i}.safetensors")
        expected[str(i)] = played.losses
    found = run_folder(folder)
    for i, losses in expected.items():
        np.testing.assert_allclose(found[i], losses, rtol=1e-6, atol=1e-6, err_msg=shares[int(i)])


def test_scripts_have_the_losses_of_the_engine_in_a_process_without_toygan(tmp_path: Path) -> None:
    compare_in_a_process(tmp_path, MIXED[1::6])


@pytest.mark.slow
def test_thirty_recipes_over_all_menus_have_the_losses_of_the_engine(tmp_path: Path) -> None:
    assert len(MIXED) >= 30
    compare_in_a_process(tmp_path, MIXED)


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_has_a_script_with_its_losses(name: str) -> None:
    script = Script(SMALL.but(loss=name))
    assert find_difference(script, 2) < 1e-9
    assert 40 <= count_lines(script.text) <= 120


def test_the_averaged_generator_and_both_players_end_where_those_of_the_engine_do() -> None:
    script = Script(SMALL.but(ema=0.9, ema_warmup="ratio", regularizers={"spectral-norm": 5.0}, optimizer="rmsprop"))
    played = play(script, 5)
    _, space = run(script.text, played.file)
    for name, player in (("generator", "G"), ("discriminator", "D"), ("average", "average")):
        for key, weight in space[player].state_dict().items():
            torch.testing.assert_close(weight, played.after[f"{name}.{key}"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in DISTRIBUTIONS if n not in ("digits", "training-set")])
def test_a_script_draws_the_samples_of_the_data(name: str) -> None:
    data, space = DISTRIBUTIONS[name], {"__name__": "gan"}
    with torch.random.fork_rng():
        exec(Script(SMALL.but(data=name)).text, space)
        torch.manual_seed(3)
        theirs = data.players_see(data.sample(50, torch.default_generator))
        torch.manual_seed(3)
        ours = space["sample_data"](50)  # type: ignore[operator]
    torch.testing.assert_close(ours, theirs)


def test_words_of_a_recipe_are_strings_of_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = 'a"""\'; import os; <script>'
    Path('x"; print(1).csv').write_text(f'"{hostile.replace(chr(34), chr(34) * 2)}",b\n1,2\n3,4\n')
    text = Script(SMALL.but(data="file(path='x\"; print(1).csv')")).text
    words = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
    assert hostile in words
    assert 'x"; print(1).csv' in words
    assert not any(isinstance(node, ast.Import) and node.names[0].name == "os" for node in ast.walk(ast.parse(text)))
    assert find_difference(Script(SMALL.but(data="file(path='x\"; print(1).csv')")), 1) < 1e-9


def test_an_own_loss_comes_along_by_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, 'mine"""\nimport os', Mine())
    text = to_pytorch(SMALL.but(loss='mine"""\nimport os'))
    assert "((-1.0 * a_real).exp() + (1.0 * a_fake).exp()).mean()" in text
    assert "\nimport os" not in text


class Seen(Loss):
    """A loss that asks for the members' axis, which a script has not."""

    def on_real(self, a: torch.Tensor) -> torch.Tensor:
        return -a * a.shape[0]

    def on_fake(self, a: torch.Tensor) -> torch.Tensor:
        return a

    def for_generator(self, a: torch.Tensor) -> torch.Tensor:
        return -a


class Kept(Regularizer):
    """A regularizer that keeps a state."""

    def update(
        self, state: tuple[torch.Tensor, ...], theta_g: torch.Tensor, theta_d: torch.Tensor, net: object
    ) -> tuple[torch.Tensor, ...]:
        return state


def test_what_has_no_text_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "seen", Seen())
    with pytest.raises(RecipeError, match=r"^recipe='loss=seen.*the script's losses differ by"):
        to_pytorch(SMALL.but(loss="seen"))
    monkeypatch.setitem(REGULARIZERS, "kept", Kept())
    with pytest.raises(RecipeError, match=r"^regularizers='kept': cannot be exported: is not written \(update\)"):
        Script(SMALL.but(regularizers={"kept": 1.0}))
    with pytest.raises(RecipeError, match=r"^optimizer='sgd': cannot be exported: momentum=-0\.5"):
        Script(SMALL.but(optimizer="sgd", momentum=-0.5))


def test_the_page_names_every_part_of_every_menu() -> None:
    page = PAGE.read_text()
    for how in KNOBS.values():
        assert unknown_names(page, list(how.menu or ())) == []


@pytest.mark.slow
def test_the_page_tells_what_can_be_exported() -> None:
    from toygan.export.support import render_support

    assert render_support() in PAGE.read_text()


@pytest.mark.slow
def test_each_part_that_the_page_lists_has_the_losses_of_the_engine_in_120_lines() -> None:
    for field, support in list_support().items():
        for name in support.written:
            value = {name: REGULARIZERS[name].strengths[1]} if field == "regularizers" else name
            more = {"optimizer": "sgd"} if name in ("runge-kutta-4", "competitive") else {}
            script = Script(Recipe(**{"width": 6, "batch": 8, "anneal": 9, **more, field: value}))
            assert find_difference(script, 3) < 1e-9, (field, name)
            assert 40 <= count_lines(script.text) <= 120, (field, name)


@pytest.mark.slow
def test_each_loss_has_the_losses_of_the_engine_beside_each_regularizer_and_turn() -> None:
    tried = 0
    others = [{"turns": turn} for turn in ("consensus", "extragradient", "lookahead", "simultaneous")]
    others += [{"regularizers": {name: part.strengths[1]}} for name, part in REGULARIZERS.items()]
    for loss, other in itertools.product(LOSSES, others):
        try:
            script = Script(SMALL.but(loss=loss, **other))
        except RecipeError:
            continue
        tried += 1
        assert find_difference(script, 3) < 1e-7, (loss, other)
    assert tried > 400
