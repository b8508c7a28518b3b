#!/usr/bin/env python3
"""Writes src/network/golden/*.json: what PyTorch makes of every cell, for src/network/golden.test.ts. Other heads
than softmax of the last state, sequences of different lengths and embeddings are in heads.py beside this file.

    PyTorch: the wheel of PyPI that requirements.txt names (torch_build.py)
    python3 tools/golden/pytorch.py                           writes the files
    npx prettier --write src/network/golden                   as the repository formats JSON
    python3 tools/golden/pytorch.py --check                   exits 1 when the committed values aren't what comes out

The models are written as a user of PyTorch would write them from the papers (Kusupati et al., NeurIPS 2018, equations (1), (2),
(6) and (7) and appendix G; Collins et al., 2016; Cho et al., 2014; Gers et al., 2000), without a look at our kernels: autograd makes the gradients, torch.optim the steps. All in float64, one thread.
Seeds are Python's own `random`, whose numbers no version changes; parameters and inputs are rounded to a few binary digits,
so that float32 holds them exactly. A different version of torch moves the results by a few units of float64's last place,
which the digits that are kept do not show, but for the logits and losses.

Not run in continuous integration: torch is large. The committed files are what the test compares with.
"""

import argparse
import json
import math
import pathlib
import random
import sys

import torch
import torch.nn.functional as F
from torch import nn
from torch_build import torch_build

FORMAT_VERSION = 1
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "network" / "golden"
STEPS_OF_OPTIMISER = 10

# The least distance of any preactivation from a kink of its nonlinearity, over all steps of all optimisers. Nearer, float32
# could fall on the other side, and a comparison would say nothing. Then take another seed.
LEAST_MARGIN = 1e-5

NONLINEARITIES = {
    "tanh": (torch.tanh, []),
    "sigmoid": (torch.sigmoid, []),
    "relu": (torch.relu, [0]),
    "hardTanh": (F.hardtanh, [-1, 1]),
    "hardSigmoid": (lambda x: torch.clamp((x + 1) / 2, 0, 1), [-1, 1]),  # EdgeML's quantSigm
    "hardSigmoid4": (lambda x: torch.clamp((x + 2) / 4, 0, 1), [-2, 2]),  # EdgeML's quantSigm4
}


class Recurrent(nn.Module):
    """What all cells share: matrices, the loop over time, the classifier of the last state."""

    gates = [""]  # those that have matrices of their own

    def __init__(self, arch):
        super().__init__()
        self.arch = arch
        self.margin = math.inf
        for gate in self.gates:
            self.linear("W" + gate, arch["inputSize"], arch["wRank"])
        for gate in self.gates:
            self.linear("U" + gate, arch["hiddenSize"], arch["uRank"])
        self.own_parameters()
        self.classifier = nn.Parameter(torch.zeros(arch["classes"], arch["hiddenSize"]))
        self.classifierBias = nn.Parameter(torch.zeros(arch["classes"]))

    def linear(self, name, inputs, rank):
        hidden = self.arch["hiddenSize"]
        if rank == 0:
            setattr(self, name, nn.Parameter(torch.zeros(hidden, inputs)))
        else:
            setattr(self, name + "1", nn.Parameter(torch.zeros(hidden, rank)))
            setattr(self, name + "2", nn.Parameter(torch.zeros(inputs, rank)))

    def matrix(self, name):
        """Equation (7)."""
        if hasattr(self, name):
            return getattr(self, name)
        return getattr(self, name + "1") @ getattr(self, name + "2").T

    def nonlinear(self, kind, x):
        function, kinks = NONLINEARITIES[kind]
        for kink in kinks:
            self.margin = min(self.margin, (x - kink).abs().min().item())
        return function(x)

    def forward(self, x):
        """x: [rows, steps, inputSize]"""
        matrices = {name + gate: self.matrix(name + gate) for name in "WU" for gate in self.gates}
        self.memory = h = torch.zeros(x.shape[0], self.arch["hiddenSize"])
        for t in range(x.shape[1]):
            h = self.advance(x[:, t], h, matrices)
        return h @ self.classifier.T + self.classifierBias


    def advance(self, x, h, matrices):
        """Of the cells whose one W and U serve all."""
        return self.step(x @ matrices["W"].T + h @ matrices["U"].T, h)


