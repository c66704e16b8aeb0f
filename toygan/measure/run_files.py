"""The files of a run that hold numbers and words: their names and their contents."""

from __future__ import annotations

import json
from collections.abc import Mapping

from toygan.measure.diagnosis import Diagnosis
from toygan.recipe import Recipe
from toygan.text import load_json
from toygan.training import best_file
from toygan.training.state import FILE

RECIPE, METRICS, PICTURE, DIAGNOSIS = "recipe.json", "metrics.json", "picture.png", "diagnosis.json"
STATE, BEST = FILE, best_file.FILE


def encode_recipe(recipe: Recipe) -> bytes:
    """Return a recipe as JSON that `--recipe` reads."""
    return (json.dumps(json.loads(recipe.to_json()), indent=2) + "\n").encode()


def encode_diagnoses(diagnoses: Mapping[int, Diagnosis]) -> bytes:
    """Return the diagnosis of each seed as JSON, for readers that have neither the data nor the parts of the run."""
    rows = [{"seed": seed, **vars(diagnosis)} for seed, diagnosis in diagnoses.items()]
    return (json.dumps(rows, indent=2) + "\n").encode()


def decode_diagnoses(text: str) -> dict[int, Diagnosis]:
    """Return the diagnosis of each seed from the JSON of `encode_diagnoses`; ValueError for any other text."""
    try:
        found = {
            int(row["seed"]): Diagnosis(row["verdict"], tuple(row["evidence"]), row["cause"], row["remedy"])
            for row in load_json(text)
        }
        words = [word for one in found.values() for word in (one.verdict, *one.evidence, one.cause, one.remedy)]
        if found and all(word.isprintable() for word in words):
            return found
    except (TypeError, LookupError, AttributeError, ValueError):
        pass
    raise ValueError("must be a list of diagnoses, one for each seed")
