"""The game of one recipe: two objectives, each a function of both players' parameters and of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from toygan.parts.losses import LOSSES
from toygan.parts.networks import NETWORKS, Network, Samples, Shape
from toygan.parts.optimizers import Optimizer, Rates, State
from toygan.parts.regularizers import REGULARIZERS, Critique, Memory, Regularizer, variable
from toygan.randomness import AHEAD, Draw, Stream, normal, uniform
from toygan.recipe import Recipe


class Source:
    """Batches for P members, from each member's own seed; `name` keeps one source's numbers apart from another's."""

    def __init__(
        self, recipes: Sequence[Recipe], name: str, device: torch.device, dtype: torch.dtype, ahead: int = AHEAD
    ) -> None:
        first, seeds = recipes[0], [recipe.seed for recipe in recipes]
        data = first.distribution
        self._stream = partial(Stream, seeds=seeds, device=device, dtype=dtype, ahead=ahead)
        self._name = name
        self._real = self._stream(data.sample, data.dim, name=f"{name} data")
        self._z = self._stream(normal(first.latent), first.latent, name=f"{name} latent")
        self._extra: dict[tuple[str, int], Stream] = {}

    def batch(self, n: int) -> Batch:
        """The next n real samples and the next n latent points of every member."""
        return Batch(self._real.next(n), self._z.next(n), self)

    def extra(self, kind: Callable[[int], Draw], name: str, like: Tensor) -> Tensor:
        """Further random numbers in the shape of `like` `(P, n, dim)`, in a stream of their own."""
        key = (name, like.shape[-1])
        if key not in self._extra:
            self._extra[key] = self._stream(kind(like.shape[-1]), like.shape[-1], name=f"{self._name} {name}")
        return self._extra[key].next(like.shape[1])


class Batch:
    """One batch: real samples `(P, n, dim)`, latent points `(P, n, latent)` and any noise that remedies ask for.

    Noise is drawn once per name, so that an objective is a function of its batch: the same batch, the same value.
    """

    def __init__(self, real: Tensor, z: Tensor, source: Source) -> None:
        self.real, self.z = real, z
        self._source = source
        self._noise: dict[str, Tensor] = {}

    def normal(self, name: str, like: Tensor) -> Tensor:
        """Standard normal numbers in the shape of `like`."""
        return self._drawn(normal, name, like)

    def uniform(self, name: str, like: Tensor) -> Tensor:
        """Numbers in the shape of `like`, uniform on [0, 1)."""
        return self._drawn(uniform, name, like)

    def _drawn(self, kind: Callable[[int], Draw], name: str, like: Tensor) -> Tensor:
        if name not in self._noise:
            self._noise[name] = self._source.extra(kind, name, like)
        return self._noise[name]


class Mover(Protocol):
    """A player as remedies see it: parameters, and an optimizer whose steps can be imagined."""

    theta: Tensor
    optimizer: Optimizer
    state: State
    rates: Rates


class Remedy(NamedTuple):
    """A regularizer of the recipe, with its present strength `(P,)` and what it remembers."""

    name: str
    part: Regularizer
    strength: Tensor
    memory: Memory