class FastGRNN(Recurrent):
    def own_parameters(self):
        self.biasGate = nn.Parameter(torch.zeros(self.arch["hiddenSize"]))
        self.biasUpdate = nn.Parameter(torch.zeros(self.arch["hiddenSize"]))
        self.zeta = nn.Parameter(torch.zeros(()))
        self.nu = nn.Parameter(torch.zeros(()))

    def step(self, a, h):
        """Equation (6)."""
        z = self.nonlinear(self.arch["gate"], a + self.biasGate)
        candidate = self.nonlinear(self.arch["update"], a + self.biasUpdate)
        return (torch.sigmoid(self.zeta) * (1 - z) + torch.sigmoid(self.nu)) * candidate + z * h


class FastRNN(Recurrent):
    def own_parameters(self):
        self.bias = nn.Parameter(torch.zeros(self.arch["hiddenSize"]))
        if self.arch["residual"] != "fixed":
            self.alpha = nn.Parameter(torch.zeros(()))
        if self.arch["residual"] == "free":
            self.beta = nn.Parameter(torch.zeros(()))

    def residual(self):
        arch = self.arch
        if arch["residual"] == "fixed":
            alpha = arch.get("alpha", torch.sigmoid(torch.tensor(-3.0)))
            return alpha, arch.get("beta", 1 - alpha)
        alpha = torch.sigmoid(self.alpha)
        return alpha, torch.sigmoid(self.beta) if arch["residual"] == "free" else 1 - alpha

    def step(self, a, h):
        """Equation (2)."""
        alpha, beta = self.residual()
        return alpha * self.nonlinear(self.arch["update"], a + self.bias) + beta * h


class RNN(Recurrent):
    def own_parameters(self):
        self.bias = nn.Parameter(torch.zeros(self.arch["hiddenSize"]))

    def step(self, a, h):
        """Equation (1)."""
        return self.nonlinear(self.arch["update"], a + self.bias)


class FastRNNVector(Recurrent):
    def own_parameters(self):
        self.bias = nn.Parameter(torch.zeros(self.arch["hiddenSize"]))
        self.alpha = nn.Parameter(torch.zeros(self.arch["hiddenSize"]))
        self.zeta = nn.Parameter(torch.zeros(()))
        self.nu = nn.Parameter(torch.zeros(()))

    def step(self, a, h):
        """Appendix G."""
        alpha = torch.sigmoid(self.alpha)
        beta = torch.sigmoid(self.zeta) * (1 - alpha) + torch.sigmoid(self.nu)
        return alpha * self.nonlinear(self.arch["update"], a + self.bias) + beta * h


class Gated(Recurrent):
    """Cells whose gates have matrices of their own."""

    def own_parameters(self):
        for gate in self.gates:
            setattr(self, "bias" + gate, nn.Parameter(torch.zeros(self.arch["hiddenSize"])))

    def gate(self, kind, name, x, h, matrices):
        a = x @ matrices["W" + name].T + h @ matrices["U" + name].T + getattr(self, "bias" + name)
        return self.nonlinear(self.arch[kind], a)


class UGRNN(Gated):
    gates = ["Gate", "Update"]

    def advance(self, x, h, matrices):
        """Collins et al., the update gate RNN."""
        g = self.gate("gate", "Gate", x, h, matrices)
        return g * h + (1 - g) * self.gate("update", "Update", x, h, matrices)


class GRU(Gated):
    gates = ["Reset", "Gate", "Update"]

    def own_parameters(self):
        super().own_parameters()
        if self.arch.get("reset", "after") == "after":
            self.biasRecurrent = nn.Parameter(torch.zeros(self.arch["hiddenSize"]))

    def advance(self, x, h, matrices):
        """Cho et al., section 2.3; the other form as cuDNN has it."""
        r = self.gate("gate", "Reset", x, h, matrices)
        z = self.gate("gate", "Gate", x, h, matrices)
        if self.arch.get("reset", "after") == "before":
            candidate = self.gate("update", "Update", x, r * h, matrices)
        else:
            recurrent = r * (h @ matrices["UUpdate"].T + self.biasRecurrent)
            candidate = self.nonlinear(self.arch["update"], x @ matrices["WUpdate"].T + self.biasUpdate + recurrent)
        return z * h + (1 - z) * candidate


class LSTM(Gated):
    gates = ["Input", "Forget", "Update", "Output"]

    def advance(self, x, h, matrices):
        """Gers et al., without peepholes."""
        i, f, o = (self.gate("gate", name, x, h, matrices) for name in ("Input", "Forget", "Output"))
        self.memory = f * self.memory + i * self.gate("update", "Update", x, h, matrices)
        return o * self.nonlinear(self.arch["update"], self.memory)


CELLS = {
    "FastGRNN": FastGRNN,
    "FastRNN": FastRNN,
    "FastRNN-vector": FastRNNVector,
    "RNN": RNN,
    "UGRNN": UGRNN,
    "GRU": GRU,
    "LSTM": LSTM,
}


