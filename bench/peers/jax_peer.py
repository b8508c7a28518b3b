"""JAX: python jax_peer.py THREADS

One jitted function an update: lax.scan over the steps, value_and_grad, Adam; parameters are donated.
"""

import os
import sys

threads = int(sys.argv[1])
# XLA makes a pool of as many threads as this process may have processors.
if threads == 1 and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
from jax import lax

from peer import answer


def loss_of(parameters, x, labels, full_w, full_u):
    p = parameters
    zeta, nu = jax.nn.sigmoid(p["zeta"]), jax.nn.sigmoid(p["nu"])
    wx = x @ p["W"].T if full_w else x @ p["W2"] @ p["W1"].T  # for all steps at once
    u = p["U"].T if full_u else p["U2"] @ p["U1"].T  # one product a step in place of two small ones: faster

    def step(h, wx):
        a = wx + h @ u
        z = jax.nn.sigmoid(a + p["biasGate"])
        candidate = jnp.tanh(a + p["biasUpdate"])
        return (zeta * (1 - z) + nu) * candidate + z * h, None

    h, _ = lax.scan(step, jnp.zeros((x.shape[1], p["biasGate"].size)), wx)
    logits = h @ p["classifier"].T + p["classifierBias"]
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
    return -jnp.mean(chosen)


def create(problem):
    x, labels = jnp.asarray(problem.inputs), jnp.asarray(problem.labels)

    def update(state, rate):
        parameters, m, v, t = state
        loss, gradient = jax.value_and_grad(loss_of)(parameters, x, labels, problem.full_w, problem.full_u)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        correct = jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        parameters = jax.tree.map(
            lambda p, m, v: p - rate * correct * m / (jnp.sqrt(v) + 1e-8 * jnp.sqrt(1 - 0.999**t)), parameters, m, v
        )
        return (parameters, m, v, t), loss

    update = jax.jit(update, donate_argnums=0)
    parameters = {name: jnp.array(value) for name, value in problem.parameters.items()}
    zeros = lambda: {name: jnp.zeros_like(value) for name, value in parameters.items()}
    state = (parameters, zeros(), zeros(), jnp.float32(0))

    def run(iterations, rate):
        nonlocal state
        losses = []
        for _ in range(iterations):
            state, loss = update(state, rate)
            losses.append(loss)
        jax.block_until_ready(state)
        return [float(loss) for loss in losses]

    return run


answer(create, jax.__version__)
