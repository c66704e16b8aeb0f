"""How a script draws real samples and the generator's noise."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Any

from torch import Tensor

from toygan.export.source import (
    Definitions,
    Refused,
    Rewriter,
    as_list,
    find_method,
    first_line,
    literal,
    parse,
    without_docstring,
)
from toygan.parts.distributions.base import Distribution, Mixture
from toygan.parts.distributions.digits import Digits, Stacked, images
from toygan.parts.distributions.points import GivenPoints
from toygan.parts.distributions.rows import File
from toygan.parts.distributions.tilted import Tilted
from toygan.parts.distributions.wrapped import Standardised, TrainingSet
from toygan.parts.menu import summary
from toygan.parts.noises import Noise

MOST_ROWS = 40  # points that stand in the text


def write_data(to: Definitions, data: Distribution, name: str = "sample_data") -> str:
    """Define the function of the script that draws n real samples, and return its name."""
    for kind, form in FORMS.items():
        if isinstance(data, kind) and (kind is not Mixture or type(data).sample is Mixture.sample):
            return form(to, data, to.take_name(name))
    own = [type(data).players_see is Distribution.players_see, data.training_set is None]
    if not all(own):
        raise Refused("has units or a training set of its own")
    function, owner = find_method(type(data), "sample")
    return to.define(function, data, owner, name)


def _define(to: Definitions, name: str, data: Distribution, lines: list[str]) -> str:
    to.add_import("torch")
    docs = first_line(summary("", data) + ".") or "Draw n real samples."
    tree: Any = ast.parse("\n".join([f"def {name}(n):", *["    " + line for line in lines]])).body[0]
    tree.body.insert(0, ast.Expr(ast.Constant(docs)))
    to.texts[name] = ast.unparse(ast.fix_missing_locations(tree))
    return name


def _property(to: Definitions, data: Any, name: str) -> str:
    """Return the text of a property that is a tensor: a constant of the script, from the property's source."""
    from functools import cached_property
    from inspect import getattr_static

    static = getattr_static(type(data), name)
    getter = static.func if isinstance(static, cached_property) else static.fget
    owner = next(kind for kind in type(data).__mro__ if name in vars(kind))
    return ast.unparse(to.define_constant(getter, data, owner))


def _numbers(x: Tensor) -> str:
    return ast.unparse(literal("it", x))


def _mixture(to: Definitions, data: Any, name: str) -> str:
    modes, weights, sigmas = _property(to, data, "modes"), data.weights, data.sigmas
    mass = f"torch.ones({len(weights)})" if bool((weights == weights[0]).all()) else _property(to, data, "weights")
    same = bool((sigmas == sigmas[0]).all())
    spread = repr(float(data.sigma)) if same else f"{_property(to, data, 'sigmas')}[mode, None]"
    lines = [
        f"mode = torch.multinomial({mass}, n, replacement=True)",
        f"return {modes}[mode] + {spread} * torch.randn(n, {data.dim})",
    ]
    return _define(to, name, data, lines)


def _tilted(to: Definitions, data: Any, name: str) -> str:
    to.texts["MEANS"] = f"MEANS = {_numbers(data.modes)}"
    to.texts["ROOTS"] = f"ROOTS = {_numbers(data._roots.float())}"
    lines = [
        f"mode = torch.multinomial({_numbers(data.weights)}, n, replacement=True)",
        "return MEANS[mode] + (ROOTS[mode] @ torch.randn(n, 2, 1)).squeeze(-1)",
    ]
    return _define(to, name, data, lines)


def _rows(to: Definitions, data: Any, name: str, rows: str) -> str:
    to.add_import("torch")
    to.texts["ROWS"] = f"ROWS = {rows}"
    shares = data.row_shares
    if bool((shares == shares[0]).all()):
        which = "torch.randint(len(ROWS), (n,))"
    else:
        which = f"torch.multinomial({_numbers(shares)}, n, replacement=True)"
    noise = f" + {data.sigma!r} * torch.randn(n, {data.dim})" if data.sigma else ""
    return _define(to, name, data, [f"return ROWS[{which}]{noise}"])


def _points(to: Definitions, data: GivenPoints, name: str) -> str:
    if len(data.rows) > MOST_ROWS:
        raise Refused(f"has {len(data.rows)} points; at most {MOST_ROWS} are written into the text")
    if data.round:
        raise Refused("round=True is not written")
    return _rows(to, data, name, _numbers(data.rows))


