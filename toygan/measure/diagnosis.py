"""What is going on in a run, in words: a verdict with its evidence, its cause, and one knob to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from toygan.measure.recent import FEWEST, Recent
from toygan.runs.record import Record

GUESSING = 0.65  # D's accuracy over both kinds of samples below which it sees next to nothing
SWING = 0.17  # standard deviation of the high-quality share; a strong R1 alone makes it tremble by 0.1


@dataclass(frozen=True)
class Diagnosis:
    """A verdict, a name of VERDICTS, with its evidence: numbers beside what true samples score."""

    verdict: str
    evidence: tuple[str, ...]
    cause: str
    knob: str

    def __str__(self) -> str:
        evidence = f" ({', '.join(self.evidence)})" if self.evidence else ""
        return " ".join(part for part in (f"{self.verdict}{evidence}.", self.cause, self.knob) if part)


@dataclass(frozen=True)
class Verdict:
    """One thing that can be going on: `fits` asks the recent past; cause and knob may name fields of the recipe."""

    fits: Callable[[Recent], bool]
    evidence: Sequence[str]  # metrics
    cause: str
    knob: str

    def of(self, name: str, recent: Recent) -> Diagnosis:
        """The diagnosis that this verdict gives of a run that it fits."""
        fields = {name: getattr(recent.recipe, name) for name in ("lr_g", "lr_d", "d_steps", "loss")}
        r1 = recent.recipe.regularizers.get("r1", 0.0)
        weak, strong = max(0.1, 3 * r1), max(1.0, 3 * r1)
        fields |= {
            "r1": f"{r1:g}" if r1 else "off",
            "weak_r1": weak,
            "strong_r1": strong,
            "most_r1": max(1.0, 3 * weak),
        }
        at = f"at iteration {recent.diverged_at:,}"
        numbers = [recent.words(metric) for metric in self.evidence if len(recent.course(metric))]
        evidence = (at,) if recent.diverged_at >= 0 else tuple(numbers)
        return Diagnosis(name, evidence, self.cause.format(**fields), self.knob.format(**fields))


def diagnose(recent: Recent) -> Diagnosis:
    """The first verdict that fits, in the order of VERDICTS; "undetermined" where none does or nothing can be said."""
    name = next(name for name, verdict in VERDICTS.items() if verdict.fits(recent))
    if name == "diverged":
        return VERDICTS[name].of(name, recent)
    if len(recent.course("total-variation")) < FEWEST:
        cause = (
            "There are too few measurements yet with these settings." if recent.k else "The data has no modes to count."
        )
        return Diagnosis("undetermined", (), cause, "")
    found = VERDICTS[name].of(name, recent)
    early = name == "undetermined" and not recent.started
    return replace(found, cause="It is early: in their first iterations most runs wander.") if early else found


def diagnose_all(record: Record) -> list[Diagnosis]:
    """The diagnosis of every member of a record; ValueError where it holds no measurement."""
    if not len(record):
        raise ValueError("record: holds no measurement yet")
    return [diagnose(Recent(record, member)) for member in range(len(record.recipes))]


def told(diagnoses: Sequence[Diagnosis], member: int = 0) -> dict[str, str]:
    """One member's diagnosis in words: verdict, and how many seeds share it, evidence, cause and knob."""
    mine = diagnoses[member]
    same = sum(other.verdict == mine.verdict for other in diagnoses)
    shared = f" · {same} of {len(diagnoses)} seeds" if len(diagnoses) > 1 else ""
    return {
        "verdict": mine.verdict + shared, "evidence": ", ".join(mine.evidence), "cause": mine.cause, "knob": mine.knob,
    }  # fmt: skip


def diverged(r: Recent) -> bool:
    """The numbers left the finite ones, or a loss is on its way there."""
    losses = ("loss-d", "loss-g")
    return r.diverged_at >= 0 or any(r.became_nonfinite(loss) or abs(r.mean(loss)) > 100 for loss in losses)


def healthy(r: Recent) -> bool:
    """Every mode has its share, most samples are good, and neither swings."""
    return (
        not lacking(r)
        and r.relative_to_true("high-quality") > 0.5
        and r.swing("high-quality") < SWING
        and r.mean("mode-hopping") < 0.1
    )


def lacking(r: Recent) -> bool:
    """Some mode holds less than 1 % of the samples, or shares are far more unequal than the true ones."""
    return r.mean("modes-covered-strict") < r.k - 0.3 or r.relative_to_true("effective-modes") < 0.85


def vanishing(r: Recent) -> bool:
    """D is sure of nearly everything, and G's loss lets next to nothing of its slope through."""
    return r.min_accuracy > 0.8 and r.mean("generator-weight") < 0.15 and r.relative_to_true("high-quality") < 0.5


