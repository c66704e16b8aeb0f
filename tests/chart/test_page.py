"""The canvas painter in a real browser: the same marks in the same places and colours as in matplotlib's pictures."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from support import lab
from support.marks import KINDS, MARKS, chart, over

from toygan.chart import Axis, Band, Cells, Chart, Layer, Lines, Mesh, Surface, Text, page
from toygan.chart.axis import ROLES
from toygan.chart.style import DARK, DASHES, LIGHT, STYLE, Palette, rgb
from toygan.chart.wire import Wire

SCRIPT = (
    page.build_script()
    + "\nObject.assign(globalThis, { paint, About, Picture, PAINTERS, Received, surfaceColours, NUMBERS });"
)
DECODED = "const view = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);"
PAINT = f"""([content, buffers, palette, [x, y]]) => {{
    {DECODED}
    const received = new Received();
    received.take(content, buffers.map(view));
    const canvas = new OffscreenCanvas(800, 600), context = canvas.getContext("2d");
    const sheet = {{ width: 400, height: 300, point: 1, ratio: 2 }};
    const frame = paint(context, received.charts[0], sheet, palette);
    const [red, green, blue, alpha] = context.getImageData(2 * frame.x(x), 2 * frame.y(y), 1, 1).data;
    return [red, green, blue].map((part, i) => part * alpha / 255 + palette.rgb[i] * (1 - alpha / 255));
}}"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """An empty page in which the painter's modules are at hand."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        opened = started.new_page(viewport={"width": 960, "height": 600})
        opened.set_content(f"<style>{page.build_stylesheet()}</style><div class='toygan-view' tabindex=0></div>")
        opened.add_script_tag(content=SCRIPT, type="module")
        opened.wait_for_function("globalThis.Picture !== undefined")
        yield opened
        started.close()


def wired(*charts: Chart) -> tuple[dict[str, Any], list[str]]:
    content, buffers = Wire().message(charts)
    return content, [base64.b64encode(buffer).decode() for buffer in buffers]


def colours(palette: Palette) -> dict[str, Any]:
    words = {role: page.readable_colour(palette.colour(role), palette) for role in ROLES}
    numbers = {"style": asdict(STYLE), "dashes": DASHES}
    return {**asdict(palette), **numbers, "words": words, "font": "sans-serif", "rgb": rgb(palette.paper).tolist()}


def pixel(browser: Any, c: Chart, palette: Palette, point: tuple[float, float]) -> np.ndarray:
    return np.array(browser.evaluate(PAINT, [*wired(c), colours(palette), point]))


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_mark_has_its_roles_colour_where_its_numbers_say(browser: Any, name: str, palette: Palette) -> None:
    mark, point, opacity = MARKS[name]
    colour = palette.colour(getattr(mark, "fill", None) or mark.role)
    np.testing.assert_allclose(
        pixel(browser, chart(mark), palette, point), over(colour, palette.paper, opacity), atol=3
    )


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_surface_is_generated_below_undecided_in_the_middle_and_real_above(browser: Any, palette: Palette) -> None:
    rising = Surface("m", "ink", np.repeat([[0.0], [0.5], [1.0]], 3, axis=1))
    for y, colour, opacity in (
        (0.5, palette.generated, STYLE.surface_opacity),
        (5, palette.undecided, 1),
        (9.5, palette.real, STYLE.surface_opacity),
    ):
        expected = over(colour, palette.paper, opacity)
        np.testing.assert_allclose(pixel(browser, chart(rising), palette, (5, y)), expected, atol=3)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_surfaces_colours_are_those_of_the_other_painter(browser: Any, palette: Palette) -> None:
    levels = browser.evaluate("(palette) => [...surfaceColours(palette)]", colours(palette))
    rgba = np.array(levels).reshape(256, 4)
    share = rgba[:, 3:] / 255
    on_paper = share * rgba[:, :3] + (1 - share) * rgb(palette.paper)
    np.testing.assert_allclose(on_paper, palette.surface()[:, :3], atol=2)


