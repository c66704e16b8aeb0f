"""Regularizers of a script: hooks that are formulas from their own sources, the others as they are written here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from toygan.export.source import Definitions, PassView, Refused, find_method, first_line
from toygan.parts.menu import summary
from toygan.parts.networks import MLP
from toygan.parts.networks.layers import Maxout
from toygan.parts.networks.plain import Linear
from toygan.parts.optimizers import SGD, Adam
from toygan.parts.regularizers import Regularizer
from toygan.parts.regularizers.batch_aware import Dropout, SimilarityMLP, StddevMLP
from toygan.parts.regularizers.generator_losses import Unrolled
from toygan.parts.regularizers.veegan import Veegan
from toygan.parts.regularizers.weights import HistoricalAveraging, SpectralNorm, WeightClipping
from toygan.recipe import Recipe, RecipeError

LIFTED = ("inputs", "discriminator_loss", "generator_loss")  # hooks that are formulas
HELPERS = {
    "input_gradient": '''
def input_gradient(x):
    """Return the gradient of D's logit at each x, which can be differentiated again."""
    x = x if x.requires_grad else x.detach().requires_grad_()
    return torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]
''',
    "features": '''
def features(x):
    """Return the inputs of D's last layer."""
    return D[:{features}](x)
''',
    "d_gradient": '''
def d_gradient(batch):
    """Return the gradient of D's loss in its parameters, which can be differentiated again."""
    slopes = torch.autograd.grad(d_loss(batch), list(D.parameters()), create_graph=True)
    return torch.cat([slope.flatten() for slope in slopes])
