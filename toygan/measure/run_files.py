"""The files of a run that hold numbers and words: their names and their contents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from toygan.measure.diagnosis import Diagnosis
from toygan.recipe import Recipe
from toygan.runs.engine import NAMES
from toygan.text import load_json
from toygan.training import best_file
from toygan.training.state import FILE

RECIPE, METRICS, PICTURE, DIAGNOSIS = "recipe.json", "metrics.json", "picture.png", "diagnosis.json"
ENGINES = "engines.json"  # of a run of which a stretch was compiled
STATE, BEST = FILE, best_file.FILE


def encode_recipe(recipe: Recipe) -> bytes:
    """Return a recipe as JSON that `--recipe` reads."""
    return (json.dumps(json.loads(recipe.to_json()), indent=2) + "\n").encode()


def encode_diagnoses(diagnoses: Mapping[int, Diagnosis]) -> bytes:
    """Return the diagnosis of each seed as JSON, for readers that have neither the data nor the parts of the run."""
    rows = [{"seed": seed, **vars(diagnosis)} for seed, diagnosis in diagnoses.items()]
    return (json.dumps(rows, indent=2) + "\n").encode()


def encode_engines(history: Sequence[tuple[int, str]]) -> bytes:
    """Return what computed a run as JSON: each engine, with the first of its iterations."""
    return (json.dumps([{"iteration": at, "engine": name} for at, name in history], indent=2) + "\n").encode()


def decode_engines(text: str) -> list[tuple[int, str]]:
    """Return each engine of a run with the first of its iterations, from `encode_engines`; ValueError for others."""
    try:
        found = [(row["iteration"], row["engine"]) for row in load_json(text)]
    except (TypeError, LookupError, AttributeError) as error:
        raise ValueError("must be a list of iterations and engines") from error
    if not found or not all(type(at) is int and at >= 0 and name in NAMES for at, name in found):
        raise ValueError("must be a list of iterations and engines")
    return found


def decode_diagnoses(text: str) -> dict[int, Diagnosis]:
    """Return the diagnosis of each seed from the JSON of `encode_diagnoses`; ValueError for any other text."""
    try:
        found = {
            int(row["seed"]): Diagnosis(
                row["verdict"], tuple(row["evidence"]), row["cause"], row["remedy"], row.get("pending", "")
            )
            for row in load_json(text)
        }
        words = [
            word for one in found.values() for word in (one.verdict, *one.evidence, one.cause, one.remedy, one.pending)
        ]
        if found and all(word.isprintable() for word in words):
            return found
    except (TypeError, LookupError, AttributeError, ValueError):
        pass
    raise ValueError("must be a list of diagnoses, one for each seed")