def test_every_mark_of_the_vocabulary_can_be_painted(browser: Any) -> None:
    assert set(browser.evaluate("Object.keys(PAINTERS)")) == {kind.__name__.lower() for kind in KINDS}


def test_a_button_shows_and_hides_what_a_chart_is_about(browser: Any) -> None:
    states = browser.evaluate("""() => {
        const about = new About(), state = () => [about.button.hidden, about.box.hidden, about.box.textContent];
        about.show({ title: "Losses" });
        const states = [state()];
        about.show({ title: "Losses", about: "Two lines." });
        for (let i = 0; i < 2; i++) {
            about.button.click();
            states.push(state());
        }
        return [...states, about.button.ariaLabel];
    }""")
    shown = "Two lines."
    assert states == [
        [True, True, ""], [False, False, shown], [False, True, shown], "Losses: what am I looking at?",
    ]  # fmt: skip


def test_a_page_has_every_number_of_style_that_its_painter_asks_for(browser: Any) -> None:
    names = browser.evaluate("NUMBERS")
    style = "getComputedStyle(document.querySelector('.toygan-view'))"
    found = browser.evaluate(
        f"(names) => names.map((name) => {style}.getPropertyValue('--toygan-' + name))",
        [name.replace("_", "-") for name in names],
    )
    assert [float(number) for number in found] == [getattr(STYLE, name) for name in names]


def test_words_can_be_read_on_paper_in_both_themes() -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    for palette in (LIGHT, DARK):
        for role in ROLES:
            assert page.contrast(rgb(page.readable_colour(palette.colour(role), palette)), rgb(palette.paper)) >= 4.5


def test_contrast_goes_from_1_to_21() -> None:
    black, white = rgb("#000000"), rgb("#ffffff")
    assert page.contrast(white, black) == pytest.approx(21)
    assert page.contrast(white, white) == 1


SHOWN = f"""async ([content, buffers, light]) => {{
    {DECODED}
    document.body.dataset.jpThemeLight = light;
    const root = document.querySelector(".toygan-view");
    root.replaceChildren();
    globalThis.switched = [];
    const asks = (name) => switched.push(name);
    globalThis.picture = new Picture(root, () => globalThis.shown(), () => {{}}, null, light === null ? null : asks);
    const shown = new Promise((done) => globalThis.shown = done);
    picture.take(content, buffers.map(view));
    await shown;
}}"""
MIDDLE = """() => {
    const canvas = document.querySelector(".toygan-paper > canvas");
    return [...canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data];
}"""


def band(**how: Any) -> Chart:
    everywhere = Band("all", "generated", None, np.array([0.0]), np.array([10.0]), label="all seeds")
    return chart(everywhere, x=Axis("iteration", 0, 10), **how)


def test_a_picture_follows_the_theme_of_jupyterlab(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(band()), "true"])
    assert browser.evaluate(MIDDLE)[:3] == rgb(LIGHT.generated).tolist()
    browser.evaluate("document.body.dataset.jpThemeLight = 'false'")
    browser.wait_for_function(f"({MIDDLE})()[0] === {rgb(DARK.generated)[0]:.0f}")
    assert browser.evaluate(MIDDLE)[:3] == rgb(DARK.generated).tolist()
    assert browser.evaluate("document.querySelector('.toygan-view').dataset.frame") == "1"


def test_an_entry_of_the_legend_hides_and_shows_its_layer_by_mouse_and_keys(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(band()), "true"])
    entry = browser.get_by_role("button", name="all seeds")
    entry.click()
    assert browser.evaluate(MIDDLE)[3] == 0
    assert entry.get_attribute("aria-pressed") == "false"
    entry.focus()
    browser.keyboard.press("Enter")
    assert browser.evaluate(MIDDLE)[3] == 255
    assert entry.get_attribute("aria-pressed") == "true"


