"""What an iteration of a recipe would cost, in memory and in time, whatever parts anyone adds.

A small one is tried once. A large one is not: it runs on torch's device "meta", whose tensors have shapes and no
numbers. (It needs torch's compiler, which takes as long to load as torch itself: no start of a small run waits for it.)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from toygan.recipe import DEFAULT, KNOBS, Recipe, RecipeError
from toygan.training.population import Population

SETTING = "TOYGAN_MEMORY"  # the environment variable that sets the budget, in GiB
SHARE = 0.5  # of the memory that is free, the budget where nothing else is set
COPIES = 8  # of the parameters that an iteration holds at least: Adam's, gradients, the next ones, the average
SMALL = 2**21  # numbers in the largest tensor of an iteration: up to here it is tried
FEW = 3  # repetitions of a step from which the cost of many is told: each further one adds as much
# A call of torch takes as long as so many bytes take to be written, or so many products to be summed, on a usual core.
CALL_IN_BYTES, CALL_IN_PRODUCTS = 20_000, 100_000
SLACK = 1.02  # of what was held at most: only beyond it all is counted anew, which takes long
PRODUCTS = {"mm", "bmm", "addmm", "baddbmm"}


class Cost(NamedTuple):
    """The most memory that an iteration holds at once, in bytes, and its time, in torch's calls of the least size."""

    memory: float
    time: float


class _Meter(TorchDispatchMode):
    """Counts what the calls of torch within it keep and do."""

    def __init__(self) -> None:
        super().__init__()
        self._alive: dict[StorageWeakRef, int] = {}
        self._held = self.most = 0
        self.time = 0.0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # to skip its compiler, torch would load it first

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        results = [x for x in tree_leaves(out) if isinstance(x, Tensor)]
        for x in results:
            self._take_in(x)
        size = sum(x.numel() * x.element_size() for x in results)
        products = 0
        if results and func.overloadpacket.__name__ in PRODUCTS:
            products = results[0].numel() * [x for x in args if isinstance(x, Tensor)][-1].shape[-2]
        self.time += 1 + size / CALL_IN_BYTES + products / CALL_IN_PRODUCTS
        return out

    def start(self) -> None:
        """Forgets what was done, and counts on from what is held."""
        self._count()
        self.most, self.time = self._held, 0.0

    def _take_in(self, x: Tensor) -> None:
        storage = x.untyped_storage()
        reference = StorageWeakRef(storage)
        if reference in self._alive:
            return
        self._alive[reference] = storage.nbytes()
        self._held += storage.nbytes()
        if self._held > SLACK * self.most:  # now it matters which of them have gone
            self._count()
            self.most = max(self.most, self._held)

    def _count(self) -> None:
        self._alive = {kept: n for kept, n in self._alive.items() if not kept.expired()}
        self._held = sum(self._alive.values())


def cost(recipe: Recipe, members: int = 1) -> Cost:
    """What an iteration of so many members of a recipe costs in float32, the population itself included.

    Where the same step is repeated (steps of D, unrolled ones), by what each of the first few adds.
    """
    return _cost(_alike(recipe), members)


def _alike(recipe: Recipe) -> Recipe:
    """A recipe that costs as much, the same for all that differ in numbers only: a rate makes no step longer."""
    numbers = {name: getattr(DEFAULT, name) for name, how in KNOBS.items() if how.per_member}
    strengths = {
        name: strength if part.whole or part.structural else part.strengths[1]
        for (name, strength), part in zip(recipe.regularizers.items(), recipe.parts.regularizers.values(), strict=True)
    }
    return recipe.but(**{**numbers, "ema": 0.5 * (recipe.ema > 0), "anneal": 0, "regularizers": strengths})


@lru_cache(maxsize=256)
def _cost(recipe: Recipe, members: int) -> Cost:
    for count, with_count in _repeated(recipe):
        if count > FEW:
            few, fewer = (cost(with_count(n), members) for n in (FEW, FEW - 1))
            return Cost(*(a + (count - FEW) * max(0.0, a - b) for a, b in zip(few, fewer, strict=True)))
    sizes = recipe.parts.generator.n_params + recipe.parts.discriminator.n_params
    least = 4.0 * COPIES * sizes * members
    if least > available():  # not even shapes of it are tried: what networks keep of their own is real
        return Cost(least, least / CALL_IN_BYTES)
    with _Meter() as meter:
        population = Population([recipe] * members, "cpu" if _is_small(recipe, members) else "meta")
        population.batch()  # drawn for many iterations: no part of what one more step adds
        meter.start()
        population.step()
    return Cost(meter.most, meter.time)


