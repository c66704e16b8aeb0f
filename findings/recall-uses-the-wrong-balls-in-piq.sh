#!/usr/bin/env bash
# piq 0.8.0, PR().compute_metric(real, fake): the recall of generated samples, and points at the edge of a ball.
#
# A good guess: a real point counts for recall if it lies in the ball around a generated one; points at the edge of that
# ball count too, since those at the edge of a real point's ball count for precision.
# Seen: recall takes the edges of the *real* points' balls. Three generated points in one place, whose balls have no
# radius, have a recall of 2/3 for real points at 0, 1.5 and 3; by the balls of the generated points it is 1/3. In turn a
# real point at the very edge of a generated ball does not count: a recall of 0 where it should be 1/3.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" torch==2.14.1 torchvision==0.29.1 numpy==2.4.6
python3 -m pip install -q --no-compile --target "$dir" --no-deps piq==0.8.0
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

import torch
from piq import PR

print("piq", version("piq"))


def recall(real, fake, closed):
    """The share of real points in the balls to the nearest neighbour of generated points, open or closed."""
    reach = (fake[:, None] - fake).abs().sort(1).values[:, 1]
    apart = (real[:, None] - fake).abs()
    return float(((apart <= reach) if closed else (apart < reach)).any(1).double().mean())


for real, fake, seen in (
    ([0.0, 1.5, 3.0], [1.5, 1.5, 1.5], 2 / 3),  # by the definition 1/3 with the edge, 0 without
    ([2.0, 10.0, 20.0], [0.0, 1.0], 0.0),  # by the definition 1/3 with the edge, 0 without
):
    real, fake = torch.tensor(real), torch.tensor(fake)
    found = float(PR(nearest_k=1).compute_metric(real[:, None], fake[:, None])[1])
    print("piq %.4f, closed balls %.4f, open balls %.4f" % (found, recall(real, fake, True), recall(real, fake, False)))
    assert abs(found - seen) < 1e-6 and abs(found - recall(real, fake, True)) > 0.3  # the first one differs from both
PY