def _file(to: Definitions, data: File, name: str) -> str:
    plain = not (data.held_out or data.missing or data.categories or data.round)
    if not data.path:
        return _rows(to, data, name, _numbers(data.rows))
    if plain and data.path.lower().endswith(".npy"):
        to.add_import("numpy")
        return _rows(to, data, name, f"torch.tensor(numpy.load({data.path!r}, allow_pickle=False)).float()")
    if plain and data.path.lower().endswith(".csv") and data.axis_names:
        to.add_import("pandas")
        table = f"pandas.read_csv({data.path!r})[{list(data.axis_names)!r}]"
        return _rows(to, data, name, f"torch.tensor({table}.to_numpy('float32'))")
    raise Refused("is written for a .npy file, or numbers of a .csv file with names of columns, without options")


def _digits(to: Definitions, data: Digits, name: str) -> str:
    to.add_import("sklearn.datasets", "load_digits")
    to.add_import("numpy")
    to.add_import("torch")
    known = images()
    n, every = len(known.training), len(known.training) + len(known.held_out)
    to.texts["ORDER"] = f"ORDER = numpy.random.default_rng(0).permutation({every})"
    to.texts["TRAINING_SET"] = f"TRAINING_SET = torch.tensor(load_digits().data[ORDER[:{n}]] / 8 - 1).float()"
    return _define(to, name, data, ["return TRAINING_SET[torch.randint(len(TRAINING_SET), (n,))]"])


def _standardised(to: Definitions, data: Standardised, name: str) -> str:
    inner = write_data(to, data.inner, "sample_unscaled")
    if data.inner.training_set is not None:
        raise Refused("is written for data without a training set")
    mean = data.moments[0].float()
    return _define(to, name, data, [f"return ({inner}(n) - {_numbers(mean)}) / {_numbers(data.scales.float())}"])


def _training_set(to: Definitions, data: TrainingSet, name: str) -> str:
    inner = write_data(to, data.inner, "sample_all")
    to.add_import("torch")
    to.texts["TRAINING_SET"] = f"torch.manual_seed({data.seed})\nTRAINING_SET = {inner}({data.n})"
    return _define(to, name, data, ["return TRAINING_SET[torch.randint(len(TRAINING_SET), (n,))]"])


def _stacked(to: Definitions, data: Stacked, name: str) -> str:
    inner = write_data(to, data.inner, "sample_one")
    return _define(to, name, data, [f"return torch.cat([{inner}(n) for _ in range({data.times})], dim=-1)"])


FORMS: dict[type[Distribution], Callable[..., str]] = {
    Mixture: _mixture,
    Tilted: _tilted,
    GivenPoints: _points,
    File: _file,
    Digits: _digits,
    Standardised: _standardised,
    TrainingSet: _training_set,
    Stacked: _stacked,
}


def write_noise(to: Definitions, noise: Noise, latent: int, units: int, rate: float) -> None:
    """Define the function of the script that draws n latent points; `units` factors of dropout follow them."""
    if noise.tabulated:
        to.add_import("torch")
        rows = getattr(noise, "n", 0)
        docs = '    """Row numbers of G\'s table of latent points."""'
        to.texts["sample_noise"] = f"def sample_noise(n):\n{docs}\n    return torch.randint({rows}, (n,))"
        return
    function, owner = find_method(type(noise), "draw")
    tree = copy.deepcopy(parse(function))
    *before, last = without_docstring(tree)
    inner = _find_draw(before, last)
    tree.name, tree.args.args = "sample_noise", [ast.arg("latent"), ast.arg("n")]
    tree.body = [s for s in before if not isinstance(s, ast.FunctionDef)] + inner
    rewriter = Rewriter(to, function, noise, owner, {}, {"latent": ast.Constant(latent)})
    tree = rewriter.rewrite(tree)
    docs = first_line(summary("", noise) + ".")
    tree.body = [*([ast.Expr(ast.Constant(docs))] if docs else []), *[new for s in tree.body for new in as_list(s)]]
    text = ast.unparse(ast.fix_missing_locations(tree))
    if units:
        to.texts["sample_latent"] = text.replace("def sample_noise", "def sample_latent")
        text = "\n".join(
            [
                "def sample_noise(n):",
                '    """Latent points, and beside each a factor for every hidden unit of G: 0, or 1 / (1 - rate)."""',
                f"    factors = (torch.rand(n, {units}) >= {rate!r}) / {1 - rate!r}",
                "    return torch.cat([sample_latent(n), factors], dim=-1)",
            ]
        )
    to.add_import("torch")
    to.texts["sample_noise"] = text


def _find_draw(before: list[Any], last: Any) -> list[Any]:
    """Return the statements that draw: those of the function or lambda that a method returns."""
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Lambda):
        return [ast.Return(last.value.body)]
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Name):
        for statement in before:
            if isinstance(statement, ast.FunctionDef) and statement.name == last.value.id:
                return list(statement.body)
    raise Refused("returns no function that is written in it")