class Rules:
    """The networks, the loss and the remedies that P members share, with each member's strengths.

    `now` is the iteration, which fading remedies ask for; `memory` is what remedies remember, by name, each `(P, ...)`.
    """

    generator: Network
    discriminator: Network
    _generator: Mover  # the players, once they are seated
    _discriminator: Mover

    def __init__(self, recipes: Sequence[Recipe], device: torch.device, dtype: torch.dtype) -> None:
        first = recipes[0]
        shape = Shape(first.width, first.depth, first.activation)
        dim = first.distribution.dim
        self.loss = LOSSES.order(first.loss)
        self.generator = NETWORKS.order(first.generator)(first.latent, dim, shape)
        plays = self.loss.uses_discriminator
        self.discriminator = NETWORKS.order(first.discriminator)(dim, 1, shape) if plays else Samples()
        self.now = 0
        self.memory: dict[str, Memory] = {}
        self._anneal = first.anneal
        self._parts = {name: REGULARIZERS.order(name) for name in first.regularizers}
        self._strengths = [
            torch.tensor([r.regularizers[name] for r in recipes], device=device, dtype=dtype) for name in self._parts
        ]
        self._sloped = any(part.sloped for part in self._parts.values())
        for name, part in self._parts.items():
            networks = self.generator, self.discriminator
            self.generator, self.discriminator = part.networks(*networks, first.regularizers[name])

    def seat(self, generator: Mover, discriminator: Mover, memory: Mapping[str, Memory]) -> None:
        """Shows the remedies the players; `memory` is what they remember from before a change of the recipe."""
        self._generator, self._discriminator = generator, discriminator
        thetas = generator.theta, discriminator.theta
        self.memory = {
            name: memory[name] if name in memory else part.start(*thetas, self.discriminator)
            for name, part in self._parts.items()
        }

    def remedies(self) -> list[Remedy]:
        """The remedies with their present strengths."""
        left = max(0.0, 1 - self.now / self._anneal) if self._anneal else 1.0
        return [
            Remedy(name, part, strength * left if part.fades else strength, self.memory.get(name, ()))
            for (name, part), strength in zip(self._parts.items(), self._strengths, strict=True)
        ]

    def stepped(self, theta_d: Tensor) -> Tensor:
        """D's parameters after one of its steps, where the remedies allow them; what remedies remember moves on."""
        theta_d = self.project(theta_d)
        for name, part, _, memory in self.remedies():
            self.memory[name] = part.remember(memory, self._generator.theta, theta_d, self.discriminator)
        return theta_d

    def project(self, theta_d: Tensor) -> Tensor:
        """D's parameters where the remedies allow them."""
        for _, part, strength, _ in self.remedies():
            theta_d = part.project(theta_d, self.discriminator, strength)
        return theta_d

    def effective(self, theta_d: Tensor) -> Tensor:
        """D's parameters as its layers use them."""
        for _, part, strength, memory in self.remedies():
            theta_d = part.effective(theta_d, self.discriminator, strength, memory)
        return theta_d

    def points(self, theta_g: Tensor, theta_d: Tensor, x: Tensor, company: Callable[[], Tensor]) -> Tensor:
        """D's logits `(P, n)` at single points x `(P, n, dim)`; D may need `company`, a real batch `(P, m, dim)`."""

        def shown(x: Tensor) -> Tensor:
            for _, part, strength, _ in self.remedies():
                x = part.point(x, self.generator, theta_g, strength)
            return x

        others = x[:, :0] if self.discriminator.pointwise else company()
        return self.discriminator.among(self.effective(theta_d), shown(x), shown(others)).squeeze(-1)

    def critique(
        self, theta_g: Tensor, theta_d: Tensor, batch: Batch, fake: Tensor | None = None, sloped: bool = False
    ) -> Critique:
        """D before the batch, as the remedies let D see it; `fake` stands in for what G makes of the batch."""
        c = Critique(self, theta_g, theta_d, batch, fake, sloped)
        for _, part, c.strength, c.memory in self.remedies():
            c.x_real, c.x_fake = part.inputs(c)
        return c

    def discriminator_loss(self, theta_g: Tensor, theta_d: Tensor, batch: Batch, fake: Tensor | None = None) -> Tensor:
        """What D minimises `(P,)`."""
        c = self.critique(theta_g, theta_d, batch, fake, self._sloped)
        loss = self.loss.discriminator(c).mean(-1)
        for _, part, c.strength, c.memory in self.remedies():
            loss = part.discriminator_loss(loss, c)
        return loss

    def generator_loss(self, theta_g: Tensor, theta_d: Tensor, batch: Batch, fake: Tensor | None = None) -> Tensor:
        """What G minimises `(P,)`."""
        fake = self.generator(theta_g, batch.z) if fake is None else fake
        for _, part, strength, _ in self.remedies():
            theta_d = part.opponent(theta_d, _Rehearsal(self, theta_g, batch, fake), strength)
        c = self.critique(theta_g, theta_d, batch, fake)
        loss = self.loss.generator(c).mean(-1)
        for _, part, c.strength, c.memory in self.remedies():
            loss = part.generator_loss(loss, c)
        return loss

    def push(self, theta_g: Tensor, theta_d: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Generated samples, and where G's loss pushes each of them: minus its gradient there, both `(P, n, dim)`."""
        fake = self.generator(theta_g, batch.z).detach().requires_grad_()
        loss = self.generator_loss(theta_g, theta_d, batch, fake)
        (gradient,) = torch.autograd.grad(loss.sum(), fake)
        return fake.detach(), -gradient * fake.shape[1]  # the loss is a mean over samples; an arrow is one sample's

    def discriminator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: Batch, fake: Tensor) -> Tensor:
        """The gradient of D's loss in its parameters `(P, n_d)`, itself differentiable in all that it depends on."""
        keep = torch.is_grad_enabled() and any(t.requires_grad for t in (theta_g, theta_d, fake))
        with torch.enable_grad():
            theta_d = variable(theta_d)
            loss = self.discriminator_loss(theta_g, theta_d, batch, fake)
            return torch.autograd.grad(
                loss.sum(), theta_d, create_graph=keep, materialize_grads=True, allow_unused=True
            )[0]


class _Rehearsal:
    """Steps that D would take against the present G on this batch, with its own optimizer, and that nobody sees."""

    def __init__(self, rules: Rules, theta_g: Tensor, batch: Batch, fake: Tensor) -> None:
        self._rules, self._theta_g, self._batch, self._fake = rules, theta_g, batch, fake
        self.state = rules._discriminator.state

    def __call__(self, theta_d: Tensor, state: State, aware: bool) -> tuple[Tensor, State]:
        """D's parameters and its optimizer's state after one more step; `aware`: G's gradient sees how G shapes it."""
        theta_g, fake = self._theta_g, self._fake
        if not aware:
            theta_g, fake = theta_g.detach(), fake.detach()
        gradient = self._rules.discriminator_gradient(theta_g, theta_d, self._batch, fake)
        player = self._rules._discriminator
        step, state = player.optimizer.step(gradient, state, player.rates)
        return self._rules.project(theta_d + step), state
