"""Every lesson has the same parts, so that a learner knows where they are."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from toygan.measure.diagnosis import VERDICTS
from toygan.recipe import KNOBS
from toygan.studies.claims import CLAIMS
from toygan.teach.exercises import LESSONS as LESSONS_OF_EXERCISES

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
MEASURED = (Path(__file__).parents[2] / "assets/claims.md").read_text(encoding="utf-8").splitlines()
TAUGHT = [path for path in LESSONS if not path.stem.startswith("00")]  # lesson 0 shows the controls, and claims nothing


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def any_lesson(request):
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(params=TAUGHT, ids=lambda path: path.stem)
def lesson(request):
    return nbformat.read(request.param, as_version=4)


def text(lesson, kind):
    return "\n\n".join(cell.source for cell in lesson.cells if cell.cell_type == kind)


def test_it_opens_with_its_title_what_one_will_know_and_the_time_it_takes(any_lesson):
    first = any_lesson.cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# \d+ · \S", first.source)
    assert "**You will know**" in first.source
    assert re.search(r"about \d+ minutes", first.source)


def test_it_closes_with_what_was_measured_a_summary_and_sources(lesson):
    headings = re.findall(r"^## (.*)$", text(lesson, "markdown"), flags=re.MULTILINE)
    measured, summary, reading = headings[-3:]
    assert (measured, reading) == ("What was measured", "Further reading")
    assert summary in ("Summary", "In short")
    assert "16 seeds" in text(lesson, "markdown")
    assert "https://arxiv.org" in text(lesson, "markdown")


@pytest.mark.parametrize("device", ["Prediction(", ".compare(", "Playground(", "show_source(", "EXERCISES["])
def test_it_has_every_device(lesson, device):
    assert device in text(lesson, "code")


def test_a_prediction_is_asked_for_before_the_measurement_that_settles_it(lesson):
    code = text(lesson, "code")
    names = re.findall(r"^(\w+) = Prediction\(", code, flags=re.MULTILINE)
    assert names
    for name in names:
        assert code.index(f"{name} = Prediction(") < code.index(f"{name}.compare(")


def test_a_playground_shows_the_few_controls_that_the_lesson_is_about(any_lesson):
    for controls in re.findall(r"controls=\(([^)]*)\)", text(any_lesson, "code")):
        assert 1 <= controls.count('"') // 2 <= 5


def test_of_toygan_it_imports_only_the_top_and_teach(any_lesson):
    found = set()
    for node in ast.walk(ast.parse(text(any_lesson, "code"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    assert {name for name in found if name.split(".")[0] == "toygan"} <= {"toygan", "toygan.teach"}


def test_every_exercise_of_its_number_is_asked_for_in_it(lesson):
    number = int(re.match(r"# (\d+)", lesson.cells[0].source).group(1))
    asked = re.findall(r'EXERCISES\["([\w-]+)"\]\.check\(', text(lesson, "code"))
    assert asked == list(LESSONS_OF_EXERCISES[number])


def test_a_control_is_named_as_the_page_names_it_where_it_is_met_first(any_lesson):
    """Its label in the page, then its code name: *Learning rate of G* (`lr_g`)."""
    cells, met = any_lesson.cells, set()
    for play, below in pairwise(cells):
        if play.cell_type == "code" and below.cell_type == "markdown" and "Playground(" in play.source:
            for field in re.findall(r"`(\w+)`", below.source):
                if field in KNOBS and field not in met:
                    met.add(field)
                    label = "First seed" if field == "seed" else KNOBS[field].label
                    assert re.search(rf"\*{re.escape(label)}\* \(`{field}`\)", below.source), field
                    assert below.source.index(f"`{field}`") == below.source.index(f"(`{field}`)") + 1, field


SOLUTION = re.compile(r"<details><summary>Solution</summary>\n\n```python\n(.*?)```\n</details>", re.DOTALL)


def formulas(code):
    """What functions and lambdas of some code return, each in one form of writing."""
    nodes = list(ast.walk(ast.parse(code)))
    returned = [node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None]
    return {ast.unparse(part) for value in returned for part in ast.walk(value) if isinstance(part, ast.expr)} | {
        ast.unparse(node.body) for node in nodes if isinstance(node, ast.Lambda)
    }


def test_each_solution_is_right_and_folded_away_and_stands_nowhere_else(lesson):
    """As a learner would type it: with the names that the lesson has imported."""
    names: dict[str, object] = {}
    exec(lesson.cells[1].source, names)
    exercises = list(LESSONS_OF_EXERCISES[int(re.match(r"# (\d+)", lesson.cells[0].source).group(1))].values())
    solutions = SOLUTION.findall(text(lesson, "markdown"))
    assert len(solutions) == len(exercises)
    elsewhere = [*re.findall(r"```python\n(.*?)```", SOLUTION.sub("", text(lesson, "markdown")), re.DOTALL)]
    elsewhere += [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    for solution, exercise in zip(solutions, exercises, strict=True):
        exec(solution, names)
        assert exercise.check(names[re.match(r"def (\w+)", solution).group(1)]).right
        (answer,) = (ast.unparse(node.value) for node in ast.walk(ast.parse(solution)) if isinstance(node, ast.Return))
        assert not any(answer in formulas(code) for code in elsewhere), answer


def test_a_solution_follows_its_exercise(lesson):
    cells = [cell for cell in lesson.cells if 'EXERCISES["' in cell.source and ".check(" in cell.source]
    for cell in cells:
        after = lesson.cells[lesson.cells.index(cell) + 1 :]
        words = next(below.source for below in after if below.cell_type == "markdown")
        assert words.startswith("<details><summary>Solution</summary>")


def test_a_solution_that_stands_in_the_open_is_found():
    assert "m / (m + K)" in formulas("f = g if right else (lambda m, K: m / (m+K))")
    assert "a ** 2 / d" in formulas("def score(a, d):\n    return (x if own else a**2 / d).mean(-1)")


# Words that are hard to read for those whose first language is not English, and what is not a field's term.
UNPLAIN = re.compile(
    r"\b(anew|goe?s? on|went on|is none|mend(s|ed)?|cure[sd]?|dear(er)?|heaps?|price[sd]?|reversed target|knobs?)\b",
    re.IGNORECASE,
)
LONGEST = 40  # words of a sentence


def running_text(markdown):
    """The paragraphs and list items, without headings, block quotes, tables, code and formulas on their own lines."""
    markdown = re.sub(r"```.*?```|\$\$.*?\$\$", "\n\n", markdown, flags=re.DOTALL)
    markdown = re.sub(r"^(>|\||#|</?(details|summary)).*$", "\n", markdown, flags=re.MULTILINE)
    markdown = re.sub(r"`[^`]*`|\$[^$]*\$", "X", markdown)  # a name or a formula counts as a word
    return [part for part in re.split(r"\n\s*\n|\n\s*(?=[-*] |\d+\. )", markdown) if part.strip()]


def long_sentences(markdown):
    every = [one for part in running_text(markdown) for one in re.split(r"(?<=[.?!])[)*\"]*\s+", part)]
    return [one for one in every if len(one.split()) > LONGEST]


def unplain(text):
    """The words to avoid, outside block quotes, names of claims and exercises, and Python's None."""
    names = re.compile(r"^>.*$|[`\"][\w-]+[`\"]|\bNone\b", re.MULTILINE)
    return [found.group() for found in UNPLAIN.finditer(names.sub("X", text))]


