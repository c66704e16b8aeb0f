"""Slow motion is an ordinary iteration, stage by stage; every stage names the line of code that does it."""

from __future__ import annotations

import asyncio
import math
from itertools import pairwise

import pytest
import torch
from support.page import Page, live, until

from toygan import Playground, Population, Recipe, Session
from toygan.play import slow_card
from toygan.play.frames import Frames
from toygan.play.slow_motion import WORDS, find_line, iterate_slowly

SMALL = {"width": 4, "batch": 8, "depth": 1}


def tensors(population):
    return [*population.moving(), *(mark.generators for mark in population.state.streams.values())]


GAMES = [
    {},
    {"d_steps": 2, "ema": 0.9, "regularizers": {"gradient-penalty": 0.1, "instance-noise": 0.1}},
    {"turns": "simultaneous", "loss": "wasserstein", "optimizer": "sgd"},
    {"turns": "extragradient"},
    {"loss": "energy-distance"},
    {"regularizers": {"unrolled": 2, "r1": 0.1}},
]


@pytest.mark.parametrize("recipe", GAMES, ids=str)
def test_its_end_is_an_ordinary_iteration_to_the_last_bit(recipe):
    slow, plain = (Population(Recipe(**recipe, **SMALL).seeds(2)) for _ in "ab")
    for _ in range(2):
        before = [x.clone() for x in tensors(slow)]
        after, _ = iterate_slowly(slow, 1)
        assert all(torch.equal(a, b) for a, b in zip(before, tensors(slow), strict=True)), "the original stays"
        slow = after
        plain.step()
        assert slow.steps == plain.steps
        assert all(torch.equal(a, b) for a, b in zip(tensors(slow), tensors(plain), strict=True))


def test_stages_come_in_the_order_of_the_turn():
    _, stages = iterate_slowly(Population(Recipe(d_steps=2, **SMALL)))
    names = ["noise", "samples", "outputs", "loss", "gradient", "step"]
    assert [(s.player, s.name) for s in stages] == [(player, name) for player in "DDG" for name in names]


def test_numbers_and_shapes_are_those_of_the_member():
    population = Population(Recipe(**SMALL).seeds(2))
    batch = population.fork().batch()
    _, stages = iterate_slowly(population, 1)
    noise, real = stages[0].tensors
    assert (noise.name, noise.shape) == ("z", (8, 2))
    assert noise.first == tuple(batch.z[1].flatten()[:3].tolist())
    assert real.first == tuple(batch.real[1].flatten()[:3].tolist())
    d = population.discriminator.theta.clone().requires_grad_()
    loss = population.game.discriminator_loss(population.generator.theta, d, batch)
    assert stages[3].tensors[0].first == (loss[1].item(),)
    assert stages[3].formula.startswith(r"\mathcal L_D")


def test_only_a_step_changes_a_players_parameters():
    _, stages = iterate_slowly(Population(Recipe(**SMALL)))
    for before, after in pairwise(stages):
        step = after.player if after.name == "step" else ""
        assert (not torch.equal(before.theta_d, after.theta_d)) == (step == "D")
        assert (not torch.equal(before.theta_g, after.theta_g)) == (step == "G")
    moved = [stage.generated for stage in stages if stage.player == "G"][-2:]
    assert not torch.equal(*moved)


@pytest.mark.parametrize("key", WORDS, ids=str)
def test_every_stage_names_a_line_of_the_library(key):
    function, part = WORDS[key][2]
    assert part in find_line(function, part)
    with pytest.raises(LookupError, match="no line with 'nowhere'"):
        find_line(function, "nowhere")


def test_a_session_goes_through_the_stages_and_then_has_trained_one_iteration():
    session, plain = (Session(Recipe(**SMALL), seeds=2) for _ in "ab")
    captions = []
    while session.next_stage():
        captions.append(session.message)
        assert (session.iteration, session.between) == (0, True)
    plain.step()
    assert len(captions) == 12
    assert (session.iteration, session.snapshot.step, session.between) == (1, 1, False)
    assert all(torch.equal(a, b) for a, b in zip(tensors(session.population), tensors(plain.population), strict=True))
    assert session.next_stage()[0].name == "noise"


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.step(), lambda s: s.set("lr_g", 0.01), lambda s: s.reset(), lambda s: s.step("D"),
        lambda s: setattr(s, "focus", 1),
    ],
)  # fmt: skip
def test_whatever_else_is_done_ends_it_as_if_it_had_not_begun(act):
    session, plain = (Session(Recipe(**SMALL), seeds=2) for _ in "ab")
    for _ in range(7):
        session.next_stage()
    for one in (session, plain):
        act(one)
    assert not session.stages
    assert all(torch.equal(a, b) for a, b in zip(tensors(session.population), tensors(plain.population), strict=True))


