"""The diagnosis of a run in words: a verdict with its evidence, its cause, and one remedy to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from toygan.measure import signs
from toygan.measure.advice import advice, find_cause
from toygan.measure.faults import COVERED
from toygan.measure.recent import CHANGE_ITERATIONS, FEWEST_MEASUREMENTS, Recent
from toygan.measure.words import percent
from toygan.runs.record import Record
from toygan.text import format_number

EARLY = "too early to tell"  # in place of a verdict


@dataclass(frozen=True)
class Diagnosis:
    """The diagnosis of one run.

    Args:
        verdict: A name of `VERDICTS`.
        evidence: The numbers behind it, beside the scores of true samples.
        cause: The cause in a sentence, or "".
        remedy: A remedy to try, with its odds, or "".
        pending: What is said in place of the verdict while it is too early for one, or "".
    """

    verdict: str
    evidence: tuple[str, ...]
    cause: str
    remedy: str
    pending: str = ""

    @property
    def said(self) -> str:
        """The verdict, or what is said in its place while it is too early for one."""
        return self.pending or self.verdict

    @property
    def knob(self) -> str:
        """An older name of `remedy`."""
        return self.remedy

    def __str__(self) -> str:
        evidence = f" ({', '.join(self.evidence)})" if self.evidence else ""
        return " ".join(part for part in (f"{self.verdict}{evidence}.", self.cause, self.remedy) if part)


@dataclass(frozen=True)
class Verdict:
    """One state of a run.

    Args:
        fits: A function that tells from the recent past of a run if it is in this state.
        evidence: The metrics that show it.
        cause: The cause in a sentence; it may name how far `{away}` and how wide `{wide}` the data is.
        tell: A function that returns the cause for runs of another kind, or "" [default: none].
    """

    fits: Callable[[Recent], bool]
    evidence: Sequence[str]
    cause: str
    tell: Callable[[Recent], str] | None = None

    def diagnose(self, name: str, recent: Recent) -> Diagnosis:
        """Return the diagnosis of a run that this verdict, of that name, fits."""
        away, wide = map(format_number, recent.seen_mean_and_spread)
        at = f"at iteration {recent.diverged_at:,}"
        bounds = signs.healthy_to(recent) if name == "healthy" else {}
        shown = [metric for metric in self.evidence if len(recent.course(metric))]
        numbers = [recent.describe(metric, bounds.get(metric)) for metric in shown]
        place = [] if name == "healthy" else _place(recent)
        evidence = (at,) if recent.diverged_at >= 0 else (*numbers, *place)
        other = find_cause(name, recent.recipe) or (self.tell(recent) if self.tell else "")
        cause = other or self.cause.format(away=away, wide=wide)
        causes = filter(None, (cause, _tell_counts(recent) if recent.diverged_at < 0 else ""))
        return Diagnosis(name, evidence, " ".join(causes), advice(name, recent.recipe))


def diagnose(recent: Recent) -> Diagnosis:
    """Return the diagnosis by the first verdict of VERDICTS that fits; "undetermined" after too few measurements."""
    few = len(recent.course("sliced-w1")) < FEWEST_MEASUREMENTS
    if (few or recent.changed_lately) and not VERDICTS["diverged"].fits(recent):
        if recent.changed:
            return wait_after(recent.since)
        cause = "There are too few measurements yet with these settings."
        return Diagnosis("undetermined", (), cause, "", EARLY)
    name = next(name for name, verdict in VERDICTS.items() if verdict.fits(recent))
    found = VERDICTS[name].diagnose(name, recent)
    early = name == "undetermined" and not recent.started
    return (
        replace(found, cause="It is early: most runs wander in their first iterations.", pending=EARLY)
        if early
        else found
    )


def wait_after(since: int) -> Diagnosis:
    """Return what is said of a run until it is judged again, in the same words all the time.

    Args:
        since: The iteration of the first measurement with its present settings.
    """
    again = f"judged again from iteration {since + CHANGE_ITERATIONS:,}"
    cause = f"The settings changed at iteration {since:,}: the run is {again} on."
    return Diagnosis("undetermined", (), cause, "", again)


def diagnose_all(record: Record) -> list[Diagnosis]:
    """Diagnose every member of a record by its recent past, as the live view does.

    Args:
        record: The measured runs, as `over_seeds` returns them; the recent past is the last 1000 iterations, or the
            newer half of a shorter run.
    Returns:
        One `Diagnosis` for each member, with `verdict`, `evidence`, `cause` and `remedy`.
    Raises:
        ValueError: If the record holds no measurement.
    Example:
        >>> from toygan import Recipe
        >>> from toygan.teach import diagnose_all, over_seeds
        >>> stuck = Recipe(discriminator="mlp(init=normal,gain=1e-06)", width=4, batch=8)
        >>> record = over_seeds({"stuck": stuck}, steps=3, every=1, seeds=1, n=500)["stuck"]
        >>> diagnose_all(record)[0].verdict
        'does not move'
    """
    if not len(record):
        raise ValueError("record: holds no measurement yet")
    key = record.last, record.since, len(record)
    if record.last is None or _known.get(record, (None, []))[0] != key:
        first = Recent(record)
        several = (Recent(record, member, first) for member in range(len(record.recipes)))
        _known[record] = key, [diagnose(recent) for recent in several]
    return list(_known[record][1])


# A picture, its words and its controls ask the same question of one measurement: 1 ms for each member.
_known: WeakKeyDictionary[Record, tuple[object, list[Diagnosis]]] = WeakKeyDictionary()


def _place(recent: Recent) -> list[str]:
    """Return the column, or the link between columns, in which the samples differ from the data, as evidence."""
    column = recent.worst_column
    if column and signs.wrong_column(recent):
        offset, spread = format_number(column.offset), format_number(column.spread)
        return [f"{recent.describe('column-w1')} in {column.name}, {offset} spreads off and {spread} times as wide"]
    if signs.link_lost(recent):
        metric = "link-distance" if len(recent.course("link-distance")) else "link-error"
        return [f"{recent.describe(metric)} between {' and '.join(recent.worst_link)}"]
    return []


def _tell_counts(recent: Recent) -> str:
    """Return that samples lie between the whole numbers of columns of counts, and how they are rounded, or ""."""
    if not recent.counts:
        return ""
    names = " and ".join(recent.counts[:3])
    return f"The data counts in whole numbers ({names}); samples lie between them: round=True in the data rounds them."


def _is_worst(fault: str) -> Callable[[Recent], bool]:
    return lambda recent: signs.worst_fault(recent) == fault


def _describe_bridges(r: Recent) -> str:
    """Return how many samples lie between modes, in words; "" if that is not all that is wrong."""
    others = [size for fault, size in signs.faults(r).items() if fault != "wrong shape"]
    if r.k < 2 or signs.lacking(r) > COVERED or max(*others, signs.far_off(r)) >= 1:
        return ""
    joined = f"Every mode is covered, but {percent(r.mean('bridges'))} of the samples lie between modes"
    return f"{joined}: G is continuous, so some samples lie on the way from one to the next, here too many."


def _describe_strays(r: Recent) -> str:
    """Return how few samples lie on a mode, in words; "" if they are good."""
    few = f"Only {percent(r.mean('high-quality'))} of the samples lie on a mode, and all are near some modes only"
    return "" if signs.good(r) else f"{few}: D's gradient there does not lead to the other modes."


# The order is precedence: the first verdict that fits is given.
VERDICTS: dict[str, Verdict] = {
    # Numbers: not finite, as those of true samples, or in other units.
    "diverged": Verdict(
        signs.diverged,
        ("loss-d", "loss-g", "sliced-w1"),
        "The step was too large: a gradient is only right for small steps.",
    ),
    "healthy": Verdict(signs.healthy, ("sliced-w1", "modes-covered-strict", "high-quality", "bridges"), ""),
    "out of scale": Verdict(
        signs.out_of_scale,
        ("sliced-w1", "mean-offset", "spread-ratio"),
        "Samples start near 0 with a spread of about 1; the data is {away} away from 0 and has a spread of {wide}.",
    ),
    # Waiting: useless if G gets no gradient or moves in circles; otherwise a run that improves may continue.
    "vanishing gradient": Verdict(
        signs.vanishing,
        ("accuracy-real", "accuracy-fake", "generator-weight", "high-quality", "sliced-w1"),
        "D is sure of nearly every sample, and this loss is flat there: G gets almost no gradient.",
    ),
    "does not move": Verdict(
        signs.still,
        ("drift", "gradient-norm-g", "gradient-norm-d", "sliced-w1"),
        "No gradient passes through the networks: their weights start near 0, or their hidden units are all off (relu) "
        "or saturated (sigmoid, tanh); depth makes it worse. Losses at their equilibrium mean nothing here.",
    ),
    "constant column": Verdict(
        signs.constant,
        ("column-spread", "sliced-w1"),
        "A column of the samples does not vary: G's output for it is stuck, for example at the end of its range.",
    ),
    "mode collapse, rotating": Verdict(
        signs.rotating,
        ("effective-places", "mode-hopping", "high-quality"),
        "G moves to the place that D finds most real; D learns to reject it, and G moves on.",
    ),
    "not converged yet": Verdict(
        lambda recent: signs.improving(recent) or (signs.blurred(recent) and not recent.started),
        ("sliced-w1", "total-variation", "high-quality"),
        "The samples are still coming closer to the data.",
        lambda r: (
            "" if signs.improving(r) else "The run is young: samples lie around the modes before they settle there."
        ),
    ),
    # Players that do not match, and samples far from the data.
    "discriminator overpowered": Verdict(
        signs.overpowered,
        ("accuracy-real", "accuracy-fake", "total-variation", "sliced-w1"),
        "D learns to tell the samples apart faster than G can move them.",
    ),
    "discriminator too weak": Verdict(
        signs.too_weak,
        ("accuracy-real", "accuracy-fake", "high-quality", "sliced-w1"),
        "D only guesses although the samples are far from the data: G has nothing to follow.",
    ),
    # Modes: samples that are on some of them only, around them, or come and go.
    "mode collapse, modes absent": Verdict(
        signs.absent,
        ("modes-covered-strict", "modes-missing", "high-quality"),
        "The samples are good, but only of some modes: D's gradient there does not lead to the other modes.",
        _describe_strays,
    ),
    "over-regularized blur": Verdict(
        signs.blurred,
        ("high-quality", "within-ratio", "accuracy-real", "accuracy-fake"),
        "The regularizer keeps D from seeing finer structure: samples lie around the modes, not on them.",
    ),
    "oscillation": Verdict(
        signs.oscillating,
        ("high-quality", "mean-offset", "sliced-w1"),
        "Each player reacts to the other's last step: they circle the equilibrium and do not reach it.",
    ),
    # Shape: samples near the data that differ from it most in this way.
    "off centre": Verdict(
        _is_worst("off centre"),
        ("mean-offset", "sliced-w1"),
        "The samples have another mean than the data.",
    ),
    "too narrow": Verdict(
        _is_worst("too narrow"),
        ("spread-ratio", "axis-ratio", "within-ratio", "sliced-w1"),
        "The samples have the right mean, but lie closer together than the data.",
    ),
    "too wide": Verdict(
        _is_worst("too wide"),
        ("spread-ratio", "axis-ratio", "within-ratio", "sliced-w1"),
        "The samples have the right mean, but are more scattered than the data.",
    ),
    "uneven shares": Verdict(
        _is_worst("uneven shares"),
        ("share-error", "modes-missing", "sliced-w1"),
        "Every mode is covered, but some have too many of the samples and others too few.",
    ),
    "parts missing": Verdict(
        _is_worst("parts missing"),
        ("gaps", "off-data", "sliced-w1"),
        "Part of the data has no samples near it.",
    ),
    "wrong shape": Verdict(
        _is_worst("wrong shape"),
        ("sliced-w1", "off-data", "bridges", "mean-offset", "spread-ratio"),
        "Mean and spread are right, but the samples do not lie where the data is.",
        _describe_bridges,
    ),
    "rotated": Verdict(
        _is_worst("rotated"),
        ("turned-distance", "off-data", "gaps"),
        "The samples are those of the data, turned about its mean.",
    ),
    "link broken": Verdict(
        _is_worst("link broken"),
        ("shuffled-distance", "off-data", "gaps"),
        "Each column is right by itself, but the columns are not linked as in the data.",
    ),
    "memorised": Verdict(
        _is_worst("memorised"),
        ("repeats", "off-data", "gaps"),
        "G gives the same few samples again and again.",
    ),
    "undetermined": Verdict(
        lambda recent: True,
        ("sliced-w1", "high-quality", "total-variation"),
        "No pattern fits.",
    ),
}
"""The verdicts of the diagnosis by name: when each is given, the metrics behind it, and its cause."""
