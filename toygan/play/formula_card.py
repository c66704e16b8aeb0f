"""What both players minimise at the present iteration, as a table with formulas."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from toygan.measure.terms import Term
from toygan.text import format_number

TITLE, TIP = "Formulas", "the terms of both losses: formula, present value, and share of the gradient"
HEAD = ("player", "term", "formula", "value", "|gradient|", "share of the gradient")
BAR_PIXELS = 90


def render_terms(terms: Sequence[Term]) -> str:
    """Return the terms of both players as a table in HTML, with formulas between dollar signs."""
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    return f"<table class='toygan-terms'><tr>{head}</tr>{''.join(map(_row, terms))}</table>"


def _row(term: Term) -> str:
    formula = f"${escape(term.formula)}$" if term.formula else ""
    start = f"<td>{term.player}</td><td>{escape(term.name)}</td><td>{formula}</td>"
    if term.value is None:
        return f"<tr>{start}<td colspan='3'>changes the game without a term of its own</td></tr>"
    share = f"{100 * term.share:.0f} %" if term.share == term.share else "–"  # NaN once a member has diverged
    width = round(BAR_PIXELS * term.share) if term.share == term.share else 0
    role = "discriminator" if term.player == "D" else "generator"
    bar = f"<span class='toygan-term-share toygan-{role}' style='width: {width}px'></span>"
    numbers = (format_number(term.value), format_number(term.length))
    return f"<tr>{start}<td>{'</td><td>'.join(numbers)}</td><td>{bar}{share}</td></tr>"
