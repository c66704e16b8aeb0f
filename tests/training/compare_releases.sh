#!/usr/bin/env bash
# Train small runs over all menus under two releases of PyTorch, and compare them, and the stored ones, to 1e-6.
#
# It needs a package registry and some minutes, so no test runs it: bash tests/training/compare_releases.sh [OLD [NEW]]
set -euo pipefail
cd "$(dirname "$0")/../.."
old=${1:-2.13.0} new=${2:-2.14.1}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat > "$dir/train.py" <<'PY'
"""Train small recipes for 20 iterations in float64, and write numbers of their parameters as JSON."""

import json
import sys
from pathlib import Path

import torch
from support.pairs import DATA, LOSS, REGULARIZER, TURN, tried

from toygan import ACTIVATIONS, NETWORKS, NOISES, OPTIMIZERS, SCHEDULES, Population, Recipe

KEPT = json.loads(Path("tests/training/runs.json").read_text())
FIELDS = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "activation": ACTIVATIONS, "noise": NOISES}
FIELDS |= {"generator": NETWORKS, "discriminator": NETWORKS}
CHANGES = LOSS + REGULARIZER + TURN + DATA + [{field: name} for field, menu in FIELDS.items() for name in menu]


def numbers(recipe):
    """Length and product with a fixed vector of the parameters of two members, as in the stored runs."""
    p = Population([recipe, recipe.but(seed=1)], dtype=torch.float64)
    p.run(20)
    found = torch.cat([p.generator.theta, p.discriminator.theta, p.average], dim=-1)
    fixed = torch.arange(found.shape[-1], dtype=torch.float64).cos()
    return torch.stack([found.norm(dim=-1), found @ fixed], dim=-1).tolist()


recipes = {share: Recipe.from_string(share) for share in KEPT}
for changes in CHANGES:
    recipe = tried(changes)
    if isinstance(recipe, Recipe):
        recipes.setdefault(recipe.to_string(), recipe)
runs = {share: numbers(recipe) for share, recipe in recipes.items()}
Path(sys.argv[1]).write_text(json.dumps({"torch": torch.__version__, "runs": runs}))
PY
grep -v '^torch==' constraints.txt > "$dir/constraints.txt"
for release in "$old" "$new"; do
  python3 -m venv "$dir/$release"
  "$dir/$release/bin/pip" install -q --no-compile -c "$dir/constraints.txt" "torch==$release" numpy scipy scikit-learn
  "$dir/$release/bin/pip" install -q --no-compile -c "$dir/constraints.txt" safetensors psutil pandas platformdirs tqdm
  PYTHONPATH="$PWD:$PWD/tests" OMP_NUM_THREADS=1 TOYGAN_COMPILE=0 \
    "$dir/$release/bin/python" "$dir/train.py" "$dir/$release.json"
done
python3 - "$dir/$old.json" "$dir/$new.json" <<'PY'
import json
import math
import sys
from pathlib import Path

kept = json.loads(Path("tests/training/runs.json").read_text())
old, new = (json.loads(Path(name).read_text()) for name in sys.argv[1:])


def farthest(runs, others):
    """The largest difference between two sets of runs, relative to numbers above 1, and its run."""
    pairs = ((share, a, b) for share in others for a, b in zip(sum(runs[share], []), sum(others[share], []), strict=True))
    return max((0.0 if a == b or (a != a and b != b) else abs(a - b) / max(1.0, abs(b)), share) for share, a, b in pairs)


comparisons = {f"{new['torch']} and {old['torch']}": farthest(new["runs"], old["runs"])}
comparisons |= {f"{x['torch']} and the stored runs": farthest(x["runs"], kept) for x in (old, new)}
for title, (most, share) in comparisons.items():
    print(f"{title}: at most {most:.1e} apart, in {share!r}")
print(len(old["runs"]), "runs, of which", len(kept), "are stored")
assert all(most < 1e-6 and not math.isnan(most) for most, _ in comparisons.values())
PY
