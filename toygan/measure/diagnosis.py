"""What is going on in a run, in words: a verdict with its evidence, its cause, and one knob to try."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from toygan.measure.advice import advice
from toygan.measure.recent import FEWEST, Recent
from toygan.runs.record import Record

GUESSING = 0.65  # D's accuracy over both kinds of samples below which it sees next to nothing
SWING = 0.17  # standard deviation of the high-quality share; a strong R1 alone makes it tremble by 0.1
FAR = 0.25  # spreads of the data between samples and data that have little to do with each other
STILL = 1e-4  # spreads of the data in 100 iterations, and less than that nobody sees
NO_GRADIENT = 1e-6
UNITS = 12.0  # a data set that is so much larger, smaller or farther away than where samples start is hard to reach

# What may tell healthy samples from true ones, beyond what true samples differ by themselves.
OFFSET = 0.15  # spreads of the data between the centres
RATIO = 1.2  # of the spreads
WITHIN = 2.5  # of the spreads within modes
SHARES = 0.12  # of the mass with another mode than it should be
DISTANCE = 0.15  # spreads of the data
WAY = 0.06  # spreads of the data to and from it, beyond the way between true samples, where it has no modes


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
    """One thing that can be going on: `fits` asks the recent past; the cause may name fields of the recipe."""

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
    name = next(name for name, verdict in VERDICTS.items() if verdict.fits(recent))
    if name == "diverged":
        return VERDICTS[name].of(name, recent)
    if len(recent.course("sliced-w1")) < FEWEST:
        return Diagnosis("undetermined", (), "There are too few measurements yet with these settings.", "")
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
    """The numbers left the finite ones, or grow beyond all that the data's size explains.

    A critic's loss is a distance: on data that is 400 away it is -400, and falls with the distance.
    """
    losses = ("loss-d", "loss-g")
    natural = max(1.0, r.spread, r.first("sliced-w1"))
    grew = any(r.became_nonfinite(loss) or abs(r.mean(loss)) > 100 * natural for loss in losses)
    return r.diverged_at >= 0 or grew or r.mean("sliced-w1") > 20 * natural


def healthy(r: Recent) -> bool:
    """Nothing that is measured tells the samples from true ones by more than the amounts stated, and nothing swings."""
    if r.k and not (r.relative_to_true("high-quality") > 0.5 and r.swing("high-quality") < SWING):
        return False
    if r.k > 1 and not (lacking(r) < 0.3 and r.mean("mode-hopping") < 0.1):
        return False
    return max(faults(r).values()) < 1 and r.swing("sliced-w1") < DISTANCE * r.spread


def faults(r: Recent) -> dict[str, float]:
    """Each way in which samples may differ from true ones, in units of what is allowed."""
    found = {
        "off centre": r.beyond_true("mean-offset") / OFFSET,
        "wrong shape": max(r.apart / DISTANCE, r.beyond_true("off-data") / WAY if not r.k else 0.0),
        "parts missing": r.beyond_true("gaps") / WAY if not r.k else 0.0,
        **_too_narrow_or_wide(r.mean("spread-ratio"), RATIO),
    }
    if r.k and not r.data.atoms:
        within = _too_narrow_or_wide(r.mean("within-ratio"), WITHIN)
        found = {name: max(value, within.get(name, 0.0)) for name, value in found.items()}
    if r.k > 1:
        found["uneven shares"] = r.beyond_true("share-error") / SHARES
    return {name: value if math.isfinite(value) else 0.0 for name, value in found.items()}


def _too_narrow_or_wide(ratio: float, allowed: float) -> dict[str, float]:
    size = math.log(max(ratio, 1e-9)) / math.log(allowed)
    return {"too narrow": -size, "too wide": size}


def worst(name: str) -> Callable[[Recent], bool]:
    """Samples near the data that differ from it in this way more than in any other, and by more than is allowed.

    The shape is blamed last: every other fault moves samples away, too; the centre is blamed where the shares of the
    modes, which move it, are right. At the start of a run all of it is to come.
    """

    def fits(r: Recent) -> bool:
        if not r.started:
            return False
        found = {way: value for way, value in faults(r).items() if value >= 1}
        named = {way: value for way, value in found.items() if way != "wrong shape"}
        if "uneven shares" in named:
            named.pop("off centre", None)
        if on_part_of_the_data(r):
            return name == "parts missing"
        return bool(found) and max(named or found, key=lambda way: found[way]) == name

    return fits


def on_part_of_the_data(r: Recent) -> bool:
    """Without modes: the samples lie on the data, by far more than the data on the samples, and on more than a spot."""
    way, back = r.beyond_true("gaps"), r.beyond_true("off-data")
    return not r.k and way > WAY and way > 2 * max(back, 0) and r.mean("spread-ratio") > 0.5


def lacking(r: Recent) -> float:
    """How many modes get next to nothing."""
    return r.late_mean("modes-missing")


def far(r: Recent) -> bool:
    """Samples that have little to do with the data: hardly one of high quality, or none near it."""
    if r.k:
        return r.relative_to_true("high-quality") < 0.3
    return r.apart > FAR


def vanishing(r: Recent) -> bool:
    """D is sure of nearly everything, and G's loss lets next to nothing of its slope through."""
    bad = r.relative_to_true("high-quality") < 0.5 if r.k else far(r)
    return r.min_accuracy > 0.8 and r.mean("generator-weight") < 0.15 and bad


