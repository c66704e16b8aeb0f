"""Every recipe gives the run that it has always given: a change of the code is no change of a number.

tests/training/runs.json holds two members of each recipe after 20 iterations: the length of the vector of their
parameters, and its product with a fixed one, which tells a parameter from its neighbour. They are trained in float64,
where only their draws are rounded to float32, and processors may round these otherwise: off by a last bit in every
draw, all of these numbers stay within 1e-7. A change that means to change numbers writes the file again:
`python tests/training/test_same_runs.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from toygan import DISTRIBUTIONS, LOSSES, OPTIMIZERS, REGULARIZERS, TURNS, Population, Recipe

FILE = Path(__file__).parent / "runs.json"
KEPT = json.loads(FILE.read_text(encoding="utf-8"))


def run(share: str) -> list[list[float]]:
    """Length and product of both players' parameters, and the averaged generator's, of each of two members."""
    recipe = Recipe.from_string(share)
    p = Population([recipe, recipe.but(seed=1)], dtype=torch.float64)
    p.run(20)
    numbers = torch.cat([p.generator.theta, p.discriminator.theta, p.average], dim=-1)
    fixed = torch.arange(numbers.shape[-1], dtype=torch.float64).cos()
    return torch.stack([numbers.norm(dim=-1), numbers @ fixed], dim=-1).tolist()


@pytest.mark.parametrize("share", KEPT)
def test_a_recipe_gives_the_run_that_it_gave(share: str) -> None:
    for member, kept in zip(run(share), KEPT[share], strict=True):
        assert member == pytest.approx(kept, rel=1e-6, abs=1e-6)


def test_parts_of_every_menu_are_in_the_kept_runs() -> None:
    parts = [Recipe.from_string(share).parts for share in KEPT]
    assert {type(part.optimizer_g) for part in parts} == {type(row) for row in OPTIMIZERS.values()}
    assert {type(part.turns) for part in parts} == {type(row) for row in TURNS.values()}
    assert {type(r) for part in parts for r in part.regularizers.values()} == {type(r) for r in REGULARIZERS.values()}
    assert len({type(part.loss) for part in parts}) > len(LOSSES) / 2
    assert len({type(part.data) for part in parts}) > len(DISTRIBUTIONS) / 2


if __name__ == "__main__":
    new = {share: [[float(f"{x:.13g}") for x in member] for member in run(share)] for share in KEPT}
    FILE.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
