"""A model of rows by another package: python fit_peers.py NAME FOLDER SEED N; needs no toygan."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np


def _synthesizer(name: str, rows: np.ndarray, seed: int, n: int) -> np.ndarray:
    import pandas as pd
    import torch
    from ctgan import CTGAN, TVAE

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    np.random.seed(seed)  # the package draws from the global generators
    model = CTGAN(cuda=False) if name == "ctgan" else TVAE(cuda=False)
    model.fit(pd.DataFrame(rows, columns=[f"c{i}" for i in range(rows.shape[1])]))
    return model.sample(n).to_numpy()


def _mixture(rows: np.ndarray, seed: int, n: int) -> np.ndarray:
    from sklearn.mixture import GaussianMixture

    mean, spread = rows.mean(0), rows.std(0)
    models = [GaussianMixture(k, random_state=seed).fit((rows - mean) / spread) for k in range(1, 21)]
    best = min(models, key=lambda model: model.bic((rows - mean) / spread))
    return mean + spread * best.sample(n)[0]


def _kde(rows: np.ndarray, seed: int, n: int) -> np.ndarray:
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KernelDensity

    mean, spread = rows.mean(0), rows.std(0)
    search = GridSearchCV(KernelDensity(), {"bandwidth": np.geomspace(0.01, 1, 20)}, cv=5)
    best = search.fit((rows - mean) / spread).best_estimator_
    return mean + spread * best.sample(n, random_state=seed)


def main(name: str, folder: Path, seed: int, n: int) -> None:
    rows = np.load(folder / "rows.npy")
    if name in ("ctgan", "tvae"):
        import ctgan  # noqa: F401 - before the clock starts
    start = time.process_time()
    made = {"mixture": _mixture, "kde": _kde}.get(name, lambda *given: _synthesizer(name, *given))(rows, seed, n)
    print(time.process_time() - start)
    np.save(folder / "made.npy", made)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
