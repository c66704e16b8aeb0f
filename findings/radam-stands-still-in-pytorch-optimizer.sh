#!/usr/bin/env bash
# RAdam in pytorch-optimizer 4.1.0, torch-optimizer 0.3.0 and torch 2.13.0, at a gradient that is always 1, rate 1.
#
# A good guess: "RAdam" of the same rate and betas takes the same steps, or at least steps of about one rate.
# Seen: while the variance cannot be rectified (the first 5 steps for beta2=0.999), torch and torch-optimizer take plain
# steps -rate * mean gradient, and pytorch-optimizer takes none. For beta2=0.5, usual in GANs as is 0.9, this never ends:
# pytorch-optimizer's weight stays at 0 for ever, the two others are plain SGD with momentum. None of them warns.
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


def path(optimizer, beta2):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = optimizer([weight], lr=1.0, betas=(0.9, beta2))
    seen = []
    for _ in range(7):
        weight.grad = torch.ones(1)
        optimizer.step()
        seen.append(round(weight.item(), 3))
    return seen


for beta2 in (0.999, 0.5):
    here = path(torch.optim.RAdam, beta2)
    older, newer = path(torch_optimizer.RAdam, beta2), path(pytorch_optimizer.RAdam, beta2)
    print("beta2", beta2, "torch", here)  # seen: -1 -2 -3 -4 -5 -5.026 -5.059; -1 -2 -3 -4 -5 -6 -7
    print("beta2", beta2, "torch-optimizer", older)  # seen: the same
    print("beta2", beta2, "pytorch-optimizer", newer)  # seen: 0 0 0 0 0 -0.026 -0.059; all 0
    assert here == older and here[:5] == [-1, -2, -3, -4, -5] and newer[:5] == [0] * 5
    assert (here[-1], newer[-1]) == ((-7, 0) if beta2 == 0.5 else (-5.059, -0.059))
PY
