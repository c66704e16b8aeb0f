"""The text of a part's own methods: fields become numbers, methods and helpers become functions of a script."""

from __future__ import annotations

import ast
import copy
import inspect
import keyword
import math
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any, cast

import torch
from torch import Tensor, nn

from toygan.parts.distributions.base import choose

RANDOM = ("generator", "rng")  # arguments that hold a source of random numbers: a script has torch's own
DOCS = 106  # characters of a docstring's line
MOST_NUMBERS = 256  # of a tensor that stands in the text
MISSING: Any = object()
MODULES: dict[str, ModuleType] = {
    "torch": torch,
    "torch.nn.functional": nn.functional,
    "math": math,
}
# What a look at D before a batch offers, as the names of a script's functions have it; in the order of arguments.
VIEW = {"real": "a_real", "fake": "a_fake", "x_real": "x_real", "x_fake": "x_fake", "samples": "samples"}
ARGUMENTS = ("loss", "batch", "samples", "x_real", "x_fake", "a_real", "a_fake")


class Refused(ValueError):
    """The reason why something has no text."""


class PassView:
    """The place of a `DiscriminatorPass` or of logits in a source: its attributes are names of the script."""

    def __init__(self, loss: object = None) -> None:
        self.loss = loss


class Definitions:
    """The imports and definitions of a script, in the order in which they are needed."""

    def __init__(self) -> None:
        self.imports: dict[str, set[str]] = {}  # names by module; none for the module itself
        self.texts: dict[str, str] = {}
        self._names: dict[object, str] = {}
        self._taken: set[str] = set()
        self._kept: list[object] = []  # parts whose `id` is in a key

    def take_name(self, wanted: str) -> str:
        """Return a name for a definition that no other one has."""
        name = re.sub(r"\W", "_", wanted.strip("_").lower(), flags=re.ASCII) or "part"
        name = f"part_{name}" if name[0].isdigit() or keyword.iskeyword(name) or name.lower() in TAKEN else name
        found, i = name, 2
        while {found, found.upper()} & self._taken:
            found, i = f"{name}_{i}", i + 1
        self._taken |= {found}
        return found

    def add_import(self, module: str, name: str = "") -> None:
        """Import a module, or a name from it."""
        self.imports.setdefault(module, set()).update({name} - {""})

    # What a source may name.

    def express(self, name: str, value: Any) -> ast.expr:
        """Return the text of a global that a source calls `name`; Refused if it has none."""
        if isinstance(value, ModuleType):
            for module, known in MODULES.items():
                if value is known:
                    self.add_import(module)
                    return ast.parse(module, mode="eval").body
        for module, known in MODULES.items():
            if getattr(known, name, MISSING) is value:
                self.add_import(module, name)
                return ast.Name(name, ast.Load())
        if getattr(torch, getattr(value, "__name__", "") or "-", MISSING) is value:
            self.add_import("torch")
            return ast.Attribute(ast.Name("torch", ast.Load()), value.__name__, ast.Load())
        if isinstance(plain := inspect.unwrap(value) if callable(value) else value, FunctionType):
            return ast.Name(self.define(plain), ast.Load())
        return literal(name, value)

    def define(
        self, function: Any, part: object = None, owner: type | None = None, name: str = "", **views: PassView
    ) -> str:
        """Define a function of the script from a function or a method of a part, and return its name."""
        key = (function, id(part) if part is not None else None, tuple(views))
        if key not in self._names:
            self._kept.append(part)
            chosen = self._names[key] = self.take_name(name or function.__name__)
            tree = parse(function)
            if not isinstance(tree, ast.FunctionDef):
                raise Refused(f"{function.__name__} is no function with a name")
            Rewriter(self, function, part, owner, views).rewrite(tree)
            tree.name = chosen
            self.texts[chosen] = ast.unparse(ast.fix_missing_locations(tree))
        return self._names[key]

    def define_constant(self, getter: Any, part: object, owner: type) -> ast.expr:
        """Define a constant from a property of a part."""
        key = ("constant", getter, id(part))
        if key not in self._names:
            self._kept.append(part)
            name = self._names[key] = self.take_name(getter.__name__).upper()
            tree = parse(getter)
            Rewriter(self, getter, part, owner, {}).rewrite(tree)
            *before, last = without_docstring(tree)
            local = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            if isinstance(last, ast.Return) and last.value is not None and not local & (TAKEN | self._taken):
                body = [*before, ast.Assign([ast.Name(name, ast.Store())], last.value)]
                self.texts[name] = "\n".join(ast.unparse(ast.fix_missing_locations(one)) for one in body)
                self._taken |= local
            else:
                tree.name = self.take_name(f"make_{name}")
                self.texts[tree.name] = ast.unparse(ast.fix_missing_locations(tree))
                self.texts[name] = f"{name} = {tree.name}()"
        return ast.Name(self._names[key], ast.Load())

    def call(self, part: object, method: str, arguments: list[ast.expr], after: type | None = None) -> ast.expr:
        """Return the text of a call of a part's method, without the call if the method is one expression."""
        function, owner = find_method(type(part), method, after)
        return self._call(function, part, owner, arguments)

    def call_function(self, function: FunctionType, arguments: list[ast.expr]) -> ast.expr:
        """Return the text of a call of a helper."""
        return self._call(function, None, None, arguments)

    def _call(self, function: Any, part: object, owner: type | None, arguments: list[ast.expr]) -> ast.expr:
        tree = parse(function)
        names = [a.arg for a in tree.args.args if part is None or a.arg != "self"]
        names = [name for name in names if name not in RANDOM]
        if len(names) != len(arguments):
            raise Refused(f"{function.__name__} is called with other arguments than it has")
        views = {n: a.view for n, a in zip(names, arguments, strict=True) if isinstance(a, PassName)}
        values = {n: a for n, a in zip(names, arguments, strict=True) if not isinstance(a, PassName)}
        body = without_docstring(tree)
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            used = Counter(node.id for node in ast.walk(body[0]) if isinstance(node, ast.Name))
            if all(used[n] <= 1 or isinstance(a, ast.Name | ast.Constant) for n, a in values.items()):
                rewriter = Rewriter(self, function, part, owner, views, values)
                return cast(ast.expr, rewriter.rewrite(body[0]).value)
        name = self.define(function, part, owner, "", **views)
        inner = ast.parse(self.texts[name]).body[0] if views else None
        found = [a.arg for a in inner.args.args] if isinstance(inner, ast.FunctionDef) else []
        passed = [ast.Name(n, ast.Load()) for n in found if n in ARGUMENTS and n not in values]
        return ast.Call(ast.Name(name, ast.Load()), [*passed, *values.values()], [])


