"""The playground's wiring, with a page that only answers: one task, few pictures in flight, live controls."""

from __future__ import annotations

import asyncio
import base64
import math
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image
from support.page import Page, live, until

from toygan.parts.losses import LOSSES
from toygan.parts.regularizers import REGULARIZERS
from toygan.play import cell, playground, still
from toygan.play.controls import Control, RegularizerControls, StrengthControl, group_entries, stops_of
from toygan.play.frames import Frames
from toygan.play.inputs import MenuInput
from toygan.play.playground import CONTROLS, Playground
from toygan.play.sender import Sender
from toygan.play.view import IN_FLIGHT
from toygan.recipe import FIELDS, KNOBS, Recipe, RecipeError

SMALL = Recipe(width=8, batch=8)


def by_field(p: Playground) -> dict[str, Any]:
    return {c.field: c for c in p.controls}


@live
async def test_play_trains_and_shows_until_pause(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    page.say(do="play")
    await until(lambda: p.session.iteration > 20 and len(page.frames) > 5)
    assert page.frames[-1]["playing"]
    page.say(do="play")
    await until(lambda: not page.frames[-1]["playing"])
    await until(lambda: p._task.done())
    at, frames = p.session.iteration, len(page.frames)
    await asyncio.sleep(0.2)
    assert (p.session.iteration, len(page.frames)) == (at, frames)
    assert f"iteration {at:,}" in page.frames[-1]["status"]
    assert page.frames[-1]["iteration"] == at
    said = p.session.diagnosis
    assert page.frames[-1]["verdict"] == p.session.verdict
    assert page.frames[-1]["evidence"] == ", ".join(said.evidence)
    assert (page.frames[-1]["cause"], page.frames[-1]["remedy"]) == (said.cause, said.remedy)


@live
async def test_pause_and_play_in_quick_succession_leave_one_task(make: Callable[..., Playground]) -> None:
    p = make()
    Page(p)
    p.play()
    first = p._task
    await asyncio.sleep(0.05)
    p.pause()
    p.play()
    assert p._task is first
    await until(lambda: p.session.iteration > 5)


@live
async def test_share_gives_the_page_the_link_for_its_clipboard_and_says_it(make: Callable[..., Playground]) -> None:
    p, sent = make(), []
    page = Page(p)
    p.view.send = lambda content, buffers=None: sent.append(content)
    page.say(do="share")
    copied, words = sent
    assert copied == {"copy": p.link()}
    assert words["message"].endswith(f"if the browser allows it: {p.link()}")


@live
async def test_a_playground_inside_other_widgets_opens_with_its_present_frame(make: Callable[..., Playground]) -> None:
    p = make()
    assert p.view.opening is None, "the cell still runs"
    p.step()
    await asyncio.sleep(0)
    assert p.view.opening["iteration"] == 1
    p.set("lr_d", 0.002)
    await asyncio.sleep(0)
    assert p.view.opening["message"].endswith("from iteration 1 on; press Play")
    Page(p)
    p.step()
    await asyncio.sleep(0)
    assert p.view.opening is None, "a page that is there gets frames"


@live
async def test_a_change_while_it_is_paused_asks_for_play(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    p.set("lr_d", 0.002)
    assert page.words["message"].endswith("from iteration 0 on; press Play")
    p.set("width", 6)
    assert page.words["message"].endswith("a new run; press Play")
    p.set("lr_d", -1)
    assert page.words["message"].endswith("must be above 0")
    page.say(do="play")
    p.set("lr_d", 0.003)
    assert p.screen.words()["message"].endswith(f"from iteration {p.session.iteration} on")


@live
async def test_the_page_is_told_what_is_done_of_what_it_has_asked_for(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    assert page.words["answered"] == {}
    for number, act in enumerate(("step", "reset", "share", "draw", "play"), 1):
        page.say(do=act, ask=number)
        assert page.words["answered"] == {"page": number}
    page.say(gone=True)
    assert p.screen.words()["answered"] == {}


@live
async def test_a_page_that_does_not_answer_gets_no_queue(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p, answers=False)
    page.frames.clear()
    sent = p.view.viewers.sent
    p.play()
    await until(lambda: p.session.iteration > 50)
    assert p.view.viewers.sent - sent <= IN_FLIGHT


@live
async def test_a_run_that_nobody_sees_pauses_itself(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    p.play()
    await until(lambda: p.session.iteration > 5)
    page.say(gone=True)
    p.view.viewers._clock = lambda: math.inf
    await until(lambda: p._task.done())
    assert not p.session.playing
    assert "no page" in p.session.message


@live
async def test_step_moves_by_one_and_reset_goes_back(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    page.say(do="step")
    assert p.session.iteration == 1
    page.say(do="step")
    assert p.session.iteration == 2
    page.say(do="reset")
    assert p.session.iteration == 0
    page.say(do="play")
    await until(lambda: p.session.iteration > 2)


@live
async def test_a_slider_moved_is_a_picture_changed_also_when_paused(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    p.step()
    await until(lambda: p.view.viewers.ready)
    before = len(page.frames)
    by_field(p)["lr_g"].widget.value = 0.01
    assert p.session.recipe.lr_g == 0.01
    await until(lambda: len(page.frames) > before)
    assert "Learning rate of G = 0.01" in page.frames[-1]["message"]
    assert p.session.iteration == 1


@live
async def test_a_page_that_comes_gets_all_and_then_only_what_is_new(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    (whole,) = page.frames
    assert whole["whole"]
    assert all(whole["charts"])
    p.step()
    await until(lambda: len(page.frames) == 2)
    news = page.frames[-1]
    assert not news["whole"]
    assert not all(news["charts"])
    assert sum(map(len, news["buffers"])) < sum(map(len, whole["buffers"]))
    page.say(here=True)
    await until(lambda: len(page.frames) == 3)
    assert page.frames[-1]["whole"]


@live
async def test_a_displayed_view_holds_its_present_frame_until_a_page_is_heard(make: Callable[..., Playground]) -> None:
    p = make()
    p.step()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(still, "display", lambda bundle, **how: None)
        p._ipython_display_()
    opening = p.view.opening
    assert (opening["iteration"], opening["frame"], opening["whole"]) == (1, 0, True)
    page = Page(p)
    (frame,) = page.frames
    assert [opening[name] for name in ("charts", "arrays", "buffers")] == [
        frame[name] for name in ("charts", "arrays", "buffers")
    ]
    assert p.view.opening is None, "a page that is loaded again must not show what is past"


@live
async def test_a_hidden_page_lets_the_run_go_on_and_costs_it_no_frames(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    p.view.viewers._clock = lambda: 0.0
    page.say(shown=p.view.viewers.sent, hidden=True)
    p.play()
    sent = p.view.viewers.sent
    await until(lambda: p.session.iteration > 50)
    assert p.view.viewers.sent == sent


@live
async def test_what_is_no_message_of_ours_changes_nothing(make: Callable[..., Playground]) -> None:
    p = make()
    Page(p)
    p.view._handle_custom_msg({"view": "page", "do": "__init__"}, [])
    p.view._handle_custom_msg("step", [])
    assert p.session.iteration == 0


@live
async def test_dragging_a_field_that_restarts_does_not_start_a_run_per_pixel(make: Callable[..., Playground]) -> None:
    p = make()
    Page(p)
    starts = []
    restart = p.session.fleet.restart

    def counted(recipes: list[Recipe]) -> None:
        starts.append(recipes[0].seed)
        restart(recipes)

    p.session.fleet.restart = counted  # type: ignore[method-assign, assignment]
    for seed in range(1, 30):
        by_field(p)["seed"].widget.value = seed
    await until(lambda: p.session.recipe.seed == 29)
    assert starts == [1, 29]


def test_a_run_that_plays_sends_its_frames_in_turn_and_an_answer_at_once(make: Callable[..., Playground]) -> None:
    now = [0.0]
    session = make().session
    render = Frames(session, ("samples",))
    screen = Sender(session, render, (480, 270), lambda content: None, clock=lambda: now[0])
    screen.view.viewers.hear({"view": "page", "here": True})
    screen.session.play()

    def sent(show: Callable[[], None]) -> int:
        before = screen.view.viewers.sent
        show()
        return screen.view.viewers.sent - before

    assert [sent(screen.show_in_turn), sent(screen.show_in_turn), sent(screen.show)] == [1, 0, 1]
    now[0] = 1
    assert [sent(screen.show_in_turn), sent(screen.show_in_turn)] == [1, 0]
    screen.session.pause()
    assert sent(screen.show_in_turn) == 1


@live
async def test_what_the_page_says_in_another_thread_is_done_in_that_of_the_run(make: Callable[..., Playground]) -> None:
    p = make()
    Page(p)
    threads = []
    apply = p.session.apply
    p.session.apply = lambda *a: (threads.append(threading.current_thread()), apply(*a))[1]  # type: ignore[method-assign]
    talk = threading.Thread(target=lambda: setattr(by_field(p)["lr_d"].widget, "value", 0.01))
    talk.start()
    talk.join()
    await until(lambda: p.session.recipe.lr_d == 0.01)
    assert threads == [threading.main_thread()]


@live
async def test_an_error_in_the_task_is_shown_and_raised(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)

    def broken(seconds: float) -> None:
        raise ZeroDivisionError("a part is wrong")

    p.session.advance = broken  # type: ignore[method-assign]
    p.play()
    with pytest.raises(ZeroDivisionError):
        await p._task  # type: ignore[misc]
    assert "ZeroDivisionError: a part is wrong" in page.words["message"]
    assert page.words["refused"]
    assert not p.session.playing
    assert not page.words["playing"]


@live
async def test_close_ends_the_task_and_the_widgets(make: Callable[..., Playground]) -> None:
    p = make()
    Page(p)
    p.play()
    await until(lambda: p.session.iteration > 5)
    p.close()
    await until(lambda: p._task.done())
    assert p.comm is None
    assert p.view.comm is None
    assert by_field(p)["loss"].widget.comm is None
    p.close()


@live
async def test_running_a_cell_again_ends_its_first_run_and_no_other(make: Callable[..., Playground]) -> None:
    places = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "3")]
    made = []
    with pytest.MonkeyPatch.context() as patch:
        for place in places:
            patch.setattr(cell, "here", lambda place=place: cell.Place(*place))
            p = make()
            Page(p)
            p.play()
            made.append(p)
            await until(lambda p=p: p.session.iteration > 2)
        await until(lambda: made[0]._task.done())
        assert [p.session.playing for p in made] == [False, True, True, True]


@live
async def test_a_notebook_whose_cells_have_no_names_has_one_run(make: Callable[..., Playground]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell, "here", lambda: cell.Place(None, "1"))
        first = make()
        patch.setattr(cell, "here", lambda: cell.Place(None, "2"))
        second = make()
    assert first.comm is None
    assert second.comm is not None


def test_without_a_kernel_nothing_hangs_or_fails(make: Callable[..., Playground]) -> None:
    p = make()
    p.step()
    assert p.set("loss", "hinge")
    assert not p.set("lr_g", -1.0)
    p.reset()
    assert "iteration 0" in repr(p)
    assert "Playground" in str(p._repr_mimebundle_()["text/plain"])


@live
async def test_a_run_that_was_played_can_be_saved_as_a_page_at_any_moment(make: Callable[..., Playground]) -> None:
    p = make()
    page = Page(p)
    p.play()
    await until(lambda: p.session.iteration > 20 and len(page.frames) > 10)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.html"
        p.save(file)
        before = file.read_bytes()
        assert b"<title>non-saturating" in before
        frames = p.screen.recording.frames
        assert len(frames) > 5
        assert frames[-1].iteration == p.session.iteration
        with pytest.raises(FileExistsError, match=r"run\.html: exists; .* force=True"):
            p.save(str(file))
        assert file.read_bytes() == before
        film = Path(folder) / "run.gif"
        p.save(film, size=(3, 2))
        with Image.open(film) as image:
            assert image.n_frames > 1  # type: ignore[attr-defined]
        caption = p.save(Path(folder) / "run.pdf", size=(3, 2), font_size=5)
        assert b"/MediaBox [ 0 0 216 144 ]" in (Path(folder) / "run.pdf").read_bytes()
        assert caption.endswith(f": {p.session.recipe.to_string()}.")
        with pytest.raises(ValueError, match=r"must end in \.html, \.png, \.svg, \.pdf, \.gif or \.mp4"):
            p.save(Path(folder) / "run.txt")
        page.say(do="pin")
        p.reset()
        p.save(file, force=True)
        content, _ = p.screen.recording.frames[-1].message()
        assert "pin 1: loss-d" in [mark["name"] for mark in content["charts"][1]["marks"]], "the page keeps the pin"
        assert [frame.iteration for frame in p.screen.recording.frames] == [0], "a new run is a new recording"
        assert file.read_bytes() != before


def test_a_notebook_keeps_a_still_of_what_it_showed_beside_the_live_view() -> None:
    code = "from toygan import Playground, Recipe\np = Playground(Recipe(width=8, batch=8), seeds=2)\np.step()\np"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    live, still = (out.data for out in notebook.cells[0].outputs)
    assert "application/vnd.jupyter.widget-view+json" in live
    assert set(still) == {"image/png", "text/plain"}
    assert "iteration 1" in still["text/plain"]
    assert "too early to tell · 2 of 2 seeds" in still["text/plain"]
    png = base64.b64decode(still["image/png"])
    assert png.startswith(b"\x89PNG")
    assert len(png) < 150_000


def test_without_a_cell_that_runs_there_is_no_still(
    make: Callable[..., Playground], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[dict[str, Any]]()
    monkeypatch.setattr("toygan.play.live.display", lambda bundle, raw: told.append(bundle))
    monkeypatch.setattr(still, "display", lambda bundle, **how: told.append(bundle))
    make()._ipython_display_()
    (only,) = told
    assert only["text/plain"].startswith("iteration 0")


@live
async def test_the_still_is_renewed_when_the_run_rests_and_not_while_it_plays(make: Callable[..., Playground]) -> None:
    p, told = make(), list[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(still, "REST_SECONDS", 0.0)
        patch.setattr(still, "display", lambda bundle, **how: told.append(bundle["text/plain"]))
        patch.setattr(still, "update_display", lambda bundle, **how: told.append(bundle["text/plain"]))
        p.step()
        await asyncio.sleep(0.05)
        assert told == [], "nothing to renew where no cell shows it"
        p.still.display()
        p.play()
        await until(lambda: p.session.iteration > 5)
        assert len(told) == 1
        p.pause()
        await until(lambda: len(told) == 2)
        assert f"iteration {p.session.iteration} " in told[-1]
        p.close()
        p.screen.show()
        await asyncio.sleep(0.05)
        assert len(told) == 2


def test_a_notebook_runs_without_a_page_also_when_it_presses_play() -> None:
    cells = [
        "from toygan import Playground, Recipe\np = Playground(Recipe(width=8, batch=8), seeds=2)\np.play()\np",
        "import asyncio\nawait asyncio.sleep(0.5)\nassert p.session.iteration > 0, p.session.message",
        "q = Playground(Recipe(width=8, batch=8), seeds=2)\nq",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert not [out for cell in notebook.cells for out in cell.outputs if out.output_type in ("error", "stream")]


@pytest.mark.parametrize("field", [f for f in FIELDS if f != "regularizers"])
def test_every_field_has_a_control_that_reaches_the_run(field: str, make: Callable[..., Playground]) -> None:
    p = make(controls=(field,))
    (c,) = p.controls
    assert isinstance(c, Control)
    assert f"toygan-{field}" in c.widget._dom_classes
    assert KNOBS[field].label.lower() in c.widget.label.lower()  # "First seed" if several train
    assert c.widget.tip.startswith(f"{field}: {KNOBS[field].help}")
    assert ("restarts" in c.widget.tip) is not KNOBS[field].live
    for value in _offered(c.widget):
        p.session.reset()
        c.widget.value = value
        assert getattr(p.session.recipe, field) == c.widget.value == value or p.session.refused
        assert c.widget.value == getattr(p.session.recipe, field), "a refused value must not stand on the control"


def _offered(widget: Any) -> list[Any]:
    return list(widget.values) if isinstance(widget, MenuInput) else [widget.stops[0], widget.stops[-1]]


@pytest.mark.parametrize("name", REGULARIZERS)
def test_every_regularizer_can_be_ticked_moved_and_taken_away(name: str, make: Callable[..., Playground]) -> None:
    p = make(controls=(f"regularizers.{name}",))
    (row,) = p.controls
    assert isinstance(row, StrengthControl)
    assert f"toygan-regularizers-{name}" in row.widget._dom_classes
    row.tick.value = True
    if p.session.refused:
        assert not row.tick.value
        return
    assert p.session.recipe.regularizers == {name: row.number.value}
    row.number.value = REGULARIZERS[name].strengths[0]
    assert p.session.recipe.regularizers == {name: row.number.value}
    row.tick.value = False
    assert p.session.recipe.regularizers == {}


def test_any_number_of_regularizers_can_be_added(make: Callable[..., Playground]) -> None:
    p = make(SMALL.but(regularizers={"r1": 0.5}), controls=("regularizers",))
    (c,) = p.controls
    assert isinstance(c, RegularizerControls)
    assert list(c.rows) == ["r1"]
    for name in ("weight-decay", "instance-noise"):
        c.menu.value = name
        assert c.menu.value == ""
    assert set(p.session.recipe.regularizers) == {"r1", "weight-decay", "instance-noise"}
    assert not set(c.menu.values) & set(c.rows)
    c.rows["r1"].tick.value = False
    assert set(p.session.recipe.regularizers) == {"weight-decay", "instance-noise"}
    c.rows["r1"].tick.value = True
    assert p.session.recipe.regularizers["r1"] == 0.5, "a regularizer keeps its strength while it is off"


def test_controls_follow_what_code_sets_beyond_their_range_too(make: Callable[..., Playground]) -> None:
    p = make(Recipe(data="ring(k=5)", width=9, batch=8))
    c = by_field(p)
    for field, value in (("lr_g", 0.7), ("width", 11), ("d_steps", 40), ("data", "ring(k=3)"), ("loss", "hinge")):
        assert p.set(field, value), p.session.message
        assert c[field].widget.value == value


def test_the_usual_controls_are_those_of_the_design(make: Callable[..., Playground]) -> None:
    assert [c.field for c in make().controls] == list(CONTROLS)


@pytest.mark.parametrize("name", ["lr", "regularizers.nope", "loss.r1", "Data"])
def test_an_unknown_control_is_refused_by_name(name: str, make: Callable[..., Playground]) -> None:
    with pytest.raises(RecipeError, match=name):
        make(controls=(name,))


def test_an_unknown_panel_is_refused_by_name(make: Callable[..., Playground]) -> None:
    with pytest.raises(ValueError, match="nope"):
        make(panels=("nope",))


def test_the_module_of_the_playground_is_not_what_hides_unknown_names() -> None:
    import toygan

    with pytest.raises(AttributeError, match="Playgroud"):
        toygan.Playgroud  # noqa: B018
    assert toygan.Playground is playground.Playground


def test_a_control_shows_all_digits_of_the_number_that_trains(make: Callable[..., Playground]) -> None:
    held = {"lr_g": 0.0347, "beta2": 0.9995, "anneal": 1251, "seed": 2**63 - 9}
    p = make(Recipe(**held, regularizers={"r1": 0.0347}, width=4), controls=(*held, "regularizers.r1"))
    *fields, strength = p.controls
    assert [c.widget.value for c in fields] == [*held.values()]
    assert [c.widget.shown for c in fields] == ["0.0347", "0.9995", "1251", str(2**63 - 9)]
    assert strength.number.shown == "0.0347"
    assert p.set("lr_g", 0.01234)
    assert (fields[0].widget.shown, p.session.message) == ("0.01234", "lr_g = 0.01234: from iteration 0 on")


NUMBERS = [name for name, knob in KNOBS.items() if knob.menu is None]


@pytest.mark.parametrize("field", NUMBERS)
def test_every_number_can_be_typed_and_what_is_refused_is_said_and_taken_back(
    field: str, make: Callable[..., Playground]
) -> None:
    p = make(controls=(field,))
    (c,) = p.controls
    knob, told = KNOBS[field], list[Any]()
    c.widget.send = lambda content, buffers=None: told.append(content)
    between = stops_of(field, knob)
    typed = "3" if FIELDS[field].type == "int" else str((between[0] + between[1]) / 2)
    c.widget._handle_custom_msg({"typed": f" {typed} "}, [])
    assert getattr(p.session.recipe, field) == pytest.approx(float(typed)), p.session.message
    assert c.widget.value == getattr(p.session.recipe, field)
    for wrong in ("much", "", "nan", "1e999", "-7e9"):
        before = p.session.recipe
        c.widget._handle_custom_msg({"typed": wrong}, [])
        assert p.session.refused
        assert p.session.message.startswith(f"{field}=")
        assert p.session.recipe == before
        assert c.widget.value == getattr(before, field)
    assert told == [{}] * 6, "the page shows the number that trains, each time"


def test_a_strength_can_be_typed_and_a_spec_too(make: Callable[..., Playground]) -> None:
    p = make(controls=("regularizers", "data", "loss"))
    rows, data, loss = p.controls
    rows.menu.value = "r1"
    rows.rows["r1"].number._handle_custom_msg({"typed": "0.37"}, [])
    assert p.session.recipe.regularizers == {"r1": 0.37}
    rows.rows["r1"].number._handle_custom_msg({"typed": "-1"}, [])
    assert "at least 0" in p.session.message
    assert rows.rows["r1"].number.value == 0.37
    rows.menu._handle_custom_msg({"typed": "dragan(reach=0.7)"}, [])
    assert "dragan(reach=0.7)" in p.session.recipe.regularizers, p.session.message
    rows.menu._handle_custom_msg({"typed": "no-such"}, [])
    assert "unknown name 'no-such'" in p.session.message
    data.widget._handle_custom_msg({"typed": "ring8(k=5)"}, [])
    assert p.session.recipe.data == data.widget.value == "ring8(k=5)"
    loss.widget._handle_custom_msg({"typed": "hing"}, [])
    assert "hinge" in p.session.message
    assert loss.widget.value == "non-saturating"


@pytest.mark.parametrize("field", [name for name, knob in KNOBS.items() if knob.menu is not None])
def test_every_row_of_a_menu_is_offered_once_with_its_line_in_a_group(field: str) -> None:
    groups = group_entries(KNOBS[field])
    entries = [entry for group in groups for entry in group["entries"] if entry["value"]]
    names = [entry["value"] for entry in entries]
    assert len(names) == len(set(names))
    assert set(names) >= set(KNOBS[field].menu)
    assert all(entry["text"] for entry in entries)
    if KNOBS[field].first:
        assert groups[0]["name"] == "To begin with"
        assert [entry["value"] for entry in groups[0]["entries"]] == list(KNOBS[field].first)


def test_a_part_of_ones_own_has_a_group_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(LOSSES["hinge"].__class__):  # type: ignore[name-defined, misc]
        """Mine alone."""

    monkeypatch.setitem(LOSSES, "mine", Mine())
    own = group_entries(KNOBS["loss"])[-1]
    assert own["name"] == "Your own"
    assert [(entry["value"], entry["text"]) for entry in own["entries"]] == [("mine", "Mine alone")]


def test_an_entry_that_needs_arguments_begins_with_them() -> None:
    entries = {e["value"]: e["start"] for group in group_entries(KNOBS["data"]) for e in group["entries"]}
    assert entries["file"] == "file(path='')"
    assert entries["training-set"] == "training-set(of='ring8')"
    assert entries["points"].startswith("points(x=((")
    assert entries["ring8"] == ""


@live
async def test_the_page_applies_the_remedy_and_takes_it_back(make: Callable[..., Playground]) -> None:
    networks = {"discriminator": "mlp(init=normal,gain=1e-06)", "generator": "mlp(init=normal,gain=1e-06)"}
    p = make(SMALL.but(**networks), controls=("activation", "lr_g"))
    page = Page(p)
    p.session.fleet.advance(math.inf, 40)
    p.pause()
    assert (page.words["apply"], page.words["undo"]) == ("Apply and restart", "")
    page.say(do="apply")
    assert by_field(p)["activation"].widget.value == p.session.recipe.activation == "leaky-relu"
    assert page.words["undo"] == "Undo"
    page.say(do="undo")
    assert by_field(p)["activation"].widget.value == p.session.recipe.activation == "relu"
    assert page.words["undo"] == ""


@live
async def test_the_control_of_the_seed_and_the_status_agree_whichever_seed_is_shown(
    make: Callable[..., Playground],
) -> None:
    p = make(SMALL.but(seed=5), controls=["seed"], seeds=3)
    page, seed = Page(p), by_field(p)["seed"].widget
    page.say(focus=2)
    assert (seed.label, seed.value) == ("First seed ↻", 5)
    assert "3 seeds train" in seed.tip
    assert "seed 7 (of seeds 5 to 7): " in page.words["status"]
    p.reset()
    assert seed.value == 5
    assert "seed 7 (of seeds 5 to 7): " in page.words["status"]
    p.set("seed", 8)
    assert seed.value == 8
    assert "seed 10 (of seeds 8 to 10): " in page.words["status"]
    alone = make(SMALL, controls=["seed"], seeds=1)
    assert by_field(alone)["seed"].widget.label == "Seed ↻"
    assert "seed" not in Page(alone).words["status"]


@live
async def test_the_page_and_the_notebook_choose_which_seed_is_shown(make: Callable[..., Playground]) -> None:
    playground = make(seeds=3)
    page = Page(playground)
    page.say(focus=2)
    assert page.words["focus"] == 2
    assert "seed 2 (of seeds 0 to 2): " in page.words["status"]
    playground.focus(1)
    assert "seed 1 (of seeds 0 to 2): " in page.words["status"]
    page.say(focus=3)
    assert page.words["focus"] == 1, "there is no such seed"
    with pytest.raises(ValueError, match="focus=3: must be a whole number from 0 to 2"):
        playground.focus(3)


@live
async def test_all_seeds_are_shown_by_a_button_sorted_if_asked_and_a_cell_takes_one_into_focus(
    make: Callable[..., Playground],
) -> None:
    p = make(seeds=3)
    page = Page(p)
    assert (page.words["all"], "sort" in page.words) == ("All seeds", False)
    page.say(do="all")
    assert (page.words["all"], page.words["sort"]) == ("One seed", "seed")
    titles = [chart["title"] for chart in page.frames[-1]["charts"]]
    assert titles == ["All seeds", f"Seed 0: {p.session.diagnosis.said}", "Verdicts on 3 seeds"]
    page.say(sort="distance")
    assert page.frames[-1]["charts"][0]["title"] == "All seeds, by distance"
    cells = next(mark for mark in page.frames[-1]["charts"][0]["marks"] if mark["name"] == "cells")
    page.say(focus=2)
    now = next(mark for mark in page.frames[-1]["charts"][0]["marks"] if mark["name"] == "cells")
    assert (cells["numbers"][cells["chosen"]], now["numbers"][now["chosen"]]) == (0, 2)
    assert "seed 2 (of seeds 0 to 2): " in page.words["status"]
    page.say(do="all")
    assert len(page.frames[-1]["charts"]) == 4
    with pytest.raises(ValueError, match="sort='height': must be one of seed, distance, modes covered"):
        p.show_seeds("height")
    assert p.set("data", "two-moons")
    p.show_seeds("distance")
    assert page.words["sorts"] == ["seed", "distance"], "two moons have no modes to count"
    assert Page(make(seeds=1)).words["all"] == ""


def test_more_than_8_seeds_are_all_shown_at_first_unless_panels_are_named(make: Callable[..., Playground]) -> None:
    assert [make(seeds=n).session.every_seed for n in (8, 9)] == [False, True]
    p = make(seeds=9, panels=["seeds"])
    assert [chart.title for chart in p.screen.charts()] == ["All seeds"]
    assert not p.session.every_seed
