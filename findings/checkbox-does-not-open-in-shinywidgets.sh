#!/usr/bin/env bash
# shinywidgets 0.8.2 with ipywidgets 8.1.9, which pip installs beside it: Checkbox, HTML and ToggleButton in Shiny.
#
# A good guess: the page knows every widget of the ipywidgets that the package accepts.
# Seen: the page's script lacks the models of style that these three have had since ipywidgets 8. A page with one of them
# says "Class CheckboxStyleModel not found in module @jupyter-widgets/controls@2.0.0", and neither the widget nor a box
# that holds it opens. Those of IntSlider and Button are there.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m pip install -q --no-compile --target "$dir" shinywidgets==0.8.2 ipywidgets==8.1.9
PYTHONPATH="$dir" python3 -W ignore - <<'PY'
from importlib.metadata import files, version

import ipywidgets as w

print("shinywidgets", version("shinywidgets"), "ipywidgets", version("ipywidgets"))
(script,) = [file for file in files("shinywidgets") if file.name == "libembed-amd.js"]
text = script.read_text(encoding="utf-8")
missing = [
    kind.__name__
    for kind in (w.IntSlider, w.Button, w.Checkbox, w.HTML, w.ToggleButton)
    if kind().style._model_name not in text
]
print("the page lacks the style of", missing)  # seen: Checkbox, HTML, ToggleButton
assert missing == ["Checkbox", "HTML", "ToggleButton"]
assert "CheckboxModel" in text  # the widget itself is there
PY
