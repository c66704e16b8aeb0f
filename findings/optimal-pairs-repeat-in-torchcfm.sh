#!/usr/bin/env bash
# torchcfm 1.0.7, OTPlanSampler("exact").sample_plan(x0, x1): a batch and the targets that an exact plan gives it.
#
# A good guess: the exact plan between two batches of n points is a permutation, so each point is used once.
# Seen: pairs are drawn from the plan with replacement: about 0.63 n points of either side are used, the rest is
# dropped from the batch, and the mean of the batch that comes out is not the mean of the batch that went in.
# Only sample_plan(..., replace=False) gives the permutation; the matcher classes offer no such argument.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.13.0 numpy==2.4.6 scipy==1.17.1 POT==0.9.7.post1
python3 -m pip install -q --no-compile --target "$dir" --no-deps torchcfm==1.0.7
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
import torch
from torchcfm.optimal_transport import OTPlanSampler

print("torchcfm", version("torchcfm"))
torch.manual_seed(0)
np.random.seed(0)
noise, data = torch.randn(256, 2), torch.randn(256, 2)
sampler = OTPlanSampler("exact")
used = {}
for replace in (True, False):
    x, y = sampler.sample_plan(noise, data, replace=replace)
    used[replace] = len(x.unique(dim=0)), len(y.unique(dim=0))
default = len(sampler.sample_plan(noise, data)[0].unique(dim=0))
print("points of 256 that are used:", used, "by default:", default)  # seen: 163 or 168, and 256 without replacement
assert used[False] == (256, 256) and used[True][0] == used[True][1]
assert 140 < used[True][0] < 185 and 140 < default < 185
PY
