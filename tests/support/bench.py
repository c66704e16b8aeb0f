"""`make bench`: speed as ratios within one run, never as a verdict; a machine that is busy makes all of them worse.

What is compared takes turns in short slices, so that a drift of the machine meets both; a ratio is the median of all.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import softplus

from toygan import LOSSES, OPTIMIZERS, REGULARIZERS, TURNS, Population, Recipe, RecipeError
from toygan.sweeps.piece import Piece, run, split_into_pieces

SIZES = ((32, 64), (64, 128), (128, 256))  # hidden units and batch
ROUNDS = 15
MEMBERS = (1, 8, 32)
AIMS = {1: (1.5, 1.5, 1.5), 8: (None, None, None), 32: (12, 7, 2)}
Step = Callable[[], None]
Row = tuple[str, ...]


def plain_loop(hidden: int, batch: int) -> Step:
    """One iteration of a GAN as a user of PyTorch writes it."""

    def mlp(outputs: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs)
        )

    generator, discriminator = mlp(2), mlp(1)
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.99))
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.99))

    def ring8() -> torch.Tensor:
        angle = torch.randint(0, 8, (batch,)) * (2 * math.pi / 8)
        return torch.stack([angle.cos(), angle.sin()], dim=1) + 0.02 * torch.randn(batch, 2)

    def step() -> None:
        fake = generator(torch.randn(batch, 2)).detach()
        loss_d = softplus(-discriminator(ring8())).mean() + softplus(discriminator(fake)).mean()
        optimizer_d.zero_grad()
        loss_d.backward()
        optimizer_d.step()

        loss_g = softplus(-discriminator(generator(torch.randn(batch, 2)))).mean()
        optimizer_g.zero_grad()
        loss_g.backward()
        optimizer_g.step()

    return step


def rates(steps: dict[str, Step], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Steps per second of each, once a round, in turns."""
    for step in steps.values():
        for _ in range(5):
            step()
    measured: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start, done = time.perf_counter(), 0
            while (passed := time.perf_counter() - start) < seconds or not done:
                step()
                done += 1
            measured[name].append(done / passed)
    return measured


def ratio(of: list[float], to: list[float], times: float = 1) -> str:
    """The median of the ratio over rounds, and the middle half of the rounds in brackets."""
    low, middle, high = statistics.quantiles([times * a / b for a, b in zip(of, to, strict=True)], n=4)
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def engine() -> Iterator[Row]:
    """Member-steps per second of a population, in those of the plain loop."""
    yield ("hidden, batch", *(f"P = {p}" for p in MEMBERS), "aims")
    for i, (hidden, batch) in enumerate(SIZES):
        steps = {"plain": plain_loop(hidden, batch)}
        for p in MEMBERS:
            steps[str(p)] = Population([Recipe(width=hidden, batch=batch, seed=s) for s in range(p)]).step
        measured = rates(steps, ROUNDS, seconds=0.15)
        aims = ", ".join(f"P = {p}: {AIMS[p][i]}" for p in MEMBERS if AIMS[p][i])
        yield (f"{hidden}, {batch}", *(ratio(measured[str(p)], measured["plain"], p) for p in MEMBERS), aims)