def test_a_layer_is_switched_by_whoever_makes_it_and_a_page_without_one_shows_only_what_is_there(browser: Any) -> None:
    layers = (Layer("wide", "all seeds", True, ("all",)), Layer("best", "best D", False, ("best",)))
    browser.evaluate(SHOWN, [*wired(band(layers=layers)), "true"])
    pressed = {}
    for name in ("all seeds", "best D"):
        entry = browser.get_by_role("button", name=name)
        pressed[name] = entry.get_attribute("aria-pressed")
        entry.click()
    assert pressed == {"all seeds": "true", "best D": "false"}
    assert browser.evaluate("switched") == ["wide", "best"]
    browser.evaluate(SHOWN, [*wired(band(layers=layers)), None])
    assert browser.get_by_role("button", name="best D").count() == 0
    browser.get_by_role("button", name="all seeds").click()
    assert browser.evaluate(MIDDLE)[3] == 0, "it is hidden by the page itself"


def test_cells_have_their_values_on_request(browser: Any) -> None:
    table = Cells("cells", "real", np.array([[0.0]]), ("all of it",), shown=("0.5",))
    count = f"""() => {{
        const canvas = document.querySelector(".toygan-paper > canvas"), context = canvas.getContext("2d");
        const {{ data }} = context.getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((_, i) => i % 4 === 0 && data[i] === {rgb(LIGHT.ink)[0]:.0f} && data[i + 3] === 255).length;
    }}"""
    browser.evaluate(SHOWN, [*wired(chart(table)), "true"])
    assert browser.evaluate(count) == 0
    browser.get_by_role("button", name="values").click()
    assert browser.evaluate(count) > 0
    browser.evaluate(PRESS, "v")
    assert browser.evaluate(count) == 0


def seeds() -> Chart:
    lines = Lines(
        "seeds",
        "real",
        np.array([0.0, 10]),
        np.array([[2.0, 5], [2, 5]]),
        ("seed 3", "seed 4"),
        width=60,
        instead_of=("all",),
    )
    everywhere = Band("all", "generated", None, np.array([0.0]), np.array([10.0]))
    return chart(everywhere, lines, x=Axis("iteration", 0, 10))


PRESS = "(key) => picture.key({ key, target: document.querySelector('.toygan-paper > canvas') })"


def test_a_band_opens_into_lines_and_closes_again_by_mouse_and_keys(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(seeds()), "true"])
    opener = browser.get_by_role("button", name="seeds")
    generated, real = rgb(LIGHT.generated).tolist(), rgb(LIGHT.real).tolist()
    assert browser.evaluate(MIDDLE)[:3] == generated
    opener.click()
    assert browser.evaluate(MIDDLE)[:3] == real
    assert opener.get_attribute("aria-pressed") == "true"
    assert browser.evaluate(PRESS, "s")
    assert browser.evaluate(MIDDLE)[:3] == generated
    assert opener.get_attribute("aria-pressed") == "false"


def test_a_line_that_is_clicked_on_or_read_by_keys_is_chosen(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(seeds()), "true"])
    browser.evaluate("() => { picture.chosen = (line) => picture.root.dataset.chosen = line; }")
    chosen = "picture.root.dataset.chosen"
    canvas = browser.locator(".toygan-paper > canvas")
    canvas.click()
    assert browser.evaluate(chosen) is None, "there is no line while the band is closed"
    browser.evaluate(PRESS, "s")
    canvas.hover()
    assert "seed 4: 5" in browser.locator(".toygan-reading").inner_text()
    canvas.click()
    assert browser.evaluate(chosen) == "1"
    for _ in range(10):
        browser.evaluate(PRESS, "ArrowDown")
    assert "seed 3: 2" in browser.locator(".toygan-reading").inner_text()
    assert browser.evaluate(PRESS, "Enter")
    assert browser.evaluate(chosen) == "0"
    browser.evaluate("delete picture.root.dataset.chosen")
    browser.mouse.move(0, 0)


def test_under_the_pointer_stand_the_values(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(band()), "true"])
    browser.locator(".toygan-paper > canvas").hover()
    assert "all seeds 0 to 10" in browser.locator(".toygan-reading").inner_text()
    browser.mouse.move(0, 0)
    assert not browser.locator(".toygan-reading").is_visible()