def test_its_text_has_plain_words_and_no_long_sentence(any_lesson):
    for cell in any_lesson.cells:
        assert unplain(cell.source) == [], cell.id
        if cell.cell_type == "markdown":
            assert long_sentences(cell.source) == [], cell.id


@pytest.mark.parametrize("name", ["README.md", "glossary.md", "teachers.md"])
def test_the_pages_beside_it_have_plain_words_and_no_long_sentence(name):
    page = (LESSONS[0].parent / name).read_text(encoding="utf-8")
    assert unplain(page) == []
    assert long_sentences(page) == []


def test_every_metric_that_a_verdict_can_name_is_in_the_glossary():
    page = (LESSONS[0].parent / "glossary.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| **")]
    explained = {name for first, *_ in rows for name in re.findall(r"\*\*(.*?)\*\*", first)}
    assert {metric for verdict in VERDICTS.values() for metric in verdict.evidence} - explained == set()
    assert all(len(row) == 3 and len(row[1].split()) >= 3 for row in rows)


def test_words_to_avoid_and_long_sentences_are_found():
    assert unplain("> It goes on.\n\nA heap, `a-heap` and a price.") == ["heap", "price"]
    assert long_sentences("- " + "word " * 40 + "end.\n- Short.\n\n> " + "quoted " * 50) == [
        "- " + "word " * 40 + "end."
    ]
    assert long_sentences("One sentence of $a + b + c$. " * 20) == []


def test_it_says_iteration(any_lesson):
    assert "epoch" not in (text(any_lesson, "markdown") + text(any_lesson, "code")).lower()


def test_its_cells_are_short_and_its_lines_fit_the_page(any_lesson):
    for cell in any_lesson.cells:
        if cell.cell_type == "code" and not cell.metadata.get("jupyter", {}).get("source_hidden"):
            assert len(cell.source.splitlines()) <= 20, cell.id
            assert max(len(line) for line in cell.source.splitlines()) <= 115, cell.id


@pytest.mark.parametrize("path", TAUGHT[4:], ids=lambda path: path.stem)  # the first four have another form
class TestFromTheFifthOn:
    """What lessons have since the fifth."""

    def test_it_asks_what_was_noticed_and_lists_symptoms_with_remedies(self, path):
        words = text(nbformat.read(path, as_version=4), "markdown")
        assert "## Did you notice?" in words
        assert re.search(r"\| symptom \|.*\| remedy", words)

    def test_a_part_that_the_learner_writes_stands_in_a_menu(self, path):
        code = text(nbformat.read(path, as_version=4), "code")
        assert re.search(r"^register\(", code, flags=re.MULTILINE)

    def test_its_exercises_are_two_to_four(self, path):
        assert 2 <= len(LESSONS_OF_EXERCISES[int(path.stem[:2])]) <= 4

    def test_the_claims_that_it_names_stand_in_it_as_they_were_measured(self, path):
        words = text(nbformat.read(path, as_version=4), "markdown")
        shown = dict(re.findall(r"^\| `([\w-]+)`<br>(.*) \|$", words, flags=re.MULTILINE))
        assert shown.keys() == set(re.findall(r"`([\w-]+)`", words)) & CLAIMS.keys()
        for name, row in shown.items():
            (kept,) = [line for line in MEASURED if line.startswith(f"| **{name}**")]
            sentence, numbers, difference = row.split(" | ")
            metric, mean = numbers.split("<br>", 1)
            assert [part for part in (sentence, metric, mean, difference) if part not in kept] == []
