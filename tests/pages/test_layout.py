"""The page of a playground and of twins in a real JupyterLab: nothing overlaps, is cut or unreachable at any width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from support import lab

SINGLE = """from toygan import Playground, Recipe
playground = Playground(Recipe(width=8, depth=1, batch=16, regularizers={"r1": 0.1}), seeds=2)
for _ in range(12): playground.step()
playground.set("lr_d", 1e-5)
playground.draw()
for head in playground.column.heads.values(): head.unfolded = True
playground.slow_motion.button.value = True
playground"""
TWINS = """one = Recipe(width=8, depth=1, batch=16)
twins = Playground(one, against=one.but(lr_d=1e-5), seeds=2)
twins.step()
twins"""
BUSY = """import pathlib, time
while not pathlib.Path("all seen").exists():
    time.sleep(0.02)"""
WIDTHS, ZOOMS, HEIGHT = (1440, 1100, 800, 640, 500), (1, 2), 900
LEAST = 320  # CSS pixels of a window, of which JupyterLab takes 120

FAULTS = """(root) => {
    const seen = (element) => element.checkVisibility({ visibilityProperty: true }) &&
        element.getClientRects().length > 0;
    const all = [...root.querySelectorAll("button, input, abbr, label, .toygan-label, .toygan-verdict, " +
        ".toygan-message, .toygan-count > *, .toygan-title, .toygan-where, .toygan-cause")]
        .filter((element) => seen(element) && !element.closest(".toygan-swatch, .toygan-options, .toygan-mark"));
    const name = (element) => `${element.className || element.tagName} "${element.textContent.slice(0, 30)}"`;
    const box = (element) => element.getBoundingClientRect(), page = box(root), faults = [];
    all.forEach((a, i) => all.slice(i + 1).forEach((b) => {
        if (a.contains(b) || b.contains(a)) return;
        for (const p of a.getClientRects()) for (const q of b.getClientRects()) {
            const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
            const up = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
            if (across > 1.5 && up > 1.5) faults.push(`${name(a)} overlaps ${name(b)}`);
        }
    }));
    for (const a of all) {
        if (box(a).left < page.left - 2 || box(a).right > page.right + 2) faults.push(`${name(a)} leaves the page`);
        const words = a.matches("button, label, .toygan-label, .toygan-verdict, .toygan-count > *");
        if (words && !a.matches(".toygan-play, .toygan-choice") && a.scrollWidth > a.clientWidth + 1 && a.clientWidth) {
            faults.push(`${name(a)} is cut`);
        }
    }
    return [...new Set(faults)];
}"""
TOGETHER = """(root) => {
    root.scrollIntoView({ block: "start" });
    const bottom = (name) => root.querySelector(name).getBoundingClientRect().bottom;
    return [bottom(".toygan-play"), bottom(".toygan-count"), bottom(".toygan-lead, .toygan-chart"), innerHeight];
}"""
NUMBERED = """(root) => {
    const all = [...root.querySelectorAll("button, input, textarea, abbr, canvas, .toygan-view")];
    const open = all.filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled &&
        element.tabIndex >= 0 && !element.closest(".toygan-options"));
    return open.map((element, i) => {
        element.dataset.number = String(i);
        return (element.ariaLabel || element.labels?.[0]?.textContent || element.textContent || element.title).trim();
    });
}"""


@pytest.mark.slow
@pytest.mark.usefixtures("chromium")
@pytest.mark.filterwarnings("default")  # of the browser's driver, not ours
def test_nothing_overlaps_is_cut_or_cannot_be_reached(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code) for code in (SINGLE, TWINS, BUSY)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "notebooks/run.ipynb")
    with lab.lab(tmp_path / "notebooks", tmp_path / "home", (1440, HEIGHT)) as user:
        user.open("run.ipynb")
        user.page.evaluate("() => void window.jupyterapp.commands.execute('application:toggle-left-area')")
        user.command("notebook:run-all-cells")
        roots = [user.cell_with(text).locator(".toygan-playground").first for text in ("for _ in range", "twins = ")]
        for root in roots:
            root.scroll_into_view_if_needed()
            user.wait_for_frame(0, root)  # while the kernel runs the last cell
        (tmp_path / "notebooks/all seen").touch()
        user.idle()
        windows = [(width, zoom) for zoom in ZOOMS for width in WIDTHS if width // zoom >= LEAST]
        faults = [fault for window in windows for root in roots for fault in look(user, root, *window)]
        assert not faults, "\n".join(faults)

        user.page.set_viewport_size({"width": 1440, "height": HEIGHT})
        for root in roots:
            names = root.evaluate(NUMBERED)
            assert all(names), names
            assert unreached(user.page, root, len(names)) == []
        assert user.errors == []
        assert user.outputs_with_errors() == []


def look(user: lab.Lab, root: Any, width: int, zoom: int) -> list[str]:
    """What is wrong in a window of this width, as wide as at a zoom."""
    user.page.set_viewport_size({"width": width // zoom, "height": HEIGHT // zoom})
    user.page.wait_for_timeout(400)
    play, count, picture, height = root.evaluate(TOGETHER)
    found = root.evaluate(FAULTS)
    if max(play, count) > height or (zoom == 1 and width >= 1100 and picture > height):
        found.append("Play, iteration and picture are not on one screen")
    return [f"{width} x{zoom}: {fault}" for fault in found]


def unreached(page: Any, root: Any, n: int) -> list[str]:
    """The controls that the tab key does not reach, from Play on."""
    root.locator(".toygan-play").first.focus()
    reached = {page.evaluate("document.activeElement.dataset.number")}
    for _ in range(n):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.number"))
    return sorted({str(i) for i in range(n)} - reached)
