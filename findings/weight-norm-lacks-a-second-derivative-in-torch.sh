#!/usr/bin/env bash
# The second derivative through torch.nn.utils.parametrizations.weight_norm, torch 2.13.0.
#
# A good guess: that of the formula g v / |v|, as the first derivative is.
# Seen: the gradient of the squared gradient is 2.632 by autograd, and 4.175 by the formula and by finite differences
# of autograd's own first derivatives. The length |v|, which the forward pass keeps, counts as a constant.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.13.0 numpy==2.4.6
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

print("torch", torch.__version__)
torch.manual_seed(0)
x = torch.randn(5, 2, dtype=torch.float64)
layer = weight_norm(nn.Linear(2, 3, bias=False, dtype=torch.float64))
length, v = layer.parametrizations.weight.original0, layer.parametrizations.weight.original1


def by_torch():
    return layer(x).tanh().sum()


def by_formula():
    return (x @ (length * v / v.norm(dim=1, keepdim=True)).T).tanh().sum()


def squared_gradient(f):
    (first,) = torch.autograd.grad(f(), v, create_graph=True)
    return first, (first**2).sum()


found = {}
for f in (by_torch, by_formula):
    first, square = squared_gradient(f)
    (second,) = torch.autograd.grad(square, v)
    found[f] = first.detach(), second[0, 0].item()
values = []
for step in (1e-6, -2e-6):
    with torch.no_grad():
        v[0, 0] += step
    values.append(squared_gradient(by_torch)[1].item())
differences = (values[0] - values[1]) / 2e-6
ours, theirs = found[by_formula][1], found[by_torch][1]
print("second derivative: torch %.4f, formula %.4f, differences %.4f" % (theirs, ours, differences))
assert torch.allclose(found[by_torch][0], found[by_formula][0])
assert abs(ours - differences) < 1e-4 < abs(theirs - differences)
PY
