#!/usr/bin/env bash
# ema-pytorch 0.8.3, KarrasEMA and PostHocEMA (the power-function average of "Analyzing and improving the training
# dynamics of diffusion models"), with the default update_every=100.
#
# A good guess: update_every thins the calls, and the average after many steps is about the same.
# Seen: each update forgets as if it were called at every step. A weight that is 1 at the first call and 0 after it
# still counts 0.80 after 1000 calls and 0.70 after 5000. With update_every=1 it counts 4e-22. A weight that grows
# evenly is averaged to 0.07 of its last value instead of 0.89. There is no warning: sigma_rel=0.1 is asked for in both.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.13.0 numpy==2.4.6
python3 -m pip install -q --no-compile --target "$dir" --no-deps ema-pytorch==0.8.3
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

import torch
from ema_pytorch.post_hoc_ema import KarrasEMA

print("ema-pytorch", version("ema-pytorch"))


def average(weights, **options):
    model = torch.nn.Linear(1, 1, bias=False)
    ema = KarrasEMA(model, sigma_rel=0.1, **options)
    for weight in weights:
        model.weight.data.fill_(weight)
        ema.update()
    return ema.ema_model.weight.item()


first = [1.0] + [0.0] * 999
first_share = average(first), average(first, update_every=1)
print("share of the first weight after 1000 calls: %.3f, with update_every=1 %.1e" % first_share)  # seen: .800, 3.8e-22
ramp = [i / 1000 for i in range(1, 1001)]
mean = average(ramp), average(ramp, update_every=1)
print("average of an even growth to 1: %.3f, with update_every=1 %.3f" % mean)  # seen: .068, .888
assert first_share[0] > 0.75 and first_share[1] < 1e-12
assert mean[0] < 0.1 and abs(mean[1] - 0.888) < 0.002
PY
