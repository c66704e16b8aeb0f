#!/usr/bin/env bash
# sdmetrics 0.32.0, NewRowSynthesis: the share of synthetic rows that match no real row, with a tolerance of 0.01.
#
# A good guess: the tolerance is 0.01 of the column's range, so the score of points does not change if all of them move.
# Seen: the tolerance is 0.01 of the synthetic row's own value. The same new sample of eight Gaussians scores 0.855 around 0,
# 0.015 if all points move by 10, and 0 if they move by 100.
# A generator that copies nothing can score 0 if its data lie far from 0 (years, temperatures in kelvin).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" sdmetrics==0.32.0 numpy==2.4.6 pandas==2.3.3 scipy==1.17.1 scikit-learn==1.9.1
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
import importlib.metadata

import numpy as np
import pandas as pd
from sdmetrics.single_table import NewRowSynthesis

print("sdmetrics", importlib.metadata.version("sdmetrics"))
random = np.random.default_rng(0)


def ring(n):
    angle = 2 * np.pi * random.integers(8, size=n) / 8
    centres = np.stack([2 * np.cos(angle), 2 * np.sin(angle)], 1)
    return pd.DataFrame(centres + 0.1 * random.normal(size=(n, 2)), columns=["x", "y"])


real, new = ring(500), ring(200)
scores = [NewRowSynthesis.compute(real + move, new + move) for move in (0, 10, 100, 1000)]
print("moved by 0, 10, 100, 1000:", scores)  # seen: 0.855 0.015 0.0 0.0
assert scores[0] > 0.8 and scores[1] < 0.05 and scores[-1] == 0 and scores == sorted(scores, reverse=True)
PY
