"""`evaluate(like=...)` gives the numbers that other packages gave, on the same points.

The tables hold what the packages gave in the versions of their rows, on points off and on ties;
`compare_with_packages.sh` runs them again on many more.
"""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch

from toygan import DISTRIBUTIONS, METRICS, evaluate
from toygan.parts.metrics.packages import PACKAGES

# fmt: off
TRUE = np.array([
    [0.126, -0.132], [0.64, 0.105], [-0.536, 0.362], [1.304, 0.947], [-0.704, -1.265], [-0.623, 0.041],
    [-2.325, -0.219], [-1.246, -0.732], [-0.544, -0.316], [0.412, 1.043], [-0.129, 1.366], [-0.665, 0.352],
])
GENERATED = np.array([
    [1.403, 0.594], [-0.243, -0.422], [0.042, 0.72], [-0.51, 0.291], [0.341, 1.041], [0.715, 0.855],
    [-0.154, 0.37], [1.284, 1.993], [-0.759, 2.014], [1.846, 1.281], [0.764, 0.186], [1.958, 2.46],
])
# fmt: on
WHOLE_TRUE, WHOLE_GENERATED = (np.array(x)[:, None] for x in ([0, 0, 1, 1, 2, 2, 4, 4, 7], [0, 1, 2, 0, 1, 2, 5, 8, 8]))

IN_THE_PLANE: dict[str, dict[str, float]] = {
    "prdc(nearest_k=3)": {"precision": 11 / 12, "recall": 11 / 12, "density": 37 / 36, "coverage": 10 / 12},
    "prdc": {"precision": 1, "recall": 11 / 12, "density": 0.9, "coverage": 11 / 12},
    "torch-fidelity(kid_subsets=3, kid_subset_size=6)": {
        "precision": 11 / 12,
        "recall": 11 / 12,
        "mmd": 5.316994003801939,
    },
    "torchmetrics": {"mmd": 4.986018959467218},
    "piq(nearest_k=3)": {"precision": 11 / 12, "recall": 11 / 12, "mmd": 4.986018959467218},
    "pot": {
        "w1": 1.2524407407946903,
        "w2": 1.9239291666666667,
        "sliced-w1": 0.7433453724256118,
        "sliced-w2": 0.8530215100467633,
    },
    "scipy": {"w1": 1.2524407407946907},
    "ott-jax": {"w1": 1.2524408, "w2": 1.3870577},
    "geomloss(blur=0.7)": {"energy-distance": 0.3458586531789025, "mmd": 0.06228524855817169},
    "dcor": {"energy-distance": 0.6917339730244709},
    "ummd": {"mmd": 0.17267325066686615},
    "sbibm": {"mmd": 0.09914821696533216},
}
WHOLE: dict[str, dict[str, float]] = {
    "prdc(nearest_k=1)": {"precision": 1 / 3, "recall": 1 / 3, "density": 1 / 3, "coverage": 1 / 9},
    "torch-fidelity(prc_neighborhood=1, kid_subsets=3, kid_subset_size=6)": {
        "precision": 1,
        "recall": 1,
        "mmd": 363.81481481481524,
    },
    "torchmetrics": {"mmd": -1246.4629629629617},
    "piq(nearest_k=1)": {"precision": 1, "recall": 1, "mmd": -1246.4629629629617},
    "pot": {"w1": 2 / 3, "w2": 2, "sliced-w1": 2 / 3, "sliced-w2": math.sqrt(2)},
    "scipy": {"w1": 2 / 3, "energy-distance": 0.49690399499995325},
    "ott-jax": {"w1": 2 / 3, "w2": math.sqrt(2)},
    "geomloss(blur=0.7)": {"energy-distance": 0.12345061728395068, "mmd": 0.043725178357739036},
    "dcor": {"energy-distance": 0.24691358024691334},
    "ummd": {"mmd": 0.029557980204392945},
    "sbibm": {"mmd": -0.07814899082302629},
}
LINE = "gaussian1d"


