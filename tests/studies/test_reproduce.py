"""Published experiments: set up as their sources say, measured over seeds, and never shown without what differs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from support.toy import SMALL, TOY

from toygan.measure.intervals import share_interval
from toygan.measure.words import percent
from toygan.parts.metrics import METRICS
from toygan.runs.record import Record
from toygan.studies import reproduce
from toygan.studies.published import PUBLISHED
from toygan.studies.reproduce import SEEDS_TOGETHER, SINCE, all_modes_since, join_records, measure_methods, report
from toygan.sweeps import Store
from toygan.training import Population

ROWS = [pytest.param(name, method, id=f"{name} {method}") for name in PUBLISHED for method in PUBLISHED[name].methods]


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_experiment_names_its_source_its_differences_and_a_budget_within_its_iterations(name: str) -> None:
    setting = PUBLISHED[name]
    assert any(f" 20{year:02} " in f"{setting.source} ".replace(",", " ") for year in range(14, 27))
    assert 1 <= setting.budget <= setting.iterations
    assert setting.differences
    assert set(setting.quantities) <= set(METRICS)
    numbers = any(method.published for method in setting.methods.values())
    assert numbers == (setting.runs > 0)
    assert numbers or "no table" in " ".join(setting.differences)


@pytest.mark.parametrize(("name", "method"), ROWS)
def test_published_numbers_are_ones_that_a_generator_can_reach(name: str, method: str) -> None:
    row = PUBLISHED[name].methods[method]
    assert set(row.published) <= set(PUBLISHED[name].quantities)
    for metric, figure in row.published.items():
        assert (
            0 <= figure.mean <= {"modes": len(row.recipe.distribution.modes), "share": 1}.get(METRICS[metric].unit, 9)
        )


@pytest.mark.parametrize(("name", "method"), ROWS)
def test_every_recipe_takes_a_step(name: str, method: str) -> None:
    population = Population(PUBLISHED[name].methods[method].recipe.but(batch=12))  # divides into all packs
    population.step()
    assert torch.isfinite(population.generator.theta).all()
    assert population.generate(5).shape[-1] == PUBLISHED[name].methods[method].recipe.distribution.dim


@pytest.mark.parametrize(
    ("name", "method", "g", "d"),
    [
        ("unrolled-ring", "GAN", 256 * 128 + 128 + 128 * 128 + 128 + 128 * 2 + 2, 2 * 128 + 128 + 128 + 1),
        ("wgan-gp-ring", "WGAN-GP", 2 * 512 + 2 * 512**2 + 3 * 512 + 512 * 2 + 2, 2 * 512 + 2 * 512**2 + 3 * 512 + 513),
        ("pacgan-ring", "GAN", 2 * 400 + 3 * 400**2 + 2 * 4 * 400 + 400 * 2 + 2, 3000 + 2 * 201_000 + 201),
        ("pacgan-grid", "PacGAN4", 484_802, 405_201 + 3 * 2000),
        ("rs-gan-bimodal", "RS-GAN", 10 + 30 + 6, 20 + 110 + 11),
    ],
)
def test_networks_have_as_many_parameters_as_theirs(name: str, method: str, g: int, d: int) -> None:
    population = Population(PUBLISHED[name].methods[method].recipe)
    sizes = population.generator.theta.shape[-1], population.discriminator.theta.shape[-1]
    assert sizes == (g, d)


@pytest.mark.parametrize(
    ("name", "radius", "sigma", "modes"),
    [
        ("unrolled-ring", 2.0, 0.02, 8),
        ("wgan-gp-ring", 2 / 1.414, 0.02 / 1.414, 8),
        ("pacgan-ring", 1.0, 0.01, 8),
        ("wgan-gp-grid", 4 * math.sqrt(2) / 2.828, 0.05 / 2.828, 25),
        ("pacgan-grid", 4 * math.sqrt(2), 0.05, 25),
    ],
)
def test_data_is_as_large_and_as_sharp_as_theirs(name: str, radius: float, sigma: float, modes: int) -> None:
    for method in PUBLISHED[name].methods.values():
        data = method.recipe.distribution
        assert float(data.modes.norm(dim=-1).max()) == pytest.approx(radius, rel=1e-3)
        assert data.sigma == pytest.approx(sigma, rel=1e-3)
        assert len(data.modes) == modes


def test_the_clusters_have_the_mean_and_the_deviation_of_the_uniform_ones() -> None:
    data = PUBLISHED["rs-gan-bimodal"].methods["RS-GAN"].recipe.distribution
    theirs = torch.rand(10**5, generator=torch.Generator().manual_seed(0)) * 0.3
    assert data.modes.flatten().tolist() == pytest.approx([float(theirs.mean()), 4 + float(theirs.mean())], abs=2e-3)
    assert data.sigma == pytest.approx(float(theirs.std()), rel=1e-2)


def ours(seeds: int, iterations: int) -> Record:
    return measure_methods(TOY, seeds, iterations).by_method(TOY)["one"]


def test_a_method_is_run_under_all_seeds_and_judged_at_its_last_iterate() -> None:
    found = ours(SEEDS_TOGETHER + 2, 5)
    assert found.steps[-1] == 5
    assert [recipe.seed for recipe in found.recipes] == list(range(SEEDS_TOGETHER + 2))
    population = Population(SMALL.seeds(SEEDS_TOGETHER + 2))
    population.run(5)
    for name, expected in population.snapshot(n=50, metrics=TOY.quantities).metrics.items():
        assert found.metric(name)[-1] == pytest.approx(expected, rel=1e-4)


def test_modes_are_counted_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reproduce, "EVERY_SHARE", 0.1)
    monkeypatch.setattr(reproduce, "EVERY_ITERATIONS", 2)
    found = ours(2, 7)
    assert found.steps.tolist() == [0, 2, 4, 6, 7]
    assert np.isfinite(found.metric("modes-covered")).all()


def test_finished_seeds_stay_in_a_store_and_are_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "toy.db")
    first = measure_methods(TOY, 6, 5, store=store)
    monkeypatch.setattr(Population, "step", None)
    again = measure_methods(TOY, 6, 5, store=store)
    assert report("toy", TOY, again.by_method(TOY), 6, 5) == report("toy", TOY, first.by_method(TOY), 6, 5)


def test_members_of_several_records_stand_side_by_side() -> None:
    both = join_records([results()["one"], results()["two"]])
    assert both.metric("modes-covered").shape == (3, 8)
    assert both.metric("modes-covered")[1].tolist() == [8, 0, 7, 5] * 2


def test_modes_count_as_covered_from_when_on_they_are_to_the_end() -> None:
    course = np.array([[8, 7, 8, 8, 8], [8, 8, 7, 8, 8], [8, 8, 8, math.nan, 8], [8, 8, 8, 3, math.nan]])
    record = Record.from_arrays(SMALL.seeds(5), [2, 4, 6, 7], {"modes-covered": course})
    np.testing.assert_array_equal(all_modes_since(record), [2, 4, 6, math.nan, math.nan])


def results(iterations: int = 10) -> dict[str, Record]:
    """Two methods under four seeds, the first covers all modes from iteration 2 on, the second at its end."""
    covered = np.array([[8, 0, 8, 8], [8, 0, 7, 5], [8, 8, 7, 5]])
    quality = np.array([[math.nan] * 4] * 2 + [[0.5, 0.7, math.nan, 0.6]])
    ours = Record.from_arrays(SMALL.seeds(4), [2, 3, iterations], {"modes-covered": covered, "high-quality": quality})
    return dict.fromkeys(TOY.methods, ours)


def cells(page: str) -> dict[tuple[str, str], list[str]]:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    return {(row[0], row[1]): row[2:] for row in rows}


def test_the_table_holds_theirs_and_ours_with_spread_interval_and_floor() -> None:
    table = cells(report("toy", TOY, results(), seeds=4, iterations=10))
    theirs, ours, interval, truth = table["one", "modes-covered"]
    assert theirs == "6.3 +- 1"  # the standard error times the root of 4 runs
    assert ours == "7 +- 1.41"
    low, high = (float(x) for x in interval.strip("[]").split(","))
    assert 5 <= low < 7 < high <= 8
    assert truth == "8"
    assert table["one", "high-quality"][0] == "–"
    assert table["one", "high-quality"][1] == "60.0 % +- 10.0 % (3 of 4 seeds)"
    assert table["two", "modes-covered"][0] == "–"
    low, high = share_interval(2, 4)
    assert table["two", SINCE][1] == "6 +- 6 (2 of 4 seeds)"
    assert table["two", "all modes, seeds"] == ["–", "2 of 4", f"[{percent(low)}, {percent(high)}]", "all"]


def test_the_table_says_what_share_was_run_what_was_cut_and_what_differs() -> None:
    page = report("toy", TOY, {"one": results()["one"]}, seeds=5, iterations=10)
    assert "10 of 1,000 iterations (1 %), 5 seeds" in page
    assert "compare nothing yet" in page
    assert "Cut short: one has 4 of 5 seeds, two has 0 of 5 seeds" in page
    assert page.rstrip().endswith("- It does not exist.")
    whole = report("toy", TOY, results(1000), seeds=4, iterations=1000)
    assert "1,000 of 1,000 iterations (100 %)" in whole
    assert "compare nothing" not in whole
    assert "Cut short" not in whole


def test_one_seed_has_no_spread() -> None:
    one = ours(1, 3)
    row = cells(report("toy", TOY, {"one": one}, seeds=1, iterations=3))["one", "high-quality"][1:3]
    assert row == [percent(one.metric("high-quality")[-1, 0], 1), "–"]
