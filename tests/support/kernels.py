"""Kernels that begin at once: forks of one process that has imported what lessons import, and they train less."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

EVERY = 10  # of so many iterations, one is trained; the others are only counted
IMPORTED = [
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "pandas",
    "toygan.play.playground",
    "toygan.sweeps.run",
    "toygan.teach",
    "tqdm.auto",
]


@contextlib.contextmanager
def quick_kernel(folder: Path) -> Iterator[AsyncKernelManager]:
    """A kernel in which each run has all its measurements, but one iteration of ten, and which starts no process."""
    manager = AsyncKernelManager(connection_file=str(folder / "kernel.json"))
    manager.write_connection_file()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    process = context.Process(target=_serve, args=(manager.connection_file, folder))
    process.start()
    manager.provisioner = _Started()
    manager.provisioner.exitcode = lambda: process.exitcode
    try:
        yield manager
    finally:
        process.kill()
        process.join()
        manager.cleanup_connection_file()


class _Started(LocalProvisioner):
    """What the manager asks about a kernel that it has not started itself."""

    has_process = True
    exitcode: Callable[[], int | None]

    async def poll(self) -> int | None:
        return self.exitcode()


def _serve(connection_file: str, folder: Path) -> None:
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(folder)
    os.cpu_count = lambda: 1  # sweeps and searches then start no workers, which would import all of it again
    _train_less()
    IPKernelApp.launch_instance(["-f", connection_file])


def _train_less() -> None:
    from toygan.training import Population

    take_step = Population.take_step

    def step(population: Population) -> None:
        if population.steps % EVERY == 0:
            take_step(population)
        else:
            population.game.steps += 1

    Population.take_step = step