def decays(name):
    """Weight decay is for matrices and the classifier, not for biases and scalars."""
    return name[0] in "WU" or name == "classifier"


def row_losses(model, batch):
    logits = model(batch["inputs"])
    losses = F.cross_entropy(
        logits, batch["labels"], ignore_index=-1, label_smoothing=batch["labelSmoothing"], reduction="none"
    )
    return logits, losses * batch["rowWeights"]


def mean_loss(model, batch):
    return row_losses(model, batch)[1].sum() / batch["batchRows"]


# Where PyTorch's conventions are ours and where not:
#  - AdamW: the same update as ours, p <- p - rate decay p, then Adam with both corrections; taken as it is.
#  - SGD with Nesterov momentum: the same, v <- mu v + g and p <- p - rate (g + mu v), with v = g in the first step.
#  - SGD's `weight_decay` is not: it adds decay p to the gradient, so that momentum accumulates it (L2 regularisation).
#    Ours is decoupled as in AdamW. So torch.optim.SGD steps without decay, and p <- p - rate decay p comes before it.
OPTIMISERS = {
    "adam": {"rate": 0.01, "weightDecay": 0.1},
    "momentum": {"rate": 0.02, "weightDecay": 0.1, "momentum": 0.9},
    "sgd": {"rate": 0.1, "weightDecay": 0.1},
}