def overpowered(r: Recent) -> bool:
    """D is sure of nearly everything and its slope does reach G, yet the samples are far from the data.

    Where they are good, D is sure because modes are missing: covered ones have more samples than they should.
    """
    return r.min_accuracy > 0.85 and r.relative_to_true("high-quality") < 0.3


def rotating(r: Recent) -> bool:
    """Few modes at a time, and other ones a hundred iterations later, as at the start of many a run that ends well."""
    return (
        r.k > 1 and r.started and r.late_mean("mode-hopping") > 0.15 and r.relative_to_true("effective-places") < 0.75
    )


def too_weak(r: Recent) -> bool:
    """D guesses, or is worse than that, while the samples stay far from the data, and no regularizer holds it back.

    At the start of any run D has to learn first.
    """
    still = r.relative_to_true("high-quality") < 0.3 and r.swing("high-quality") < SWING
    return still and r.mean_accuracy < GUESSING and r.started and not r.recipe.regularizers


def improving(r: Recent) -> bool:
    """The distance to the true shares falls by more than it swings, and not by giving modes up for quality."""
    falls = -r.rise("total-variation") > max(0.05, r.swing("total-variation"))
    return falls and r.rise("effective-places") > -0.1


def oscillating(r: Recent) -> bool:
    """Quality comes and goes while the mass stays with the same modes."""
    return r.swing("high-quality") > SWING


def absent(r: Recent) -> bool:
    """Good samples, of some modes only, and of the same ones all the time."""
    return lacking(r) and r.relative_to_true("high-quality") > 0.3


def blurred(r: Recent) -> bool:
    """D is held back so far that it guesses, while the samples lie around all modes but seldom on one."""
    return r.mean_accuracy < GUESSING and r.relative_to_true("high-quality") < 0.6 and bool(r.recipe.regularizers)


def anything(r: Recent) -> bool:
    """What no other verdict fits."""
    return True


VERDICTS: dict[str, Verdict] = {
    "diverged": Verdict(
        diverged,
        ("loss-d", "loss-g"),
        "A step carried the players further than the gradient that it followed holds.",
        "Lower lr_d (now {lr_d:g}) and lr_g (now {lr_g:g}) by a factor of ten and reset. "
        "Where that only delays it, damp it: regularizers r1 = {strong_r1:g} (now {r1}).",
    ),
    "healthy": Verdict(healthy, ("modes-covered-strict", "high-quality"), "", ""),
    "vanishing gradient": Verdict(
        vanishing,
        ("accuracy-real", "accuracy-fake", "generator-weight", "high-quality"),
        "D is sure of nearly everything, and this loss is flat there: G gets next to no gradient.",
        "Take a loss that is steep where D is sure: loss = non-saturating (now {loss}).",
    ),
    "discriminator overpowered": Verdict(
        overpowered,
        ("accuracy-real", "accuracy-fake", "total-variation"),
        "D tells the samples apart faster than G moves them.",
        "Raise lr_g (now {lr_g:g}), or hold D back: regularizers r1 = {weak_r1:g} (now {r1}).",
    ),
    "mode collapse, rotating": Verdict(
        rotating,
        ("effective-places", "mode-hopping", "high-quality"),
        "G runs to whatever D finds most real at the moment; D finds out, and G runs on.",
        "Let D keep up: raise lr_d (now {lr_d:g}) or lower lr_g (now {lr_g:g}) by a factor of ten.",
    ),
    "discriminator too weak": Verdict(
        too_weak,
        ("accuracy-real", "accuracy-fake", "high-quality"),
        "D does no better than guessing though the samples are far from the data: G has nothing to follow.",
        "Raise lr_d (now {lr_d:g}), tenfold or more: lr_g is {lr_g:g}.",
    ),
    "not converged yet": Verdict(
        improving,
        ("total-variation", "high-quality"),
        "The samples still come closer to the data.",
        "Go on; if it takes too long, raise both learning rates.",
    ),
    "mode collapse, modes absent": Verdict(
        absent,
        ("modes-covered-strict", "effective-modes", "high-quality"),
        "The samples are good, but not of every mode: nothing in D's slope at the covered modes leads to the others.",
        "Flatten D where the data is: regularizers r1 = {weak_r1:g} to {most_r1:g} (now {r1}).",
    ),
    "over-regularized blur": Verdict(
        blurred,
        ("high-quality", "effective-places", "accuracy-real", "accuracy-fake"),
        "The regularizer keeps D from seeing anything finer: samples lie around the modes, not on them.",
        "Weaken the regularizer, or let it fade (anneal).",
    ),
    "oscillation": Verdict(
        oscillating,
        ("high-quality", "total-variation"),
        "Each player answers the other's last move: they circle the equilibrium instead of reaching it.",
        "Damp it: regularizers r1 = {strong_r1:g} (now {r1}).",
    ),
    "undetermined": Verdict(
        anything,
        ("modes-covered-strict", "high-quality", "total-variation"),
        "No pattern fits.",
        "",
    ),
}
