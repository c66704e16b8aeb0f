"""A page of a grid from its axes to the file: planned, trained, made to fit, and written as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toygan.explore.detail import DETAILS, Detail, choose_detail, too_large
from toygan.explore.film import Film, check_grid, shoot
from toygan.explore.page import INDEX, build_folder, build_page
from toygan.files import write
from toygan.recipe import RecipeError, check_count
from toygan.sweeps.grid import Grid
from toygan.sweeps.piece import one_thread

PIECES = "cell-*.js"  # in a folder, beside INDEX
ListOwn = Callable[[Path], Iterable[Path]]
MOST_BYTES = 64_000_000  # of a page in one file without a budget: browsers hold all of it


@dataclass(frozen=True)
class Plan:
    """A page that is to be made, refused here if it cannot be.

    Args:
        grid: The grid of recipes.
        seeds: Seeds of each cell.
        steps: The iteration up to which all of them train.
        title: The title of the page.
        budget: The largest size in bytes, of a folder that of all its files [default: 64 MB, or none for a folder].
        folder: True for a folder, whose pieces are loaded when they are asked for.
        device: The device on which they train.
    Raises:
        RecipeError: If a page cannot show the grid.
        TooLarge: If the page would not fit into its budget.
    """

    grid: Grid
    seeds: int
    steps: int
    title: str
    budget: int | None = None
    folder: bool = False
    device: str = "cpu"
    detail: Detail = field(init=False)

    def __post_init__(self) -> None:
        check_count("steps", self.steps, 10**9)
        check_grid(self.grid, self.seeds)
        object.__setattr__(self, "detail", choose_detail(self.runs, self.most))

    @property
    def runs(self) -> int:
        """The number of runs."""
        return len(self.grid.cells) * self.seeds

    @property
    def most(self) -> int | None:
        """The bytes that it may take, or None."""
        return self.budget or (None if self.folder else MOST_BYTES)

    @property
    def size(self) -> int:
        """The bytes that it will take, about."""
        return self.detail.estimate(self.runs)

    def train(self) -> dict[str, bytes]:
        """Train all runs behind a progress bar; return the files by name, of a page in one file that alone."""
        from tqdm.auto import tqdm

        total = self.runs * self.steps
        with one_thread(), tqdm(total=total, unit=" iterations", unit_scale=True, leave=False, disable=None) as bar:
            film = shoot(self.grid, self.seeds, self.steps, self.device, bar.update)
        return self._fit(film)

    def _fit(self, film: Film) -> dict[str, bytes]:
        """Return the files with as much detail as fits, which may be more than was expected; TooLarge if none does."""
        size = 0
        for detail in DETAILS[max(0, DETAILS.index(self.detail) - 1) :]:
            folder = build_folder(film, self.title, detail) if self.folder else None
            files = folder or {INDEX: build_page(film, self.title, detail)}
            size = sum(map(len, files.values()))
            if self.most is None or size <= self.most:
                return files
        raise too_large(size, self.runs, self.most or 0)


def save(
    plan: Plan, path: Path, force: bool = False, option: str = "force=True", begin: Callable[[], None] = lambda: None
) -> int:
    """Train the runs of a plan and write its page; return its size in bytes.

    Nothing is written before all of it is there. Raises FileExistsError, before any training, if there is a file or a
    folder and `force` is false; `option` is the way to replace it. A folder is replaced only if it is that of a page.
    `begin` is called when training begins.
    """
    size = 0

    def make() -> dict[str, bytes]:
        nonlocal size
        begin()
        files = plan.train()
        size = sum(map(len, files.values()))
        return files

    if plan.folder:
        write_folder(path, make, force, option)
    else:
        write(path, lambda: make()[INDEX], force, option)
    return size


def list_pieces(folder: Path) -> Iterable[Path]:
    """Return what a page holds in its folder."""
    return [folder / INDEX, *folder.glob(PIECES)]


def write_folder(
    path: Path, make: Callable[[], Mapping[str, bytes]], force: bool, option: str, list_own: ListOwn = list_pieces
) -> None:
    """Write a folder as a whole; OSError, before `make` is called, if that cannot be done.

    A folder that is there is replaced only if it holds nothing but what `list_own` lists.
    """
    parent = path.absolute().parent
    if not parent.is_dir():
        raise FileNotFoundError(2, "no such folder", str(parent))
    if path.exists():
        refuse_other_folder(path, list_own)
        if not force and any(path.iterdir()):
            raise FileExistsError(f"{path}: exists; choose another name, or replace it with {option}")
    files = make()
    new, old = (path.with_name(f".{path.name}.{end}") for end in ("new", "old"))
    for left in (new, old):  # of a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir()
    try:
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(content)
        if path.exists():
            path.rename(old)
        new.rename(path)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def refuse_other_folder(path: Path, list_own: ListOwn) -> None:
    """Raise RecipeError if a path is not a folder, or one that holds anything else."""
    if not path.is_dir():
        raise RecipeError("out", str(path), "is a file, and a name that ends in / a folder")
    own = set(list_own(path))
    if other := next((file for file in sorted(path.iterdir()) if file not in own), None):
        raise RecipeError("out", str(path), f"holds other files, such as {other.name}; choose another folder")
