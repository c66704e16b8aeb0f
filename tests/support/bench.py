"""`make bench`: speed as ratios within one run, never as a verdict; a machine that is busy makes all of them worse.

What is compared takes turns in short slices, so that a drift of the machine meets both; a ratio is the median of all.
The first run also compiles programs, a minute or less each; JAX is measured where `pip install -e '.[bench]'` was run.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import torch
from support import bench_engine
from support.plain_gan import plain_loop
from support.timing import Row, rates, ratio

from toygan import LOSSES, OPTIMIZERS, REGULARIZERS, TURNS, Population, Recipe, RecipeError
from toygan.sweeps.piece import Piece, run, split_into_pieces
from toygan.training.program import Program

ROUNDS = 7
GROWTH = (1, 8, 64, 256, 1024, 4096)  # members of sweeps
GROWTH_STEPS = 60


def engine() -> Iterator[Row]:
    """Member-steps per second of the processor's time, in those of the plain loop; medians and middle halves."""
    yield from bench_engine.rows(0.0)


def r1() -> Iterator[Row]:
    """The same with the gradient penalty R1 in all of them."""
    yield from bench_engine.rows(0.1)


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
        measured = rates(steps, ROUNDS, seconds=0.06)
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
    yield ("members", "step by step", "replayed", "aim, in step by step")
    if not torch.cuda.is_available():
        yield ("no CUDA device on this machine", "not measured", "")
        return
    recipe = Recipe(width=32, batch=64)
    cpu = Population(recipe.seeds(64))
    of_cpu = 64 * statistics.median(rates({"cpu": cpu.step}, 5, 0.5)["cpu"])
    for members, aim in ((64, "3"), (256, ""), (1024, "2"), (4096, ""), (16384, "1.2")):
        stepped = Population([recipe.but(seed=seed) for seed in range(members)], device="cuda")
        replayed = stepped.fork()
        replayed.program = Program(replayed)

        def step(population: Population) -> None:
            population.step()
            torch.cuda.synchronize()

        measured = rates({"step": partial(step, stepped), "replay": partial(step, replayed)}, 5, 0.5)
        yield (
            f"{members:,}",
            *(f"{members * statistics.median(rate) / of_cpu:.1f}" for rate in measured.values()),
            aim,
        )


def sweeps() -> Iterator[Row]:
    """Member-steps per second of a sweep on all cores, in those of plain loops on as many."""
    cores, recipe = os.cpu_count() or 1, Recipe(width=32, batch=64)
    bench_engine.compile_for(Program(Population(recipe.seeds(64))))  # a warm cache, as long sweeps leave it
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, fresh, torch.set_num_threads, (1,)) as pool:
        rates_of: dict[str, list[float]] = {"sweep": [], "plain": []}
        for _ in range(6):
            for name, work in (("sweep", _rate_of_a_piece), ("plain", _rate_of_plain_loops)):
                rates_of[name].append(sum(pool.map(work, range(cores))))
    yield ("processes", "in plain loops", "aim")  # the first round warms up
    yield (str(cores), ratio(rates_of["sweep"][1:], rates_of["plain"][1:]), "25")


def growth() -> Iterator[Row]:
    """What a member-step costs in sweeps of so many members, on one core, in the least of them."""
    yield ("members", "cost of a member-step", "aim")
    run(Piece.seeds(Recipe(width=32, batch=64), 1, 1).to_json())  # what is worked out once a process
    spent = {members: _cost_of_a_member(members) for members in GROWTH}
    for members, seconds in spent.items():
        yield (f"{members:,}", f"{seconds / min(spent.values()):.2f}", "1.3" if members >= 64 else "")


def _cost_of_a_member(members: int) -> float:
    """Seconds of the processor's time for a member of a short sweep, the median of several if that is quick."""
    recipes = Recipe(width=32, batch=64).seeds(members)
    cut = split_into_pieces(recipes, GROWTH_STEPS, GROWTH_STEPS, ("modes-covered",))
    found = []
    for _ in range(max(1, min(9, 256 // members))):
        start = time.process_time()
        for piece in cut:
            run(piece.to_json())
        found.append((time.process_time() - start) / members)
    return statistics.median(found)


def _rate_of_a_piece(first: int) -> float:
    """Member-steps per second of one piece, measurements included."""
    piece = Piece.seeds(Recipe(width=32, batch=64, seed=64 * first), 64, 1500, 100)
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
    "r1": r1,
    "sweeps": sweeps,
    "growth": growth,
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
