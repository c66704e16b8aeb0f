"""The clinic: failing runs without a name. The learner names each failure, looks for a remedy, and gets points."""

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
from toygan.text import format_number, hint

PATIENTS, SEEDS = 12, 4
OFTEN_WELL = ("ring-fades", "stopped-on-the-way")  # cases that do not fail for many of their seeds
# Cases that came later are left out, so that the patients of a seed stay the same.
LATER = ("round-noise-for-a-slanted-cloud", "above-the-range-of-tanh")
BUDGET = 3  # changes of fields of a recipe
HEALTHY_SHARE = 0.75  # of the seeds, if a remedy is to count
FOR_VERDICT, FOR_REMEDY, FOR_CHANGE = 1.0, 2.0, -0.5  # points; the first change is free
CONTROLS = ("regularizers", "loss", "lr_g", "lr_d")


class Answer(NamedTuple):
    """The verdict on a patient and its remedy, with their result."""

    verdict: str
    changes: dict[str, Any]  # the remedy: fields of the recipe with their new values
    failing: int  # seeds that still fail
    points: float
    right: bool  # True: the verdict is that of the case

    def __repr__(self) -> str:
        verdict = f"{self.verdict} is {'right' if self.right else 'not this failure'}"
        failing = f"{self.failing} of {SEEDS} seeds still fail{'s' * (self.failing == 1)}"
        return f"{verdict}. After {_list_changes(self.changes)}, {failing}: {format_number(self.points)} points."


@dataclass
class Clinic:
    """Failing runs of the gallery, called patients and numbered from 1, with other seeds than in the gallery.

    A notebook shows the clinic as a table of all answers and their points.

    Args:
        seed: The seed that chooses the patients and their seeds [default: 0].
        patients: The number of patients [default: 12].
        treated: The learner's last answer for each patient, written by `treat`.
        built_in: The answers of the built-in diagnosis, written by `diagnose`.
    Raises:
        ValueError: If there are fewer cases than patients.
    Example:
        >>> from toygan.teach import Clinic
        >>> clinic = Clinic(seed=4, patients=2)
        >>> clinic.recipe(1) == Clinic(seed=4, patients=2).recipe(1)
        True
        >>> clinic
        | patient | you | the built-in diagnosis |
        |--:|:--|:--|
        | 1 | – | – |
        | 2 | – | – |
        | **points** | – | – |
    """

    seed: int = 0
    patients: int = PATIENTS
    treated: dict[int, Answer] = field(default_factory=dict)
    built_in: dict[int, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        left_out = (*OFTEN_WELL, *LATER)
        ill = [case for name, case in GALLERY.items() if "steps" not in case.remedy and name not in left_out]
        if not 1 <= self.patients <= len(ill):
            raise ValueError(f"patients={self.patients}: must be from 1 to {len(ill)}")
        rng = random.Random(self.seed)
        self._cases = rng.sample(ill, self.patients)
        self._first_seed = rng.randrange(10**4, 10**6)

    def recipe(self, patient: int) -> Recipe:
        """Return the recipe of a patient, with its first seed.

        Args:
            patient: The number of the patient.
        Raises:
            ValueError: If there is no such patient.
        """
        return self._case(patient).recipe.but(seed=self._first_seed)

    def _case(self, patient: int) -> FailureCase:
        if not 1 <= patient <= self.patients:
            raise ValueError(f"patient={patient}: must be from 1 to {self.patients}")
        return self._cases[patient - 1]

    def examine(self, patient: int) -> Playground:
        """Return a playground with the patient's run, four seeds of it, and without the diagnosis.

        Args:
            patient: The number of the patient.
        Raises:
            ValueError: If there is no such patient.
        """
        live = Playground(self.recipe(patient), controls=CONTROLS, seeds=SEEDS)
        live.add_class("toygan-undiagnosed")
        return live

    def treat(self, patient: int, verdict: str, **changes: Any) -> Answer:
        """Train the patient again with a remedy, and give points for the verdict and the remedy; the last try counts.

        Args:
            patient: The number of the patient.
            verdict: The name of the failure, one of `VERDICTS`.
            **changes: The remedy: at most three fields of the recipe with their new values.
        Returns:
            The answer, which prints as a sentence: how many of four seeds still fail, and the points. The right
            verdict gives 1 point. A remedy after which at most one seed fails gives 2 points, less half a point for
            each change after the first.
        Raises:
            ValueError: If the verdict or the patient is unknown, or if there are more than three changes.
            RecipeError: If a change is not allowed.
        """
        if verdict not in VERDICTS:
            allowed = ", ".join(map(repr, VERDICTS))  # quoted, since some names contain a comma
            raise ValueError(f"verdict={verdict!r}: not a verdict{hint(verdict, VERDICTS)}; allowed: {allowed}")
        if len(changes) > BUDGET:
            raise ValueError(f"changes={', '.join(changes)}: must be at most {BUDGET}")
        ((_, record),) = self._runs({patient: self.recipe(patient).but(**changes)})
        self.treated[patient] = self._score(patient, verdict, changes, record)
        return self.treated[patient]

    def diagnose(self, patients: int | None = None) -> None:
        """Let the built-in diagnosis treat patients, by its verdict and its first remedy.

        Args:
            patients: Only so many, from the first on [default: all].
        """
        numbers = range(1, (patients or self.patients) + 1)
        plans: dict[int, tuple[str, Recipe]] = {}
        for patient, record in self._runs({number: self.recipe(number) for number in numbers}):
            verdicts = [diagnosis.verdict for diagnosis in diagnose_all(record)]
            verdict = max(verdicts, key=verdicts.count)
            recipe = self.recipe(patient)
            plans[patient] = verdict, next((changed for _, changed, _ in remedies(verdict, recipe)), recipe)
        for patient, record in self._runs({patient: recipe for patient, (_, recipe) in plans.items()}):
            verdict, recipe = plans[patient]
            changed = {name: getattr(recipe, name) for name in FIELDS}
            changes = {n: value for n, value in changed.items() if value != getattr(self.recipe(patient), n)}
            self.built_in[patient] = self._score(patient, verdict, changes, record)

    def _runs(self, recipes: dict[int, Recipe]) -> Iterator[tuple[int, Record]]:
        for patient, recipe in recipes.items():
            name = f"patient {patient}"
            yield patient, over_seeds({name: recipe}, self._case(patient).steps, every=100, seeds=SEEDS)[name]

    def _score(self, patient: int, verdict: str, changes: dict[str, Any], record: Record) -> Answer:
        case = self._case(patient)
        failing = int(case.detects(record).sum())
        right, healthy = verdict == case.verdict, failing <= (1 - HEALTHY_SHARE) * SEEDS and bool(changes)
        points = FOR_VERDICT * right + (FOR_REMEDY + FOR_CHANGE * (len(changes) - 1)) * healthy
        return Answer(verdict, changes, failing, points, right)

    def _repr_markdown_(self) -> str:
        rows = [
            f"| {patient} | {_describe(self.treated.get(patient))} | {_describe(self.built_in.get(patient))} |"
            for patient in range(1, self.patients + 1)
        ]
        most = FOR_VERDICT + FOR_REMEDY
        scores = [
            f"{format_number(sum(t.points for t in done.values()))} of {format_number(most * len(done))}"
            if done
            else "–"
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


def _list_changes(changes: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {KNOBS[name].describe(value)}" for name, value in changes.items()) or "no change"


def _describe(answer: Answer | None) -> str:
    return "–" if answer is None else str(answer)
