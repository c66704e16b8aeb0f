"""A state holds all that decides how a run goes on: what is restored from it, in memory or on disk, goes on so."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from toygan import LOSSES, Loss, Population, Recipe, State, StateError

SMALL = Recipe(width=4, depth=1, batch=6)
# Each keeps something of its own from one iteration to the next, or draws noise on demand.
KEEPING = {
    "plain": SMALL,
    "momentum": SMALL.but(optimizer="sgd", momentum=0.5, lr_g=0.05, lr_d=0.05),
    "lookahead": SMALL.but(turns="lookahead(k=4)"),
    "average": SMALL.but(ema=0.9),
    "noise": SMALL.but(regularizers={"instance-noise": 0.1, "label-flipping": 0.1, "dragan": 0.1}, anneal=30),
    "spectral-norm": SMALL.but(regularizers={"spectral-norm": 5.0, "historical-averaging": 0.1}),
    "veegan": SMALL.but(regularizers={"veegan": 0.1, "unrolled": 2}),
    "no-discriminator": SMALL.but(loss="mmd"),
    "d-steps": SMALL.but(d_steps=3, data="bimodal(weight=0.3)"),
}
EVERY = pytest.mark.parametrize("recipe", KEEPING.values(), ids=list(KEEPING))


def same(a: Population, b: Population) -> None:
    one, other = a.state, b.state
    assert one.steps == other.steps
    assert one.shapes == other.shapes
    assert torch.equal(one.numbers, other.numbers)
    assert torch.equal(one.average, other.average)
    assert one.age.tolist() == other.age.tolist()
    assert one.streams.keys() == other.streams.keys()


@EVERY
def test_a_copy_made_in_mid_run_goes_on_as_the_original_does(recipe: Recipe) -> None:
    original = Population([recipe, recipe.but(seed=7), recipe])  # two members share their streams
    original.run(50)
    copy = Population.restore(original.state)
    for population in (original, copy):
        population.run(30)
    same(original, copy)


@EVERY
def test_some_members_go_on_alone_as_they_do_among_the_others(recipe: Recipe) -> None:
    original = Population([recipe, recipe.but(seed=7), recipe, recipe.but(seed=9)])
    original.run(20)
    some = Population.restore(original.state.select([3, 2]))
    assert some.recipes == (original.recipes[3], original.recipes[2])
    for population in (original, some):
        population.run(10)
    assert torch.allclose(some.state.numbers, original.state.numbers[[3, 2]], rtol=1e-4, atol=1e-5)


@EVERY
def test_a_state_comes_back_from_disk_as_it_was(recipe: Recipe, tmp_path: Path) -> None:
    original = Population(recipe.seeds(2))
    original.run(20)
    original.state.save(tmp_path / "a.state")
    copy = Population.restore(State.load(tmp_path / "a.state"))
    assert copy.recipes == original.recipes
    for population in (original, copy):
        population.run(10)
    same(original, copy)


def test_to_take_a_state_changes_nothing_and_the_state_does_not_change() -> None:
    taken, untouched = Population(KEEPING["noise"]), Population(KEEPING["noise"])
    for _ in range(4):
        state = taken.state
        before = state.numbers.clone()
        for population in (taken, untouched):
            population.run(3)
        assert torch.equal(state.numbers, before)
    same(taken, untouched)


def test_a_state_knows_what_a_live_change_has_done() -> None:
    original = Population(SMALL.seeds(2))
    original.run(10)
    original.change([r.but(batch=9, lr_g=1e-2, optimizer="rmsprop") for r in original.recipes])
    original.run(3)
    copy = Population.restore(original.state)
    for population in (original, copy):
        population.run(10)
    same(original, copy)


def test_a_member_that_diverged_stays_marked() -> None:
    wild = Population(SMALL.but(optimizer="sgd", loss="wasserstein", lr_g=1e6, lr_d=1e6))
    wild.run(40)
    copy = Population.restore(wild.state)
    copy.run(1)
    assert wild.diverged_at.tolist() == copy.diverged_at.tolist() != [-1]


def test_copies_stand_side_by_side_go_on_as_the_original_and_see_the_same_batches() -> None:
    population = Population(SMALL.seeds(2))
    population.run(50)
    copies = population.copies(2)
    assert torch.equal(copies.generator.theta, population.generator.theta[[0, 0, 1, 1]])
    assert torch.equal(copies.batch().real, Population.restore(population.state).batch().real[[0, 0, 1, 1]])
    copies, _ = population.copies(2), population.run(3)
    copies.run(3)
    torch.testing.assert_close(copies.generator.theta, population.generator.theta[[0, 0, 1, 1]], rtol=0, atol=1e-5)


def test_numbers_may_be_replaced_one_by_one() -> None:
    state = Population(KEEPING["spectral-norm"]).state
    moved = state.with_numbers(state.numbers + 1)
    assert torch.equal(moved.numbers, state.numbers + 1)
    assert moved.shapes == state.shapes
    assert torch.equal(moved.generator.theta, state.generator.theta + 1)


# ------------------------------------------------------------------------------------------------------------- files


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A state on disk."""
    path = tmp_path / "run.state"
    Population(SMALL).state.save(path)
    return path


