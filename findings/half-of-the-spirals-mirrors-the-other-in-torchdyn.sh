#!/usr/bin/env bash
# torchdyn 1.0.6, generate_spirals(n): two classes of n points each, "noise: standard deviation of noise magnitude".
#
# A good guess: 2 n independent points, moved by noise of mean 0 and this standard deviation.
# Seen: the second spiral is the first one's negative, point by point and noise included. So a data set has n independent
# points, its mean is exactly 0 whatever n is, and of a random test set nearly every point has its mirror image among the
# training points. The noise is uniform from 0 to `noise`, alike for x and y of the first spiral: its mean is not 0, and
# its standard deviation is `noise` / sqrt(12).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.13.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
python3 -m pip install -q --no-compile --target "$dir" --no-deps torchdyn==1.0.6
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from torchdyn.datasets import generate_spirals

print("torchdyn", version("torchdyn"))
np.random.seed(0)
noisy, label = generate_spirals(n_samples=5000, noise=2.0)
print("second + first, at most:", (noisy[label == 1] + noisy[label == 0]).abs().max().item())  # seen: 0
print("mean of all points:", noisy.double().mean(0).tolist())  # seen: 0, 0
np.random.seed(0)
clean, _ = generate_spirals(n_samples=5000, noise=0.0)
noise = (noisy - clean)[label == 0]
print("noise from %.2f to %.2f, mean %.2f, deviation %.2f" % (noise.min(), noise.max(), noise.mean(), noise.std()))
assert (noisy[label == 1] == -noisy[label == 0]).all()
assert noise.min() > -1e-4 and noise.max() < 2 + 1e-4 and abs(noise.mean() - 1) < 0.05
assert abs(noise.std() - 2 / 12**0.5) < 0.02  # seen: 0.58, not 2
PY
