"""A recipe as a script of plain PyTorch, without toygan."""

from __future__ import annotations

import ast
from collections.abc import Callable
from importlib.metadata import version
from typing import TypeVar

from toygan.export.data import write_data, write_noise
from toygan.export.optimizers import write_optimizer
from toygan.export.players import CLASSES, Layers, build
from toygan.export.regularizers import Changes, write_helpers, write_regularizers
from toygan.export.source import Definitions, PassName, PassView, Refused, find_method, literal
from toygan.export.tidy import tidy
from toygan.export.turns import get_inner, write_turn
from toygan.parts.losses import Loss
from toygan.parts.networks.dropout import NoisyMLP
from toygan.parts.turns.first_order import WhileLosing
from toygan.parts.turns.lookahead import Lookahead
from toygan.recipe import Recipe, RecipeError
from toygan.training import Population

Found = TypeVar("Found")
SECONDS, STEP_SECONDS = 20, 7e-4  # of a script, and of one step of a player in it on one core, about
HEAD = '''"""A GAN in plain PyTorch, written by toygan {version}.

    python {file}         trains for about 20 seconds, prints the losses, and at the end a few samples
    python {file} FILE    starts from weights in a .safetensors file, and trains on its batches if it has any
"""'''
SET_GRADIENT = '''
def set_gradient(player, loss):
    """Put the gradient of a player's loss into its parameters, and return the loss."""
    player.zero_grad()
    loss.backward(inputs=list(player.parameters()))
    return loss.item()
'''
LOAD = '''
def load(path):
    """Read weights, and batches if there are any, from a .safetensors file; return the number of iterations."""
    from safetensors.torch import load_file

    file = load_file(path)
    for name, player in {{{players}}}.items():
        weights = {{key.removeprefix(name + "."): x for key, x in file.items() if key.startswith(name + ".")}}
        player.to(next(iter(weights.values())).dtype).load_state_dict(weights)
    BATCHES.update({{key.removeprefix("batch."): list(x) for key, x in file.items() if key.startswith("batch.")}})
{start}    return int(file.get("iterations", STEPS))
'''
TRAIN = '''
def train(steps):
    """Train, and return both losses of every iteration."""
{begin}    history = []
    for step in range(steps):
{before}        # {docs}
{turn}
        history.append((loss_g, loss_d))
{after}        if step % max(1, steps // 20) == 0:
            print(f"iteration {{step + 1:>6}}   loss of G {{loss_g:.6f}}   loss of D {{loss_d:.6f}}")
    return history
'''
MAIN = """
if __name__ == "__main__":
    train(load(sys.argv[1]) if len(sys.argv) > 1 else STEPS)
    with torch.no_grad():
        print("samples:", {sampler}(sample_noise(BATCH){dtype})[:5].tolist())
"""