def rewritten(path: Path, **changes: str | None) -> Path:
    """The file with other entries in its head: safetensors is a length, a head in JSON, then the numbers."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    head = json.loads(content[8 : 8 + length])
    head["__metadata__"] = {k: v for k, v in (head["__metadata__"] | changes).items() if v is not None}
    text = json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])
    return path


def refused(path: Path) -> str:
    """The line with which a file is refused."""
    with pytest.raises(StateError) as error:
        Population.restore(State.load(path))
    (line,) = str(error.value).splitlines()
    assert len(line) < 400
    return line


def test_another_version_is_refused_by_its_name(kept: Path) -> None:
    assert "version 1; it is toygan state, version 99" in refused(rewritten(kept, version="99"))


@pytest.mark.parametrize("content", [b"", b"no state", b"\xff" * 4096, pickle.dumps({"a": 1}), b'{"steps": 1}'])
def test_what_is_no_state_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.state"
    path.write_bytes(content)
    assert str(path) in refused(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_cut_short_is_refused(kept: Path, share: float) -> None:
    content = kept.read_bytes()
    kept.write_bytes(content[: int(share * len(content))])
    assert "damaged" in refused(kept)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipes": None},
        {"recipes": "[]"},
        {"recipes": '[{"loss": "no such loss"}]'},
        {"recipes": '[{"width": 5, "depth": 1, "batch": 6}]'},
        {"recipes": '[{"width": 4, "depth": 1, "batch": 6, "optimizer": "sgd"}]'},
        {"recipes": '[{"width": 4, "depth": 1, "batch": 6, "regularizers": {"spectral-norm": 1.0}}]'},
        {"steps": "many"},
        {"steps": "-1"},
        {"streams": "{}"},
        {"streams": '{"data": [0, 0]}'},
        {"streams": '{"data": [6, 1000000], "latent": [6, 1]}'},
        {"streams": '{"data": [1000000000000, 1], "latent": [6, 1]}'},
    ],
)
def test_a_head_that_does_not_fit_the_numbers_is_refused(kept: Path, changes: dict[str, str | None]) -> None:
    refused(rewritten(kept, **changes))


@pytest.mark.parametrize("steps", [str(2**63), "9" * 400, "1e400"])
def test_iterations_beyond_any_run_are_refused(kept: Path, steps: str) -> None:
    assert "damaged" in refused(rewritten(kept, steps=steps))


def with_tensors(path: Path, **changes: torch.Tensor | None) -> Path:
    """The file with other tensors, the recipes and all else as before."""
    from safetensors.torch import load, save

    content = path.read_bytes()
    head = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
    named = {name.replace("_", "/"): x for name, x in changes.items()}
    path.write_bytes(save({k: v for k, v in (load(content) | named).items() if v is not None}, head))
    return path


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"alive": torch.ones(2)}, "alive has type torch.float32; the recipes make torch.bool"),
        ({"alive": torch.ones(2, dtype=torch.int64)}, "alive has type torch.int64"),
        ({"age": torch.zeros(2, dtype=torch.int32)}, "age has type torch.int32"),
        ({"age": torch.zeros(2, dtype=torch.complex64)}, "age has type torch.complex64"),
        ({"age": torch.zeros(3, dtype=torch.int64)}, "age has shape (3,); there are 2 members"),
        ({"age": torch.zeros((), dtype=torch.int64)}, "age has shape ()"),
        ({"average": torch.zeros(2, 7)}, "average has shape (2, 7)"),
        ({"average": torch.zeros(2, 42, dtype=torch.float64)}, "average has type torch.float64"),
        ({"average": None}, "average"),
        ({"generator_theta": torch.zeros(2, 42, dtype=torch.int64)}, "generator/theta has type torch.int64"),
        ({"generator_theta": torch.zeros(2, 42, dtype=torch.float16)}, "generator/theta has type torch.float16"),
        ({"generator_optimizer_0": None}, "generator/optimizer/0"),
        ({"turn_0": torch.zeros(2, 1)}, "turn/0 has shape (2, 1); the recipes make None"),
        ({"turn_7": torch.zeros(2, 1)}, "has no 'turn/0'"),
        ({"regularizers_r1_0": torch.zeros(2, 1)}, "regularizers/r1/0 is not a tensor of this version"),
        ({"mine": torch.zeros(2, 1)}, "mine is not a tensor of this version"),
        ({"streams_data": torch.zeros(2, 9)}, "invalid streams"),
        ({"streams_data": torch.zeros(2, 9, dtype=torch.uint8)}, "invalid streams"),
        ({"streams_latent": torch.zeros((), dtype=torch.uint8)}, "invalid streams"),
        ({"streams_latent": None}, "streams/latent"),
    ],
)
def test_a_tensor_that_the_recipes_do_not_make_is_named(
    changes: dict[str, torch.Tensor | None], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.state"
    Population(SMALL.seeds(2)).state.save(path)
    assert says in refused(with_tensors(path, **changes))


def test_more_members_than_rows_are_refused_before_any_is_made(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Population, "__init__", lambda *args: pytest.fail("it was made"))
    rows = json.dumps([json.loads(SMALL.but(width=1024).to_json())] * 1000)
    assert "there are 1000 members" in refused(rewritten(kept, recipes=rows))


def test_members_that_do_not_fit_together_are_an_error_of_the_state(tmp_path: Path) -> None:
    path = tmp_path / "run.state"
    Population(SMALL.seeds(2)).state.save(path)
    rows = [json.loads(SMALL.but(loss=loss).to_json()) for loss in ("hinge", "minimax")]
    assert refused(rewritten(path, recipes=json.dumps(rows))).startswith("state: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX has named pipes")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "run.state")
    with pytest.raises(OSError, match="must be a regular file"):
        State.load(tmp_path / "run.state")


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        State.load(tmp_path / "nothing.state")


def test_what_was_there_stays_where_a_state_cannot_be_written(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.read_bytes()

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        Population(SMALL).state.save(kept)
    assert kept.read_bytes() == before
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_former_names_of_select_and_tile_still_work() -> None:
    state = Population(SMALL.seeds(3)).state
    assert torch.equal(state.of([2, 0]).numbers, state.select([2, 0]).numbers)
    assert torch.equal(state.repeated(2).numbers, state.tile(2).numbers)


@EVERY
def test_an_instance_is_put_at_a_state(recipe: Recipe) -> None:
    population = Population(recipe.seeds(2))
    population.run(3)
    state = population.state
    original = Population.restore(state)
    population.run(4)
    population.snapshot(20)
    assert population.restore(state) is population
    assert population.steps == 3
    for one in (population, original):
        one.run(3)
    same(population, original)


def test_an_instance_takes_a_state_of_other_recipes_and_stays_as_it_was_if_it_is_refused() -> None:
    population, other = Population(SMALL), Population(SMALL.but(loss="hinge", width=6).seeds(3))
    other.run(2)
    population.restore(other.state)
    assert population.recipes == other.recipes
    same(population, other)
    wrong = dataclasses.replace(other.state, average=other.state.average[:, :-1])
    with pytest.raises(StateError, match="average has shape"):
        population.restore(wrong)
    same(population, other)


def test_a_population_is_copied_but_not_pickled_and_the_refusal_names_the_way(tmp_path: Path) -> None:
    population = Population(SMALL.seeds(2))
    population.run(2)
    for write in (pickle.dumps, lambda p: torch.save(p, tmp_path / "p.pt")):
        with pytest.raises(
            TypeError, match=r"population\.state\.save\(path\).*Population\.restore\(State\.load\(path\)\)"
        ):
            write(population)
    for twin in (copy.copy(population), copy.deepcopy(population)):
        twin.run(2)
        assert population.steps == 2
    population.run(2)
    same(population, twin)


def test_equal_states_give_equal_bytes() -> None:
    population = Population(Recipe(width=4, batch=4, regularizers={"r1": 0.1}).seeds(2))
    contents = {population.fork().state.to_bytes() for _ in range(8)}
    assert len(contents) == 1
    assert State.from_bytes(contents.pop()).recipes == population.recipes


class Power(Loss):
    """A loss of the user's own."""

    factor = 1.0

    def on_real(self, a: torch.Tensor) -> torch.Tensor:
        return (-self.factor * a).exp()

    def on_fake(self, a: torch.Tensor) -> torch.Tensor:
        return (self.factor * a).exp()

    def for_generator(self, a: torch.Tensor) -> torch.Tensor:
        return (-self.factor * a).exp()


