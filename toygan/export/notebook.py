"""A script as a notebook: a cell for each section, and a plot."""

from __future__ import annotations

import json
from typing import Any

from toygan.export.script import Script

PLOT = """
import matplotlib.pyplot as plt

history = train(2000)
with torch.no_grad():
    real, fake = sample_data(1000), {sampler}(sample_noise(1000))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
{samples}
left.legend()
right.plot(history, label=["loss of G", "loss of D"])
right.set_xlabel("iteration")
right.legend()
"""
PLANE = """left.scatter(*real.T[:2], s=4, label="real")
left.scatter(*fake.T[:2], s=4, label="generated")"""
LINE = 'left.hist([real[:, 0].tolist(), fake[:, 0].tolist()], bins=50, label=["real", "generated"])'


def as_notebook(script: Script) -> str:
    """Return a script as the JSON of a notebook (nbformat 4.5), without outputs."""
    body = script.text.split('\n\n\nif __name__ == "__main__":')[0]
    title, _, code = body.partition('"""\n\n')
    words = title.removeprefix('"""').split("\n")[0]
    parts = code.split("\n# ")
    cells = [_cell("markdown", 0, f"# A GAN in plain PyTorch\n\n{words} Run all cells.")]
    cells += [_cell("code", i, part if i == 1 else "# " + part) for i, part in enumerate(parts, 1)]
    plane = script.recipe.parts.data.dim > 1
    sampler = "average" if script.recipe.ema else "G"
    cells.append(_cell("code", len(cells), PLOT.format(sampler=sampler, samples=PLANE if plane else LINE)))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {
            "cells": cells,
            "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


def _cell(kind: str, number: int, text: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": text.strip()}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