class PassName(ast.Name):
    """A name that stands for a view."""

    view: PassView


# Names of the script itself.
WORDS = """
loss batch g d step file steps player list dict sum zip range min max print torch nn math sys copy numpy
pandas samples x_real x_fake a_real a_fake opt_g opt_d average recipe batches lr_g lr_d strength history
sample_data_ sample_noise draw_batch d_loss g_loss load train iterate accuracy parameters put gradients losses
set_gradient step_g step_d input_gradient features d_gradient clip remember unroll dropout means roots rows
training_set order linear normalize weight_norm functional_call
"""
TAKEN = frozenset(WORDS.split())


class Rewriter(ast.NodeTransformer):
    """The change of one source: `part` is its `self`, `views` its looks at D, `values` what stands for arguments."""

    def __init__(
        self,
        definitions: Definitions,
        function: Any,
        part: object,
        owner: type | None,
        views: Mapping[str, PassView],
        values: Mapping[str, ast.expr] | None = None,
    ) -> None:
        self._to, self._part, self._owner = definitions, part, owner
        self._views, self._values = views, dict(values or {})
        closed = inspect.getclosurevars(function).nonlocals
        self._globals: dict[str, Any] = {**vars(__import__("builtins")), **function.__globals__, **closed}
        self._locals: set[str] = set()
        self._made: set[str] = set()  # those that are assigned

    def rewrite(self, tree: Any) -> Any:
        """Change a function definition or a statement of it in place, and return it."""
        self._locals = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self._made = set(self._locals)
        self._locals |= {a.arg for n in ast.walk(tree) if isinstance(n, ast.arguments) for a in n.args}
        self._locals |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)} - {"self"}
        if "strength" in self._locals:
            self._locals.discard("state")
        clash = self._locals & set(VIEW.values()) if self._views else set()
        if clash:
            raise Refused(f"its source has a name of the script: {', '.join(sorted(clash))}")
        if not isinstance(tree, ast.FunctionDef):
            return self.visit(tree)
        docs = first_line(ast.get_docstring(tree))
        body = [new for old in without_docstring(tree) for new in as_list(self.visit(old))]
        tree.decorator_list, tree.returns = [], None
        gone = {"self", *RANDOM, *self._views, *self._values}
        names = [a.arg for a in tree.args.args if a.arg not in gone]
        used = {n.id for statement in body for n in ast.walk(statement) if isinstance(n, ast.Name)}
        if self._views:
            names = [n for n in ARGUMENTS if n in used and n not in names] + names
        tree.args = ast.arguments(
            posonlyargs=[], args=[ast.arg(n) for n in names], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        tree.body = [*([ast.Expr(ast.Constant(docs))] if docs else []), *body]
        return tree

    # Names and attributes.

    def _find(self, node: ast.AST) -> Any:
        """Return the object that an expression names before the script runs, or MISSING."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            if node.id == "self" and self._part is not None:
                return self._part
            return MISSING if node.id in self._locals else self._globals.get(node.id, MISSING)
        if isinstance(node, ast.Attribute):
            if node.attr == "loss" and isinstance(node.value, ast.Name) and node.value.id in self._views:
                return self._views[node.value.id].loss
            base = self._find(node.value)
            return MISSING if base is MISSING else getattr(base, node.attr, MISSING)
        return MISSING

    def _is_part(self, node: ast.AST) -> bool:
        found = self._find(node)
        return found is not MISSING and found is not None and (found is self._part or self._of_view(node))

    def _of_view(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self._views

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Put in what stands for an argument, and define what a global needs."""
        if not isinstance(node.ctx, ast.Load):
            return node
        if node.id in self._values:
            return copy.deepcopy(self._values[node.id])
        if node.id in self._views:
            view = PassName(node.id, ast.Load())
            view.view = self._views[node.id]
            return view
        if node.id in self._locals or self._globals.get(node.id, MISSING) is getattr(
            __import__("builtins"), node.id, MISSING
        ):
            return node
        value = self._globals.get(node.id, MISSING)
        if value is MISSING:
            raise Refused(f"its source names {node.id}, which is not defined")
        return self._to.express(node.id, value)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Turn a field into its number, a property into a constant, and an attribute of a look into a name."""
        if isinstance(node.value, ast.Name) and node.value.id in self._views:
            return see(node.attr)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "batch" and self._of_view(node.value):
            return ast.parse(f'batch["{node.attr}"]', mode="eval").body
        if self._is_part(node.value):
            return self._field(self._find(node.value), node.attr)
        return cast(ast.expr, self.generic_visit(node))

    def _field(self, part: object, name: str) -> ast.expr:
        static = inspect.getattr_static(type(part), name, None)
        value = getattr(part, name)
        if isinstance(static, property | cached_property) and isinstance(value, Tensor):
            getter = static.fget if isinstance(static, property) else static.func
            owner = next(kind for kind in type(part).__mro__ if name in vars(kind))
            return self._to.define_constant(getter, part, owner)
        return literal(name, value)

    # Calls.

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Follow calls of methods and helpers; random numbers of a batch get their names."""
        node.keywords = [k for k in node.keywords if not self._is_random(k.value)]
        node.args = [a for a in node.args if not self._is_random(a)]
        function = node.func
        if isinstance(function, ast.Subscript) and self._find(function.value) is list:
            return ast.List([], ast.Load())
        if isinstance(function, ast.Attribute):
            base = function.value
            if isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "super":
                return self._to.call(self._part, function.attr, self._arguments(node), after=self._owner)
            if isinstance(base, ast.Attribute) and base.attr == "batch" and self._of_view(base):
                return ast.Subscript(ast.Name("batch", ast.Load()), self.visit(node.args[0]), ast.Load())
            if self._is_part(base):
                return self._to.call(self._find(base), function.attr, self._arguments(node))
            if isinstance(base, ast.Name) and base.id in self._views:
                return call_look(function.attr, self._arguments(node))
        found = self._find(function)
        if found is MISSING and isinstance(function, ast.Subscript):
            found = self._find_in_table(function)
        found = inspect.unwrap(found) if callable(found) and hasattr(found, "__wrapped__") else found
        if found is choose:
            weights, n = self._arguments(node)
            self._to.add_import("torch")
            call = cast(ast.Call, ast.parse("torch.multinomial(0, 0, replacement=True)", mode="eval").body)
            call.args = [weights, n]
            return call
        if isinstance(found, FunctionType) and not (found.__module__ or "").startswith(("torch", "numpy")):
            return self._to.call_function(found, self._arguments(node))
        return cast(ast.expr, self.generic_visit(node))

    def _is_random(self, node: ast.expr) -> bool:
        """Return True for a source of random numbers that was given, not made here."""
        return isinstance(node, ast.Name) and node.id in RANDOM and node.id not in self._made

    def _arguments(self, node: ast.Call) -> list[ast.expr]:
        if node.keywords:
            raise Refused(f"its source calls {ast.unparse(node.func)} with names of arguments")
        return [self.visit(argument) for argument in node.args]

    def _find_in_table(self, node: ast.Subscript) -> Any:
        """Return the row of a table that a source names by a field or a number."""
        table = self._find(node.value)
        key = self._find(node.slice)
        return table[key] if isinstance(table, dict) and key is not MISSING and key in table else MISSING

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Let a strength stand without axes for members; look a row of a table up."""
        if isinstance(node.value, ast.Name) and node.value.id == "strength":
            return ast.Name("strength", ast.Load())
        inner = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(inner, ast.Attribute) and inner.attr == "tolist" and ast.unparse(inner.value) == "strength":
            return ast.Name("strength", ast.Load())
        found = self._find_in_table(node)
        if found is not MISSING:
            return self._to.express(getattr(found, "__name__", ""), found)
        return cast(ast.expr, self.generic_visit(node))

    # What is known before the script runs, and what a script does without.

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Keep one branch if the condition is known."""
        known = decide(test := self.visit(node.test))
        if known is not MISSING:
            return cast(ast.expr, self.visit(node.body if known else node.orelse))
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def visit_If(self, node: ast.If) -> Any:
        """Keep one branch if the condition is known."""
        known = decide(test := self.visit(node.test))
        branches = [
            [new for old in branch for new in as_list(self.visit(old))]
            for branch in (
                node.body if known in (MISSING, True) else [],
                node.orelse if known in (MISSING, False) else [],
            )
        ]
        return ast.If(test, *branches) if known is MISSING else branches[not known]

    def visit_Assert(self, node: ast.Assert) -> None:
        """Leave assertions out."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Leave annotations out."""
        return ast.Assign([node.target], self.visit(node.value)) if node.value is not None else None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Keep a function within a function, without annotations."""
        for argument in node.args.args:
            argument.annotation = None
        node.returns, node.body = None, [new for old in node.body for new in as_list(self.visit(old))]
        return node


def parse(function: Any) -> Any:
    """Return the source of a function as a tree; of a lambda as a function of one statement; Refused without source."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise Refused("its source is not at hand") from None
    if getattr(function, "__name__", "") != "<lambda>":
        return ast.parse(source).body[0]
    for text in (source.strip(), "{" + source + "}", "(" + source.strip() + ")"):
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
        if len(found) == 1:
            return ast.FunctionDef("row", found[0].args, [ast.Return(found[0].body)], [])
    raise Refused("its source is a lambda among others")


def find_method(kind: type, name: str, after: type | None = None) -> tuple[Callable[..., Any], type]:
    """Return a method and the class that defines it: the first one, or the next after the class `after`."""
    order = kind.__mro__[kind.__mro__.index(after) + 1 :] if after else kind.__mro__
    for owner in order:
        if isinstance(vars(owner).get(name), FunctionType):
            return vars(owner)[name], owner
    raise Refused(f"{kind.__name__} has no method {name}")


def literal(name: str, value: Any) -> ast.expr:
    """Return a number, a word or brackets of these as text; Refused for anything else."""
    if isinstance(value, Tensor) and value.numel() <= MOST_NUMBERS:
        inner = literal(name, value.tolist())
        return ast.Call(ast.Attribute(ast.Name("torch", ast.Load()), "tensor", ast.Load()), [inner], [])
    plain = value is None or type(value) in (bool, int, float, str)
    listed = type(value) in (tuple, list) and all(isinstance(literal(name, x), ast.expr) for x in value)
    if not plain and not listed:
        raise Refused(f"its source names {name}, which is no number, word or function with a source")
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused(f"{name} is not finite")
    return ast.parse(repr(value), mode="eval").body


def see(name: str) -> ast.expr:
    """Return what an attribute of a look at D is in the script."""
    forms = {
        **VIEW,
        "input_gradient_real": "input_gradient(x_real)",
        "input_gradient_fake": "input_gradient(x_fake)",
        "theta_d": "parameters_to_vector(D.parameters())",
        "theta_g": "parameters_to_vector(G.parameters())",
    }
    if name not in forms:
        raise Refused(f"its source uses {name} of a look at D")
    return ast.parse(forms[name], mode="eval").body


def call_look(name: str, arguments: list[ast.expr]) -> ast.expr:
    """Return what a method of a look at D is in the script."""
    forms = {
        "input_gradient": "input_gradient(x)",
        "features": "features(x)",
        "critic": "D(x)",
        "discriminator_gradient": "d_gradient(batch)",
    }
    if name not in forms:
        raise Refused(f"its source calls {name} of a look at D")
    call = cast(ast.Call, ast.parse(forms[name], mode="eval").body)
    if arguments:
        call.args = arguments
    return call


def decide(test: ast.expr) -> Any:
    """Return the value of a condition of constants, or MISSING."""
    if any(
        not isinstance(
            node,
            ast.Constant
            | ast.Compare
            | ast.UnaryOp
            | ast.operator
            | ast.cmpop
            | ast.unaryop
            | ast.BoolOp
            | ast.boolop
            | ast.BinOp
            | ast.Load
            | ast.Tuple,
        )
        for node in ast.walk(test)
    ):
        return MISSING
    return bool(eval(compile(ast.fix_missing_locations(ast.Expression(copy.deepcopy(test))), "", "eval"), {}))


def without_docstring(tree: Any) -> list[Any]:
    """Return the statements of a function."""
    return list(tree.body[1:] if ast.get_docstring(tree) is not None else tree.body)


def first_line(docs: str | None) -> str:
    """Return the first line of a docstring, if it is short enough to be a line of the script."""
    line = (docs or "").strip().split("\n")[0]
    return line if len(line) <= DOCS else ""


def as_list(found: Any) -> list[Any]:
    """Return what a visit of a statement gives as a list of statements."""
    return found if isinstance(found, list) else [] if found is None else [found]
