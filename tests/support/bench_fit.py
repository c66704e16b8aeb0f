"""`fit` beside what a user would pick instead: assets/fit.md, made again with pinned packages; no part of CI.

`PYTHONPATH=tests python -m support.bench_fit` measures what assets/fit.json lacks, and writes both files. Every way
trains on the same 2000 rows of a seed, in turns, on one thread; one judge compares 2000 new rows with 2000 fresh true
ones. The packages are installed into a temporary folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

import toygan
from toygan import DISTRIBUTIONS, Population, Recipe
from toygan.files import write

ROOT = Path(__file__).parents[2]
NUMBERS, PAGE = ROOT / "assets/fit.json", ROOT / "assets/fit.md"
PINNED = ("ctgan==0.12.1", "scikit-learn==1.7.2", "torch==2.13.0")
N = 2000  # rows of a table, rows that a model makes, true rows that judge them
MANY = 200_000  # true rows behind the mean and the spread of each column
REPORTED, APART = 5000, 10  # the first seed, and what is between two; the recipe was tuned on others

Scores = dict[str, dict[str, dict[str, list[float]]]]  # distance, seconds, share of the rare mode: by way, data, seed


def ring(n: int, seed: int) -> np.ndarray:
    """Eight modes of width .05 on a circle."""
    return _sample("ring8(sigma=0.05)", n, seed)


def two_modes(n: int, seed: int) -> np.ndarray:
    """Two modes with shares of .9 and .1."""
    return _sample("bimodal(weight=0.9)", n, seed)


def income(n: int, seed: int) -> np.ndarray:
    """Two columns of different size, which lie on a sine."""
    rng = np.random.default_rng(seed)
    t = rng.uniform(-3, 3, n)
    return np.stack([1000 + 200 * t, 0.5 * np.sin(t) + 0.02 * rng.standard_normal(n)], axis=1)


def moons(n: int, seed: int) -> np.ndarray:
    """Two half circles."""
    return _sample("two-moons", n, seed)


def _sample(spec: str, n: int, seed: int) -> np.ndarray:
    return DISTRIBUTIONS.make(spec).sample(n, torch.Generator().manual_seed(seed)).double().numpy()


TABLES: dict[str, Callable[[int, int], np.ndarray]] = {
    "ring, sigma .05": ring,
    "two modes, .9 and .1": two_modes,
    "income, score": income,
    "two moons": moons,
}


def distance(rows: np.ndarray, true: np.ndarray, moments: tuple[np.ndarray, np.ndarray]) -> float:
    """Exact Wasserstein-1 distance in spreads of each column."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    a, b = ((x - moments[0]) / moments[1] for x in (rows, true))
    if a.shape[1] == 1:
        return float(np.abs(np.sort(a, axis=0) - np.sort(b, axis=0)).mean())
    cost = cdist(a, b)
    return float(cost[linear_sum_assignment(cost)].mean())


def fit(rows: np.ndarray, seed: int) -> np.ndarray:
    return np.asarray(toygan.fit(rows, seed=seed).sample(N, seed=seed))


def fit_captured(rows: np.ndarray, seed: int) -> np.ndarray:
    return np.asarray(toygan.fit(rows, seed=seed, compiled=False).sample(N, seed=seed))


def _train(rows: np.ndarray, recipe: dict[str, Any], iterations: int, seed: int) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/rows.npy", rows)
        data = f"file(path='{folder}/rows.npy')"
        if recipe.get("ema"):
            data = f"standardised(of={data})"
        population = Population(Recipe(data=data, seed=seed, **recipe))
        population.compile()
        population.run(iterations)
        return np.asarray(population.table(N, seed, average=True))


def relativistic(rows: np.ndarray, seed: int) -> np.ndarray:
    """A recipe that was chosen beforehand."""
    strengths = {"r1": 0.1, "r2": 0.1}
    recipe = {"loss": "relativistic", "regularizers": strengths, "lr_g": 2e-3, "lr_d": 2e-3, "ema": 0.99}
    return _train(rows, recipe, 4000, seed)


def defaults(rows: np.ndarray, seed: int) -> np.ndarray:
    return _train(rows, {}, 2000, seed)


OURS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "true rows": lambda rows, seed: rows,
    "`toygan.fit`, compiled": fit,
    "`toygan.fit`, captured": fit_captured,
    "relativistic, r1 = r2 = .1, rates 2e-3, ema .99, standardised, 4000 iterations": relativistic,
    "toygan's defaults, 2000 iterations": defaults,
}
PEERS = {
    "CTGAN 0.12.1, defaults": "ctgan",
    "TVAE of CTGAN 0.12.1, defaults": "tvae",
    "Gaussian mixture by BIC": "mixture",
    "KDE by cross-validation": "kde",
}
SLOW = ("`toygan.fit`, captured", "CTGAN 0.12.1, defaults", "TVAE of CTGAN 0.12.1, defaults")


