"""The clinic: another set for every seed, a point for the name, two for the remedy, no more changes than allowed."""

from __future__ import annotations

import numpy as np
import pytest

from toygan.recipe import Recipe, RecipeError
from toygan.runs.record import Record
from toygan.studies.gallery.case import FailureCase
from toygan.teach import clinic as module
from toygan.teach.clinic import BUDGET, Answer, Clinic

ILL = Recipe(width=4, depth=1, batch=4, lr_d=1e-4)


def slow(record: Record) -> np.ndarray:
    return np.array([recipe.lr_d < 0.01 for recipe in record.recipes])


CASE = FailureCase("too wide", "symptom", ILL, {"lr_g": 1e-2}, "why", slow, steps=4)


@pytest.fixture(autouse=True)
def one_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GALLERY", {"one": CASE})


def test_the_name_and_the_remedy_are_scored_apart() -> None:
    clinic = Clinic(patients=1)
    assert clinic.treat(1, "too wide", lr_d=1e-4).points == 1
    assert clinic.treat(1, "too narrow", lr_d=0.01).points == 2
    assert clinic.treat(1, "too wide", lr_d=0.01).points == 3
    assert clinic.treat(1, "too wide", lr_d=0.01, lr_g=0.01).points == 2.5
    assert repr(clinic).splitlines()[-1].startswith("| **points** | 2.5 of 3 | – |")


def test_the_built_in_diagnosis_is_scored_by_the_same_rules() -> None:
    clinic = Clinic(patients=1)
    clinic.diagnose()
    answer = clinic.built_in[1]
    assert answer.points == float(answer.right) + (2 if answer.failing <= 1 and answer.changes else 0)


def test_another_seed_is_another_clinic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    sets = [[Clinic(seed).recipe(i).to_string() for i in range(1, 13)] for seed in (0, 1)]
    assert sets[0] != sets[1]
    assert sets[0] == [Clinic(0).recipe(i).to_string() for i in range(1, 13)]


def test_what_is_not_allowed_is_refused_before_anything_is_trained() -> None:
    clinic = Clinic(patients=1)
    for wrong in (lambda: clinic.treat(1, "tired"), lambda: clinic.recipe(2), lambda: Clinic(patients=2),
                  lambda: clinic.treat(1, "too wide", lr_g=1e-3, lr_d=1e-3, batch=8, width=8)):  # fmt: skip
        with pytest.raises(ValueError, match=rf"not a verdict|must be (from 1 to|at most {BUDGET})"):
            wrong()
    with pytest.raises(RecipeError, match="lr_g"):
        clinic.treat(1, "too wide", lr_g=-1)


def test_an_examined_patient_has_no_diagnosis_below_it() -> None:
    live = Clinic(patients=1).examine(1)
    assert "toygan-undiagnosed" in live._dom_classes
    live.close()


def test_an_answer_prints_as_a_sentence_and_is_the_same_in_the_table() -> None:
    clinic = Clinic(patients=1)
    answer = clinic.treat(1, "too narrow", lr_d=0.01)
    assert repr(answer) == "too narrow is not this failure. After lr_d = 0.01, 0 of 4 seeds still fail: 2 points."
    assert f"| 1 | {answer} | – |" in repr(clinic).splitlines()
    assert repr(answer._replace(right=True, failing=1, points=3.0)) == (
        "too narrow is right. After lr_d = 0.01, 1 of 4 seeds still fails: 3 points."
    )


def test_changes_are_written_as_people_write_them() -> None:
    answer = Answer("too wide", {"lr_g": 1e-4, "batch": 16, "regularizers": {"r1": 0.1}}, 0, 2.0, True)
    assert "After lr_g = 1e-4, batch = 16, regularizers = r1:0.1, 0 of 4" in repr(answer)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("too widee", "too wide"),
        ("mode collapse rotating", "mode collapse, rotating"),
        ("vanishing", "vanishing gradient"),
    ],
)
def test_a_misspelt_verdict_gets_the_one_that_was_meant(typed: str, meant: str) -> None:
    with pytest.raises(
        ValueError, match=rf"not a verdict \(did you mean '{meant}'\?\); allowed: 'diverged', "
    ) as error:
        Clinic(patients=1).treat(1, typed)
    assert "'mode collapse, rotating', 'not converged yet'" in str(error.value)