def parts() -> Iterator[Row]:
    """How many steps of the default recipe one step with another part costs, for 8 members."""
    rows: list[tuple[str, dict[str, object]]] = [
        *((f"loss {name}", {"loss": name}) for name in LOSSES),
        *((f"regularizer {name}", {"regularizers": {name: part.strengths[1]}}) for name, part in REGULARIZERS.items()),
        *((f"turns {name}", {"turns": name}) for name in TURNS),
        *((f"optimizer {name}", {"optimizer": name}) for name in OPTIMIZERS),
    ]
    yield ("one step with", "costs steps of the default", "")
    for title, changes in rows:
        note, plain = "", Recipe()
        try:
            recipe = plain.but(**changes)
        except RecipeError:  # it solves for the steps of all parameters
            note, plain = "small networks", Recipe(width=8, depth=1, optimizer="sgd")
            recipe = plain.but(**changes)
        steps = {
            name: Population([r.but(seed=s) for s in range(8)]).step for name, r in (("it", recipe), ("plain", plain))
        }
        measured = rates(steps, ROUNDS // 2, seconds=0.06)
        yield (title, ratio(measured["plain"], measured["it"]), note)


def imports() -> Iterator[Row]:
    """What `import toygan` takes beyond `import torch`, in fresh processes that find compiled modules."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def seconds(module: str) -> float:
        code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
        run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
        return float(run.stdout)

    seconds("toygan")
    pairs = [(seconds("torch"), seconds("toygan")) for _ in range(7)]
    share = statistics.median(b / a - 1 for a, b in pairs)
    added = statistics.median(b - a for a, b in pairs)
    yield ("import toygan", "adds to import torch", "aim")
    yield ("median of 7", f"{share:+.0%}, {added:+.2f} s", "less than 0.3 s")


def memory() -> Iterator[Row]:
    """How the memory of the process grows while a small GAN trains for 100 000 iterations."""
    yield ("iterations", "resident memory", "")
    population = Population(Recipe(width=4, depth=1, batch=4))
    population.run(2000)
    start = resident()
    if start is None:
        yield ("", "cannot be read on this system", "")
        return
    for _ in range(4):
        population.run(25_000)
        population.snapshot()
        yield (f"{population.steps:,}", f"{(resident() or 0) / start:.3f} of that at 2,000", "")


def resident() -> int | None:
    """Pages of memory that the process holds, where the system tells."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None


def cuda() -> Iterator[Row]:
    """Member-steps per second on a CUDA device, in those of one process on the CPU with 64 members, by population."""
    yield ("members", "member-steps/s on CUDA, in those of the CPU", "cost of a member-step, in the least")
    if not torch.cuda.is_available():
        yield ("no CUDA device on this machine", "not measured", "")
        return
    recipe = Recipe(width=32, batch=64)
    cpu = Population(recipe.seeds(64))
    of_cpu = 64 * statistics.median(rates({"cpu": cpu.step}, 5, 0.5)["cpu"])
    found: dict[int, float] = {}
    for members in (64, 256, 1024, 4096, 16384):
        population = Population([recipe.but(seed=seed) for seed in range(members)], device="cuda")

        def step(population: Population = population) -> None:
            population.step()
            torch.cuda.synchronize()

        found[members] = members * statistics.median(rates({"it": step}, 5, 0.5)["it"])
    for members, rate in found.items():
        yield (f"{members:,}", f"{rate / of_cpu:.1f}", f"{max(found.values()) / rate:.2f}")


def sweeps() -> Iterator[Row]:
    """Member-steps per second of a sweep on all cores, in those of plain loops on as many; and what members cost."""
    cores, recipe = os.cpu_count() or 1, Recipe(width=32, batch=64)
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, fresh, torch.set_num_threads, (1,)) as pool:
        rates_of: dict[str, list[float]] = {"sweep": [], "plain": []}
        for _ in range(6):
            for name, work in (("sweep", _rate_of_a_piece), ("plain", _rate_of_plain_loops)):
                rates_of[name].append(sum(pool.map(work, range(cores))))
    yield ("processes", "in plain loops", "aim")  # the first round warms up
    yield (str(cores), ratio(rates_of["sweep"][1:], rates_of["plain"][1:]), "15")
    yield ("members", "cost of a member-step", "aim")
    run(Piece.seeds(recipe, 1, 1).words)  # what is worked out once a process
    spent = {}
    for members in (64, 256, 1024, 4096):
        cut = split_into_pieces([recipe.but(seed=seed) for seed in range(members)], 60, 60, ("modes-covered",))
        start = time.perf_counter()
        for piece in cut:
            run(piece.to_json())
        spent[members] = (time.perf_counter() - start) / members
    for members, seconds in spent.items():
        yield (f"{members:,}", f"{seconds / min(spent.values()):.2f}", "1.3")


def _rate_of_a_piece(first: int) -> float:
    """Member-steps per second of one piece, measurements included."""
    piece = Piece.seeds(Recipe(width=32, batch=64, seed=64 * first), 64, 300, 100)
    start = time.perf_counter()
    run(piece.to_json())
    return 64 * piece.steps / (time.perf_counter() - start)


def _rate_of_plain_loops(_: int) -> float:
    """Steps per second of a loop that measures nothing."""
    step = plain_loop(32, 64)
    start = time.perf_counter()
    for _ in range(1000):
        step()
    return 1000 / (time.perf_counter() - start)


def live() -> Iterator[Row]:
    """The live view in a real browser."""
    from support.bench_live import rows

    yield from rows()


BENCHES = {
    "engine": engine,
    "sweeps": sweeps,
    "cuda": cuda,
    "imports": imports,
    "memory": memory,
    "live": live,
    "parts": parts,
}


def main(names: list[str]) -> None:
    """Prints the tables that are asked for, or all."""
    unknown = set(names) - BENCHES.keys()
    if unknown:
        sys.exit(f"no such table: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    for name in names or BENCHES:
        print(f"\n{(BENCHES[name].__doc__ or '').splitlines()[0]} [{name}]\n", flush=True)
        for row in BENCHES[name]():
            print("  " + "".join(f"{cell:<{42 if i == 0 else 24}}" for i, cell in enumerate(row)).rstrip(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