def score(like: str, metric: str, generated: object, true: object, data: str = LINE) -> float:
    return float(evaluate(torch.as_tensor(generated), data, [metric], like=like, compared_with=true)[metric][0])


def line(*numbers: float) -> list[list[float]]:
    return [[x] for x in numbers]


@pytest.mark.parametrize("like", IN_THE_PLANE)
def test_in_the_plane_scores_are_those_of_the_package(like: str) -> None:
    found = evaluate(GENERATED, "gaussian2d", IN_THE_PLANE[like], like=like, compared_with=TRUE)
    digits = 1e-6 if like == "ott-jax" else 1e-12  # it computes in float32
    assert {name: float(x[0]) for name, x in found.items()} == pytest.approx(IN_THE_PLANE[like], rel=digits)


@pytest.mark.parametrize("like", WHOLE)
def test_of_whole_numbers_scores_are_those_of_the_package(like: str) -> None:
    found = evaluate(WHOLE_GENERATED, LINE, WHOLE[like], like=like, compared_with=WHOLE_TRUE)
    assert {name: float(x[0]) for name, x in found.items()} == pytest.approx(WHOLE[like], rel=1e-12)


def test_every_package_is_held_to_numbers_of_its_own() -> None:
    for table in (IN_THE_PLANE, WHOLE):
        assert {like.partition("(")[0] for like in table} == set(PACKAGES)
    for name, package in PACKAGES.items():
        assert package.metrics.keys() <= METRICS.keys()
        rows = [row for like, row in (IN_THE_PLANE | WHOLE).items() if like.partition("(")[0] == name]
        held = {metric for row in rows for metric in row}
        assert held | {"js", "reverse-kl"} >= package.metrics.keys()


# Closed forms


def test_at_the_edge_of_a_ball_a_point_counts_or_not() -> None:
    true, generated = line(0, 0, 1, 1, 2, 2), line(0, 1, 2, 0, 1, 2)  # every first neighbour is at a distance of 0
    for metric in ("precision", "recall"):
        assert score("prdc(nearest_k=1)", metric, generated, true) == 0
        assert score("torch-fidelity(prc_neighborhood=1)", metric, generated, true) == 1


def test_of_a_collapsed_generator_the_density_is_far_above_one() -> None:
    true, generated = line(0, 1, 2, 3, 4, 5), line(*[2.5] * 6)
    found = evaluate(torch.tensor(generated), LINE, like="prdc(nearest_k=3)", compared_with=true)
    assert {name: float(x[0]) for name, x in found.items()} == {
        "precision": 1,
        "recall": 0,
        "density": 2,
        "coverage": 1,
    }


def test_near_the_edge_of_a_true_ball_a_point_counts_for_piqs_recall() -> None:
    """The true points at 0 and 3 lie 1.5 from generated ones, as far as from a true one; generated balls are points."""
    true, generated = line(0, 1.5, 3), line(1.5, 1.5, 1.5)
    assert score("piq(nearest_k=1)", "recall", generated, true) == pytest.approx(2 / 3)
    assert score("torch-fidelity(prc_neighborhood=1)", "recall", generated, true) == pytest.approx(1 / 3)
    assert score("prdc(nearest_k=1)", "recall", generated, true) == 0


def test_just_beyond_the_edge_a_point_still_counts_for_piq() -> None:
    true, generated = line(0, 1), line(2 + 1e-6, 2 + 1e-6)
    assert score("piq(nearest_k=1)", "precision", generated, true) == 1
    assert score("torch-fidelity(prc_neighborhood=1)", "precision", generated, true) == 0


def test_a_set_has_a_kernel_distance_from_itself_if_its_own_pairs_are_left_out() -> None:
    """K = (x y + 1)^3 of 0 and 1 is 1, 1, 1, 8: (2 + 2) / 2 - 2 (11 / 4)."""
    assert score("torchmetrics", "mmd", line(0, 1), line(0, 1)) == pytest.approx(-3.5)


