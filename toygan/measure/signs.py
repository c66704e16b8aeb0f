"""Signs of the state of a run, each a question about its recent past, with their thresholds."""

from __future__ import annotations

import math

from toygan.measure.faults import COLUMN_W1, constant_column, only_fault, sizes_of_faults
from toygan.measure.recent import Recent
from toygan.parts.metrics.reference import ReferenceBand

GUESSING_ACCURACY = 0.65  # of D over both kinds of samples, below which it sees almost nothing
SWING_SHARE = 0.17  # standard deviation of the high-quality share; with a strong R1 it is 0.1 without any fault
FEW_ON_MODES = 0.3  # of the high-quality share of true samples, below which samples are on no mode
ON_MODES = 0.5  # of the high-quality share of true samples, from which samples are healthy
GOOD_SHARE = 0.8  # of the high-quality share of true samples, from which samples are called good
FAR_SPREADS = 0.25  # of the data, between samples and data that have little in common
AMONG_SPREADS = 4.0  # of the data, within which samples may be among its modes; beyond, they are on none
STILL_SPREADS = 1e-4  # of the data in 100 iterations; less than that is not visible
NO_GRADIENT_NORM = 1e-6
OTHER_UNITS = 12.0  # data so many times larger, smaller or farther away than the first samples is hard to reach

# Allowed differences of healthy samples from the data, beyond those of true samples.
OFFSET_SPREADS = 0.15  # of the data, between the means
SPREAD_RATIO = 1.2
BEYOND = 1.1  # times the largest one of true samples, whose tails may be heavy
WITHIN_RATIO = 2.5
AXIS_RATIO = 1.5  # between the spreads along an own axis of the data
OFFSET_PEAK_SPREADS = 0.25  # of the data, between the means where they swing to
COMES_BACK = 0.4  # of the mean offset: one in ten is less if the mean swings about that of the data (of |sin|: 0.25)
TIMES_TRUE = 4.0  # times the largest distance of nine in ten sets of true samples
BRIDGES = 0.15  # of all samples, between modes
SHARE_ERROR = 0.12  # of the mass with another mode than it should be
DISTANCE_SPREADS = 0.15  # of the data
MOVED = 2 / math.pi  # sliced distance of samples in the plane that are moved by 1; of more columns it is less
WAY_SPREADS = 0.06  # of the data without modes, from it to the samples and back
LINK_ERROR = 0.5  # of the way to columns that are drawn apart
LINK_DISTANCE = 0.15  # of one pair of columns
COLUMN_DISTANCE = 0.3  # of a column's spread, from its samples to the data
BEYOND_DISTANCE = ("constant column", "memorised", "rotated", "link broken")  # that count however small the distance


def diverged(r: Recent) -> bool:
    """Return True if a loss is not finite any more, or if it or the distance is beyond what the data's size explains.

    The loss of a critic is a distance: on data that is 400 away it is -400, and it falls with the distance. Samples
    also run off if D is too weak to call them back, which is the fault of no step.
    """
    losses = ("loss-d", "loss-g")
    natural, for_losses = max(1.0, r.spread, r.first("sliced-w1")), max(1.0, *r.size_for_players)
    lost = any(r.became_nonfinite(loss) for loss in losses)
    grew = any(abs(r.mean(loss)) > 100 * for_losses for loss in losses) and not closer(r)
    ran_off = r.late_mean("sliced-w1") > 10 * natural and not too_weak(r)
    return r.diverged_at >= 0 or lost or grew or ran_off


def healthy(r: Recent) -> bool:
    """Return True if samples differ from true ones by no more than is allowed, and nothing swings."""
    if r.k and not r.relative_to_true("high-quality") > ON_MODES:
        return False
    if r.k > 1 and not (uncovered(r) < 0.3 and r.mean("mode-hopping") < 0.1):
        return False
    return max(faults(r).values()) < 1 and not oscillating(r)


def healthy_to(r: Recent) -> dict[str, float]:
    """Return the largest, or the least, that some metrics of a healthy run may be."""
    bounds = {}
    if band := r.reference("sliced-w1"):
        bounds["sliced-w1"] = min(band.high + allowed_distance(r) * r.spread, TIMES_TRUE * band.high or math.inf)
    if r.k and (band := r.reference("high-quality")):
        bounds["high-quality"] = ON_MODES * band.mean
    if r.k > 1 and (band := r.reference("bridges")):
        bounds["bridges"] = band.high + BRIDGES
    return bounds


