"""The cost of one iteration of a recipe, in memory and in time, for any parts, users' own included.

Memory is the most that tensors hold at once, counted call by call as torch computes the iteration. It is within a
factor of two of what torch's allocator takes; torch itself, its buffers within a call and other threads are left out.
Time is a count of torch's calls, each weighted by what it writes and multiplies. It orders recipes and says how slow
one is beside another, to about a factor of two; it says nothing of seconds on a given machine.

A small iteration is tried once. A large one runs on torch's device "meta", whose tensors have shapes and no numbers.
(It needs torch's compiler, which takes as long to load as torch itself: no start of a small run waits for it.)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from toygan.parts.menu import Menu
from toygan.recipe import DEFAULT, KNOBS, Recipe
from toygan.training import Population
from toygan.training.interruption import Interrupted

KEPT = 4  # copies of the parameters between iterations: they, Adam's two, the average
COPIES = 8  # of the parameters that an iteration holds at least: Adam's, gradients, the next ones, the average
SMALL = 2**21  # numbers in the largest tensor of an iteration: up to here it is tried
FEW = 3  # repetitions of a step from which the cost of many is computed: each further one adds as much
# A call of torch takes as long as so many bytes take to be written, or so many products to be summed, on a usual core.
CALL_IN_BYTES, CALL_IN_PRODUCTS = 20_000, 100_000
SLACK = 1.02  # of what was held at most: only beyond it all is counted again, which takes long
PRODUCTS = {"mm", "bmm", "addmm", "baddbmm"}
NUMBERS = {name: getattr(DEFAULT, name) for name, how in KNOBS.items() if how.per_member} | {
    "anneal": 0
}  # cost nothing


class Cost(NamedTuple):
    """The most memory that an iteration holds at once, in bytes, and its time, in torch's calls of the least size."""

    memory: float
    time: float


class Count(NamedTuple):
    """A whole number of a recipe: a field, or with `spec` the strength of a regularizer."""

    field: str
    spec: str = ""

    def value(self, recipe: Recipe) -> int:
        """Return the number that the recipe has."""
        return int(recipe.regularizers[self.spec] if self.spec else getattr(recipe, self.field))

    def set(self, recipe: Recipe, n: int) -> Recipe:
        """Return the recipe with this number."""
        return recipe.amend(**{self.field: {**recipe.regularizers, self.spec: n} if self.spec else n})


class _Meter(TorchDispatchMode):
    """A context that counts what the calls of torch within it keep and do."""

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
            self._hold(x)
        size = sum(x.numel() * x.element_size() for x in results)
        products = 0
        if results and func.overloadpacket.__name__ in PRODUCTS:
            products = results[0].numel() * [x for x in args if isinstance(x, Tensor)][-1].shape[-2]
        self.time += 1 + size / CALL_IN_BYTES + products / CALL_IN_PRODUCTS
        return out

    def start(self) -> None:
        """Forget what was done, and count from what is held."""
        self._count()
        self.most, self.time = self._held, 0.0

    def _hold(self, x: Tensor) -> None:
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
    """Estimate an iteration of `members` members of a recipe in float32, the population itself included.

    If the same step is repeated (steps of D, unrolled ones), the cost is computed from what the first few add. A cost
    is computed once for all recipes that differ only in numbers that make no step longer, such as a learning rate.
    """
    fields = (getattr(recipe, name) for name in KNOBS if name not in NUMBERS and name != "regularizers")
    shape = (*fields, *_usual_strengths(recipe).items(), recipe.ema > 0, recipe.parts.data.dim, Menu.changes)
    return _estimate(_Setting(shape, members, recipe))


def keep(recipe: Recipe, members: int) -> float:
    """Return the bytes that members keep from one iteration to the next, their networks alone."""
    return 4.0 * KEPT * _count_parameters(recipe) * members


def _count_parameters(recipe: Recipe) -> int:
    return recipe.parts.generator.n_params + recipe.parts.discriminator.n_params


@dataclass(frozen=True)
class _Setting:
    """Members of a recipe; settings of equal `shape` and number cost the same."""

    shape: Hashable
    members: int
    recipe: Recipe = field(compare=False)


@lru_cache(maxsize=4096)
def _estimate(setting: _Setting) -> Cost:
    members, ema = setting.members, 0.5 * (setting.recipe.ema > 0)
    recipe = setting.recipe.amend(**{**NUMBERS, "ema": ema, "regularizers": _usual_strengths(setting.recipe)})
    for count in _repetitions(recipe):
        if count.value(recipe) > FEW:
            few, fewer = (cost(count.set(recipe, n), members) for n in (FEW, FEW - 1))
            more = count.value(recipe) - FEW
            return Cost(*(a + more * max(0.0, a - b) for a, b in zip(few, fewer, strict=True)))
    least = 4.0 * COPIES * _count_parameters(recipe) * members
    if least > available():  # not even shapes of it are tried: networks keep some numbers
        return Cost(least, least / CALL_IN_BYTES)
    with _Meter() as meter:
        try:
            population = Population([recipe] * members, "cpu" if _is_small(recipe, members) else "meta")
            population.batch()  # drawn for many iterations: no part of what one more step adds
            meter.start()
            population.step()
        except Interrupted:
            raise
        except Exception:  # of a part of the user's own: it is said when it trains, and here it is counted so far
            pass
    return Cost(meter.most, meter.time)


def _usual_strengths(recipe: Recipe) -> dict[str, float]:
    """Return the strengths that make an iteration longer as they are, and usual ones in place of the others."""
    return {
        spec: recipe.regularizers[spec] if part.whole or part.structural else part.strengths[1]
        for spec, part in recipe.parts.regularizers.items()
    }


def _is_small(recipe: Recipe, members: int) -> bool:
    """Return True if layers, distances within a batch and, if steps are solved for, equations are all small."""
    nets = recipe.parts.generator, recipe.parts.discriminator
    widest = max(max(net.shape.widths, default=net.shape.width) for net in nets)
    n_params = sum(net.n_params for net in nets)
    in_batch, in_steps = recipe.batch * (recipe.batch + widest), n_params ** (2 if recipe.parts.turns.couples else 1)
    return members * max(in_batch, in_steps) <= SMALL


def _repetitions(recipe: Recipe) -> Iterator[Count]:
    """Yield the numbers that say how often an iteration repeats a step."""
    yield from (Count("d_steps"), Count("g_steps"))
    for spec, part in recipe.parts.regularizers.items():
        if part.whole and not part.structural:
            yield Count("regularizers", spec)


def available() -> int:
    """Return the bytes of memory that this process may still take, by the system and by the limit of a container."""
    import psutil  # here: a script that trains little need not load it first

    free: int = psutil.virtual_memory().available
    return free