class Edited(Power):
    factor = 2.0


def test_a_state_of_an_edited_part_is_refused_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOSSES, "mine", Power)
    population = Population(SMALL.but(loss="mine"))
    population.run(1)
    population.state.save(tmp_path / "s")
    assert State.load(tmp_path / "s").recipes == population.recipes
    monkeypatch.setitem(LOSSES, "mine", Edited)
    words = r"s: loss='mine': it has changed; State\.load\(\.\.\., changed=True\) continues with it as it is now"
    with pytest.raises(StateError, match=words):
        State.load(tmp_path / "s")
    assert State.load(tmp_path / "s", changed=True).recipes[0].parts.loss.factor == 2.0  # type: ignore[attr-defined]
    population.state.save(tmp_path / "s")  # of the part that it holds
    with pytest.raises(StateError, match="has changed"):
        State.load(tmp_path / "s")
    monkeypatch.delitem(LOSSES, "mine")
    with pytest.raises(StateError, match=r"s: loss='mine': unknown name 'mine'"):
        State.load(tmp_path / "s")


def test_a_state_of_a_file_is_refused_with_other_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("d.npy")
    np.save(file, np.eye(2))
    population = Population(Recipe(data=f"standardised(of=file(path='{file}'))", width=4, batch=4))
    content = population.state.to_bytes()
    assert State.from_bytes(content).recipes == population.recipes
    np.save(file, 2 * np.eye(2))
    with pytest.raises(StateError, match="its file has changed"):
        State.from_bytes(content)
    assert State.from_bytes(content, changed=True).recipes == population.recipes
    assert State.from_bytes(population.state.to_bytes(), changed=True).steps == 0
    file.unlink()
    with pytest.raises(StateError, match="No such file"):
        State.from_bytes(content)


def test_a_state_that_does_not_say_what_it_held_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "mine", Power)
    content = Population(SMALL.but(loss="mine")).state.to_bytes()
    length = int.from_bytes(content[:8], "little")
    head = json.loads(content[8 : 8 + length])
    del head["__metadata__"]["held"]  # as 0.1.0 wrote it
    text = json.dumps(head).encode()
    old = len(text).to_bytes(8, "little") + text + content[8 + length :]
    monkeypatch.setitem(LOSSES, "mine", Edited)
    assert State.from_bytes(old).recipes[0].loss == "mine"