def test_keys_move_the_place_at_which_values_are_read_and_escape_ends_it(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(band()), "true"])
    press = "(key) => picture.key({ key, target: document.querySelector('.toygan-paper > canvas') })"
    assert browser.evaluate(press, "ArrowRight")
    assert "(5.25, 5)" in browser.locator(".toygan-reading").inner_text()
    assert browser.evaluate(press, "ArrowUp")
    assert "(5.25, 5.25)" in browser.locator(".toygan-reading").inner_text()
    assert not browser.evaluate(press, "x")
    browser.evaluate(press, "Escape")
    assert not browser.locator(".toygan-reading").is_visible()


FRAMES = """() => {
    const real = requestAnimationFrame, due = [], painted = [];
    globalThis.requestAnimationFrame = (act) => due.push(act);
    picture.painted = ({ frame }) => painted.push(frame);
    const send = (frame) => picture.take({ whole: false, charts: [null], arrays: [], frame }, []);
    const at = (now) => { painted.push(`${now}:`); due.splice(0).forEach((act) => act(1e9 + now)); };
    send(1), send(2), send(3), at(0), at(16), send(4), at(100), at(249), at(250), at(600);
    globalThis.requestAnimationFrame = real;
    return painted;
}"""


def test_one_message_waits_for_its_frame_and_of_more_the_oldest_is_left_out(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(band()), "true"])
    assert browser.evaluate(FRAMES) == ["0:", 2, "16:", 3, "100:", 4, "249:", "250:", "600:"]


def test_a_reader_who_wants_less_motion_gets_four_frames_a_second_at_most(browser: Any) -> None:
    browser.emulate_media(reduced_motion="reduce")
    browser.evaluate(SHOWN, [*wired(band()), "true"])
    assert browser.evaluate(FRAMES) == ["0:", 3, "16:", "100:", "249:", "250:", 4, "600:"]
    browser.emulate_media(reduced_motion="no-preference")


UNFOLD = """async () => {
    const button = document.querySelector(".toygan-unfold"), canvas = document.querySelector(".toygan-paper > canvas");
    const painted = [], end = performance.now() + 2500, whole = canvas.toDataURL();
    button.focus();
    while (performance.now() < end && (painted.length < 3 || painted.at(-1) !== whole)) {
        await new Promise(requestAnimationFrame);
        painted.push(canvas.toDataURL());
    }
    return [new Set(painted).size > 2, painted.at(-1) === whole];
}"""


def test_a_mesh_unfolds_from_the_noise_and_stays_for_who_wants_less_motion(browser: Any) -> None:
    grid = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])
    mesh = chart(Mesh("m", "third", *grid, 4 + 2 * grid[0], 3 + grid[1], 2))
    browser.emulate_media(reduced_motion="no-preference")
    browser.evaluate(SHOWN, [*wired(mesh), "true"])
    assert browser.evaluate(UNFOLD) == [True, True], "it moves, and ends as it was"
    browser.emulate_media(reduced_motion="reduce")
    browser.evaluate(SHOWN, [*wired(mesh), "true"])
    assert browser.locator(".toygan-unfold").count() == 0
    browser.emulate_media(reduced_motion="no-preference")


def test_a_picture_is_as_wide_as_its_place_at_once(browser: Any) -> None:
    browser.evaluate(SHOWN, [*wired(band()), "true"])
    browser.evaluate("document.querySelector('.toygan-view').style.width = '500px'")
    browser.wait_for_function("document.querySelector('.toygan-paper > canvas').width === 500")
    assert browser.evaluate(MIDDLE)[:3] == rgb(LIGHT.generated).tolist()
    browser.evaluate("document.querySelector('.toygan-view').style.width = ''")


def test_words_that_would_reach_over_the_edge_of_the_canvas_are_moved_onto_it(browser: Any) -> None:
    """Their last letter is seen: a dark pixel of a long caption lies near the canvas's right edge, none upon it."""
    caption = Text("t", "ink", ("m" * 40,), np.array([0.6]), np.array([0.5]), anchor="left", units="axes")
    browser.evaluate(SHOWN, [*wired(chart(caption, frame=False)), "true"])
    columns = browser.evaluate("""() => {
        const canvas = document.querySelector(".toygan-paper > canvas"), { width, height } = canvas;
        const { data } = canvas.getContext("2d").getImageData(0, 0, width, height), seen = [];
        for (let i = 3; i < data.length; i += 4) if (data[i] > 128) seen.push((i - 3) / 4 % width / width);
        return [Math.min(...seen), Math.max(...seen)];
    }""")
    assert columns[0] < 0.6
    assert 0.9 < columns[1] < 1