''',
}


@dataclass
class Changes:
    """What the regularizers of a recipe change in a script: calls in the losses, and lines at certain places."""

    inputs: list[str] = field(default_factory=list)  # lines that change what D sees
    of_d: list[str] = field(default_factory=list)  # lines after D's loss is computed
    of_g: list[str] = field(default_factory=list)
    before_g: list[str] = field(default_factory=list)  # lines before D judges G's samples
    look: str = "D"  # the D that G plays against
    after_d: list[str] = field(default_factory=list)  # after each step of D
    start: list[str] = field(default_factory=list)  # once the weights are there
    begin: list[str] = field(default_factory=list)  # at the begin of training
    globals: list[str] = field(default_factory=list)
    spectral: float | None = None


def write_regularizers(to: Definitions, recipe: Recipe) -> Changes:
    """Define the functions of a recipe's regularizers, and return what they change."""
    made = Changes()
    for spec, part in recipe.parts.regularizers.items():
        try:
            _write_one(to, made, recipe, spec, part)
        except Refused as error:
            raise RecipeError("regularizers", spec, f"cannot be exported: {error}") from None
    if made.look != "D" and (made.of_d or made.of_g or made.inputs or made.after_d):
        names = ", ".join(recipe.regularizers)
        raise RecipeError("regularizers", names, "cannot be exported: 'unrolled' is written without others")
    return made


def _write_one(to: Definitions, made: Changes, recipe: Recipe, spec: str, part: Regularizer) -> None:
    strength = recipe.regularizers[spec]
    text = repr(int(strength) if part.whole else strength)
    if part.fades and recipe.anneal:
        text += f" * max(0.0, 1 - step / {recipe.anneal})"
        made.globals.append("step")
    written = FORMS.get(type(part))
    if written is not None:
        written(to, made, recipe, part, strength)
        return
    hooks = [name for name in vars(Regularizer) if getattr(type(part), name) is not getattr(Regularizer, name, None)]
    known = {*LIFTED, "refuses", "weaken", "point", "networks"}
    own = [name for name in hooks if callable(getattr(Regularizer, name, None)) and not name.startswith("_")]
    if other := [name for name in own if name not in known]:
        raise Refused(f"is not written ({', '.join(other)}); supported: formulas of the losses and of D's inputs")
    for hook in LIFTED:
        if hook in own:
            call = _lift(to, recipe, spec, part, hook, text)
            lines = {"inputs": made.inputs, "discriminator_loss": made.of_d, "generator_loss": made.of_g}[hook]
            lines.append(f"x_real, x_fake = {call}" if hook == "inputs" else f"loss = {call}")


def _lift(to: Definitions, recipe: Recipe, spec: str, part: Regularizer, hook: str, strength: str) -> str:
    """Define the function of a hook, and return the call of it."""
    function, owner = find_method(type(part), hook)
    name = to.define(function, part, owner, spec.split("(")[0], c=PassView(recipe.parts.loss))
    tree: Any = ast.parse(to.texts[name]).body[0]
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    if "state" in used:
        raise Refused("keeps a state, which is not written")
    adds = _strip_loss(tree)
    used = {n.id for statement in tree.body for n in ast.walk(statement) if isinstance(n, ast.Name)}
    tree.args.args = [a for a in tree.args.args if a.arg not in ("strength", "state") and a.arg in used]
    if "strength" in used:
        tree.body.insert(0, ast.parse(f"strength = {strength}").body[0])
    if docs := first_line(summary(spec, part) + "."):
        tree.body.insert(0, ast.Expr(ast.Constant(docs)))
    to.texts[name] = ast.unparse(ast.fix_missing_locations(tree))
    call = f"{name}({', '.join(a.arg for a in tree.args.args)})"
    return f"loss + {call}" if adds else call


def _strip_loss(tree: Any) -> bool:
    """Let a function return the term that it adds to the loss, and return True; False if it changes the loss."""
    last = tree.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    named = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "loss"]
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and len(named) == 1 and value.left is named[0]:
        last.value = value.right
        return True
    return False


def write_helpers(texts: str, features: int) -> str:
    """Return the helpers that a text of regularizers calls."""
    return "".join(text.replace("{features}", str(features)) for name, text in HELPERS.items() if f"{name}(" in texts)


# Those that act on D's parameters, keep a state, or look ahead.


def _clipping(to: Definitions, made: Changes, recipe: Recipe, part: Any, strength: float) -> None:
    layers = type(recipe.parts.networks[1])
    if part.relative and layers not in (MLP, Maxout, Linear, StddevMLP, SimilarityMLP):
        raise Refused("is written for 'mlp', 'maxout' and 'linear', or with relative=False")
    docs = first_line(summary("", part) + ".")
    body = f"""
    for layer in D.modules():
        if isinstance(layer, nn.Linear):
            bound = {strength!r} / layer.in_features**0.5
            for p in layer.parameters():
                p.clamp_(-bound, bound)
"""
    if not part.relative:
        body = f"\n    for p in D.parameters():\n        p.clamp_({-strength!r}, {strength!r})\n"
    to.texts["clip"] = f'@torch.no_grad()\ndef clip():\n    """{docs}"""{body}'.rstrip()
    made.after_d.append("clip()")
    made.start.append("clip()")


def _spectral(to: Definitions, made: Changes, recipe: Recipe, part: Any, strength: float) -> None:
    if made.spectral is not None:
        raise Refused("is written once")
    made.spectral = float(strength)
    made.after_d += ["for layer in D:", "    if isinstance(layer, SpectralLinear):", "        layer.iterate()"]
    made.start += ["for layer in D:", "    if isinstance(layer, SpectralLinear):", "        layer.start()"]


def _historical(to: Definitions, made: Changes, recipe: Recipe, part: Any, strength: float) -> None:
    to.add_import("torch.nn.utils", "parameters_to_vector")
    now = "parameters_to_vector({}.parameters())"
    made.globals += ["mean_g", "mean_d", "count"]
    made.begin += [f"mean_g, mean_d = {now.format('G')}.detach(), {now.format('D')}.detach()", "count = 1"]
    to.texts["remember"] = f'''
@torch.no_grad()
def remember():
    """Update the means of all past parameters of both players (Salimans et al. 2016, sec. 3.3)."""
    global mean_g, mean_d, count
    count += 1
    mean_g = mean_g + ({now.format("G")} - mean_g) / count
    mean_d = mean_d + ({now.format("D")} - mean_d) / count
