"""Signs of what is going on in a run, each a question about its recent past, and the thresholds behind them."""

from __future__ import annotations

import math
from collections.abc import Callable

from toygan.measure.recent import Recent

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


def diverged(r: Recent) -> bool:
    """The numbers left the finite ones, or grow beyond all that the data's size explains.

    A critic's loss is a distance: on data that is 400 away it is -400, and falls with the distance.
    """
    losses = ("loss-d", "loss-g")
    natural = max(1.0, r.spread, r.first("sliced-w1"))
    lost = any(r.became_nonfinite(loss) for loss in losses)
    grew = any(abs(r.mean(loss)) > 100 * natural for loss in losses) and not closer(r)
    return r.diverged_at >= 0 or lost or grew or r.late_mean("sliced-w1") > 10 * natural


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
    if not r.data.moments[1].any():  # all of it is one point, and nothing is narrower
        found |= {"too narrow": 0.0, "too wide": r.mean("spread-ratio") / DISTANCE}
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
        if lacking(r) > 0.3 or far(r):
            named.pop("uneven shares", None)
        if shrunk(r):
            named.pop("parts missing", None)
        if "uneven shares" in named:
            named.pop("off centre", None)
        if on_part_of_the_data(r):
            return name == "parts missing"
        return bool(found) and max(named or found, key=lambda way: found[way]) == name

    return fits


def on_part_of_the_data(r: Recent) -> bool:
    """Without modes: the samples lie on the data, by far more than the data on the samples, and on more than a spot."""
    way, back = r.beyond_true("gaps"), r.beyond_true("off-data")
    return not r.k and way > WAY and way > 2 * max(back, 0) and not shrunk(r)


def shrunk(r: Recent) -> bool:
    """Without modes: the samples have drawn together to a spot."""
    return not r.k and r.mean("spread-ratio") <= 0.5


def lacking(r: Recent) -> float:
    """How many modes get next to nothing."""
    return r.late_mean("modes-missing")


def far(r: Recent) -> bool:
    """Samples that have little to do with the data: hardly one of high quality and away from it, or none near it."""
    if r.k:
        return r.relative_to_true("high-quality") < 0.3 and r.apart > DISTANCE
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

    That is no fault of either player, so it is asked first; not of a run that is closing in fast and has come near.
    """
    away, wide = r.seen_mean_and_spread
    other = away > UNITS * max(wide, 1) or not 1 / UNITS < (wide or 1) < UNITS  # a single point has no width
    arriving = -r.rise("sliced-w1") > 0.2 * r.mean("sliced-w1") and r.apart < UNITS
    return other and r.apart > DISTANCE and not arriving


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

    At the start of any run D has to learn first. Samples that are far since they have drawn together are too narrow.
    """
    swings = r.swing("high-quality") > SWING if r.k else r.swing("sliced-w1") > DISTANCE * r.spread
    free = r.started and not r.recipe.regularizers
    return far(r) and not swings and not shrunk(r) and r.mean_accuracy < GUESSING and free


def improving(r: Recent) -> bool:
    """The samples come closer, or to further modes, by more than they swing, and not by giving modes up."""
    if not r.k:
        return closer(r)
    better = -r.rise("total-variation") > max(0.05, r.swing("total-variation"))
    further = r.k > 1 and r.rise("effective-places") > max(0.1 * r.k, r.swing("effective-places"))
    return (closer(r) or better or further) and (r.k == 1 or r.rise("effective-places") > -0.1)


def closer(r: Recent) -> bool:
    """The samples come closer by more than they swing."""
    return -r.rise("sliced-w1") > max(0.05 * r.spread, r.swing("sliced-w1"), 0.15 * r.mean("sliced-w1"))


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