def optimise(model, batch, kind):
    settings = OPTIMISERS[kind]
    rate, decay = settings["rate"], settings["weightDecay"]
    matrices = [p for name, p in model.named_parameters() if decays(name)]
    others = [p for name, p in model.named_parameters() if not decays(name)]
    if kind == "adam":
        groups = [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
        optimiser = torch.optim.AdamW(groups, lr=rate)
    else:
        momentum = settings.get("momentum", 0.0)
        optimiser = torch.optim.SGD(matrices + others, lr=rate, momentum=momentum, nesterov=momentum > 0)
    losses = []
    for _ in range(STEPS_OF_OPTIMISER):
        optimiser.zero_grad()
        loss = mean_loss(model, batch)
        loss.backward()
        losses.append(loss.item())
        if kind != "adam":
            with torch.no_grad():
                for p in matrices:
                    p.mul_(1 - rate * decay)
        optimiser.step()
    return losses


def digits(value, count):
    """Numbers of so many significant digits, lists kept in shape."""
    if isinstance(value, list):
        return [digits(v, count) for v in value]
    return float(f"{value:.{count}g}")


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


def golden(name, arch, seed, rows, steps, smoothing=0.0, weighted=False, unlabelled=False, batch_rows=None):
    draw = random.Random(f"{name} {seed}")
    grid = lambda scale, unit: round(draw.gauss(0, scale) * unit) / unit
    model = CELLS[arch["cell"]](arch)
    with torch.no_grad():
        for key, p in model.named_parameters():
            scale = 0.4 if decays(key) else 0.3 if "ias" in key else 1
            p.copy_(torch.tensor([grid(scale, 1024) for _ in range(p.numel())]).reshape(p.shape))
    start = {key: p.detach().clone() for key, p in model.named_parameters()}
    inputs = [[[grid(1, 64) for _ in range(arch["inputSize"])] for _ in range(steps)] for _ in range(rows)]
    labels = [draw.randrange(arch["classes"]) for _ in range(rows)]
    if unlabelled:
        labels[1] = -1
    weights = [0.5 + draw.randrange(9) / 8 if weighted else 1.0 for _ in range(rows)]
    batch = {
        "batchRows": batch_rows or rows,
        "labelSmoothing": smoothing,
        "labels": torch.tensor(labels),
        "rowWeights": torch.tensor(weights),
        "inputs": torch.tensor(inputs),
    }

    logits, losses = row_losses(model, batch)
    mean_loss(model, batch).backward()
    gradients = {key: digits(flat(p.grad), 10) for key, p in model.named_parameters()}
    after = {}
    for kind in OPTIMISERS:
        with torch.no_grad():
            for key, p in model.named_parameters():
                p.copy_(start[key])
        history = optimise(model, batch, kind)
        after[kind] = {
            **OPTIMISERS[kind],
            "steps": STEPS_OF_OPTIMISER,
            "losses": digits(history, 10),
            "parameters": {key: digits(flat(p), 10) for key, p in model.named_parameters()},
        }
    if model.margin < LEAST_MARGIN:
        sys.exit(f"{name}: a preactivation comes within {model.margin:.1e} of a kink; take another seed")
    return {
        "formatVersion": FORMAT_VERSION,
        "source": {
            "script": "tools/golden/pytorch.py",
            **torch_build(),
            "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
            "seed": seed,
        },
        "architecture": arch,
        "batch": {
            "batchRows": batch["batchRows"],
            "labelSmoothing": smoothing,
            "labels": labels,
            "rowWeights": weights,
            "inputs": inputs,
        },
        "parameters": {key: flat(p) for key, p in start.items()},
        "logits": logits.tolist(),
        "losses": losses.tolist(),
        "gradients": gradients,
        "optimisers": after,
    }


def architecture(cell, sizes, ranks, update, gate="sigmoid", residual="free", **fixed):
    return {
        "cell": cell,
        "inputSize": sizes[0],
        "hiddenSize": sizes[1],
        "wRank": ranks[0],
        "uRank": ranks[1],
        "gate": gate,
        "update": update,
        "residual": residual,
        **fixed,
        "classes": sizes[2],
    }


def cases():
    grnn = lambda *args, **more: architecture("FastGRNN", *args, **more)
    rnn = lambda *args, **more: architecture("FastRNN", *args, **more)
    return {
        # The engine takes time in chunks of 96 rows or more: three cases have two whole chunks and a rest.
        "fastgrnn-full": dict(arch=grnn((3, 8, 3), (0, 0), "tanh"), rows=16, steps=14),
        # 17 hidden units: one more than the widest vector of any build of the kernels holds.
        "fastgrnn-low-hard": dict(
            arch=grnn((3, 17, 4), (2, 3), "hardTanh", gate="hardSigmoid4"), rows=6, steps=8, smoothing=0.1
        ),
        "fastgrnn-low-u": dict(
            arch=grnn((4, 7, 2), (0, 3), "tanh", gate="tanh"), rows=16, steps=15, weighted=True, batch_rows=24
        ),
        "fastgrnn-low-w": dict(arch=grnn((5, 6, 3), (2, 0), "relu", gate="hardSigmoid"), rows=4, steps=4),
        "fastrnn-full-free": dict(
            arch=rnn((3, 8, 3), (0, 0), "tanh"), rows=5, steps=7, smoothing=0.2, weighted=True, unlabelled=True
        ),
        "fastrnn-low-tied": dict(arch=rnn((4, 9, 3), (2, 3), "hardTanh", residual="tied"), rows=5, steps=6),
        "fastrnn-low-u-fixed": dict(
            arch=rnn((3, 7, 3), (0, 2), "relu", residual="fixed", alpha=0.375, beta=0.75), rows=5, steps=6
        ),
        "rnn-low-u": dict(arch=architecture("RNN", (3, 7, 3), (0, 3), "tanh"), rows=5, steps=6),
        "fastrnn-vector-low": dict(arch=architecture("FastRNN-vector", (4, 9, 3), (2, 3), "tanh"), rows=5, steps=6),
        "ugrnn-full": dict(arch=architecture("UGRNN", (3, 8, 3), (0, 0), "tanh"), rows=16, steps=14),
        "ugrnn-low-hard": dict(
            arch=architecture("UGRNN", (3, 17, 4), (2, 3), "hardTanh", gate="hardSigmoid4"), rows=6, steps=8
        ),
        "gru-low-after": dict(arch=architecture("GRU", (3, 9, 3), (2, 4), "tanh"), rows=5, steps=7, smoothing=0.1),
        "gru-low-before": dict(
            arch=architecture("GRU", (3, 9, 3), (2, 4), "tanh", reset="before"), rows=16, steps=9, weighted=True
        ),
        "lstm-low": dict(arch=architecture("LSTM", (3, 7, 3), (2, 3), "tanh"), rows=5, steps=7, unlabelled=True),
        "fastrnn-low-w-fixed": dict(arch=rnn((4, 7, 2), (3, 0), "sigmoid", residual="fixed"), rows=12, steps=20),
    }


def agrees(a, b):
    """Whether two trees are equal, numbers to what another version of torch could change."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(agrees(a[k], b[k]) for k in a if k not in ("torch", "wheel"))
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(agrees, a, b))
    if isinstance(a, float) or isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return a == b


def command(folder, makers):
    """The command line of a script: writes, or compares with, a file a maker, which makes a tree of a seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    bad = False
    for name, make in makers.items():
        result = make(options.seed)
        path = folder / f"{name}.json"
        if options.check:
            same = path.exists() and agrees(result, json.loads(path.read_text()))
            print(f"{name}: {'as committed' if same else 'DIFFERS'}")
            bad |= not same
        else:
            path.write_text(json.dumps(result) + "\n")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    command(FOLDER, {name: lambda seed, n=name, c=case: golden(n, seed=seed, **c) for name, case in cases().items()})