'''.strip()
    made.after_d.append("remember()")
    made.of_d.append(f"loss = loss + {strength!r} * (({now.format('D')} - mean_d) ** 2).sum()")
    made.of_g.append(f"loss = loss + {strength!r} * (({now.format('G')} - mean_g) ** 2).sum()")


SGD_AHEAD = """
        ahead = {name: p - LR * slope for (name, p), slope in zip(ahead.items(), slopes)}
"""
ADAM_START = """
    kept = [opt_d.state[p] for p in D.parameters()]
    first = [k["exp_avg"] if k else torch.zeros_like(p) for k, p in zip(kept, D.parameters())]
    second = [k["exp_avg_sq"] if k else torch.zeros_like(p) for k, p in zip(kept, D.parameters())]
    t, (beta1, beta2) = float(kept[0]["step"]) if kept[0] else 0.0, opt_d.param_groups[0]["betas"]
"""
ADAM_AHEAD = """
        t += 1
        first = [beta1 * m + (1 - beta1) * slope for m, slope in zip(first, slopes)]
        second = [beta2 * v + (1 - beta2) * slope**2 for v, slope in zip(second, slopes)]
        roots = [(v / (1 - beta2**t)).clamp(min=1e-30).sqrt() + 1e-8 for v in second]
        steps = [LR * m / (1 - beta1**t) / root for m, root in zip(first, roots)]
        ahead = {name: p - step for (name, p), step in zip(ahead.items(), steps)}
"""


def _unrolled(to: Definitions, made: Changes, recipe: Recipe, part: Any, strength: float) -> None:
    optimizer = recipe.parts.optimizer_d
    plain = (
        type(optimizer) is SGD and (optimizer.momentum or (optimizer.momentum is None and recipe.momentum) or 0) == 0
    )
    if type(optimizer) is not Adam and not plain:
        raise Refused("is written for steps of 'adam' or of 'sgd' without momentum")
    to.add_import("torch.func", "functional_call")
    begin, ahead = ("", SGD_AHEAD) if plain else (ADAM_START, ADAM_AHEAD)
    keep = "" if part.detached else ", create_graph=True"
    to.texts["unroll"] = f'''
def unroll(batch):
    """Return D as it is after {int(strength)} of its own steps on this batch (Metz et al. 2017)."""
    ahead = {{name: p.detach().requires_grad_() for name, p in D.named_parameters()}}
{begin.strip(chr(10))}
    for _ in range({int(strength)}):
        loss = d_loss(batch, lambda x: functional_call(D, ahead, (x,)))
        slopes = torch.autograd.grad(loss, list(ahead.values()){keep})
{ahead.strip(chr(10)).replace("LR", 'opt_d.param_groups[0]["lr"]')}
    return lambda x: functional_call(D, ahead, (x,))
'''.strip().replace("\n\n", "\n")
    made.look = "ahead"
    made.before_g.append("ahead = unroll(batch)")


def _dropout(to: Definitions, made: Changes, recipe: Recipe, part: Any, strength: float) -> None:
    if made.inputs:
        raise Refused("is written without other regularizers that change D's inputs")
    to.texts["dropout"] = f'''
def dropout(x, draws):
    """Put a factor for every hidden unit of D beside its inputs: 0, or 1 / (1 - rate) (Srivastava et al. 2014)."""
    return torch.cat([x, (draws >= {strength!r}).to(x) / {1 - strength!r}], dim=-1)
'''.strip()
    made.inputs.append(
        'x_real, x_fake = dropout(x_real, batch["dropout on real"]), dropout(x_fake, batch["dropout on fake"])'
    )


def _veegan(to: Definitions, made: Changes, recipe: Recipe, part: Any, strength: float) -> None:
    if made.inputs:
        raise Refused("is written without other regularizers that change D's inputs")
    to.texts["add_codes"] = '''
def add_codes(batch, samples, x_real, x_fake):
    """Put latent points beside generated samples, and codes with noise as large as their error beside real ones."""
    error = batch["z"] - G.encoder(samples)
    codes = G.encoder(x_real) + error.square().mean(0).sqrt() * batch["codes"]
    return torch.cat([x_real, codes], dim=-1), torch.cat([x_fake, batch["z"]], dim=-1)
'''.strip()
    made.inputs.append("x_real, x_fake = add_codes(batch, samples, x_real, x_fake)")
    made.of_g.append(f'loss = loss + {strength!r} * ((batch["z"] - G.encoder(samples)) ** 2).sum(-1).mean()')


FORMS: dict[type[Regularizer], Callable[..., None]] = {
    WeightClipping: _clipping,
    SpectralNorm: _spectral,
    HistoricalAveraging: _historical,
    Unrolled: _unrolled,
    Dropout: _dropout,
    Veegan: _veegan,
}