def still(r: Recent) -> bool:
    """Nothing moves, and not because G's loss is flat: no gradient comes through the networks."""
    stands = r.late_mean("drift") < STILL and r.late_mean("gradient-norm-g") < NO_GRADIENT
    return stands and r.apart > DISTANCE


def out_of_scale(r: Recent) -> bool:
    """Samples start near 0 with a spread of about 1, and the data is elsewhere, or of another size, by far.

    That is no fault of either player, so it is asked first; not of a run that is closing in fast.
    """
    away, wide = r.seen_mean_and_spread
    other = away > UNITS * max(wide, 1) or not 1 / UNITS < wide < UNITS
    return other and r.apart > DISTANCE and not -r.rise("sliced-w1") > 0.2 * r.mean("sliced-w1")


def overpowered(r: Recent) -> bool:
    """D is sure of nearly everything and its slope does reach G, yet the samples are far from the data.

    Where they are good, D is sure because modes are missing: covered ones have more samples than they should.
    """
    return r.min_accuracy > 0.85 and far(r)


def rotating(r: Recent) -> bool:
    """Few modes at a time, and other ones a hundred iterations later, as at the start of many a run that ends well."""
    return (
        r.k > 1 and r.started and r.late_mean("mode-hopping") > 0.15 and r.relative_to_true("effective-places") < 0.75
    )


def too_weak(r: Recent) -> bool:
    """D guesses, or is worse than that, while the samples stay far from the data, and no regularizer holds it back.

    At the start of any run D has to learn first.
    """
    swings = r.swing("high-quality") > SWING if r.k else r.swing("sliced-w1") > DISTANCE * r.spread
    return far(r) and not swings and r.mean_accuracy < GUESSING and r.started and not r.recipe.regularizers


def improving(r: Recent) -> bool:
    """The samples come closer, or to further modes, by more than they swing, and not by giving modes up."""
    closer = -r.rise("sliced-w1") > max(0.05 * r.spread, r.swing("sliced-w1"), 0.15 * r.mean("sliced-w1"))
    if not r.k:
        return closer
    better = -r.rise("total-variation") > max(0.05, r.swing("total-variation"))
    further = r.k > 1 and r.rise("effective-places") > max(0.1 * r.k, r.swing("effective-places"))
    return (closer or better or further) and (r.k == 1 or r.rise("effective-places") > -0.1)


def oscillating(r: Recent) -> bool:
    """Quality, or the distance, comes and goes while the mass stays with the same modes."""
    return r.swing("high-quality") > SWING or r.swing("sliced-w1") > DISTANCE * r.spread


def absent(r: Recent) -> bool:
    """Some modes get next to nothing, and the same ones all the time."""
    return r.k > 1 and lacking(r) > 0.3 and r.relative_to_true("high-quality") > 0.3


def blurred(r: Recent) -> bool:
    """D is held back so far that it guesses, while the samples lie around every mode, and seldom on one."""
    around = r.k > 1 and lacking(r) < 0.3 and r.relative_to_true("effective-places") > 0.75
    smeared = r.relative_to_true("high-quality") < 0.6 and r.mean("within-ratio") > WITHIN
    return around and smeared and r.mean_accuracy < GUESSING and bool(r.recipe.regularizers)


