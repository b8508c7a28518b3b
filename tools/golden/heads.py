#!/usr/bin/env python3
"""Writes src/network/golden/heads/*.json: what PyTorch makes of heads, outputs, sequences of their own lengths and embeddings,
for src/network/golden-heads.test.ts. Cells, seeds and what the digits mean are those of pytorch.py beside this file.

    python3 tools/golden/heads.py                 writes the files
    npx prettier --write src/network/golden       as the repository formats JSON
    python3 tools/golden/heads.py --check         exits 1 when the committed values aren't what comes out

Written as a user of PyTorch would: nn.Embedding; a padded batch whose padding is noise, of which last states are picked and
means are taken by a mask; F.cross_entropy, F.binary_cross_entropy_with_logits and F.mse_loss. Each result must be that of
the sequences one at a time, too. A standard RNN goes through nn.RNN and pack_padded_sequence besides.
"""

import random
import sys

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch_build import torch_build

from pytorch import CELLS, FOLDER, FORMAT_VERSION, LEAST_MARGIN, architecture, command, decays, digits, flat

STEPS_OF_OPTIMISER = 10
ADAM = {"rate": 0.01, "weightDecay": 0.1}


class Network(nn.Module):
    """A cell, with an embedding before it where there is a vocabulary, and a linear map of the states that the head reads."""

    def __init__(self, arch):
        super().__init__()
        self.arch = arch
        if arch["vocabulary"] > 0:
            self.embedding = nn.Embedding(arch["vocabulary"], arch["inputSize"])
        self.cell = CELLS[arch["cell"]](arch)

    def named(self):
        """Parameters by our names, in our order."""
        own = {key: p for key, p in self.named_parameters() if not key.startswith("layer.")}
        return {key.removeprefix("cell.").removesuffix(".weight"): p for key, p in own.items()}

    def states(self, x):
        """h_1 .. h_T, [rows, steps, hiddenSize]"""
        if self.arch["vocabulary"] > 0:
            x = self.embedding(x)
        W, U = self.cell.matrix("W"), self.cell.matrix("U")
        h, states = torch.zeros(x.shape[0], self.arch["hiddenSize"]), []
        for t in range(x.shape[1]):
            h = self.cell.step(x[:, t] @ W.T + h @ U.T, h)
            states.append(h)
        return torch.stack(states, dim=1)

    def read(self, states, lengths):
        """What the head reads: [rows, outputs, hiddenSize]"""
        if self.arch["output"] == "every":
            return states
        if self.arch["output"] == "last":
            return states[torch.arange(len(lengths)), lengths - 1].unsqueeze(1)
        within = (torch.arange(states.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2)
        return torch.where(within, states, 0.0).sum(1, keepdim=True) / lengths.view(-1, 1, 1)

    def forward(self, x, lengths):
        return self.read(self.states(x), lengths) @ self.cell.classifier.T + self.cell.classifierBias


class Packed(Network):
    """A standard RNN by PyTorch's own layer: packed sequences, of which only what belongs to a sequence is ever computed."""

    def __init__(self, arch):
        super().__init__(arch)
        layer = nn.RNN(arch["inputSize"], arch["hiddenSize"], nonlinearity="tanh", batch_first=True)
        layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0 = self.cell.W, self.cell.U, self.cell.bias
        nn.init.zeros_(layer.bias_hh_l0.requires_grad_(False))
        self.layer = layer

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, last = self.layer(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)
        read = last[0].unsqueeze(1) if self.arch["output"] == "last" else self.read(states, lengths)
        return read @ self.cell.classifier.T + self.cell.classifierBias


def losses_of(arch, logits, batch):
    """A weighted loss a sequence: of its only output, or the mean over its outputs that have a target."""
    smoothing, labels, targets = batch["labelSmoothing"], batch["labels"], batch["targets"]
    if arch["head"] == "softmax":
        losses = F.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), ignore_index=-1, label_smoothing=smoothing, reduction="none"
        ).reshape(labels.shape)
    elif arch["head"] == "sigmoid":
        smooth = (1 - smoothing) * targets + smoothing / 2
        losses = F.binary_cross_entropy_with_logits(logits, smooth, reduction="none").sum(-1)
    else:
        losses = 0.5 * F.mse_loss(logits, targets, reduction="none").mean(-1)
    known = labels >= 0
    total = torch.where(known, losses, 0.0).sum(1)
    return batch["rowWeights"] * total / known.sum(1).clamp(min=1)


