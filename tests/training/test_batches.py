"""Random numbers belong to a member: a function of its seed and of a purpose, in company as alone."""

from __future__ import annotations

import pytest
import torch

from toygan import DISTRIBUTIONS
from toygan.randomness import Draw, generator, normal, uniform
from toygan.training.batches import AHEAD, Stream

CPU = torch.device("cpu")


def stream(*seeds: int, draw: Draw | None = None, dim: int = 2, name: str = "data", ahead: int = AHEAD) -> Stream:
    return Stream(draw or normal(dim), dim, seeds, name, CPU, torch.float32, ahead)


def test_a_seed_and_a_purpose_name_a_generator() -> None:
    def numbers(seed: int, name: str) -> tuple[float, ...]:
        return tuple(torch.randn(4, generator=generator(seed, name)).tolist())

    assert numbers(3, "data") == numbers(3, "data")
    others = {
        numbers(seed, name) for seed in (0, 1, 2, 3, 2**63 - 1) for name in ("data", "latent", "initial generator")
    }
    assert len(others) == 15


def test_torchs_own_random_numbers_are_not_touched() -> None:
    state = torch.get_rng_state()
    numbers = stream(0, 1)
    for _ in range(3):
        numbers.next(5000)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("draw", [normal(2), uniform(2), DISTRIBUTIONS["ring8"].sample])
def test_a_member_gets_the_same_rows_alone_and_among_others(draw: Draw) -> None:
    alone, in_batch = stream(3, draw=draw), stream(0, 3, 1, draw=draw)
    for n in (7, 7, 20, 7):  # also when the size of a batch changes in flight
        assert torch.equal(alone.next(n)[0], in_batch.next(n)[1])


def test_no_row_comes_twice() -> None:
    numbers = stream(0)
    rows = torch.cat([numbers.next(100)[0] for _ in range(3 * AHEAD // 200)])
    assert len(rows.unique(dim=0)) == len(rows)


def test_rows_are_those_that_the_draw_gives() -> None:
    def counting(n: int, rng: torch.Generator) -> torch.Tensor:
        return torch.arange(2.0 * n).view(n, 2)

    batches = stream(0, draw=counting)
    first, second = batches.next(3), batches.next(3)
    assert first[0].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert second[0].tolist() == [[6, 7], [8, 9], [10, 11]]


def test_members_of_the_same_seed_share_their_rows() -> None:
    rows = stream(4, 5, 4).next(10)
    assert torch.equal(rows[0], rows[2])
    assert not torch.equal(rows[0], rows[1])
    assert torch.equal(rows[:2], stream(4, 5).next(10))


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_a_sample_is_a_column_in_memory(dim: int) -> None:
    rows = stream(0, 1, dim=dim).next(6)
    assert rows.shape == (2, 6, dim)
    assert rows.mT.is_contiguous()


def test_what_is_drawn_at_once_is_bounded_whatever_the_width() -> None:
    drawn = []

    def watched(n: int, rng: torch.Generator) -> torch.Tensor:
        drawn.append(n * 4096)
        return torch.zeros(n, 4096)

    wide = Stream(watched, 4096, [0], "latent", CPU, torch.float32)
    wide.next(2)
    wide.next(512)
    assert drawn == [AHEAD, 512 * 4096]


def test_normal_and_uniform_are_what_they_say() -> None:
    z, u = stream(0, draw=normal(2)).next(20_000), stream(0, draw=uniform(2)).next(20_000)
    assert (float(z.mean()), float(z.std())) == pytest.approx((0, 1), abs=0.02)
    assert (float(u.mean()), float(u.std())) == pytest.approx((1 / 2, 12**-0.5), abs=0.01)
    assert float(u.min()) >= 0
    assert float(u.max()) < 1
