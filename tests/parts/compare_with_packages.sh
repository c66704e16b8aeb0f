#!/usr/bin/env bash
# Run the packages that `evaluate(like=...)` names, and compare their scores with ours, on points off and on ties.
#
# It needs a package registry and some minutes, so no test runs it: bash tests/parts/compare_with_packages.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir"
"$dir/bin/pip" install -q --no-compile torch==2.14.1 torchvision==0.29.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 \
  prdc==0.2 torch-fidelity==0.4.0 torchmetrics==1.9.0 piq==0.8.0 POT==0.9.7.post1 geomloss==0.3.1 dcor==0.7 \
  ummd==0.3.0 ott-jax==0.6.0
"$dir/bin/pip" install -q --no-compile --no-deps sbibm==1.1.0 # of which one file is used
PYTHONPATH="$PWD" OMP_NUM_THREADS=1 "$dir/bin/python" -W ignore - <<'PY'
import importlib.util
import sys
import types
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import dcor
import geomloss
import jax.numpy as jnp
import numpy as np
import ot
import piq
import scipy.stats as stats
import torch
import torch_fidelity.metric_kid as fidelity_kid
import torch_fidelity.metric_prc as fidelity_prc
import torchmetrics.image.kid as torchmetrics_kid
import ummd
from ott.tools.unreg import wassdis_p
from prdc import compute_prdc

from toygan import evaluate
from toygan.parts.metrics import PACKAGES

for name in ("sbibm", "sbibm.metrics", "sbibm.utils"):  # without the packages that its other files import
    folder = Path(importlib.util.find_spec("piq").origin).parents[1].joinpath(*name.split("."))
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [str(folder)]
from sbibm.metrics.mmd import mmd as sbibm_mmd  # noqa: E402

KID = {"kid_kernel": "poly", "kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1.0}
KID |= {"kid_subsets": 7, "kid_subset_size": 20, "rng_seed": 2020, "verbose": False}


def scores(x, y):
    """Scores of generated x against true y by the text of `like`, from the packages themselves."""
    a, b = torch.from_numpy(x), torch.from_numpy(y)
    for k in (1, 3, 5):
        with redirect_stdout(StringIO()):
            yield f"prdc(nearest_k={k})", compute_prdc(y, x, k)
        shares = fidelity_prc.calculate_precision_recall_full(a, b, k)
        yield f"torch-fidelity(prc_neighborhood={k})", dict(zip(("precision", "recall"), shares, strict=True))
        shares = piq.PR(k).compute_metric(b, a)
        yield f"piq(nearest_k={k})", dict(zip(("precision", "recall"), shares, strict=True))
    yield "dcor", {"energy-distance": dcor.energy_distance(x, y)}
    yield "ummd", {"mmd": ummd.MMD(x, y)["biased_MMD"][0]}
    yield "sbibm", {"mmd": sbibm_mmd(b, a)}
    energy = geomloss.SamplesLoss("energy", backend="tensorized")(a, b)
    for blur in (0.05, 0.7):
        kernel = geomloss.SamplesLoss("gaussian", blur=blur, backend="tensorized")(a, b)
        yield f"geomloss(blur={blur})", {"energy-distance": energy, "mmd": kernel}
    if x.shape[1] == 1:
        flat = x[:, 0], y[:, 0]
        yield "scipy", {"w1": stats.wasserstein_distance(*flat), "energy-distance": stats.energy_distance(*flat)}
    if len(x) != len(y):
        return
    even = np.full(len(x), 1 / len(x))
    found = fidelity_kid.kid_features_to_metric(a, b, **KID)
    yield "torch-fidelity(kid_subsets=7, kid_subset_size=20)", {"mmd": found["kernel_inception_distance_mean"]}
    yield "torchmetrics", {"mmd": torchmetrics_kid.poly_mmd(b, a)}
    yield "piq", {"mmd": piq.KID().compute_metric(a, b)}
    yield "pot", {
        "w1": ot.emd2(even, even, ot.dist(x, y, metric="euclidean")),
        "w2": ot.emd2(even, even, ot.dist(x, y)),
        "sliced-w1": ot.sliced_wasserstein_distance(x, y, p=1, seed=0),
        "sliced-w2": ot.sliced_wasserstein_distance(x, y, seed=0),
    }
    yield "scipy", {"w1": stats.wasserstein_distance_nd(x, y)}
    yield "ott-jax", {f"w{p}": wassdis_p(jnp.asarray(x), jnp.asarray(y), p=float(p)) for p in (1, 2)}


rng = np.random.default_rng(0)
SETS = {
    "random": (rng.normal(size=(40, 2)) + 0.3, rng.normal(size=(40, 2))),
    "fewer": (rng.normal(size=(30, 2)) + 0.3, rng.normal(size=(41, 2))),
    "whole": (rng.integers(-3, 4, (40, 2)).astype(float), rng.integers(-4, 4, (40, 2)).astype(float)),
    "collapsed": (np.tile([[0.25, 0.5]], (40, 1)), rng.normal(size=(40, 2))),
    "line": (rng.normal(size=(40, 1)) + 0.3, rng.normal(size=(40, 1))),
}
ROUGH = {"ott-jax": 1e-6, "torch-fidelity": 1e-7, "piq": 1e-7}  # float32 in the package, of shares in the last two
seen, off = set(), []
for title, (x, y) in SETS.items():
    for like, theirs in scores(x, y):
        ours = evaluate(x, f"gaussian{x.shape[1]}d", theirs, like=like, compared_with=y)
        for metric, score in theirs.items():
            name = like.partition("(")[0]
            seen.add((name, metric))
            bound = ROUGH.get(name, 1e-9) * max(1, abs(float(score)))
            if abs(float(ours[metric][0]) - float(score)) > bound:
                off.append((title, like, metric, float(ours[metric][0]), float(score)))
print(len(seen), "metrics of", len({name for name, _ in seen}), "packages on", len(SETS), "pairs of sets; off:", off)
assert not off
assert {name for name, _ in seen} == set(PACKAGES)
PY
