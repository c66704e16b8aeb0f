"""Every recipe gives the run that it has always given, to the last bit: a change of the code is no change of a number.

tests/data/runs.json holds two members of each recipe after 20 iterations: the checksum of their parameters and average
generators, and the lengths of these vectors. Another processor may round differently; where the checksum of some plain
arithmetic is another than that of the machine which wrote the file, lengths are compared instead. A change that means
to change numbers writes the file anew: `python tests/test_same_runs.py`.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
import torch
from torch.nn.functional import softplus

from toygan import DISTRIBUTIONS, LOSSES, OPTIMIZERS, REGULARIZERS, TURNS, Population, Recipe

FILE = Path(__file__).parent / "data/runs.json"
KEPT = json.loads(FILE.read_text(encoding="utf-8"))


def checksum(*tensors: torch.Tensor) -> int:
    return zlib.crc32(b"".join(x.contiguous().numpy().tobytes() for x in tensors))


def arithmetic() -> int:
    """The checksum of what this machine makes of some products, sums and functions."""
    rng = torch.Generator().manual_seed(0)
    a, b, c = (torch.randn(2, 16, 16, generator=rng) for _ in range(3))
    small = [  # the products of networks of the size that the recipes have: a processor may round theirs otherwise
        torch.baddbmm(c[:, :outs, :1], a[:, :outs, :ins], b[:, :ins, :n])
        for outs, ins, n in ((8, 2, 16), (8, 8, 16), (1, 8, 16), (2, 8, 16), (8, 4, 16))
    ]
    slopes = [torch.bmm(x, y.mT) for x, y in ((a[:, :8], b[:, :2]), (a[:, :1], b[:, :8]), (a[:, :8], b[:, :8]))]
    functions = [
        a.exp(),
        torch.tanh(a),
        torch.sigmoid(b),
        softplus(c),
        a.norm(dim=-1),
        (a * b).sum(-1),
        *small,
        *slopes,
    ]
    return checksum(torch.baddbmm(c, a, b), *functions)


def run(share: str) -> torch.Tensor:
    """Both players' parameters, and the averaged generator's, of two members after 20 iterations."""
    recipe = Recipe.from_string(share)
    p = Population([recipe, recipe.but(seed=1)])
    p.run(20)
    return torch.cat([p.generator.theta, p.discriminator.theta, p.average], dim=-1)


@pytest.mark.parametrize("share", KEPT["runs"])
def test_a_recipe_gives_the_run_that_it_gave(share: str) -> None:
    kept, numbers = KEPT["runs"][share], run(share)
    if arithmetic() == KEPT["arithmetic"]:
        assert checksum(numbers) == kept["crc32"]
    assert numbers.double().norm(dim=-1).tolist() == pytest.approx(kept["norms"], rel=1e-3)


def test_parts_of_every_menu_are_in_the_kept_runs() -> None:
    parts = [Recipe.from_string(share).parts for share in KEPT["runs"]]
    assert {type(part.optimizer_g) for part in parts} == {type(row) for row in OPTIMIZERS.values()}
    assert {type(part.turns) for part in parts} == {type(row) for row in TURNS.values()}
    assert {type(r) for part in parts for r in part.regularizers.values()} == {type(r) for r in REGULARIZERS.values()}
    assert len({type(part.loss) for part in parts}) > len(LOSSES) / 2
    assert len({type(part.data) for part in parts}) > len(DISTRIBUTIONS) / 2


if __name__ == "__main__":
    rows = {share: run(share) for share in KEPT["runs"]}
    new = {
        share: {"crc32": checksum(x), "norms": [float(f"{n:.6g}") for n in x.double().norm(dim=-1).tolist()]}
        for share, x in rows.items()
    }
    FILE.write_text(json.dumps({"arithmetic": arithmetic(), "runs": new}, indent=1) + "\n", encoding="utf-8")
