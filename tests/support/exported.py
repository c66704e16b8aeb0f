"""Scripts that are run from files of weights and batches, many of them in one process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Runs the scripts of a folder, each from the file beside it, and prints their losses; it does not import toygan.
RUNNER = """
import contextlib, io, json, sys, pathlib
losses = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    space = {"__name__": "gan"}
    exec(compile(path.read_text(), str(path), "exec"), space)
    with contextlib.redirect_stdout(io.StringIO()):
        losses[path.stem] = space["train"](space["load"](str(path.with_suffix(".safetensors"))))
assert "toygan" not in sys.modules
print(json.dumps(losses))
"""

# Thirty recipes in which each name of each menu that can be exported stands at least once.
MIXED = """
loss=minimax&regularizers=gradient-penalty:0.1&batch=8&optimizer=sgd&width=4&depth=1&ema=0.9
data=unequal&regularizers=gradient-penalty-one-sided:0.1&turns=simultaneous&batch=8&optimizer=rmsprop&schedule=linear&generator=batch-norm-mlp&discriminator=layer-norm-mlp&width=4&activation=leaky-relu&noise=uniform&ema=0.9&ema_warmup=ratio&seed=1
data=grid25&loss=probability-cross-entropy&regularizers=gradient-penalty-zero-centred:0.1&turns=extragradient&batch=8&schedule=cosine&generator=layer-norm-mlp&discriminator=weight-norm-mlp&width=4&depth=1&activation=tanh&noise=sphere&ema=0.9&ema_warmup=copy&seed=2
data=random-mixture&loss=alpha&regularizers=dragan:0.1&turns=runge-kutta-4&batch=8&optimizer=sgd&schedule=step&generator=weight-norm-mlp&discriminator=maxout&width=4&activation=sigmoid&noise=truncated&ema=0.9&ema_warmup=power&seed=3
data=random-ring&loss=least-squares&regularizers=r1:0.1&turns=while-losing&batch=8&optimizer=optimistic-sgd&generator=maxout&discriminator=linear&width=4&depth=1&activation=softplus&noise=clusters&seed=4
data=gaussian2d&loss=least-squares-signed&regularizers=r2:0.1&turns=whoever-loses&batch=8&optimizer=optimistic-adam&generator=dropout-mlp&width=4&activation=silu&noise=table&ema=0.9&ema_warmup=power&seed=5
data=mixture2d&loss=wasserstein&regularizers=roth:0.1&turns=consensus&batch=8&optimizer=optimistic-sgd&generator=linear&width=4&depth=1&noise=learned-table&anneal=30&seed=6
data=circle&loss=kl-wasserstein&regularizers=weight-clipping:1.0&turns=symplectic&batch=8&schedule=step&generator=point&width=4&activation=leaky-relu&noise=clusters&seed=7
data=two-rings&loss=hinge&regularizers=weight-decay:0.001&turns=lookahead&batch=8&optimizer=sgd&generator=shift&discriminator=batch-norm-mlp&width=4&depth=1&activation=sigmoid&noise=sphere&seed=8
data=two-moons&loss=relativistic&regularizers=spectral-norm:5.0&batch=8&width=4&activation=silu&ema=0.9&ema_warmup=power&seed=9
data=swiss-roll&loss=relativistic-hinge&regularizers=historical-averaging:0.001&batch=8&schedule=cosine&generator=shift&width=4&depth=1&seed=10
data=spiral&loss=relativistic-least-squares&regularizers=instance-noise:0.1&batch=8&width=4&anneal=30&seed=11
data=pinwheel&loss=f-kl&regularizers=label-smoothing:0.1&batch=8&optimizer=rmsprop&schedule=cosine&generator=weight-norm-mlp&width=4&depth=1&activation=silu&seed=12
data=checkerboard&loss=f-reverse-kl&regularizers=label-flipping:0.05&batch=8&generator=point&width=4&seed=13
data=uniform&loss=relativistic-average&regularizers=packing:2.0&turns=extragradient&batch=8&discriminator=batch-norm-mlp&width=4&depth=1&activation=softplus&ema=0.9&ema_warmup=copy&seed=14
data=function&loss=f-pearson&regularizers=minibatch-discrimination:5.0&turns=while-losing&batch=8&optimizer=optimistic-adam&width=4&d_steps=2&seed=15
data=cosine&loss=f-neyman&regularizers=minibatch-stddev:1.0&batch=8&width=4&depth=1&noise=clusters&g_steps=2&seed=16
data=banana&loss=f-hellinger&regularizers=dropout:0.2&batch=8&width=4&seed=17
data=funnel&loss=f-js&regularizers=unrolled:5.0&batch=8&discriminator=linear&width=4&depth=1&noise=learned-table&ema=0.9&ema_warmup=copy&seed=18
data=exponential&loss=f-tv&regularizers=top-k:0.75&turns=extragradient&batch=8&discriminator=batch-norm-mlp&width=4&activation=sigmoid&ema=0.9&ema_warmup=ratio&seed=19
data=laplace&regularizers=feature-matching:1.0&turns=while-losing&batch=8&optimizer=sgd&schedule=step&width=4&depth=1&activation=silu&noise=clusters&seed=20
data=bimodal&regularizers=nagarajan-kolter:0.01&turns=lookahead&batch=8&width=4&activation=silu&noise=table&ema=0.9&ema_warmup=copy&seed=21
data=mixture1d&regularizers=r1:0.1,spectral-norm:5.0&batch=8&width=4&depth=1&activation=tanh&noise=learned-table&ema=0.9&seed=22
data=gaussian1d&regularizers=unrolled:5.0&batch=8&optimizer=sgd&width=4&noise=uniform&seed=23
data=dirac&regularizers=minibatch-discrimination:5.0&turns=consensus&batch=8&optimizer=rmsprop&width=4&depth=1&seed=24
data=points&regularizers=nagarajan-kolter:0.01&turns=consensus&batch=8&schedule=linear&discriminator=weight-norm-mlp&width=4&noise=learned-table&ema=0.9&seed=25
data=file&regularizers=historical-averaging:0.001&turns=lookahead&batch=8&optimizer=rmsprop&momentum=0.5&width=4&depth=1&noise=sphere&seed=26
data=standardised&regularizers=dropout:0.2&batch=8&schedule=linear&generator=linear&width=4&activation=softplus&noise=learned-table&seed=27
data=training-set&loss=mmd&batch=8&generator=mlp(widths=(4,3),init=orthogonal,output=tanh,output_scale=2.0)&seed=28
data=stacked&loss=energy-distance&batch=8&g_steps=2&d_steps=2&width=4&seed=29
data=ring8&regularizers=veegan:0.1&batch=8&width=4&ema=0.9&seed=31
data=ring8(k=3,radius=2)&loss=alpha(alpha_d=2.0)&turns=competitive&batch=8&optimizer=sgd&width=3&depth=1&seed=32
data=digits&loss=sliced-wasserstein&batch=8&optimizer=sgd&momentum=0.5&width=4&seed=30
""".split()  # noqa: SIM905


def run_folder(folder: Path) -> Any:
    """Return the losses of all scripts of a folder, by their names."""
    done = subprocess.run([sys.executable, "-c", RUNNER, str(folder)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def count_lines(text: str) -> int:
    """Return the number of lines of a script that are not empty."""
    return sum(bool(line.strip()) for line in text.split("\n"))


def unknown_names(text: str, known: Sequence[str]) -> list[str]:
    """Return the known names that do not stand in backquotes in a page."""
    return [name for name in known if f"`{name}`" not in text]