def faults(r: Recent) -> dict[str, float]:
    """Return each way in which samples may differ from true ones, in units of the allowed difference."""
    found = {
        "off centre": r.beyond_true("mean-offset") / OFFSET_SPREADS,
        "wrong shape": max(
            far_off(r), r.beyond_true("bridges") / BRIDGES if r.k > 1 else way_off(r) if not r.k else 0.0
        ),
        "parts missing": r.beyond_true("gaps") / WAY_SPREADS if not r.k else 0.0,
        **_too_narrow_or_wide(r.mean("spread-ratio"), SPREAD_RATIO, r.reference("spread-ratio")),
    }
    if not r.data.varies.any():  # all data is one point, and nothing is narrower
        found |= {"too narrow": 0.0, "too wide": r.mean("spread-ratio") / DISTANCE_SPREADS}
    if r.k and not r.data.atoms:
        within = _too_narrow_or_wide(r.mean("within-ratio"), WITHIN_RATIO)
        found = {name: max(value, within.get(name, 0.0)) for name, value in found.items()}
    if (only := only_fault(r)) in BEYOND_DISTANCE:
        found[only] = math.inf
    if r.k > 1:
        found["uneven shares"] = r.beyond_true("share-error") / SHARE_ERROR
    for along in (_too_narrow_or_wide_on_an_axis(r), _too_narrow_or_wide_in_a_column(r)):
        found = {name: max(value, along.get(name, value)) for name, value in found.items()}
    return {name: 0.0 if math.isnan(value) else value for name, value in found.items()}


def far_off(r: Recent) -> float:
    """Return the distance to the data in units of the allowed one, by the data's size and by that of true samples."""
    band = r.reference("sliced-w1")
    times = r.mean("sliced-w1") / (TIMES_TRUE * band.high) if band and band.high else 0.0
    return max(r.apart / allowed_distance(r), times)


def allowed_distance(r: Recent) -> float:
    """Return the sliced distance beyond that of true samples of such as are moved by DISTANCE_SPREADS, in spreads."""
    return DISTANCE_SPREADS * (MOVED if r.data.dim > 1 else 1.0)


def _too_narrow_or_wide_on_an_axis(r: Recent) -> dict[str, float]:
    """Compare the spreads along an own axis of the data, beyond the range of true samples."""
    band, ratio = r.reference("axis-ratio"), r.mean("axis-ratio")
    if band is None or not math.isfinite(ratio):
        return {}
    ratio /= min(max(ratio, band.low), band.high)
    return _too_narrow_or_wide(ratio, AXIS_RATIO)


def _too_narrow_or_wide_in_a_column(r: Recent) -> dict[str, float]:
    """Compare the spreads of the column that differs most, if it is wrong by itself."""
    column = r.worst_column
    return _too_narrow_or_wide(column.spread, AXIS_RATIO) if column and column.varies and wrong_column(r) else {}


def way_off(r: Recent) -> float:
    """Return how far samples are off data without modes, or off the link of its columns, in allowed differences.

    Samples between the whole numbers of counts are not off them for that.
    """
    off = (r.beyond_true("off-data") - r.grain) / WAY_SPREADS
    column = r.beyond_true("column-w1") / COLUMN_DISTANCE
    return max([off, *(value for value in (link_off(r), column) if math.isfinite(value))])


def wrong_column(r: Recent) -> bool:
    """Return True if a column by itself differs from that of the data without modes."""
    return not r.k and r.beyond_true("column-w1") > COLUMN_W1


def link_lost(r: Recent) -> bool:
    """Return True if the columns are right one by one, but far from linked as those of the data are."""
    return not r.k and not wrong_column(r) and link_off(r) > 1


def link_off(r: Recent) -> float:
    """Return how far columns are off their link, in allowed differences; NaN if they have none.

    Of several columns it is that of the worst pair, which noise on single numbers does not reach.
    """
    of_pair = r.beyond_true("link-distance") / LINK_DISTANCE
    return of_pair if math.isfinite(of_pair) else r.beyond_true("link-error") / LINK_ERROR