class Script:
    """A recipe as a script: its `text`, and the layers of both players, by which weights find their places.

    Args:
        recipe: The recipe.
        file: The name of the script in its own text [default: "gan.py"].
    Raises:
        RecipeError: If a field has no text.
    """

    def __init__(self, recipe: Recipe, file: str = "gan.py") -> None:
        self.recipe, self._to, self._changes = recipe, Definitions(), Changes()
        self._file, self._has_d = file, recipe.parts.loss.uses_discriminator
        self._sections: list[str] = []
        g, d = recipe.parts.networks
        self._changes = write_regularizers(self._to, recipe)
        written, self._to.texts = self._to.texts, {}
        self.generator: Layers = self._ask("generator", lambda: build(g))
        self.discriminator: Layers | None = None
        if self._has_d:
            self.discriminator = self._ask("discriminator", lambda: build(d, self._changes.spectral))
            self.discriminator.modules.append("nn.Flatten(0)")
        self._write_data()
        self._write_players()
        self._to.texts.update(written)
        self._write_losses()
        self._write_training()
        self.text = self._join()

    def _ask(self, field: str, write: Callable[[], Found]) -> Found:
        try:
            return write()
        except Refused as error:
            raise RecipeError(field, getattr(self.recipe, field), f"cannot be exported: {error}") from None

    def _add(self, title: str, texts: str) -> None:
        """Add a section: its title, what was defined meanwhile, and these texts."""
        defined = "\n".join(text if "\n" not in text else f"\n\n{text}\n\n" for text in self._to.texts.values())
        self._to.texts = {}
        self._sections.append(f"\n# {title}\n{defined}\n{texts}" if title else f"{defined}\n{texts}")

    # The sections of a script.

    def _write_data(self) -> None:
        recipe, to = self.recipe, self._to
        self._ask("data", lambda: write_data(to, recipe.parts.data))
        g = recipe.parts.networks[0]
        units, rate = (g.units, g.rate) if isinstance(g, NoisyMLP) else (0, 0.0)
        self._ask("noise", lambda: write_noise(to, recipe.parts.noise, recipe.latent, units, rate))
        draws = {"real": "sample_data(BATCH)", "z": "sample_noise(BATCH)", **list_draws(recipe)}
        drawn = "{" + ", ".join(f"{name!r}: {text}" for name, text in draws.items()) + "}"
        self._add(
            "The data, the noise that G starts from, and all random numbers of a step.",
            f'''
BATCHES = {{}}  # those of a file, if there is one


def draw_batch():
    """Draw the random numbers of one step of a player."""
    if BATCHES:
        return {{name: rows.pop(0) for name, rows in BATCHES.items()}}
    return {drawn}
''',
        )

    def _write_players(self) -> None:
        to, recipe = self._to, self.recipe
        to.add_import("torch")
        to.add_import("torch", "nn")
        layers = [self.generator, *([self.discriminator] if self.discriminator else [])]
        classes = dict.fromkeys(name for one in layers for name in one.classes)
        for module, name in (pair for one in layers for pair in one.imports):
            to.add_import(module, name)
        lines = ["".join(CLASSES[name] for name in classes), self.generator.text("G")]
        rates = [f"LR_G = {recipe.lr_g!r}"]
        makers = [self._ask("optimizer_g" if recipe.optimizer_g else "optimizer", lambda: write_optimizer(recipe, "g"))]
        if self.discriminator:
            lines.append(self.discriminator.text("D"))
            rates[0] = f"LR_G, LR_D = {recipe.lr_g!r}, {recipe.lr_d!r}"
            field = "optimizer_d" if recipe.optimizer_d else "optimizer"
            makers.append(self._ask(field, lambda: write_optimizer(recipe, "d")))
        if recipe.ema:
            to.add_import("copy")
            lines.append("average = copy.deepcopy(G)  # the moving average of G")
        lines += [next((helper for _, helper in makers if helper), ""), *rates, *[line for line, _ in makers]]
        title = "The players" + (
            ": D's output is a logit, and a high one means real." if self._has_d else ": there is no D."
        )
        self._add(title, "\n".join(filter(None, lines)))

    def _write_losses(self) -> None:
        loss, changes = self.recipe.parts.loss, self._changes
        for_g = self._ask("loss", lambda: self._express(loss, "generator"))
        texts = ""
        if self._has_d:
            for_d = self._ask("loss", lambda: self._express(loss, "discriminator"))
            needs = " ".join([for_d, *changes.of_d])
            args = "batch, D=D" if changes.look != "D" else "batch"
            texts += self._objective("d_loss", args, "What D minimises.", for_d, changes.of_d, "", "D", needs)
        else:
            for_g = for_g.replace("a_real", "x_real").replace("a_fake", "x_fake")
        needs = " ".join([for_g, *changes.of_g])
        before = "".join(f"    {line}\n" for line in changes.before_g)
        texts += self._objective(
            "g_loss", "batch", "What G minimises.", for_g, changes.of_g, before, changes.look, needs
        )
        if isinstance(get_inner(self.recipe.parts.turns), WhileLosing):
            texts += self._accuracy(loss)
        features = self.discriminator.features if self.discriminator else 0
        every = "".join([texts, *self._to.texts.values()])
        if "parameters_to_vector" in every:
            self._to.add_import("torch.nn.utils", "parameters_to_vector")
        self._add("What both players minimise.", write_helpers(every, features) + texts)

    def _express(self, loss: Loss, method: str) -> str:
        """Return the mean of a player's loss per sample as text."""
        view = PassName("logits", ast.Load())
        view.view = PassView(loss)
        found = self._to.call(loss, method, [view])
        call = ast.Call(ast.Attribute(found, "mean", ast.Load()), [], [])
        return ast.unparse(ast.fix_missing_locations(call))

    def _objective(
        self, name: str, args: str, docs: str, loss: str, changes: list[str], before: str, look: str, needs: str
    ) -> str:
        judged = "" if not self._has_d else f"    a_fake = {look}(x_fake)\n"
        if "a_real" in needs:
            judged = f"    a_real, a_fake = {look}(x_real), {look}(x_fake)\n"
        samples = "    samples = x_fake\n" if "samples" in " ".join([needs, *self._changes.inputs]) else ""
        inputs = "".join(f"    {line}\n" for line in self._changes.inputs)
        end = "".join(f"    {line}\n" for line in [f"loss = {loss}", *changes, "return loss"])
        if not changes:
            end = f"    return {loss}\n"
        return (
            f'\n\ndef {name}({args}):\n    """{docs}"""\n{before}'
            f'    x_real, x_fake = batch["real"], G(batch["z"])\n{samples}{inputs}{judged}{end}'
        )

    def _accuracy(self, loss: Loss) -> str:
        if type(loss).threshold is not Loss.threshold:
            raise RecipeError("turns", self.recipe.turns, "cannot be exported: the loss has a threshold of its own")
        middle = "(a_real.mean() + a_fake.mean()) / 2" if loss.relative else repr(loss.equilibrium_logit)
        inputs = "".join(f"    {line}\n" for line in self._changes.inputs)
        return f'''

@torch.no_grad()
def accuracy(batch):
    """Return the share of a batch that D is right about."""
    x_real, x_fake = batch["real"], G(batch["z"])
{inputs}    a_real, a_fake = D(x_real), D(x_fake)
    middle = {middle}
    return ((a_real > middle).double().mean() + (a_fake < middle).double().mean()) / 2
'''

    def _write_training(self) -> None:
        recipe, changes = self.recipe, self._changes
        needs, docs, lines = self._ask("turns", lambda: write_turn(recipe))
        turn = "\n".join("        " + line for line in lines)
        steps = SET_GRADIENT if "set_gradient(" in turn else ""
        turn = turn.replace("step_g()", "opt_g.step()")
        if changes.after_d:
            after = "\n".join(f"    {line}" for line in changes.after_d)
            steps += f"\n\ndef step_d():\n    opt_d.step()\n{after}\n"
        else:
            turn = turn.replace("step_d()", "opt_d.step()")
        self._add("Training.", steps + needs)
        self._write_loop(docs, turn)

    def _write_loop(self, docs: str, turn: str) -> None:
        recipe, to, changes = self.recipe, self._to, self._changes
        before, after = "", ""
        if not recipe.parts.schedule.constant:
            function, owner = find_method(type(recipe.parts.schedule), "factor")
            name = self._ask("schedule", lambda: to.define(function, recipe.parts.schedule, owner, "rate_factor"))
            pairs = "((opt_g, LR_G), (opt_d, LR_D))" if self._has_d else "((opt_g, LR_G),)"
            before = f"        for opt, lr in {pairs}:\n            opt.param_groups[0]['lr'] = lr * {name}(step)\n"
        if recipe.ema:
            decay = self._ask("ema_warmup", self._write_decay)
            after = (
                "        with torch.no_grad():\n"
                "            for old, p in zip(average.parameters(), G.parameters()):\n"
                f"                old.lerp_(p, 1 - {decay})\n"
            )
        names = dict.fromkeys([*changes.globals, *(["step"] if isinstance(recipe.parts.turns, Lookahead) else [])])
        begin = f"    global {', '.join(names)}\n" if names else ""
        begin += "".join(f"    {line}\n" for line in changes.begin)
        start = "".join(f"    {line}\n" for line in changes.start)
        players = ['"generator": G', *(['"discriminator": D'] if self._has_d else [])]
        players += ['"average": average'] if recipe.ema else []
        load = LOAD.format(players=", ".join(players), start=start)
        train = TRAIN.format(docs=docs, turn=turn, begin=begin, before=before, after=after)
        sampler = "average" if recipe.ema else "G"
        dtype = "" if recipe.parts.noise.tabulated else f".to(next({sampler}.parameters()))"
        to.add_import("sys")
        now = "\n".join(changes.start)
        self._add(
            "", (f"{now}\n" if now else "") + load + "\n" + train + "\n" + MAIN.format(sampler=sampler, dtype=dtype)
        )

    def _write_decay(self) -> str:
        """Return the share of the average that an iteration keeps, as text."""
        recipe, to, warmup = self.recipe, self._to, self.recipe.parts.ema_warmup
        if warmup.plain:
            return repr(recipe.ema)
        function, owner = find_method(type(warmup), "decay")
        name = to.define(function, warmup, owner, "decay")
        return f"float({name}(step + 1, torch.tensor({recipe.ema!r}, dtype=torch.float64)))"

    def _join(self) -> str:
        recipe = self.recipe
        imports = [f"import {name}" for name in sorted(self._to.imports) if name.split(".")[0] in STANDARD]
        others = [n for n in sorted(self._to.imports) if n.split(".")[0] not in STANDARD and not self._to.imports[n]]
        imports += ["", "import torch"] + [f"import {name}" for name in others if name != "torch"]
        for module in sorted(self._to.imports):
            if names := sorted(self._to.imports[module]):
                imports.append(f"from {module} import {', '.join(names)}")
        players = (recipe.g_steps + recipe.d_steps) * STEP_SECONDS
        steps = max(100, round(SECONDS / players, -2))
        top = [
            HEAD.format(version=version("toygan"), file=self._file),
            *imports,
            "",
            f"RECIPE = {literal_text(recipe.to_string())}",
            f"STEPS, BATCH = {int(steps)}, {recipe.batch}",
            f"torch.manual_seed({recipe.seed})",
            "",
        ]
        return tidy("\n".join([*top, *self._sections]))


STANDARD = ("copy", "math", "sys")


def literal_text(words: str) -> str:
    """Return words as a string of Python."""
    return ast.unparse(literal("it", words))


def list_draws(recipe: Recipe) -> dict[str, str]:
    """Return the random numbers that regularizers ask for in an iteration: names, and how a script draws them."""
    if not recipe.regularizers:
        return {}
    population = Population(recipe.but(seed=0), device="meta")  # shapes only
    population.take_step()
    found = {}
    for stream, mark in population.game.source.bookmarks.items():
        if stream not in ("data", "latent"):
            kind, dim, name = stream.split(" ", 2)
            n = "BATCH" if mark.n == recipe.batch else mark.n
            found[name] = f"torch.{'randn' if kind == 'normal' else 'rand'}({n}, {dim})"
    return found
