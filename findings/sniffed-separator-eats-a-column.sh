#!/usr/bin/env bash
# pandas 2.3.3, read_csv(sep=None, engine="python"): the separator is guessed.
#
# A good guess: a file of one column has no separator, so one column comes out, or an error.
# Seen: any character may be the separator. The file 1.5, 2.5, 3.5 is split at "5": the numbers come out as 2 and 3, the
# first row becomes the name of a column. Under the heading "height" whole numbers get the columns "", "eig" and "t".
# There is no warning. Data of one dimension must be read with sep=",".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" pandas==2.3.3 numpy==2.4.6
PYTHONPATH="$dir" python3 -W error - <<'PY'
import io

import pandas as pd

print("pandas", pd.__version__)


def read(text):
    return pd.read_csv(io.StringIO(text), sep=None, engine="python")


bare = read("1.5\n2.5\n3.5\n")
named = read("height\n180\n170\n")
print(list(bare.columns), bare.iloc[:, 0].tolist())  # seen: ['1.', 'Unnamed: 1'] [2.0, 3.0]
print(list(named.columns), named.iloc[:, 0].tolist())  # seen: ['Unnamed: 0', 'eig', 't'] [180, 170]
assert list(bare.columns) == ["1.", "Unnamed: 1"] and bare.iloc[:, 0].tolist() == [2.0, 3.0]
assert list(named.columns) == ["Unnamed: 0", "eig", "t"]
PY