def mean_loss(network, batch):
    logits = network(batch["inputs"], batch["lengths"])
    return losses_of(network.arch, logits, batch).sum() / batch["batchRows"]


def adam(network, batch):
    """Weight decay is for matrices and the classifier: an embedding has none."""
    named = network.named().items()
    groups = [
        {"params": [p for name, p in named if decays(name)], "weight_decay": ADAM["weightDecay"]},
        {"params": [p for name, p in named if not decays(name)], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=ADAM["rate"])
    for _ in range(STEPS_OF_OPTIMISER):
        optimiser.zero_grad()
        mean_loss(network, batch).backward()
        optimiser.step()


def check_alone(network, batch, logits, name):
    """The logits of a padded batch are those of its sequences one at a time."""
    for r, length in enumerate(batch["lengths"].tolist()):
        alone = network(batch["inputs"][r : r + 1, :length], batch["lengths"][r : r + 1])[0]
        if not torch.allclose(alone, logits[r, : alone.shape[0]], rtol=1e-12, atol=1e-12):
            sys.exit(f"{name}: row {r} alone gives other logits than in the batch")


def golden(name, arch, seed, lengths, smoothing=0.0, weighted=False, unlabelled=False, batch_rows=None, packed=False):
    draw = random.Random(f"{name} {seed}")
    grid = lambda scale, unit: round(draw.gauss(0, scale) * unit) / unit
    network = (Packed if packed else Network)(arch)
    with torch.no_grad():
        for key, p in network.named().items():
            scale = 1 if key in ("embedding", "zeta", "nu", "alpha", "beta") else 0.3 if "ias" in key else 0.4
            p.copy_(torch.tensor([grid(scale, 1024) for _ in range(p.numel())]).reshape(p.shape))
    start = {key: p.detach().clone() for key, p in network.named().items()}

    rows, steps, classes, tokens = len(lengths), max(lengths), arch["classes"], arch["vocabulary"]
    outputs = lengths if arch["output"] == "every" else [1] * rows
    value = (lambda: draw.randrange(tokens - 1)) if tokens else lambda: [grid(1, 64) for _ in range(arch["inputSize"])]
    target = (lambda: float(draw.randrange(2))) if arch["head"] == "sigmoid" else lambda: grid(1, 64)
    label = (lambda: draw.randrange(classes)) if arch["head"] == "softmax" else lambda: 0
    inputs = [[value() for _ in range(length)] for length in lengths]
    labels = [[label() for _ in range(n)] for n in outputs]
    targets = [[[target() for _ in range(classes)] for _ in range(n)] for n in outputs]
    if unlabelled:
        labels[1] = [-1] * outputs[1]
        labels[2][0] = -1
    weights = [0.5 + draw.randrange(9) / 8 if weighted else 1.0 for _ in range(rows)]

    padded = [row + [value() for _ in range(steps - len(row))] for row in inputs]
    pad = lambda lists, value: pad_sequence([torch.tensor(v) for v in lists], batch_first=True, padding_value=value)
    batch = {
        "batchRows": batch_rows or rows,
        "labelSmoothing": smoothing,
        "labels": pad(labels, -1),
        "targets": pad(targets, 9.0),
        "rowWeights": torch.tensor(weights),
        "lengths": torch.tensor(lengths),
        "inputs": torch.tensor(padded),
    }
    logits = network(batch["inputs"], batch["lengths"])
    check_alone(network, batch, logits, name)
    if packed:
        plain = Network(arch)
        plain.load_state_dict(network.state_dict(), strict=False)
        check_alone(plain, batch, logits, f"{name}, by the equations")
    losses = losses_of(arch, logits, batch)
    mean_loss(network, batch).backward()
    gradients = {key: digits(flat(p.grad), 10) for key, p in network.named().items()}
    adam(network, batch)
    if network.cell.margin < LEAST_MARGIN:
        sys.exit(f"{name}: a preactivation comes within {network.cell.margin:.1e} of a kink; take another seed")
    return {
        "formatVersion": FORMAT_VERSION,
        "source": {
            "script": "tools/golden/heads.py",
            **torch_build(),
            "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
            "seed": seed,
        },
        "architecture": arch,
        "batch": {
            "batchRows": batch["batchRows"],
            "labelSmoothing": smoothing,
            "rowWeights": weights,
            "lengths": lengths,
            "inputs": inputs,
            "labels": labels,
            **({} if arch["head"] == "softmax" else {"targets": targets}),
        },
        "parameters": {key: flat(p) for key, p in start.items()},
        "logits": [logits[r, :n].tolist() for r, n in enumerate(outputs)],
        "losses": losses.tolist(),
        "gradients": gradients,
        "adam": {
            **ADAM,
            "steps": STEPS_OF_OPTIMISER,
            "parameters": {key: digits(flat(p), 10) for key, p in network.named().items()},
        },
    }


def cases():
    def of(cell, head, output, *args, vocabulary=0, **more):
        arch = architecture(cell, *args, **more)
        classes = arch.pop("classes")
        return {**arch, "head": head, "output": output, "vocabulary": vocabulary, "classes": classes}

    # The engine takes time in chunks of 96 rows or more: these have a first step, two whole chunks of six, and a rest.
    sixteen = [15, 3, 15, 1, 7, 8, 14, 6, 2, 13, 12, 15, 9, 5, 11, 10]
    few = [6, 2, 8, 1, 8]
    plain_rnn = dict(residual="fixed", alpha=1.0, beta=0.0)
    return {
        "softmax-last": dict(
            arch=of("FastGRNN", "softmax", "last", (3, 7, 4), (2, 3), "tanh"),
            lengths=sixteen, smoothing=0.1, weighted=True, unlabelled=True, batch_rows=24,
        ),
        "softmax-last-packed": dict(
            arch=of("FastRNN", "softmax", "last", (3, 6, 3), (0, 0), "tanh", **plain_rnn), lengths=few, packed=True
        ),
        "softmax-mean-packed": dict(
            arch=of("FastRNN", "softmax", "mean", (3, 6, 3), (0, 0), "tanh", **plain_rnn), lengths=few, packed=True
        ),
        "softmax-every": dict(
            arch=of("FastGRNN", "softmax", "every", (3, 6, 3), (0, 3), "tanh"),
            lengths=sixteen, smoothing=0.1, weighted=True, unlabelled=True,
        ),
        "softmax-every-equal": dict(
            arch=of("FastRNN", "softmax", "every", (3, 6, 3), (0, 0), "sigmoid", residual="tied"), lengths=[9] * 12
        ),
        "sigmoid-last": dict(
            arch=of("FastGRNN", "sigmoid", "last", (3, 17, 5), (0, 0), "hardTanh", gate="hardSigmoid4"),
            lengths=few, smoothing=0.1, weighted=True,
        ),
        "sigmoid-mean": dict(
            arch=of("FastRNN", "sigmoid", "mean", (4, 7, 3), (2, 3), "tanh", residual="free"),
            lengths=sixteen, unlabelled=True,
        ),
        "sigmoid-every-packed": dict(
            arch=of("FastRNN", "sigmoid", "every", (3, 6, 2), (0, 0), "tanh", **plain_rnn),
            lengths=few, packed=True, unlabelled=True,
        ),
        "regression-last": dict(
            arch=of("FastRNN", "regression", "last", (4, 6, 1), (0, 2), "relu", residual="fixed", alpha=0.375, beta=0.75),
            lengths=few, batch_rows=8,
        ),
        "regression-mean-equal": dict(
            arch=of("FastGRNN", "regression", "mean", (3, 8, 3), (2, 0), "tanh", gate="tanh"), lengths=[14] * 8
        ),
        "regression-every": dict(
            arch=of("FastGRNN", "regression", "every", (3, 6, 2), (0, 0), "tanh"),
            lengths=sixteen, weighted=True, unlabelled=True,
        ),
        "embedding-last": dict(
            arch=of("FastGRNN", "softmax", "last", (5, 7, 3), (0, 0), "tanh", vocabulary=6), lengths=few, weighted=True
        ),
        "embedding-mean": dict(
            arch=of("FastRNN", "softmax", "mean", (5, 7, 3), (3, 2), "tanh", vocabulary=6), lengths=sixteen
        ),
        "embedding-every": dict(
            arch=of("FastGRNN", "sigmoid", "every", (3, 6, 2), (2, 3), "tanh", vocabulary=9), lengths=sixteen, smoothing=0.2
        ),
    }  # fmt: skip


if __name__ == "__main__":
    command(FOLDER / "heads", {name: lambda seed, n=name, c=case: golden(n, seed=seed, **c) for name, case in cases().items()})
