#!/usr/bin/env bash
# torchdyn 1.0.6, generate_gaussians(dim=3): Gaussians on a ring of radius `radius`, in the plane of the first two axes.
#
# A good guess: the centres have the distance `radius` from the origin, as with dim=2.
# Seen: with dim=3 the radius scales the first axis alone: for radius=4 the centres lie on an ellipse of half-axes 4 and
# 1, for the default 0.5 on one of half-axes 0.5 and 1. The same holds for generate_gaussians_spiral.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.13.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
python3 -m pip install -q --no-compile --target "$dir" --no-deps torchdyn==1.0.6
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

from torchdyn.datasets import generate_gaussians

print("torchdyn", version("torchdyn"))
for dim in (2, 3):
    for radius in (0.5, 4.0):
        options = {"n_samples": 1, "n_gaussians": 4, "radius": radius, "std_gaussians": 1e-6, "noise": 0.0}
        points, _ = generate_gaussians(dim=dim, **options)
        axes = points.abs().max(0).values[:2].tolist()
        print("dim", dim, "radius", radius, "half-axes %.3f %.3f" % tuple(axes))  # seen with dim=3: 0.5 1, 4 1
        wanted = (radius, radius if dim == 2 else 1.0)
        assert all(abs(a - b) < 1e-3 for a, b in zip(axes, wanted, strict=True))
PY