def run_peer(python: Path, name: str, rows: np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    """Return the rows and the CPU seconds of a package, which runs without toygan."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/rows.npy", rows)
        script = Path(__file__).with_name("fit_peers.py")
        command = [str(python), "-W", "ignore", str(script), name, folder, str(seed), str(N)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return np.load(f"{folder}/made.npy"), float(done.stdout.split()[-1])


def run_ours(name: str, rows: np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    start = time.process_time()
    made = OURS[name](rows, seed)
    return made, time.process_time() - start


def install(folder: Path) -> Path:
    """Install the packages into a folder of their own; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PINNED], check=True)
    return python


def rare_share(rows: np.ndarray) -> float:
    """The share of the rows in the smaller half of the two modes; of other data it means nothing."""
    return float(min((rows[:, 0] > 0).mean(), (rows[:, 0] <= 0).mean()))


def page(scores: Scores) -> str:
    """The table, medians over seeds, and how it was made."""
    text = f"""Written by `PYTHONPATH=tests python -m support.bench_fit`, in turns, on one thread; fit.json has the
    numbers of each seed. Exact Wasserstein-1 distance between {N} new rows and {N} fresh true ones, in spreads of each
    column: medians over seeds apart from those of tuning, with their number in brackets. Every way gets the same {N}
    rows;
    `fit` holds out a fifth of them. Packages at their defaults: {", ".join(PINNED)}. Mixture: 1 to 20
    full components by BIC. KDE: bandwidth by the likelihood of five folds. Seconds are of the CPU, for a model and its
    rows, medians over all data; the compiler has run before (once for each number of columns on a machine). Other
    processes shared the machine, so ratios of seconds say more than seconds."""
    lines = [
        "# `toygan.fit` beside what else makes rows of a table",
        "",
        textwrap.fill(" ".join(text.split()), 120),
        "",
        f"| | {' | '.join(TABLES)} | CPU seconds |",
        f"|---|{'---|' * (len(TABLES) + 1)}",
    ]
    for way in (*OURS, *PEERS):
        if way in scores:
            cells = [_cell([one[0] for one in scores[way].get(table, {}).values()]) for table in TABLES]
            seconds = [one[1] for of in scores[way].values() for one in of.values()]
            took = "" if way == "true rows" else f"{np.median(seconds):.1f}"
            lines.append(f"| {way} | {' | '.join(cells)} | {took} |")
    kept = {
        way: [one[2] for one in scores[way]["two modes, .9 and .1"].values()]
        for way in (*OURS, *PEERS)
        if "two modes, .9 and .1" in scores.get(way, {})
    }
    lines += ["", "Seeds in which the rare mode has 5 % of the rows or more:", ""]
    lines += [f"- {way}: {sum(share >= 0.05 for share in shares)} of {len(shares)}" for way, shares in kept.items()]
    return "\n".join(lines) + "\n"


def _cell(values: list[float]) -> str:
    return f"{np.median(values):.3f} ({len(values)})".replace("0.", ".", 1) if values else ""


@click.command()
@click.option("--seeds", default=8, help="seeds of all that is fast")
@click.option("--peer-seeds", default=3, help="seeds of what is slow")
@click.option("--python", type=click.Path(path_type=Path), help="a Python that has the packages")
@click.option("--only", multiple=True, help="part of the name of a way; may be repeated")
def main(seeds: int, peer_seeds: int, python: Path | None, only: tuple[str, ...]) -> None:
    """Measure what is missing, and write the page."""
    torch.set_num_threads(1)
    scores: Scores = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        moments = {name: ((x := make(MANY, 1)).mean(0), x.std(0)) for name, make in TABLES.items()}
        for number in range(seeds):
            seed = REPORTED + APART * number
            for table, make in TABLES.items():
                rows, true = make(N, seed), make(N, seed + 10**6)
                for way in (*OURS, *PEERS):
                    known = scores.setdefault(way, {}).setdefault(table, {})
                    late = way in SLOW and number >= peer_seeds
                    if str(seed) in known or late or (only and not any(part in way for part in only)):
                        continue
                    if way in PEERS:
                        python = python or install(Path(folder))
                        made, seconds = run_peer(python, PEERS[way], rows, seed)
                    else:
                        made, seconds = run_ours(way, make(N, seed + 2 * 10**6) if way == "true rows" else rows, seed)
                    found = [distance(made, true, moments[table]), seconds, rare_share(made)]
                    known[str(seed)] = [round(x, 4) for x in found]
                    click.echo(f"{seed} {table}: {way}: {known[str(seed)]}")
                    write(NUMBERS, (json.dumps(scores, indent=1) + "\n").encode())
    write(PAGE, page({way: of for way, of in scores.items() if any(of.values())}).encode())


if __name__ == "__main__":
    main()
