#!/usr/bin/env bash
# drawdata 0.5.2, ScatterWidget.data_as_X_y: the points that were drawn, as an array X and labels y.
#
# A good guess: X holds the points, shape (n, 2), and y their colours, whatever colours were used.
# Seen: if all points have one colour, X holds the first coordinate alone, shape (n, 1), and y the second coordinate.
# Whoever draws a distribution to train a GAN on needs one colour. They get a distribution on a line without an error.
# One point of another colour makes X (n + 1, 2).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" drawdata==0.5.2 anywidget==0.11.0 numpy==2.4.6
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from drawdata import ScatterWidget

print("drawdata", version("drawdata"))


def point(x, y, color):
    return {"x": x, "y": y, "color": color, "label": color, "batch": 1}


widget = ScatterWidget()
widget.data = [point(10.0, 300.0, "a"), point(20.0, 310.0, "a"), point(30.0, 320.0, "a")]
one_x, one_y = widget.data_as_X_y
widget.data = [*widget.data, point(40.0, 330.0, "b")]
two_x, two_y = widget.data_as_X_y
print("one colour: X", one_x.shape, "y", one_y.tolist())  # seen: (3, 1), 300 310 320
print("two colours: X", two_x.shape, "y", list(two_y))  # seen: (4, 2), a a a b
assert one_x.shape == (3, 1) and np.array_equal(one_y, [300, 310, 320])
assert two_x.shape == (4, 2) and list(two_y) == ["a", "a", "a", "b"]
PY