def test_squares_roots_and_halves_are_those_of_the_package() -> None:
    generated, true = line(0, 1), line(0, 3)  # E|x - y| = 3/2, E|x - x'| = 1/2, E|y - y'| = 3/2, all pairs
    assert score("dcor", "energy-distance", generated, true) == pytest.approx(1)
    assert score("scipy", "energy-distance", generated, true) == pytest.approx(1)
    assert score("geomloss", "energy-distance", generated, true) == pytest.approx(0.5, abs=1e-4)
    doubled = [[2 * x[0]] for x in generated], [[2 * x[0]] for x in true]
    assert score("scipy", "energy-distance", *doubled) == pytest.approx(math.sqrt(2))
    assert score("pot", "w2", generated, true) == pytest.approx(2)  # (0 + 2^2) / 2
    assert score("ott-jax", "w2", generated, true) == pytest.approx(math.sqrt(2))
    k = [math.exp(-(d**2) / 2) for d in range(4)]
    squared = (1 + k[1]) / 2 + (1 + k[3]) / 2 - 2 * (k[0] + k[3] + k[1] + k[2]) / 4
    assert score("geomloss(blur=1)", "mmd", generated, true) == pytest.approx(squared / 2)


def test_distances_of_shares_are_those_of_scipy() -> None:
    two_of_four = DISTRIBUTIONS.make("ring8(k=4)").modes[:2].repeat(3, 1)
    found = evaluate(two_of_four, "ring8(k=4)", ["js", "reverse-kl"], like="scipy")
    assert found["js"][0] == pytest.approx(0.464501404022459, rel=1e-7)
    assert found["reverse-kl"][0] == pytest.approx(math.log(2), rel=1e-7)


# What a user can ask for


def test_without_true_samples_a_package_compares_with_the_usual_ones() -> None:
    x = DISTRIBUTIONS["ring8"].sample(200, torch.Generator().manual_seed(0))
    ours = evaluate(x, "ring8", ["precision", "recall"])
    theirs = evaluate(x, "ring8", ["precision", "recall"], like="torch-fidelity")
    assert {name: x.tolist() for name, x in ours.items()} == {name: x.tolist() for name, x in theirs.items()}


def test_true_samples_can_be_given_without_a_package_too() -> None:
    ours = evaluate(GENERATED, "gaussian2d", ["w1", "energy-distance"], compared_with=TRUE)
    assert ours["w1"][0] == pytest.approx(1.2524407407946903)
    assert ours["energy-distance"][0] < IN_THE_PLANE["dcor"]["energy-distance"]


def test_what_needs_equally_many_samples_is_left_out_of_others() -> None:
    found = evaluate(GENERATED, "gaussian2d", like="pot", compared_with=TRUE[:10])
    assert not found
    assert set(evaluate(GENERATED, "gaussian2d", like="prdc", compared_with=TRUE[:10])) == set(PACKAGES["prdc"].metrics)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"like": "prcd"}, "like='prcd': unknown name 'prcd' (did you mean 'prdc'?); allowed: prdc, torch-fidelity"),
        ({"like": "prdc(k=3)"}, "like='prdc(k=3)': 'prdc' has no argument 'k'; allowed: nearest_k"),
        ({"like": "prdc(nearest_k=0)"}, "like='prdc(nearest_k=0)': nearest_k=0: must be a whole number"),
        ({"like": "prdc", "metrics": ["w1"]}, "metrics='w1': not in 'prdc', which has precision, recall, density, cov"),
        ({"like": "prdc", "metrics": ["precison"]}, "unknown name 'precison' (did you mean 'precision'?); allowed"),
        ({"compared_with": TRUE[:5]}, "compared_with: shape (5, 2); needs (12, 2)"),
        ({"compared_with": TRUE[:, :1], "like": "prdc"}, "compared_with: shape (12, 1); needs (m, 2)"),
    ],
)
def test_what_a_package_lacks_is_refused_in_one_line_that_names_what_is_there(arguments: dict, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        evaluate(GENERATED, "gaussian2d", **arguments)
    assert len(str(error.value).splitlines()) == 1
