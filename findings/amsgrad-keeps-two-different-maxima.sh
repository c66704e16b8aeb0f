#!/usr/bin/env bash
# AMSGrad in optax 0.2.8 and in torch 2.13.0 (Adam with amsgrad=True), same rate and betas, same gradients.
#
# A good guess: one algorithm, so the paths agree but for rounding, as those of Adam do.
# Seen: for the gradients 1, then 0.1 again and again, the weight lies at -3.33 in optax and at -5.91 in torch after
# ten steps, and plain Adam gives -5.91 in both. Optax corrects the bias of the mean square and then takes the maximum, which the first gradient sets for
# good. Torch takes the maximum first and corrects it afterwards, so its denominator falls, which AMSGrad should forbid.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.13.0 numpy==2.4.6 optax==0.2.8
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

import jax.numpy as jnp
import optax
import torch

print(*(f"{name} {version(name)}" for name in ("torch", "optax")), sep=", ")
gradients = [1.0] + [0.1] * 9


def in_torch(amsgrad):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.Adam([weight], lr=1.0, amsgrad=amsgrad)
    for gradient in gradients:
        weight.grad = torch.tensor([gradient])
        optimizer.step()
    return weight.item()


def in_optax(optimizer):
    weight = jnp.zeros(())
    state = optimizer.init(weight)
    for gradient in gradients:
        update, state = optimizer.update(jnp.array(gradient), state, weight)
        weight = weight + update
    return float(weight)


adam = in_torch(False), in_optax(optax.adam(1.0))
amsgrad = in_torch(True), in_optax(optax.amsgrad(1.0))
print("Adam after 10 steps: torch %.4f, optax %.4f" % adam)
print("AMSGrad after 10 steps: torch %.4f, optax %.4f" % amsgrad)  # seen: -5.9064, -3.3277
assert abs(adam[0] - adam[1]) < 1e-3
assert abs(amsgrad[0] + 5.9064) < 1e-3 and abs(amsgrad[1] + 3.3277) < 1e-3
PY
