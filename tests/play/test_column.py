"""The column of controls: what is open at first, what the user's own choice shows, and how a group folds."""

from __future__ import annotations

from typing import Any

from support import lab

from toygan.play.column import CONTROLS, GROUPS, ControlColumn, Fold, choose_groups
from toygan.play.controls import control
from toygan.play.inputs import STYLE
from toygan.play.playground import Playground
from toygan.recipe import DEFAULT


def shown(groups: Any) -> list[str]:
    return [field for group in groups if group.open for field in group.fields]


def test_at_first_data_loss_and_two_rates_are_open() -> None:
    assert shown(choose_groups(None)) == ["data", "loss", "lr_g", "lr_d"]
    assert set(CONTROLS) == {field for group in GROUPS for field in group.fields}


def test_the_settings_of_each_player_are_among_the_usual_ones() -> None:
    """Those of GAN Lab: loss, networks, rate, optimizer and steps of D and of G, kind and size of the noise."""
    of_each = {f"{name}_{player}" for name in ("lr", "optimizer") for player in "gd"}
    assert of_each | {"d_steps", "g_steps", "noise", "latent", "width", "depth", "loss", "data"} <= set(CONTROLS)


def test_a_group_in_use_is_open() -> None:
    assert shown(choose_groups(None, ["regularizers"]))[4:] == ["regularizers"]
    playground = Playground(DEFAULT.but(width=4, batch=8, regularizers={"r1": 0.1}), seeds=1)
    assert playground.column.heads["Regularizers"].unfolded
    assert not playground.column.heads["Steps, batch, networks, seed"].unfolded
    playground.close()


def test_the_users_own_choice_is_one_open_group_in_its_order() -> None:
    column = ControlColumn(choose_groups(("lr_d", "regularizers.r1", "loss")))
    controls = [control(name, DEFAULT, lambda *_: None) for name in ("lr_d", "regularizers.r1", "loss")]
    column.fill(controls)
    ((rows,),) = [box.children for box in column.children]
    assert rows.children == tuple(c.widget for c in controls)
    assert not column.heads
    assert ControlColumn(choose_groups(())).children == ()


def test_controls_stand_in_their_groups() -> None:
    column = ControlColumn(choose_groups(None))
    controls = {name: control(name, DEFAULT, lambda *_: None) for name in reversed(CONTROLS)}
    column.fill(controls.values())
    rates = next(box for box in column.children if box.children[0] is column.heads["Learning rates"])
    assert rates.children[1].children == (controls["lr_d"].widget, controls["lr_g"].widget)


def test_groups_of_changed_fields_open_and_no_others() -> None:
    column = ControlColumn(choose_groups(None))
    column.unfold(["regularizers", "data"])
    assert [name for name, head in column.heads.items() if head.unfolded] == [
        "Data and loss", "Learning rates", "Regularizers"
    ]  # fmt: skip
    ControlColumn(choose_groups(("lr_d",))).unfold(["lr_d"])  # nothing folds there


FOLD = """() => {
    const state = { label: "Rates", unfolded: true };
    const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; }, on() {}, off() {} };
    globalThis.state = state;
    model.save_changes = () => { globalThis.saved = { ...state }; };
    document.body.innerHTML =
        "<div class='toygan-section'><div id=head></div><div class='toygan-rows'><input id=rate></div></div>";
    widget.render({ model, el: document.querySelector("#head") });
}"""


def test_a_group_folds_by_keys_and_says_so(chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        page = browser.new_page()
        page.set_content(f"<style>{STYLE}</style><body></body>")
        page.add_script_tag(content=Fold._esm.replace("export default", "globalThis.widget ="), type="module")
        page.wait_for_function("globalThis.widget")
        page.evaluate(FOLD)
        head, rate = page.get_by_role("button", name="Rates", expanded=True), page.locator("#rate")
        assert rate.is_visible()
        head.focus()
        page.keyboard.press("Enter")
        assert not rate.is_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") != "rate", "what is folded away is skipped by the tab key"
        page.get_by_role("button", name="Rates", expanded=False).press(" ")
        assert rate.is_visible()
        assert page.evaluate("saved") == {"label": "Rates", "unfolded": True}
        browser.close()
