"""The files that a command writes of a run: their names, and the contents of pictures and animations."""

from __future__ import annotations

from toygan.chart.animation import encode_gif as encode_gif
from toygan.chart.animation import encode_png as encode_png
from toygan.chart.animation import to_frame as to_frame
from toygan.measure.run_files import BEST as BEST
from toygan.measure.run_files import DIAGNOSIS as DIAGNOSIS
from toygan.measure.run_files import ENGINES as ENGINES
from toygan.measure.run_files import METRICS as METRICS
from toygan.measure.run_files import PICTURE as PICTURE
from toygan.measure.run_files import RECIPE as RECIPE
from toygan.measure.run_files import STATE as STATE
from toygan.measure.run_files import decode_diagnoses as decode_diagnoses
from toygan.measure.run_files import decode_engines as decode_engines
from toygan.measure.run_files import encode_diagnoses as encode_diagnoses
from toygan.measure.run_files import encode_engines as encode_engines
from toygan.measure.run_files import encode_recipe as encode_recipe

ANIMATION, RECORDING, CHECKPOINT = "training.gif", "run.html", "checkpoint.npz"
OWN = (RECIPE, METRICS, DIAGNOSIS, ENGINES, STATE, BEST, PICTURE, ANIMATION, RECORDING, CHECKPOINT)
