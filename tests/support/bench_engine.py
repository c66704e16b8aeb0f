"""The engine's speed, however it computes its iterations, beside a plain loop and JAX."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from support.jax_gan import is_installed, jax_loop
from support.plain_gan import plain_loop
from support.timing import Row, Step, one_core, rates, ratio

from toygan import Population, Recipe
from toygan.compiler import background
from toygan.compiler.job import Job
from toygan.compiler.library import load
from toygan.training.program import Program

SIZES = ((32, 64), (64, 128), (128, 256))  # hidden units and batch
MEMBERS = (1, 8, 32, 64)
ROUNDS, SECONDS = 9, 0.15  # of the processor's time, for each way in each round
ITERATIONS, OF_JAX = 16, 256  # in one call: JAX is told many at once, which is its best pace
PATIENCE = 600  # seconds for one compilation
AIMS = {  # by hidden units, members and strength of R1
    (32, 1, 0.0): "13, .85 of JAX",
    (32, 8, 0.0): "30, 1.25 of JAX",
    (32, 32, 0.0): "34, 1.4 of JAX",
    (64, 8, 0.0): "7.2, .95 of JAX",
    (32, 8, 0.1): "3.9 of step by step",
}
MISSING = {"JAX": "not installed", "compiled": "no compiler"}
WAYS = ("step by step", "captured", "compiled", "JAX")


def rows(strength: float) -> Iterator[Row]:
    """Member-steps per second of the processor's time, in those of the plain loop; all with so much of R1."""
    yield ("hidden, batch, members", *WAYS, "compiled in JAX", "compiled in step by step", "aims of compiled")
    for hidden, batch in SIZES:
        for members in MEMBERS:
            yield _row(hidden, batch, members, strength)


def _row(hidden: int, batch: int, members: int, strength: float) -> Row:
    with one_core():
        steps = _steps(hidden, batch, members, strength)
        measured = rates(steps, ROUNDS, SECONDS, time.process_time)
    if "JAX" in measured:
        measured["JAX"] = [rate * OF_JAX / ITERATIONS for rate in measured["JAX"]]

    def compare(of: str, to: str, times: int = 1) -> str:
        missing = [MISSING[way] for way in (of, to) if way not in measured]
        return missing[0] if missing else ratio(measured[of], measured[to], times)

    return (
        f"{hidden}, {batch}, {members}",
        *(compare(way, "plain loop", members) for way in WAYS),
        compare("compiled", "JAX"),
        compare("compiled", "step by step"),
        AIMS.get((hidden, members, strength), ""),
    )


def _steps(hidden: int, batch: int, members: int, strength: float) -> dict[str, Step]:
    """Each way that this machine has, to take ITERATIONS at a call, JAX OF_JAX."""
    recipe = Recipe(width=hidden, batch=batch, regularizers={"r1": strength} if strength else {})

    def make() -> Population:
        return Population(recipe.seeds(members))

    program = Program(make())
    steps = {
        "plain loop": _repeat(plain_loop(hidden, batch, strength)),
        "step by step": _repeat(make().step),
        "captured": _repeat(_with(program, make()).step),
    }
    if (libraries := compile_for(program)) is not None:
        compiled, left = Program(make()), iter(libraries)
        compiled.use(lambda trace, like: load(next(left)))
        steps["compiled"] = _repeat(_with(compiled, make()).step)
    if is_installed():
        steps["JAX"] = jax_loop(hidden, batch, members, OF_JAX, strength)
    return steps


def _repeat(step: Step) -> Step:
    def several() -> None:
        for _ in range(ITERATIONS):
            step()

    return several


def _with(program: Program, population: Population) -> Population:
    population.program = program
    return population


def compile_for(program: Program) -> list[Path] | None:
    """Return the libraries of a program's traces, compiled now or before; None if that fails or has no compiler."""
    jobs = [Job.of(trace.graph, like) for trace, like in program.examples]
    if not background.has_compiler():
        return background.find(jobs)
    made, found = threading.Event(), list[Path]()

    def take(libraries: list[Path]) -> None:
        found.extend(libraries)
        made.set()

    background.start(jobs, take)
    for _ in range(10 * PATIENCE):
        if made.wait(0.1) or not background.has_compiler():  # the latter after a failure, which a log line names
            break
    return found or None