WRITTEN = """() => {
    const written = [], real = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (words, x, y) {
        const box = this.measureText(words), at = this.getTransform().transformPoint(new DOMPoint(x, y));
        const [left, right] = [at.x - box.actualBoundingBoxLeft * devicePixelRatio,
            at.x + box.actualBoundingBoxRight * devicePixelRatio];
        if (words && this.canvas.isConnected) written.push([words, left, right, this.canvas.width]);
        real.call(this, words, x, y);
    };
    document.querySelector(".toygan-view").style.width = "300px";
    return new Promise((done) => setTimeout(() => {
        CanvasRenderingContext2D.prototype.fillText = real;
        done(written);
    }, 300));
}"""


def table() -> Chart:
    """Six cells with long names on both axes, and long words about each cell."""
    names = tuple(f"mine(first=0.{i},second=0.25)" for i in range(3))
    x = Axis("loss →", 0, 3, ticks=(0.5, 1.5, 2.5), words=names)
    y = Axis("", 0, 2, ticks=(0.5, 1.5), words=names[:2])
    about = tuple(f"loss {names[i % 3]}, generator {names[i // 3]}\nsliced-w1 0.0{i}\n2 × healthy" for i in range(6))
    return Chart("T", x, y, (Cells("cells", "real", np.linspace(-1, 1, 6).reshape(2, 3), about),))


def test_words_at_cells_are_never_cut(browser: Any) -> None:
    """Those of ticks lie on the canvas, with their start and their end; those at the pointer lie within the chart."""
    browser.evaluate(SHOWN, [*wired(table()), "true"])
    written = browser.evaluate(WRITTEN)
    names = [words for words, *_ in written if words.startswith("m")]
    assert len(names) >= 5
    assert all(words.endswith(")") and "…" in words for words in names)
    assert [one for one in written if not 0 <= one[1] < one[2] <= one[3]] == []
    canvas = browser.locator(".toygan-paper > canvas").bounding_box()
    for x in (0.48, 0.6, 0.7, 0.8):
        for y in (0.1, 0.3, 0.5, 0.7):
            browser.mouse.move(canvas["x"] + x * canvas["width"], canvas["y"] + y * canvas["height"])
            box = browser.locator(".toygan-reading").bounding_box()
            assert box["x"] >= canvas["x"] - 1
            assert box["x"] + box["width"] <= canvas["x"] + canvas["width"] + 1
            assert box["y"] >= canvas["y"] - 1
            assert box["y"] + box["height"] <= canvas["y"] + canvas["height"] + 1
            assert "2 × healthy" in browser.locator(".toygan-reading").inner_text()
    browser.mouse.move(0, 0)
    browser.evaluate("document.querySelector('.toygan-view').style.width = ''")


def test_a_cell_beyond_the_scale_has_an_open_triangle(browser: Any) -> None:
    """Dark pixels lie in the middle of the first cell; in the second there are none."""
    pair = chart(Cells("m", "real", np.array([[-1.0, 0.0]]), ("a", "b")), frame=False)
    browser.evaluate(SHOWN, [*wired(pair), "true"])
    dark = browser.evaluate("""() => {
        const canvas = document.querySelector(".toygan-paper > canvas"), { width, height } = canvas;
        const { data } = canvas.getContext("2d").getImageData(0, 0.3 * height, width, 0.4 * height), dark = [];
        for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 128 && data[i] < 128) dark.push(i / 4 % width / width);
        }
        return dark;
    }""")
    dark = [at for at in dark if 0.1 < at < 0.9]  # without the edges of the axes
    assert all(0 < at < 0.5 for at in dark)
    assert dark
