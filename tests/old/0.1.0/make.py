"""Write one file of each kind into the folder of this script, with the toygan that Python imports: version 0.1.0."""

from __future__ import annotations

import contextlib
import inspect
import json
import math
import shutil
import sys
import tarfile
from pathlib import Path

from click.testing import CliRunner

import toygan
from toygan import teach
from toygan.cli import folder, main
from toygan.recipe import KNOBS
from toygan.runs.run import Run
from toygan.teach import Prediction, save_answers

HERE = Path(__file__).parent

# All fields and menus at least once, and the ways in which a part is written.
SHARES = [
    "",
    "loss=hinge&regularizers=r1:0.1&lr_d=0.002&width=32",
    "data=unequal&loss=minimax&d_steps=5&g_steps=2&batch=64&seed=3",
    "data=ring8(k=12,radius=2.0)&turns=lookahead(k=4)&optimizer=sgd&momentum=-0.5",
    "data=dirac&turns=simultaneous&optimizer=sgd&generator=point&discriminator=linear",
    "data=mixture2d(means=((0,0),(2,1)),shares=(0.3,0.7),covariances=(0.1,0.2))&loss=f-hellinger",
    "data=standardised(of=two-moons)&loss=least-squares&depth=3&activation=silu&latent=4",
    "data=training-set(of=swiss-roll,n=200)&loss=relativistic-average&optimizer_g=rmsprop&optimizer_d=adam",
    "data=grid25&loss=wasserstein&regularizers=gradient-penalty:10.0&beta1=0.0&beta2=0.9&schedule=linear(over=4000)",
    "data=two-rings&loss=alpha(alpha_d=3.0)&turns=extragradient&optimizer=optimistic-adam&noise=uniform",
    "data=checkerboard&loss=kl-wasserstein&regularizers=spectral-norm:1.0,instance-noise:0.5&anneal=500",
    "data=bimodal(weight=0.3)&loss=mmd&lr_g=0.0003&noise=sphere&ema=0.99",
    "data=points(x=((0,0),(1,1),(2,0)))&loss=relativistic&regularizers=r1:0.1,r2:0.1",
    "data=random-mixture&loss=energy-distance&latent=3&noise=clusters",
    "data=function(f='sine',low=-1.0)&regularizers=packing:2.0&generator=layer-norm-mlp&discriminator=maxout",
    "data=gaussian1d&loss=f-tv&turns=consensus&schedule=step(by=0.1)&generator=batch-norm-mlp",
    "data=banana&regularizers=dragan:1.0,unrolled:2.0,top-k:0.5&turns=runge-kutta-4&optimizer=sgd&activation=tanh",
    "data=spiral&regularizers=label-smoothing:0.1,minibatch-stddev:1.0&turns=while-losing&generator=dropout-mlp",
    "data=pinwheel&schedule=cosine&generator=mlp(widths=(16,8),activation=leaky-relu)&discriminator=weight-norm-mlp",
    "data=circle&loss=sliced-wasserstein&optimizer=optimistic-sgd&noise=truncated",
    "data=stacked(of=gaussian1d)&loss=probability-cross-entropy&regularizers=historical-averaging:0.1,veegan:0.1",
]  # fmt: skip

RUN = ["train", "--steps", "4", "--every", "2", "--seeds", "2", "--html"]
DRAWN = ["train", "--steps", "4", "--every", "4", "--seeds", "1", "--gif"]
INTERRUPTED = "data=gaussian1d&width=4&batch=4&ema=0.9&regularizers=r1:0.1"
STATE = "width=4&batch=4&ema=0.9&regularizers=r1:0.1,spectral-norm:2.0&turns=lookahead(k=2)"


class Killed(BaseException):
    """The end of a process."""


def run(*words: object) -> None:
    """Run a command, and do not go on if it is refused."""
    result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    if result.exit_code:
        sys.exit(result.output)


def run_and_kill(*words: object) -> None:
    """Run a command that keeps a checkpoint before each iteration, and end it before the fourth."""
    step = Run.step

    def killed(self: Run) -> None:
        if self.steps == 3:
            raise Killed
        step(self)

    Run.step, folder.SECONDS, folder.SHARE = killed, 0.0, math.inf
    with contextlib.suppress(Killed):
        run(*words)
    Run.step = step


def public_names() -> dict[str, list[str]]:
    """The public names of toygan and toygan.teach, with their arguments, and the methods and properties of classes."""
    found = {}
    for module in (toygan, teach):
        for name in getattr(module, "__all__", vars(module)):
            value = getattr(module, name)
            if name.startswith("_") or inspect.ismodule(value):
                continue
            try:
                found[name] = list(inspect.signature(value).parameters) if callable(value) else []
            except ValueError:
                found[name] = []
            for base in inspect.getmro(value) if inspect.isclass(value) else ():
                if base.__module__.startswith("toygan"):
                    found |= {f"{name}.{part}": [] for part in vars(base) if not part.startswith("_")}
    return found


def make() -> None:
    """Write all of it."""
    run("sweep", "lr_g=0.001,0.01", "regularizers.r1=0,0.1", "--share", "width=4&batch=4", "--seeds", "2", "--steps",
        "4", "--every", "2", "--jobs", "1", "--store", HERE / "rates.db")  # fmt: skip
    run("report", HERE / "rates.db", "--out", HERE / "rates.csv")
    run_and_kill(*RUN, "--share", INTERRUPTED, "--out", HERE / "interrupted")
    run_and_kill(*DRAWN, "--share", "data=dirac&width=4&batch=4", "--out", HERE / "drawn")
    run(*RUN, "--share", INTERRUPTED, "--out", HERE / "finished")
    for unread in ("picture.png", "run.html"):  # no reader opens them, and they are large
        (HERE / "finished" / unread).write_bytes(b"")
    for name in ("interrupted", "drawn"):
        with tarfile.open(HERE / f"{name}.tar.xz", "w:xz") as archive:
            archive.add(HERE / name, name)
        shutil.rmtree(HERE / name)
    population = toygan.Population(toygan.Recipe.from_string(STATE).seeds(2))
    population.run(3)
    population.state.save(HERE / "run.state")
    population.run(3)
    players = {
        "generator": population.generator.theta.tolist(),
        "discriminator": population.discriminator.theta.tolist(),
    }
    (HERE / "continued.json").write_text(json.dumps(players) + "\n", encoding="utf-8")
    question = Prediction("How many modes are left?", {"few": "at most three", "all": "all eight"})
    question.question.lock("few")
    question.compare(["few", "all", "few"])
    save_answers(HERE / "ada.json")
    recipes = {share: json.loads(toygan.Recipe.from_string(share).to_json()) for share in SHARES}
    (HERE / "shares.json").write_text(json.dumps(recipes, indent=1) + "\n", encoding="utf-8")
    (HERE / "recipe.json").write_text(toygan.Recipe.from_string(INTERRUPTED).to_json() + "\n", encoding="utf-8")
    rows = {field: list(how.menu) for field, how in KNOBS.items() if how.menu is not None}
    (HERE / "names.json").write_text(json.dumps(public_names()) + "\n", encoding="utf-8")
    (HERE / "menus.json").write_text(json.dumps(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make()