def _too_narrow_or_wide(ratio: float, allowed: float, band: ReferenceBand | None = None) -> dict[str, float]:
    """Compare a ratio of spreads with the one that is allowed, or with those of true samples if these reach as far."""
    low, high = (band.low, band.high) if band and band.low > 0 else (1.0, 1.0)
    size = math.log(max(ratio, 1e-9))
    return {
        "too narrow": -size / math.log(max(allowed, BEYOND / low)),
        "too wide": size / math.log(max(allowed, BEYOND * high)),
    }


def worst_fault(r: Recent) -> str:
    """Return the fault by which samples near the data differ from it most, by more than is allowed, or "".

    If one fault is all that is wrong, it is that. Otherwise all are compared in widths of the band of true samples.
    Every fault also moves samples away, so "wrong shape" is left for last. Wrong shares of modes move the mean, so "off
    centre" is left out if they are wrong. The first iterations show no fault yet.
    """
    if not r.started:
        return ""
    if only := only_fault(r):
        return only
    if link_lost(r):
        return "link broken"
    if on_part_of_the_data(r):
        return "parts missing"
    found = {fault for fault, value in faults(r).items() if value >= 1}
    sizes = {fault: size for fault, size in sizes_of_faults(r).items() if fault in found}
    if lacking(r) > 0.3 or far(r):
        sizes.pop("uneven shares", None)
    if "uneven shares" in sizes:
        sizes.pop("off centre", None)
    return max(sizes, key=sizes.__getitem__, default="wrong shape" if found else "")


def on_part_of_the_data(r: Recent) -> bool:
    """Return True if samples lie on data without modes, and neither on all of it nor on a spot."""
    way, back = r.beyond_true("gaps"), r.beyond_true("off-data")
    return not r.k and way > WAY_SPREADS and way > 2 * max(back, 0) and not shrunk(r)


def shrunk(r: Recent) -> bool:
    """Return True if samples of data without modes have shrunk to a spot."""
    return not r.k and r.mean("spread-ratio") <= 0.5


def constant(r: Recent) -> bool:
    """Return True if, after the first iterations, one column of the samples does not vary at all."""
    return r.started and constant_column(r)


def lacking(r: Recent) -> float:
    """Return the number of modes that get almost no samples."""
    return r.late_mean("modes-missing")


def uncovered(r: Recent) -> float:
    """Return the number of modes without samples or, if samples lie on modes, of those that hardly a good one is on."""
    band = r.reference("modes-covered-strict")
    if band is None or not r.relative_to_true("high-quality") > FEW_ON_MODES:
        return lacking(r)
    return max(lacking(r), band.low - r.late_mean("modes-covered-strict"))


def far(r: Recent) -> bool:
    """Return True if the samples have little in common with the data: few of high quality, or none near it."""
    if r.k:
        return r.relative_to_true("high-quality") < FEW_ON_MODES and r.apart > DISTANCE_SPREADS
    return r.apart > FAR_SPREADS


def vanishing(r: Recent) -> bool:
    """Return True if D is sure of nearly every sample, and G's loss lets almost none of its gradient through."""
    bad = r.relative_to_true("high-quality") < 0.5 if r.k else far(r)
    return r.min_accuracy > 0.8 and r.mean("generator-weight") < 0.15 and bad


def still(r: Recent) -> bool:
    """Return True if nothing moves because no gradient passes through the networks."""
    stands = r.late_mean("drift") < STILL_SPREADS and r.late_mean("gradient-norm-g") < NO_GRADIENT_NORM
    return stands and r.apart > DISTANCE_SPREADS


def out_of_scale(r: Recent) -> bool:
    """Return True if the data lies far from 0 or has another size than the first samples, whose spread is about 1.

    This is the fault of neither player, so it is asked first. A run that comes near quickly is left alone.
    """
    away, wide = r.seen_mean_and_spread
    other = (
        away > OTHER_UNITS * max(wide, 1) or not 1 / OTHER_UNITS < (wide or 1) < OTHER_UNITS
    )  # a single point has no width
    arriving = -r.rise("sliced-w1") > 0.2 * r.mean("sliced-w1") and r.apart < OTHER_UNITS
    return other and r.apart > DISTANCE_SPREADS and not arriving


