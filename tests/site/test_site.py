"""The course as a site: text, formulas, outputs, predictions and runs to explore, in pages that need no Python."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from support import lab
from support.kernels import quick_kernel
from support.lessons import QUESTION, write_course
from support.shell import refused, toygan

from toygan.explore.content import HEALTHY
from toygan.explore.film import SHOWN
from toygan.explore.save import Plan
from toygan.site import build
from toygan.site.answers import list_typical
from toygan.site.build import Written, build_site, find_begin, link_lessons, list_sections, plan_pages
from toygan.site.convert import FRAME_HEIGHT, convert_lesson, link_pages, render_markdown, write_exercise
from toygan.site.draft import keep
from toygan.site.glossary import link_words, mark_words
from toygan.site.lesson import Asked, Lesson, LessonError, find_asked, find_call, find_recipe, run_lesson

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's own packages


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    """The small lesson as if it had run."""
    notebook = nbformat.read(write_course(tmp_path), as_version=4)
    output = nbformat.v4.new_output
    notebook.cells[2].outputs = [output("display_data", {"text/plain": "Playground", build_widget: {}})]
    notebook.cells[3].outputs = [output("stream", text="measured\n"), output("execute_result", {build_widget: {}})]
    words = {"few": "few </script>", "many": "many"}
    return Lesson("01_small", notebook, (Asked(QUESTION, words, {"few": 1, "many": 2}),), {"play": "width=4&batch=8"})


build_widget = "application/vnd.jupyter.widget-view+json"


def test_a_formula_becomes_markup_that_browsers_draw() -> None:
    html = render_markdown("It is $\\frac12$, so\n\n$$a = \\mathbb E_q[D]$$")
    assert html.count("<math ") == 2
    assert "<mfrac>" in html
    assert 'display="block"' in html
    assert "$" not in html


def test_links_lead_to_pages_of_the_site() -> None:
    assert link_pages('<a href="03_mode.ipynb">x</a>') == '<a href="03_mode.html">x</a>'
    assert link_pages('<a href="glossary.md#mode">x</a>') == '<a href="glossary.html#mode">x</a>'
    assert link_pages('<a href="README.md">x</a>') == '<a href="index.html">x</a>'
    assert link_pages('see <a href="../assets/claims.md">the claims</a>.') == "see the claims."
    assert link_pages('<a href="https://arxiv.org/a.md">x</a>') == '<a href="https://arxiv.org/a.md">x</a>'


def test_a_page_has_text_code_and_outputs_and_no_widget(lesson: Lesson) -> None:
    html = convert_lesson(lesson, {"play": "explore/x.html"})
    assert '<iframe class="site-frame"' in html
    assert 'src="explore/x.html"' in html
    assert html.count("<details><summary>Code</summary>") == 1
    assert "Prediction" not in html
    assert "measured" in html
    assert 'data-question="0"' in html
    assert build_widget not in html
    assert "A mode is a cluster." in html
    without = convert_lesson(lesson, {})
    assert "iframe" not in without
    assert "needs Python" in without


def test_words_of_a_question_come_out_as_text(lesson: Lesson) -> None:
    html = convert_lesson(lesson, {})
    assert "few </script>" not in html
    assert "<b>right</b>" not in re.sub(r"<pre>.*?</pre>", "", html, flags=re.DOTALL)
    form = BeautifulSoup(html, "html.parser").find("form")
    assert json.loads(str(form["data-measured"])) == [["few </script>", 1], ["many", 2]]


def test_runs_to_explore_are_those_of_the_playground_over_the_axes_of_the_cell(lesson: Lesson) -> None:
    ((name, plan),) = plan_pages(lesson)
    assert find_begin(lesson, name, plan.grid) == "#cell=1&frame=0&colour=healthy"
    assert name == "play"
    assert (plan.seeds, plan.steps, plan.grid.axes) == (1, 4, {"lr_d": [1e-4, 1e-3, 1e-2]})
    assert {(recipe.width, recipe.batch) for recipe in plan.grid.cells} == {(4, 8)}


def test_a_call_is_found_in_the_code_of_a_cell() -> None:
    call = find_call("live = Playground(\n    recipe, seeds=2)\nlive", ("Playground",))
    assert call is not None
    assert find_call("%matplotlib inline", ("Playground",)) is None
    assert find_asked('p = Prediction("a" "b", {})', (Asked("ab", {}, {}),)) == 0
    assert find_asked('p = Prediction("other", {})', (Asked("ab", {}, {}),)) == -1


@pytest.mark.parametrize(
    ("code", "recipe"),
    [
        ("Playground(few.but(seed=1), seeds=2)", "few.but(seed=1)"),
        ("Playground()", "Recipe()"),
        ("PhaseDiagram({'lr_g': rates}, base=base)", "base"),
        ("PhaseDiagram({'lr_g': rates})", "Recipe()"),
    ],
)
def test_the_recipe_of_a_playground_is_found_in_its_call(code: str, recipe: str) -> None:
    call = find_call(code, ("Playground", "PhaseDiagram"))
    assert call is not None
    assert find_recipe(call) == recipe


def test_typical_answers_get_what_the_check_says() -> None:
    from toygan.teach import EXERCISES

    with_answers = [name for name in EXERCISES if list_typical(name)]
    assert len(with_answers) > len(EXERCISES) / 2
    for name in with_answers:
        typical = list_typical(name)
        assert [one.words for one in typical if one.right] == [EXERCISES[name].praise]
        assert {one.words for one in typical if not one.right} <= EXERCISES[name].mistakes.keys()
    assert ("p / (p + q)", True) in [(one.code, one.right) for one in list_typical("best-discriminator")]
    assert list_typical("no such exercise") == []
    html = write_exercise("best-discriminator")
    assert "<code>p / q</code>" in html
    assert write_exercise("no such exercise").startswith("<p")


def test_the_search_knows_each_heading_and_the_words_below_it(lesson: Lesson) -> None:
    page = Written("01_small", "1 · A small lesson", convert_lesson(lesson, {}))
    sections = list_sections(page)
    assert [section["heading"] for section in sections] == ["1 · A small lesson", "The end"]
    assert sections[1]["text"].strip() == "A mode is a cluster."
    assert sections[1]["id"]


def test_lessons_link_to_their_sections_and_to_the_lessons_beside_them() -> None:
    one, two = link_lessons([Written("01_a", "1 · A <b>", '<h2 id="x">Why</h2>'), Written("02_b", "2 · B", "")])
    assert '<a href="#x">Why</a>' in one.contents
    assert 'href="02_b.html">Next: 2 · B</a>' in one.end
    assert "Before" not in one.end
    assert 'href="01_a.html">Before: 1 · A &lt;b&gt;</a>' in two.end
    assert two.contents == ""


def test_words_of_the_glossary_are_linked_where_a_lesson_sets_them_in_bold() -> None:
    rows = "<td><strong>D, discriminator</strong></td><td>judges</td><td>1, 7</td>"
    html, words = mark_words(rows, {1: "01_two_players"})
    assert '<td id="discriminator"><strong>D, discriminator</strong></td>' in html
    assert '<a href="01_two_players.html">1</a>, 7' in html
    linked = link_words("The <strong>Discriminator</strong> is <strong>right</strong>", words)
    assert '<a class="site-word" href="glossary.html#discriminator"><strong>Discriminator</strong></a>' in linked
    assert "is <strong>right</strong>" in linked


def test_the_shell_refuses_a_lesson_and_a_folder_that_are_not_its_own(tmp_path: Path) -> None:
    assert "--lesson 99: must be one of 00, 01" in refused(toygan("site", tmp_path / "out", "--lesson", "99"))
    (tmp_path / "thesis.tex").write_text("mine")
    assert "holds other files, such as thesis.tex" in refused(toygan("site", tmp_path, "--force"))


def test_what_is_kept_is_made_once_for_each_source(tmp_path: Path) -> None:
    made: list[str] = []

    def make(what: str) -> bytes:
        made.append(what)
        return what.encode()

    for source in ("one", "two", "one"):
        assert keep(tmp_path / "draft", "page", source, lambda source=source: make(source)) == source.encode()
    assert made == ["one", "two"]


def test_a_build_that_was_stopped_continues_with_the_next_lesson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = [write_course(tmp_path)]
    course.append(course[0].with_name("02_small.ipynb"))
    course[1].write_bytes(course[0].read_bytes())
    ran: list[str] = []

    def run(path: Path, *given: object) -> bytes:
        ran.append(path.stem)
        if ran == ["01_small", "02_small"]:
            raise KeyboardInterrupt
        names = ("prediction", "play", "compare", "exercise")
        return json.dumps({"outputs": dict.fromkeys(names, ()), "questions": [], "recipes": {}}).encode()

    monkeypatch.setattr(build, "run_lesson", run)
    with pytest.raises(KeyboardInterrupt):
        build_site(course, tmp_path / "draft", lambda words: None)
    site = build_site(course, tmp_path / "draft", lambda words: None)
    assert ran == ["01_small", "02_small", "02_small"]
    assert {"01_small.html", "02_small.html", "index.html"} <= site.files.keys()
    assert site.failures == []


def test_a_lesson_that_fails_ends_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, *given: object) -> bytes:
        raise LessonError(f"{path.name}, cell play: ValueError: no <b>")

    monkeypatch.setattr(build, "run_lesson", fail)
    site = build_site([write_course(tmp_path)], tmp_path / "draft", lambda words: None)
    assert site.failures == ["01_small.ipynb, cell play: ValueError: no <b>"]
    html = site.files["01_small.html"].decode()
    assert "could not be run" in html
    assert "A mode is a cluster." in html


def test_ctrl_c_stops_a_lesson_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(client: NotebookClient, **how: object) -> None:
        assert client.km is not None  # as nbclient does when its handler of the signal has ended the kernel

    monkeypatch.setattr(NotebookClient, "execute", stop)
    with pytest.raises(KeyboardInterrupt):
        run_lesson(write_course(tmp_path))


def test_an_interrupt_leaves_what_is_done_and_no_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(paths: object, draft: Path, tell: object) -> Mapping[str, bytes]:
        keep(draft, "one", "", lambda: b"done")
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build_site", interrupt)
    ran = toygan("site", tmp_path / "out", "--lesson", "03")
    assert ran.exit_code == 130
    assert "the same command continues" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".out.draft"]


def test_a_site_without_a_lesson_that_failed_is_written_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(paths: object, draft: Path, tell: object) -> build.Site:
        keep(draft, "one", "", lambda: b"done")
        return build.Site({"index.html": b"the course"}, ["03_mode_collapse.ipynb, cell play: ValueError: no"])

    monkeypatch.setattr(build, "build_site", fail)
    ran = toygan("site", tmp_path / "out", "--lesson", "03")
    assert ran.exit_code == 1
    assert "  03_mode_collapse.ipynb, cell play: ValueError: no" in ran.stderr.splitlines()
    assert (tmp_path / "out/index.html").read_text() == "the course"
    assert (tmp_path / ".out.draft").is_dir()


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_the_site_works_from_a_folder(chromium: str, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    (tmp_path / "course").mkdir()
    (tmp_path / "kernel").mkdir()
    path, told = write_course(tmp_path / "course"), list[str]()
    with quick_kernel(tmp_path / "kernel") as kernel:
        files, failures = build_site([path], tmp_path / "draft", told.append, km=kernel)
    assert failures == []
    assert told == ["running 01_small.ipynb", "training 3 runs for 01_small-play"]
    for name, content in files.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(content)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        page = browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.goto((tmp_path / "site/index.html").as_uri())
        page.get_by_role("link", name="01").click()
        expect(page.get_by_role("heading", name="A small lesson")).to_be_visible()
        expect(page.locator(".site-comparison")).to_contain_text("Lock your prediction above to see the result here")
        expect(page.locator(".site-exercise")).to_be_hidden()
        page.get_by_role("radio", name="many").check()
        page.get_by_role("button", name="Lock my prediction").click()
        expect(page.locator(".site-comparison")).to_contain_text("You predicted it: this happened in 2 of 3 runs.")
        expect(page.get_by_role("radio", name="many")).to_be_disabled()
        page.reload()
        expect(page.locator(".site-comparison")).to_contain_text("You predicted it: this happened in 2 of 3 runs.")
        page.get_by_role("radio", name="p / q", exact=True).check()
        expect(page.locator(".site-exercise output")).to_contain_text("This is the ratio of real to generated.")
        frame = page.frame_locator("iframe")
        expect(frame.locator("main")).to_have_attribute("data-iteration", "0")
        expect(frame.locator("main")).to_have_attribute("data-cell", "1")
        expect(frame.get_by_role("combobox", name="colour").locator(":checked")).to_have_text(HEALTHY)
        expect(page.locator("iframe")).not_to_have_attribute("height", str(FRAME_HEIGHT))
        frame.get_by_role("slider", name="lr_d").fill("0")
        expect(frame.locator("main")).to_have_attribute("data-cell", "0")
        page.get_by_role("searchbox").fill("cluster")
        page.get_by_role("link", name="The end").click()
        expect(page.get_by_role("heading", name="The end")).to_be_in_viewport()
        page.get_by_role("link", name="Glossary").click()
        expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
        page.set_viewport_size({"width": 500, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 500
        assert wrong == []
        browser.close()
    assert json.loads(files["search.js"].decode().partition("=")[2].rstrip(";\n"))


def test_the_words_that_a_page_replaces_are_in_the_lesson() -> None:
    lessons = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
    for path in lessons:
        for cell in nbformat.read(path, as_version=4).cells:
            given = cell.metadata.get("toygan", {}).get("page", {})
            assert given or "page" not in cell.metadata.get("toygan", {})
            assert cell.cell_type == "markdown" or not given
            if isinstance(given, Mapping):
                assert [old for old in given if old not in cell.source] == [], f"{path.stem}, cell {cell.id}"


def axes_of(path: Path) -> list[Any]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.metadata.get("toygan", {}).get("explore")]


def test_the_axes_that_the_lessons_name_are_axes(tmp_path: Path) -> None:
    lessons = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
    named = [(path, cell) for path in lessons for cell in axes_of(path)]
    assert len(named) >= 3
    for path, cell in named:
        assert cell.metadata["toygan"]["explore"].get("colour", HEALTHY) in {*SHOWN, HEALTHY}
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# it"), cell])
        for _, plan in plan_pages(Lesson(path.stem, notebook, (), {cell.id: ""})):
            assert isinstance(plan, Plan)
            assert plan.runs * plan.steps <= 100_000, f"{path.stem}: {plan.runs} runs of {plan.steps} iterations"
