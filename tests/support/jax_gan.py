"""The default GAN in JAX: all members at once by `vmap`, several iterations a call by `scan`, compiled by `jit`."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import Any

from support.timing import Step

BETA1, BETA2, RATE = 0.5, 0.99, 1e-3


def is_installed() -> bool:
    """True if JAX is here; it is an extra of the benchmark alone."""
    return find_spec("jax") is not None


def jax_loop(hidden: int, batch: int, members: int, iterations: int, r1: float = 0.0) -> Step:
    """So many iterations of all members; `r1` is the strength of the gradient penalty on real data."""
    import jax
    import jax.numpy as jnp

    def mlp(key: Any, outputs: int) -> list[tuple[Any, Any]]:
        sizes = [2, hidden, hidden, outputs]
        return [
            (jax.random.normal(k, (a, b)) / math.sqrt(a), jnp.zeros(b))
            for k, a, b in zip(jax.random.split(key, 3), sizes, sizes[1:], strict=False)
        ]

    def apply(layers: Any, x: Any) -> Any:
        for weight, bias in layers[:-1]:
            x = jax.nn.relu(x @ weight + bias)
        weight, bias = layers[-1]
        return x @ weight + bias

    def ring8(key: Any) -> Any:
        one, other = jax.random.split(key)
        angle = jax.random.randint(one, (batch,), 0, 8) * (2 * math.pi / 8)
        return jnp.stack([jnp.cos(angle), jnp.sin(angle)], axis=1) + 0.02 * jax.random.normal(other, (batch, 2))

    def loss_d(d: Any, g: Any, real: Any, z: Any) -> Any:
        loss = jax.nn.softplus(-apply(d, real)).mean() + jax.nn.softplus(apply(d, apply(g, z))).mean()
        if r1:
            slopes = jax.grad(lambda x: apply(d, x).sum())(real)
            loss = loss + r1 / 2 * jnp.square(slopes).sum(1).mean()
        return loss

    def loss_g(g: Any, d: Any, z: Any) -> Any:
        return jax.nn.softplus(-apply(d, apply(g, z))).mean()

    def adam(theta: Any, slopes: Any, state: Any, step: Any) -> tuple[Any, Any]:
        first = jax.tree.map(lambda m, s: BETA1 * m + (1 - BETA1) * s, state[0], slopes)
        second = jax.tree.map(lambda v, s: BETA2 * v + (1 - BETA2) * s * s, state[1], slopes)
        one, two = 1 - BETA1**step, 1 - BETA2**step
        new = jax.tree.map(
            lambda x, m, v: x - RATE * (m / one) / (jnp.sqrt(v / two) + 1e-8), theta, first, second
        )  # fmt: skip
        return new, (first, second)

    def iterate(state: Any, _: None) -> tuple[Any, None]:
        g, d, state_g, state_d, key, step = state
        key, one, two, three = jax.random.split(key, 4)
        step = step + 1.0
        slopes_d = jax.grad(loss_d)(d, g, ring8(one), jax.random.normal(two, (batch, 2)))
        d, state_d = adam(d, slopes_d, state_d, step)
        slopes_g = jax.grad(loss_g)(g, d, jax.random.normal(three, (batch, 2)))
        g, state_g = adam(g, slopes_g, state_g, step)
        return (g, d, state_g, state_d, key, step), None

    def start(key: Any) -> Any:
        key, one, two = jax.random.split(key, 3)
        g, d = mlp(one, 2), mlp(two, 1)
        none_g, none_d = jax.tree.map(jnp.zeros_like, g), jax.tree.map(jnp.zeros_like, d)
        return g, d, (none_g, none_g), (none_d, none_d), key, jnp.float32(0)

    several = jax.jit(jax.vmap(lambda state: jax.lax.scan(iterate, state, None, length=iterations)[0]))
    held = [jax.vmap(start)(jax.random.split(jax.random.key(0), members))]

    def step() -> Any:
        held[0] = jax.block_until_ready(several(held[0]))
        return held[0]

    return step