def overpowered(r: Recent) -> bool:
    """Return True if D is sure of nearly every sample, its gradient does reach G, and samples are far from the data.

    If the samples are good, D is sure because modes are missing: the covered ones have too many samples.
    """
    return r.min_accuracy > 0.85 and far(r)


def rotating(r: Recent) -> bool:
    """Return True if, after the first iterations, samples are on few modes, soon on others, and come no closer."""
    hops = r.late_mean("mode-hopping") > 0.15 and r.apart < AMONG_SPREADS
    return r.k > 1 and r.started and hops and r.relative_to_true("effective-places") < 0.75 and not closer(r)


def too_weak(r: Recent) -> bool:
    """Return True if D only guesses while the samples stay far from the data, and no regularizer holds it back.

    At the start of a run D has to learn first. Samples that are far because they have shrunk are too narrow.
    """
    swings = r.swing("high-quality") > SWING_SHARE if r.k else r.swing("sliced-w1") > DISTANCE_SPREADS * r.spread
    free = r.started and not r.recipe.regularizers
    return far(r) and not swings and not shrunk(r) and r.mean_accuracy < GUESSING_ACCURACY and free


def improving(r: Recent) -> bool:
    """Return True if the samples come closer, or to more modes, by more than they swing, and lose no modes."""
    if not r.k:
        return closer(r)
    better = -r.rise("total-variation") > max(0.05, r.swing("total-variation"))
    further = r.k > 1 and r.rise("effective-places") > max(0.1 * r.k, r.swing("effective-places"))
    return (closer(r) or better or further) and (r.k == 1 or r.rise("effective-places") > -0.1)


def closer(r: Recent) -> bool:
    """Return True if the samples come closer by more than they swing."""
    return -r.rise("sliced-w1") > max(0.05 * r.spread, r.swing("sliced-w1"), 0.15 * r.mean("sliced-w1"))


def oscillating(r: Recent) -> bool:
    """Return True if quality, the mean or the distance to the data swings while the mass stays with the same modes."""
    if r.swing("high-quality") > SWING_SHARE or r.swing("sliced-w1") > DISTANCE_SPREADS * r.spread:
        return True
    mean = r.mean("mean-offset")
    moves = r.amplitude("mean-offset") > mean / 2 and r.low("mean-offset") < COMES_BACK * mean
    return moves and r.beyond_true("mean-offset") + r.amplitude("mean-offset") > OFFSET_PEAK_SPREADS


def good(r: Recent) -> bool:
    """Return True if nearly as many samples are of high quality as of true ones."""
    return r.relative_to_true("high-quality") > GOOD_SHARE


def absent(r: Recent) -> bool:
    """Return True if some modes get almost no samples, and always the same ones; no other fault explains that.

    Samples that are moved, rotated, or whose columns are not linked, miss modes, too, but most of them are on none.
    """
    other = only_fault(r)
    on_modes = {"": FEW_ON_MODES, "off centre": 0.8, "rotated": 0.8, "link broken": 0.8}.get(other, math.inf)
    return r.k > 1 and uncovered(r) > 0.3 and r.relative_to_true("high-quality") > on_modes


def blurred(r: Recent) -> bool:
    """Return True if regularizers make D guess, while the samples lie around every mode, and seldom on one."""
    around = r.k > 1 and lacking(r) < 0.3 and r.relative_to_true("effective-places") > 0.75
    smeared = r.relative_to_true("high-quality") < 0.6 and r.mean("within-ratio") > WITHIN_RATIO
    return around and smeared and guesses(r) and bool(r.recipe.regularizers)


def guesses(r: Recent) -> bool:
    """Return True if D hardly tells the samples from the data.

    The loss of a critic is minus a distance; if that is as large as the distance of the samples, it sees them well.
    """
    loss = r.recipe.parts.loss
    sees = loss.relative and loss.separable and -r.mean("loss-d") > r.mean("sliced-w1")
    return r.mean_accuracy < GUESSING_ACCURACY and not sees
