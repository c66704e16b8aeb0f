"""The clinic: failing runs without a label, to be diagnosed and remedied under a budget of changes, and scored."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from toygan.measure.advice import remedies
from toygan.measure.diagnosis import VERDICTS, diagnose_all
from toygan.play.playground import Playground
from toygan.recipe import FIELDS, KNOBS, Recipe
from toygan.runs.record import Record
from toygan.studies.gallery.case import FailureCase
from toygan.studies.gallery.cases import GALLERY
from toygan.teach.measured import over_seeds

PATIENTS, SEEDS = 12, 4
OFTEN_WELL = ("ring-fades", "stopped-on-the-way")  # cases that fail in about half of their seeds
BUDGET = 3  # changes of fields of a recipe
REMEDIED = 0.75  # of the seeds that do not fail any more
FOR_VERDICT, FOR_REMEDY, FOR_CHANGE = 1.0, 2.0, -0.5  # points; the first change is free
CONTROLS = ("regularizers", "loss", "lr_g", "lr_d")


class Answer(NamedTuple):
    """What was said of a patient, what was changed, in how many seeds it then failed, and the points for it."""

    verdict: str
    changes: dict[str, Any]
    failing: int
    points: float
    right: bool

    def __str__(self) -> str:
        said = "right" if self.right else "not what this is"
        return f"{self.verdict}: {said}; {self.failing} of {SEEDS} seeds still fail after {_listed(self.changes)}"


@dataclass
class Clinic:
    """So many failing runs of the gallery, another set for every `seed`, under seeds that the gallery never shows.

    A patient is a number from 1 on. Raises ValueError for more patients than there are cases.
    """

    seed: int = 0
    patients: int = PATIENTS
    treated: dict[int, Answer] = field(default_factory=dict)
    built_in: dict[int, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ill = [case for name, case in GALLERY.items() if "steps" not in case.remedy and name not in OFTEN_WELL]
        if not 1 <= self.patients <= len(ill):
            raise ValueError(f"patients={self.patients}: must be from 1 to {len(ill)}")
        rng = random.Random(self.seed)
        self._cases = rng.sample(ill, self.patients)
        self._first_seed = rng.randrange(10**4, 10**6)

    def recipe(self, patient: int) -> Recipe:
        """The recipe of a patient, under its first seed; ValueError for one that there is not."""
        return self._case(patient).recipe.but(seed=self._first_seed)

    def _case(self, patient: int) -> FailureCase:
        if not 1 <= patient <= self.patients:
            raise ValueError(f"patient={patient}: must be from 1 to {self.patients}")
        return self._cases[patient - 1]

    def examine(self, patient: int) -> Playground:
        """The patient's run, to be played, without a diagnosis below it."""
        live = Playground(self.recipe(patient), controls=CONTROLS, seeds=SEEDS)
        live.add_class("toygan-undiagnosed")
        return live

    def treat(self, patient: int, verdict: str, **changes: Any) -> Answer:
        """Trains the patient anew with changes of its recipe, and scores them and the verdict; the last try counts.

        Raises ValueError for a verdict that is none and for more changes than the budget, RecipeError for one that is
        not allowed.
        """
        if verdict not in VERDICTS:
            raise ValueError(f"verdict={verdict!r}: must be one of {', '.join(VERDICTS)}")
        if len(changes) > BUDGET:
            raise ValueError(f"changes: {len(changes)}; the budget is {BUDGET}")
        ((_, record),) = self._runs({patient: self.recipe(patient).but(**changes)})
        self.treated[patient] = self._scored(patient, verdict, changes, record)
        return self.treated[patient]

    def diagnose(self, patients: int | None = None) -> None:
        """Lets the built-in diagnosis treat the first of the patients, or all, by its verdict and its first remedy."""
        numbers = range(1, (patients or self.patients) + 1)
        plans: dict[int, tuple[str, Recipe]] = {}
        for patient, record in self._runs({number: self.recipe(number) for number in numbers}):
            verdicts = [diagnosis.verdict for diagnosis in diagnose_all(record)]
            verdict = max(verdicts, key=verdicts.count)
            plans[patient] = verdict, _with_remedy(verdict, self.recipe(patient))
        for patient, record in self._runs({patient: recipe for patient, (_, recipe) in plans.items()}):
            verdict, recipe = plans[patient]
            changed = {name: getattr(recipe, name) for name in FIELDS}
            changes = {n: value for n, value in changed.items() if value != getattr(self.recipe(patient), n)}
            self.built_in[patient] = self._scored(patient, verdict, changes, record)

    def _runs(self, recipes: dict[int, Recipe]) -> Iterator[tuple[int, Record]]:
        for patient, recipe in recipes.items():
            name = f"patient {patient}"
            yield patient, over_seeds({name: recipe}, self._case(patient).steps, every=100, seeds=SEEDS)[name]

    def _scored(self, patient: int, verdict: str, changes: dict[str, Any], record: Record) -> Answer:
        case = self._case(patient)
        failing = int(case.detects(record).sum())
        right, remedied = verdict == case.verdict, failing <= (1 - REMEDIED) * SEEDS and bool(changes)
        points = FOR_VERDICT * right + (FOR_REMEDY + FOR_CHANGE * (len(changes) - 1)) * remedied
        return Answer(verdict, changes, failing, points, right)

    def _repr_markdown_(self) -> str:
        rows = [
            f"| {patient} | {_told(self.treated.get(patient))} | {_told(self.built_in.get(patient))} |"
            for patient in range(1, self.patients + 1)
        ]
        most = FOR_VERDICT + FOR_REMEDY
        scores = [
            f"{sum(t.points for t in done.values()):g} of {most * len(done):g}" if done else "–"
            for done in (self.treated, self.built_in)
        ]
        return "\n".join(
            [
                "| patient | you | the built-in diagnosis |",
                "|--:|:--|:--|",
                *rows,
                f"| **points** | {scores[0]} | {scores[1]} |",
            ]
        )

    def __repr__(self) -> str:
        return self._repr_markdown_()


def _with_remedy(verdict: str, recipe: Recipe) -> Recipe:
    """The recipe with the first remedy that the diagnosis would offer."""
    return next((changed for _, changed, _ in remedies(verdict, recipe)), recipe)


def _listed(changes: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {KNOBS[name].write(value)}" for name, value in changes.items()) or "no change"


def _told(answer: Answer | None) -> str:
    return "–" if answer is None else f"{answer} (points: {answer.points:g})"
