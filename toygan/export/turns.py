"""The order of the players' updates as a function of the script, `iterate`, which returns both losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from toygan.export.source import Refused
from toygan.parts.turns import TURNS, Turn
from toygan.parts.turns.first_order import (
    Alternating,
    Extragradient,
    RungeKutta4,
    Simultaneous,
    WhileLosing,
    WhoeverLoses,
)
from toygan.parts.turns.lookahead import Lookahead
from toygan.parts.turns.second_order import Competitive, Consensus, Symplectic
from toygan.recipe import Recipe

PARAMETERS = '''
def parameters():
    """Return the parameters of both players."""
    return [*G.parameters(), *D.parameters()]
'''
PUT = '''
@torch.no_grad()
def put(values):
    """Give both players these parameters."""
    for p, value in zip(parameters(), values):
        p.copy_(value)
'''
FLAT = '''
def flat(tensors):
    """Return tensors as one vector."""
    return torch.cat([x.flatten() for x in tensors])
'''
GRADIENTS = '''
def gradients(value, players):
    """Differentiate a value in the parameters of players, so that it can be done again."""
    names = [p for player in players for p in player.parameters()]
    return torch.autograd.grad(value, names, create_graph=True, allow_unused=True, materialize_grads=True)
'''


def _repeat(n: int, lines: list[str]) -> list[str]:
    return lines if n == 1 else [f"for _ in range({n}):", *["    " + line for line in lines]]


def _alternating(turn: Turn, recipe: Recipe) -> tuple[str, list[str]]:
    ours = _repeat(recipe.g_steps, ["loss_g = set_gradient(G, g_loss(draw_batch()))", "step_g()"])
    theirs = _repeat(recipe.d_steps, ["loss_d = set_gradient(D, d_loss(draw_batch()))", "step_d()"])
    if not recipe.parts.loss.uses_discriminator:
        return "Let G take its steps.", [*ours, "loss_d = 0.0"]
    return "Let D take its steps, and then G against the new D.", [*theirs, *ours]


def _simultaneous(turn: Turn, recipe: Recipe) -> tuple[str, list[str]]:
    if not recipe.parts.loss.uses_discriminator:
        return _alternating(turn, recipe)
    both = ["loss_g, loss_d = set_gradient(G, g_loss(batch)), set_gradient(D, d_loss(batch))", "step_g()", "step_d()"]
    return "Let both players step at once, on one batch.", ["batch = draw_batch()", *both]


def _extragradient(turn: Turn, recipe: Recipe) -> tuple[str, list[str]]:
    lines = [
        "here = [p.detach().clone() for p in parameters()]",
        "batch = draw_batch()",
        "set_gradient(G, g_loss(batch)), set_gradient(D, d_loss(batch))",
        "step_g()",
        "step_d()",
        "batch = draw_batch()",
        "loss_g, loss_d = set_gradient(G, g_loss(batch)), set_gradient(D, d_loss(batch))  # one step ahead",
        "put(here)",
        "step_g()",
        "step_d()",
    ]
    return "Step from the present point with the gradients one step ahead of it (Korpelevich 1976).", lines


def _runge_kutta(turn: Turn, recipe: Recipe) -> tuple[str, list[str]]:
    lines = [
        "batch, here = draw_batch(), [p.detach().clone() for p in parameters()]",
        "rates = [opt.param_groups[0]['lr'] for opt, player in ((opt_g, G), (opt_d, D)) for _ in player.parameters()]",
        "slopes, total = [torch.zeros_like(p) for p in here], [torch.zeros_like(p) for p in here]",
        "for ahead, weight in ((0, 1 / 6), (0.5, 1 / 3), (0.5, 1 / 3), (1, 1 / 6)):",
        "    put([p - ahead * lr * slope for p, lr, slope in zip(here, rates, slopes)])",
        "    loss_g, loss_d = set_gradient(G, g_loss(batch)), set_gradient(D, d_loss(batch))",
        "    slopes = [p.grad.clone() for p in parameters()]",
        "    total = [t + weight * slope for t, slope in zip(total, slopes)]",
        "put(here)",
        "for p, t in zip(parameters(), total):",
        "    p.grad = t",
        "step_g()",
        "step_d()",
    ]
    return "Follow the flow of the game by the classical Runge-Kutta step (Qin et al. 2020).", lines


def _while_losing(turn: Any, recipe: Recipe) -> tuple[str, list[str]]:
    rests = f"accuracy(batch) <= {turn.accuracy!r}"
    if turn.loss is not None:
        rests += f" and loss_d >= {turn.loss!r}"
    theirs = ["batch = draw_batch()", "loss_d = set_gradient(D, d_loss(batch))", f"if {rests}:", "    step_d()"]
    ours = ["loss_g = set_gradient(G, g_loss(draw_batch()))", "step_g()"]
    lines = [*_repeat(recipe.d_steps, theirs), *_repeat(recipe.g_steps, ours)]
    return "Let D step, unless it is right about most of a batch, and then G.", lines


def _whoever_loses(turn: Any, recipe: Recipe) -> tuple[str, list[str]]:
    lines = [
        "batch = draw_batch()",
        "loss_g, loss_d = set_gradient(G, g_loss(batch)), set_gradient(D, d_loss(batch))",
        f"step_g() if loss_g > {turn.loss!r} else step_d()",
    ]
    return "Let one player step: G if its loss is high, else D.", lines


SET_BOTH = [
    "for p, slope in zip(parameters(), slopes):",
    "    p.grad = slope.detach()",
    "step_g()",
    "step_d()",
    "loss_g, loss_d = loss_g.item(), loss_d.item()",
]


def _consensus(turn: Any, recipe: Recipe) -> tuple[str, list[str]]:
    lines = [
        "batch = draw_batch()",
        "loss_g, loss_d = g_loss(batch), d_loss(batch)",
        "field = [*gradients(loss_g, [G]), *gradients(loss_d, [D])]",
        "half_square = sum((x**2).sum() for x in field) / 2",
        f"slopes = [x + {turn.gamma!r} * uphill for x, uphill in zip(field, gradients(half_square, [G, D]))]",
        *SET_BOTH,
    ]
    return "Let both players also descend the squared length of the field (Mescheder et al. 2017, eq. 14).", lines


def _symplectic(turn: Any, recipe: Recipe) -> tuple[str, list[str]]:
    lines = [
        "batch = draw_batch()",
        "loss_g, loss_d = g_loss(batch), d_loss(batch)",
        "n, of_g, of_d = len([*G.parameters()]), gradients(loss_g, [G, D]), gradients(loss_d, [G, D])",
        "field = [*of_g[:n], *of_d[n:]]",
        "left = sum(((x - y) * x.detach()).sum() for x, y in zip(of_d[n:], of_g[n:])) / 2",
        "right = sum(((x - y) * x.detach()).sum() for x, y in zip(of_g[:n], of_d[:n])) / 2",
        "turn = [*gradients(left, [G]), *gradients(right, [D])]",
        f"strength = {turn.strength!r}",
    ]
    if turn.align:
        lines += [
            "uphill = gradients(sum((x**2).sum() for x in field) / 2, [G, D])",
            "along = sum((x * u).sum() for x, u in zip(field, uphill))",
            "across = sum((t * u).sum() for t, u in zip(turn, uphill))",
            "strength *= torch.sign(along * across / sum(p.numel() for p in parameters()) + 0.1)",
        ]
    lines += ["slopes = [x + strength * t for x, t in zip(field, turn)]", *SET_BOTH]
    return "Adjust the field by its antisymmetric part (Balduzzi et al. 2018, algorithm 1).", lines


def _competitive(turn: Any, recipe: Recipe) -> tuple[str, list[str]]:
    lines = [
        "batch = draw_batch()",
        "loss_g, loss_d = g_loss(batch), d_loss(batch)",
        "of_g, of_d = flat(gradients(loss_g, [G])), flat(gradients(loss_d, [D]))",
        "lr_g, lr_d = (opt.param_groups[0]['lr'] for opt in (opt_g, opt_d))",
        "b = lr_d * torch.stack([flat(gradients(x, [D])) for x in of_g])",
        "c = lr_g * torch.stack([flat(gradients(x, [G])) for x in of_d])",
        "rows = torch.cat([torch.eye(len(b)).to(b), b], 1), torch.cat([c, torch.eye(len(c)).to(c)], 1)",
        "moves = torch.linalg.solve(torch.cat(rows), torch.cat([of_g, of_d]))",
        "pieces = moves.split([p.numel() for p in parameters()])",
        "slopes = [piece.view_as(p) for p, piece in zip(parameters(), pieces)]",
        *SET_BOTH,
    ]
    return "Step to the equilibrium of the game's local bilinear model (Schaefer and Anandkumar 2019, eq. 4).", lines


def _lookahead(turn: Any, recipe: Recipe) -> tuple[str, list[str]]:
    _, inner = FORMS[type(turn.inner)][0](turn.inner, recipe)
    lines = [
        f"if step % {turn.k} == 0:",
        "    slow = [p.detach().clone() for p in parameters()]",
        *inner,
        f"if (step + 1) % {turn.k} == 0:",
        f"    put([torch.lerp(old, p, {turn.alpha!r}) for old, p in zip(slow, parameters())])",
    ]
    return f"Every {turn.k} iterations, go back part of the way (Chavdarova et al. 2021, algorithm 1).", lines


FORMS: dict[type[Turn], tuple[Callable[..., tuple[str, list[str]]], tuple[str, ...]]] = {
    Alternating: (_alternating, ()),
    Simultaneous: (_simultaneous, ()),
    Extragradient: (_extragradient, (PARAMETERS, PUT)),
    RungeKutta4: (_runge_kutta, (PARAMETERS, PUT)),
    WhileLosing: (_while_losing, ()),
    WhoeverLoses: (_whoever_loses, ()),
    Consensus: (_consensus, (PARAMETERS, GRADIENTS)),
    Symplectic: (_symplectic, (PARAMETERS, GRADIENTS)),
    Competitive: (_competitive, (PARAMETERS, GRADIENTS, FLAT)),
    Lookahead: (_lookahead, (PARAMETERS, PUT)),
}


def write_turn(recipe: Recipe) -> tuple[str, str, list[str]]:
    """Return the definitions that a turn needs, what it does in a line, and the lines of an iteration."""
    turn = recipe.parts.turns
    kinds = {type(turn), type(get_inner(turn))}
    if unknown := kinds - FORMS.keys():
        raise Refused(f"{unknown.pop().__name__} is not written; supported: {', '.join(list_supported())}")
    if not recipe.parts.loss.uses_discriminator and kinds - {Alternating, Simultaneous}:
        raise Refused("is written for losses with a discriminator alone")
    form, _ = FORMS[type(turn)]
    needs = dict.fromkeys(need for kind in kinds for need in FORMS[kind][1])
    return "".join(needs), *form(turn, recipe)


def get_inner(turn: Turn) -> Turn:
    """Return the turn of an iteration: of a lookahead the one in between."""
    return turn.inner if isinstance(turn, Lookahead) else turn


def list_supported() -> list[str]:
    """Return the names of the turns that are written."""
    return [name for name, turn in TURNS.items() if type(turn) in FORMS]