def test_the_picture_shows_the_batch_and_each_players_step():
    session = Session(Recipe(**SMALL), seeds=1)
    frames, pictures = Frames(session, ["samples"]), {}
    while stages := session.next_stage():
        (stage,) = stages
        (chart,) = frames()
        pictures[stage.player, stage.name] = chart
        if stage.generated is not None and stage.name != "gradient":
            torch.testing.assert_close(torch.from_numpy(chart["generated"].x).float(), stage.generated[:, 0])
    surface = {key: chart["D"].values for key, chart in pictures.items()}
    assert (surface["D", "gradient"] == surface["D", "noise"]).all()
    assert (surface["D", "step"] != surface["D", "gradient"]).any()
    assert "arrows" in {mark.name for mark in pictures["G", "gradient"].marks}
    assert "arrows" not in {mark.name for mark in pictures["G", "loss"].marks}


def test_the_card_of_a_playground_says_what_happens_and_its_recording_holds_whole_iterations():
    p = Playground(Recipe(**SMALL), controls=("lr_g",), seeds=1)
    p.slow_motion.button.value = True
    assert "Press Next" in p.slow_motion.body.value
    p.screen.charts()
    p.slow_motion.next.click()
    for part in ("Stage 1 of 12", "<b>D</b>", r"$z\sim p(z)", "<td>8 × 2</td>", "return Batch(self._real.next(n)"):
        assert part in p.slow_motion.body.value
    p.screen.charts()
    for _ in range(12):
        p.slow_motion.next.click()
    assert "Press Next" in p.slow_motion.body.value
    p.screen.charts()
    assert (p.session.iteration, [frame.iteration for frame in p.screen.recording.frames]) == (1, [0, 1])
    p.close()


@live
async def test_stages_advance_by_themselves_until_pause_or_another_act(make):
    p = make()
    page, card = Page(p), p.slow_motion
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slow_card, "STAGE_SECONDS", 0.0)
        page.say(do="slow")
        await until(
            lambda: card.button.value and p.session.iteration == 1 and p.session.stages
        )  # the next iteration follows
        page.say(do="slow")
        await until(lambda: not card.auto.value)
        at = p.session.slow_motion.at
        for _ in range(5):
            await asyncio.sleep(0)
        assert (p.session.slow_motion.at, card.auto.description) == (at, "Play stages"), "paused"
        for act in (p.step, p.play, lambda: (page.say(gone=True), setattr(p.view.viewers, "_empty_since", -math.inf))):
            card.auto.value = True
            assert p.session.stages
            assert card.auto.description == "Pause"
            act()
            await until(lambda: not card.auto.value)
            p.pause()


def test_twins_go_through_the_stages_together_and_a_side_with_fewer_waits():
    recipes = [Recipe(**SMALL), Recipe(d_steps=2, **SMALL)]
    twins, plain = (Playground(recipes[0], against=recipes[1], seeds=2, controls=("lr_g",)) for _ in "ab")
    twins.slow_motion.button.value = True
    for _ in range(17):
        twins.slow_motion.next.click()
    assert [(s.player, s.name) for s in twins.session.stages] == [("G", "step"), ("G", "gradient")]
    assert all(part in twins.slow_motion.body.value for part in ("Stage 17 of 18", "A · G", "B · G"))
    shown = twins.screen.charts()[0]["generated"].x  # of side A, after G's step; B shows the arrows of G's gradient
    torch.testing.assert_close(torch.from_numpy(shown).float(), twins.session.stages[0].generated[:, 0])
    twins.slow_motion.next.click()
    twins.slow_motion.next.click()
    plain.step()
    assert not twins.session.stages
    for one, other in zip(twins.session.fleet.runs, plain.session.fleet.runs, strict=True):
        pairs = zip(tensors(one.population), tensors(other.population), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)
    twins.close()
    plain.close()
