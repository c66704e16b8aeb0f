"""What is packed comes out of the page's own code as it went in, up to the levels of its detail."""

from __future__ import annotations

import base64
import json
import subprocess
import zlib
from typing import Any

import numpy as np
import pytest
from support.films import places, small_film

from toygan.chart import page
from toygan.explore.content import describe_film
from toygan.explore.detail import DETAILS, Detail
from toygan.explore.pack import as_text, find_shifts, pack_cell, pack_overview, shrink
from toygan.explore.page import FOLDER

CODE = """
const [overview, cell] = JSON.parse(await new Response(Deno.stdin.readable).text());
const { content, curves } = unpackOverview(await inflate(overview));
const runs = unpackCell(await inflate(cell), content);
const pictures = [...Array(Math.ceil(content.steps.length / content.stride)).keys()];
console.log(JSON.stringify({
  content, curves: [...curves],
  runs: runs.map((run) => pictures.map((i) => [placesAt(run, 0, i, content), placesAt(run, 1, i, content), fieldAt(run, i, content)])),
}, (_, v) => ArrayBuffer.isView(v) ? [...v] : v));
"""  # noqa: E501


def unpacked(detail: Detail, cell: int) -> Any:
    """The content, the curves and the pictures of a cell as the page's own code has them, run by deno."""
    from deno import find_deno_bin

    film = small_film()
    texts = [as_text(pack_overview(describe_film(film, detail), film)), as_text(pack_cell(film, cell, detail))]
    code = page.join_modules(page.FOLDER / "recording.js", FOLDER / "unpack.js") + CODE
    command = [find_deno_bin(), "eval", "--ext=js", code.replace("new Received()", "null")]
    ran = subprocess.run(command, input=json.dumps(texts).encode(), check=True, capture_output=True)
    return json.loads(ran.stdout)


@pytest.mark.parametrize("detail", [DETAILS[0], Detail(2, 100, 10, 6)])
def test_pictures_and_curves_come_out_as_they_went_in(detail: Detail) -> None:
    film, cell = small_film(), 5
    out = unpacked(detail, cell)
    assert out["content"]["steps"] == film.steps.tolist()
    levels = 2**detail.bits - 2
    for seed, pictures in enumerate(out["runs"]):
        assert len(pictures) == len(film.steps[:: detail.stride])
        for i, (*axes, field) in enumerate(pictures):
            for axis, found in enumerate(axes):
                expected = places(film, i * detail.stride, cell, seed, axis)[: detail.points]
                drawn = np.isfinite(expected)
                np.testing.assert_array_equal(np.array(found, dtype=float)[~drawn], np.nan)
                shown = np.array(found, dtype=float)[drawn]
                np.testing.assert_allclose(shown, expected[drawn], atol=0.52 / levels + 1e-6)
            output = film.field[i * detail.stride, cell * film.seeds + seed].astype(float)
            step = 20 // detail.side
            output = output.reshape(detail.side, step, detail.side, step).mean((1, 3))
            np.testing.assert_allclose(np.array(field) / 255, output.ravel(), atol=0.5 / 30 + 0.003)
    for name, values in out["curves"]:
        expected = film.metrics[name].T.ravel()
        scale = np.nanmax(np.abs(expected))
        np.testing.assert_allclose(np.array(values, dtype=float), expected, rtol=0.005, atol=2e-3 * scale)


@pytest.mark.parametrize("line", [False, True])
def test_fewer_cells_are_means_of_neighbours(line: bool) -> None:
    field = np.arange(400.0).reshape(1, 20, 20)
    (few,) = shrink(field, 10, line)
    first = [0, 1, 2, 3] if line else [0, 1, 20, 21]
    assert few[0, 0] == np.mean(first)
    assert few[-1, -1] == np.mean([399 - i for i in first])


def test_points_do_not_lie_on_a_lattice() -> None:
    shifts = find_shifts(300)
    assert shifts.shape == (300, 2)
    for axis in shifts.T:
        assert (np.abs(axis) <= 0.5).all()
        np.testing.assert_allclose(np.sort(axis), (np.arange(300) + 0.5) / 300 - 0.5, atol=0.01)


def test_a_text_is_what_browsers_unpack() -> None:
    assert zlib.decompress(base64.b64decode(as_text(b"abc" * 100))) == b"abc" * 100


def test_less_detail_takes_fewer_bytes() -> None:
    estimates = [detail.estimate(100) for detail in DETAILS]
    assert estimates == sorted(estimates, reverse=True)
    film = small_film()
    sizes = [len(as_text(pack_cell(film, 0, detail))) for detail in (DETAILS[0], DETAILS[1], DETAILS[-1])]
    assert sizes == sorted(sizes, reverse=True)