def _is_small(recipe: Recipe, members: int) -> bool:
    """Whether layers, distances within a batch and, where steps are solved for, equations are all small."""
    nets = recipe.parts.generator, recipe.parts.discriminator
    widest = max(max(net.shape.widths, default=net.shape.width) for net in nets)
    n_params = sum(net.n_params for net in nets)
    in_batch, in_steps = recipe.batch * (recipe.batch + widest), n_params ** (2 if recipe.parts.turns.couples else 1)
    return members * max(in_batch, in_steps) <= SMALL


def _repeated(recipe: Recipe) -> Iterator[tuple[int, Callable[[int], Recipe]]]:
    """How often an iteration repeats a step, for each reason to repeat one, and the recipe that repeats it n times."""
    yield recipe.d_steps, lambda n: recipe.but(d_steps=n)
    yield recipe.g_steps, lambda n: recipe.but(g_steps=n)
    for name, part in recipe.parts.regularizers.items():
        if part.whole and not part.structural:
            yield int(recipe.regularizers[name]), lambda n, name=name: _with_strength(recipe, name, n)  # type: ignore[misc]


def _with_strength(recipe: Recipe, name: str, strength: float) -> Recipe:
    return recipe.but(regularizers={**recipe.regularizers, name: strength})


def time_relative_to_default(recipe: Recipe, members: int = 1) -> float:
    """How long an iteration takes beside one of as many members of the default recipe: an estimate."""
    return cost(recipe, members).time / cost(DEFAULT, members).time


def available() -> int:
    """Bytes of memory that this process may still take, by the system and by the limit of a container."""
    import psutil  # here: a script that trains little need not load it first

    free: int = psutil.virtual_memory().available
    return free


def budget() -> float:
    """Bytes that an iteration may hold: $TOYGAN_MEMORY in GiB, or half of the memory that is free.

    Raises RecipeError where the setting is no number above 0.
    """
    words = os.environ.get(SETTING)
    if words is None:
        return SHARE * available()
    try:
        gib = float(words)
    except ValueError:
        gib = 0.0
    if not 0 < gib < 2**20:
        raise RecipeError(SETTING, words, "must be a number of GiB, above 0")
    return gib * 2**30


def refuse_too_large(recipe: Recipe, members: int) -> None:
    """RecipeError where an iteration of so many members needs more memory than the budget.

    It names the field that weighs most, with the number that would fit.
    """
    allowed, needed = budget(), cost(recipe, members).memory
    if needed <= allowed:
        return
    field, value, largest = _heaviest(recipe, members, allowed)
    fits = f"at most {largest:,} would fit" if largest else "no other number of it alone would do"
    raise RecipeError(
        field, value, f"an iteration of {members} members would need about {_size(needed)} of memory, and "
        f"{_size(allowed)} are allowed ({SETTING} sets the GiB); {fits}",
    )  # fmt: skip


def _heaviest(recipe: Recipe, members: int, allowed: float) -> tuple[str, Any, int | None]:
    """The field that takes most memory, its value, and the largest that fits, or None where none does."""
    ways: dict[str, tuple[int, int, Callable[[int], float]]] = {
        "seeds": (members, 1, lambda n: cost(recipe, n).memory),
    }
    for name in ("batch", "width", "depth", "latent", "g_steps", "d_steps"):
        low = min(getattr(recipe, name), max(1, int(KNOBS[name].low or 0)))
        ways[name] = getattr(recipe, name), low, lambda n, name=name: _needed(recipe, members, **{name: n})  # type: ignore[misc]
    for name, part in recipe.parts.regularizers.items():
        if part.whole:
            ways[f"regularizers[{name!r}]"] = (
                int(recipe.regularizers[name]),
                max(1, int(part.bounds[0])),
                (
                    lambda n, name=name: _needed(recipe, members, regularizers={**recipe.regularizers, name: n})  # type: ignore[misc]
                ),
            )
    least = {name: of(low) for name, (_, low, of) in ways.items()}
    field = min(least, key=lambda name: least[name])
    value, low, of = ways[field]
    if least[field] > allowed:
        return field, value, None
    high = value
    while high - low > max(1, low // 20):  # `low` fits, `high` does not
        middle = max(low + 1, int((low * high) ** 0.5))
        low, high = (middle, high) if of(middle) <= allowed else (low, middle)
    return field, value, low


def _needed(recipe: Recipe, members: int, **changes: Any) -> float:
    try:
        return cost(recipe.but(**changes), members).memory
    except RecipeError:  # a combination that has no meaning, such as a batch that packs do not divide
        return float("inf")


def _size(memory: float) -> str:
    return f"{memory / 2**30:.3g} GiB" if memory >= 2**30 else f"{memory / 2**20:.3g} MiB"
