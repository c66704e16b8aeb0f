"""What is going on in a run, in words: a verdict with its evidence, its cause, and one remedy to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from toygan.measure import signs
from toygan.measure.advice import advice
from toygan.measure.recent import FEWEST, Recent
from toygan.runs.record import Record


@dataclass(frozen=True)
class Diagnosis:
    """A verdict, a name of VERDICTS, with its evidence: numbers beside what true samples score."""

    verdict: str
    evidence: tuple[str, ...]
    cause: str
    remedy: str

    @property
    def knob(self) -> str:
        """The remedy: an older name of `remedy`."""
        return self.remedy

    def __str__(self) -> str:
        evidence = f" ({', '.join(self.evidence)})" if self.evidence else ""
        return " ".join(part for part in (f"{self.verdict}{evidence}.", self.cause, self.remedy) if part)


@dataclass(frozen=True)
class Verdict:
    """One thing that can be going on: `fits` asks the recent past; the cause may say where the data is and how wide."""

    fits: Callable[[Recent], bool]
    evidence: Sequence[str]  # metrics
    cause: str

    def of(self, name: str, recent: Recent) -> Diagnosis:
        """The diagnosis that this verdict gives of a run that it fits."""
        away, wide = recent.seen_mean_and_spread
        at = f"at iteration {recent.diverged_at:,}"
        numbers = [recent.words(metric) for metric in self.evidence if len(recent.course(metric))]
        evidence = (at,) if recent.diverged_at >= 0 else tuple(numbers)
        return Diagnosis(name, evidence, self.cause.format(away=away, wide=wide), advice(name, recent.recipe))


def diagnose(recent: Recent) -> Diagnosis:
    """The first verdict that fits, in the order of VERDICTS; "undetermined" where none does or nothing can be said."""
    if len(recent.course("sliced-w1")) < FEWEST and not VERDICTS["diverged"].fits(recent):
        return Diagnosis("undetermined", (), "There are too few measurements yet with these settings.", "")
    name = next(name for name, verdict in VERDICTS.items() if verdict.fits(recent))
    found = VERDICTS[name].of(name, recent)
    early = name == "undetermined" and not recent.started
    return replace(found, cause="It is early: in their first iterations most runs wander.") if early else found


def diagnose_all(record: Record) -> list[Diagnosis]:
    """The diagnosis of every member of a record; ValueError where it holds no measurement."""
    if not len(record):
        raise ValueError("record: holds no measurement yet")
    return [diagnose(Recent(record, member)) for member in range(len(record.recipes))]


def told(diagnoses: Sequence[Diagnosis], member: int = 0) -> dict[str, str]:
    """One member's diagnosis in words: verdict, and how many seeds share it, evidence, cause and remedy."""
    mine = diagnoses[member]
    same = sum(other.verdict == mine.verdict for other in diagnoses)
    shared = f" · {same} of {len(diagnoses)} seeds" if len(diagnoses) > 1 else ""
    evidence = ", ".join(mine.evidence)
    return {"verdict": mine.verdict + shared, "evidence": evidence, "cause": mine.cause, "remedy": mine.remedy}


def anything(r: Recent) -> bool:
    """What no other verdict fits."""
    return True


VERDICTS: dict[str, Verdict] = {
    "diverged": Verdict(
        signs.diverged,
        ("loss-d", "loss-g", "sliced-w1"),
        "A step carried the players further than the gradient that it followed holds.",
    ),
    "healthy": Verdict(signs.healthy, ("sliced-w1", "modes-covered-strict", "high-quality", "bridges"), ""),
    "out of scale": Verdict(
        signs.out_of_scale,
        ("sliced-w1", "mean-offset", "spread-ratio"),
        "Samples start near 0 with a spread of about 1, and the data lies {away:.3g} away from 0 with a spread of "
        "{wide:.3g}.",
    ),
    "vanishing gradient": Verdict(
        signs.vanishing,
        ("accuracy-real", "accuracy-fake", "generator-weight", "high-quality", "sliced-w1"),
        "D is sure of nearly everything, and this loss is flat there: G gets next to no gradient.",
    ),
    "does not move": Verdict(
        signs.still,
        ("drift", "gradient-norm-g", "gradient-norm-d", "sliced-w1"),
        "No gradient comes through the networks: weights that start near 0, or hidden units that are all off (relu) or "
        "saturated (sigmoid, tanh), and the more so the deeper they are. Losses on their lines prove nothing here.",
    ),
    "mode collapse, rotating": Verdict(
        signs.rotating,
        ("effective-places", "mode-hopping", "high-quality"),
        "G runs to whatever D finds most real at the moment; D finds out, and G runs on.",
    ),
    "not converged yet": Verdict(
        signs.improving,
        ("sliced-w1", "total-variation", "high-quality"),
        "The samples still come closer to the data.",
    ),
    "discriminator overpowered": Verdict(
        signs.overpowered,
        ("accuracy-real", "accuracy-fake", "total-variation", "sliced-w1"),
        "D tells the samples apart faster than G moves them.",
    ),
    "discriminator too weak": Verdict(
        signs.too_weak,
        ("accuracy-real", "accuracy-fake", "high-quality", "sliced-w1"),
        "D does no better than guessing though the samples are far from the data: G has nothing to follow.",
    ),
    "mode collapse, modes absent": Verdict(
        signs.absent,
        ("modes-missing", "effective-places", "high-quality"),
        "The samples are good, but not of every mode: nothing in D's slope at the covered modes leads to the others.",
    ),
    "over-regularized blur": Verdict(
        signs.blurred,
        ("high-quality", "within-ratio", "accuracy-real", "accuracy-fake"),
        "The regularizer keeps D from seeing anything finer: samples lie around the modes, not on them.",
    ),
    "oscillation": Verdict(
        signs.oscillating,
        ("high-quality", "sliced-w1"),
        "Each player answers the other's last move: they circle the equilibrium instead of reaching it.",
    ),
    "off centre": Verdict(
        signs.worst("off centre"),
        ("mean-offset", "sliced-w1"),
        "The samples lie beside the data.",
    ),
    "too narrow": Verdict(
        signs.worst("too narrow"),
        ("spread-ratio", "within-ratio", "sliced-w1"),
        "The samples lie in the right place, but closer together than the data.",
    ),
    "too wide": Verdict(
        signs.worst("too wide"),
        ("spread-ratio", "within-ratio", "sliced-w1"),
        "The samples lie in the right place, but are more scattered than the data.",
    ),
    "uneven shares": Verdict(
        signs.worst("uneven shares"),
        ("share-error", "modes-missing", "sliced-w1"),
        "Every mode is there, but some have much more of the samples than they should, and others less.",
    ),
    "parts missing": Verdict(
        signs.worst("parts missing"),
        ("gaps", "off-data", "sliced-w1"),
        "Some of the data has no samples near it.",
    ),
    "wrong shape": Verdict(
        signs.worst("wrong shape"),
        ("sliced-w1", "off-data", "mean-offset", "spread-ratio"),
        "Centre and spread are right, but the samples are not where the data is.",
    ),
    "undetermined": Verdict(
        anything,
        ("sliced-w1", "high-quality", "total-variation"),
        "No pattern fits.",
    ),
}
