#!/usr/bin/env bash
# Lamb in pytorch-optimizer 4.1.0 and torch-optimizer 0.3.0, defaults of each, the first step at a gradient of 1.
#
# A good guess: the paper's step (You et al. 2020) without weight decay is the rate times the length of the weights, in
# Adam's direction; both packages bound the length by 10, so they agree.
# Seen: on ten weights of 100, torch-optimizer moves each by 3.16 rates, which is 10 rates over sqrt(10), as expected,
# and pytorch-optimizer by 31.6. It corrects the bias of the mean gradient, by dividing by 1 - beta1 = 0.1, after the
# direction has been scaled to the length of the weights, so the scale does not undo it. The factor is
# 1 / (1 - beta1^t): ten in the first step, below 1.1 from the 23rd on; large rates meet it at the start of every run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.13.0 numpy==2.4.6
python3 -m pip install -q --no-compile --target "$dir" --no-deps pytorch-optimizer==4.1.0 torch-optimizer==0.3.0 \
  pytorch-ranger==0.1.1
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

import pytorch_optimizer
import torch
import torch_optimizer

print(*(f"{name} {version(name)}" for name in ("torch", "torch-optimizer", "pytorch-optimizer")), sep=", ")


def steps(package):
    """The steps of one of ten weights of 100, in rates."""
    weights = torch.nn.Parameter(torch.full((10,), 100.0, dtype=torch.float64))
    optimizer, seen = package.Lamb([weights], lr=1e-3), []
    for _ in range(23):
        before = weights[0].item()
        weights.grad = torch.ones_like(weights)
        optimizer.step()
        seen.append((before - weights[0].item()) / 1e-3)
    return seen


older, newer = steps(torch_optimizer), steps(pytorch_optimizer)
print("torch-optimizer   %.3f %.3f .. %.3f" % (older[0], older[1], older[-1]))  # seen: 3.162 3.162 .. 3.162
print("pytorch-optimizer %.3f %.3f .. %.3f" % (newer[0], newer[1], newer[-1]))  # seen: 31.623 16.644 .. 3.470
for t, (a, b) in enumerate(zip(older, newer, strict=True), start=1):
    assert abs(a - 10**0.5) < 0.01 and abs(b * (1 - 0.9**t) - a) < 0.02
PY