def anything(r: Recent) -> bool:
    """What no other verdict fits."""
    return True


VERDICTS: dict[str, Verdict] = {
    "diverged": Verdict(
        diverged,
        ("loss-d", "loss-g", "sliced-w1"),
        "A step carried the players further than the gradient that it followed holds.",
    ),
    "healthy": Verdict(healthy, ("sliced-w1", "modes-covered-strict", "high-quality"), ""),
    "out of scale": Verdict(
        out_of_scale,
        ("sliced-w1", "mean-offset", "spread-ratio"),
        "Samples start near 0 with a spread of about 1, and the data lies {away:.3g} away from 0 with a spread of "
        "{wide:.3g}.",
    ),
    "vanishing gradient": Verdict(
        vanishing,
        ("accuracy-real", "accuracy-fake", "generator-weight", "high-quality", "sliced-w1"),
        "D is sure of nearly everything, and this loss is flat there: G gets next to no gradient.",
    ),
    "does not move": Verdict(
        still,
        ("drift", "gradient-norm-g", "gradient-norm-d", "sliced-w1"),
        "No gradient comes through the networks: weights that start near 0, or hidden units that are all off (relu) or "
        "saturated (sigmoid, tanh), and the more so the deeper they are. Losses on their lines prove nothing here.",
    ),
    "mode collapse, rotating": Verdict(
        rotating,
        ("effective-places", "mode-hopping", "high-quality"),
        "G runs to whatever D finds most real at the moment; D finds out, and G runs on.",
    ),
    "not converged yet": Verdict(
        improving,
        ("sliced-w1", "total-variation", "high-quality"),
        "The samples still come closer to the data.",
    ),
    "discriminator overpowered": Verdict(
        overpowered,
        ("accuracy-real", "accuracy-fake", "total-variation", "sliced-w1"),
        "D tells the samples apart faster than G moves them.",
    ),
    "discriminator too weak": Verdict(
        too_weak,
        ("accuracy-real", "accuracy-fake", "high-quality", "sliced-w1"),
        "D does no better than guessing though the samples are far from the data: G has nothing to follow.",
    ),
    "mode collapse, modes absent": Verdict(
        absent,
        ("modes-missing", "effective-places", "high-quality"),
        "The samples are good, but not of every mode: nothing in D's slope at the covered modes leads to the others.",
    ),
    "over-regularized blur": Verdict(
        blurred,
        ("high-quality", "within-ratio", "accuracy-real", "accuracy-fake"),
        "The regularizer keeps D from seeing anything finer: samples lie around the modes, not on them.",
    ),
    "oscillation": Verdict(
        oscillating,
        ("high-quality", "sliced-w1"),
        "Each player answers the other's last move: they circle the equilibrium instead of reaching it.",
    ),
    "off centre": Verdict(
        worst("off centre"),
        ("mean-offset", "sliced-w1"),
        "The samples lie beside the data.",
    ),
    "too narrow": Verdict(
        worst("too narrow"),
        ("spread-ratio", "within-ratio", "sliced-w1"),
        "The samples lie in the right place, but closer together than the data.",
    ),
    "too wide": Verdict(
        worst("too wide"),
        ("spread-ratio", "within-ratio", "sliced-w1"),
        "The samples lie in the right place, but are more scattered than the data.",
    ),
    "uneven shares": Verdict(
        worst("uneven shares"),
        ("share-error", "modes-missing", "sliced-w1"),
        "Every mode is there, but some have much more of the samples than they should, and others less.",
    ),
    "parts missing": Verdict(
        worst("parts missing"),
        ("gaps", "off-data", "sliced-w1"),
        "Some of the data has no samples near it.",
    ),
    "wrong shape": Verdict(
        worst("wrong shape"),
        ("sliced-w1", "off-data", "mean-offset", "spread-ratio"),
        "Centre and spread are right, but the samples are not where the data is.",
    ),
    "undetermined": Verdict(
        anything,
        ("sliced-w1", "high-quality", "total-variation"),
        "No pattern fits.",
    ),
}
