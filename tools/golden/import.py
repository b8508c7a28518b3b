#!/usr/bin/env python3
"""Writes src/pipeline/import/golden: weights of FastGRNN, FastRNN, UGRNN, GRU and LSTM as other programs save them, and the logits that these
programs' equations give, for src/pipeline/import/import.test.ts.

    PyTorch: the wheel of PyPI that requirements.txt names (torch_build.py)
    python3 tools/golden/import.py                                 writes the files
    npx prettier --write src/pipeline/import/golden

The equations are those that EdgeML documents for its cells: z = gate(W x + U h + Bg), c = update(W x + U h + Bh),
h = z h + (sigmoid(zeta) (1 - z) + sigmoid(nu)) c, and for FastRNN h = sigmoid(beta) h + sigmoid(alpha) update(W x + U h + B);
and, with matrices k of their own for each gate, p_k = x W_k + h U_k (of low rank x W W_k and h U U_k):
UGRNN z = gate(p_1 + Bg), c = update(p_2 + Bh), h = z h + (1 - z) c; GRU r = gate(p_1 + Br), z = gate(p_2 + Bg),
c = update(x W_3 + (r h) U_3 + Bh), h = z h + (1 - z) c; LSTM i = gate(p_1 + Bi), f = gate(p_2 + Bf), c~ = update(p_3 + Bc),
o = gate(p_4 + Bo), c = f c + i c~, h = o update(c).
logits = h FC + FCbias; inputs (x - mean) / std. Each case multiplies its matrices in the order and the transposition in which
it stores them, in float64, from weights that were rounded to float32 (or the type that the file holds). Numbers are drawn by
Python's own `random`, whose numbers no version changes. Not run in continuous integration.
"""

import json
import pathlib
import random
import shutil
import struct

import numpy as np
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "pipeline" / "import" / "golden"
SEQUENCES, STEPS = 4, 9
# Inputs are multiples of this, so that any power of two below it is an input unit that loses nothing.
GRID = 2.0**-5

NONLINEARITIES = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "quantTanh": lambda a: torch.clamp(a, -1, 1),
    "quantSigm": lambda a: torch.clamp((a + 1.0) / 2.0, 0, 1),
    "quantSigm4": lambda a: torch.clamp((a + 2.0) / 4.0, 0, 1),
}

# How x [rows, n] is multiplied to [rows, H]: by one stored matrix, or by two.
PRODUCTS = {
    "tensorflow": (lambda x, m: x @ m, lambda x, m1, m2: (x @ m1) @ m2),
    "pytorch": (lambda x, m: x @ m.T, lambda x, m1, m2: (x @ m1.T) @ m2.T),
    "paper": (lambda x, m: x @ m.T, lambda x, m1, m2: x @ (m1 @ m2.T).T),
    "product": (lambda x, m: x @ m.T, lambda x, m1, m2: x @ (m1 @ m2).T),
}


def shapes(layout, n, hidden, rank):
    """The shapes of the stored matrix, or of its two factors."""
    if rank is None:
        return [(n, hidden)] if layout == "tensorflow" else [(hidden, n)]
    return {
        "tensorflow": [(n, rank), (rank, hidden)],
        "pytorch": [(rank, n), (hidden, rank)],
        "paper": [(hidden, rank), (n, rank)],
        "product": [(hidden, rank), (rank, n)],
    }[layout]


# EdgeML's cells with matrices of each gate: how many, and their biases.
GATES = {"UGRNN": 2, "GRU": 3, "LSTM": 4}
BIASES = {"UGRNN": ["Bg", "Bh"], "GRU": ["Br", "Bg", "Bh"], "LSTM": ["Bf", "Bi", "Bc", "Bo"]}


class Case:
    def __init__(self, name, cell, layout, sizes, ranks=(None, None), gate="sigmoid", update="tanh", dtype="F32", names=None, head="FC", normalised=True, after=False, options=None):
        self.name, self.cell, self.layout, self.gate, self.update, self.head = name, cell, layout, gate, update, head
        self.after, self.options, self.dtype = after, options or {}, dtype
        self.random = random.Random(name)
        inputs, hidden, classes = sizes
        tensors = {}
        for letter, n, rank in (("W", inputs, ranks[0]), ("U", hidden, ranks[1])):
            if cell in GATES:
                if rank is not None:
                    tensors[letter] = self.normal(0.5, (n, rank))
                for k in range(1, GATES[cell] + 1):
                    tensors[f"{letter}{k}"] = self.normal(0.5, (n if rank is None else rank, hidden))
                continue
            parts = shapes(layout, n, hidden, rank)
            for i, shape in enumerate(parts):
                tensors[letter if rank is None else f"{letter}{i + 1}"] = self.normal(0.5, shape)
        if cell == "FastGRNN":
            tensors["Bg"], tensors["Bh"] = self.normal(0.7, (1, hidden)), self.normal(0.7, (1, hidden))
            tensors["zeta"], tensors["nu"] = self.scalar(1.3), self.scalar(-3.1)
        elif cell in GATES:
            for name in BIASES[cell]:
                tensors[name] = self.normal(0.7, (1, hidden))
        else:
            tensors["B"] = self.normal(0.7, (1, hidden))
            tensors["alpha"], tensors["beta"] = self.scalar(-1.2), self.scalar(2.1)
        tensors["FC"] = self.normal(0.8, (hidden, classes) if head == "FC" else (classes, hidden))
        tensors["FCbias"] = self.normal(0.8, (classes,))
        if normalised:
            tensors["mean"] = self.normal(5, (inputs,))
            tensors["std"] = self.stored(np.array([self.random.uniform(0.5, 4) for _ in range(inputs)]))
        self.tensors = tensors
        draws = np.array([max(-3.5, min(3.5, self.random.gauss(0, 1.5))) for _ in range(SEQUENCES * STEPS * inputs)])
        self.inputs = draws.reshape(SEQUENCES, STEPS, inputs)
        if normalised:
            self.inputs = tensors["mean"].astype(np.float64) + self.inputs * tensors["std"]
        self.inputs = np.round(self.inputs / GRID) * GRID
        self.names = names or {}

    def stored(self, array):
        """Rounded to what the file holds."""
        kind = {"F16": np.float16, "F64": np.float64}.get(self.dtype, np.float32)
        rounded = array.astype(kind)
        if self.dtype == "BF16":
            rounded = (rounded.view(np.uint32) & 0xFFFF0000).view(np.float32)
        return rounded

    def normal(self, deviation, shape):
        draws = [self.random.gauss(0, deviation) for _ in range(int(np.prod(shape)))]
        return self.stored(np.array(draws).reshape(shape))

    def scalar(self, raw):
        value = 1 / (1 + np.exp(-raw)) if self.after else raw
        return self.stored(np.full((1, 1), value))

    def logits(self):
        t = {name: torch.from_numpy(array.astype(np.float64)) for name, array in self.tensors.items()}
        full, low = PRODUCTS[self.layout]
        times = lambda letter, x: full(x, t[letter]) if letter in t else low(x, t[letter + "1"], t[letter + "2"])
        squash = (lambda s: s) if self.after else torch.sigmoid
        gate, update = NONLINEARITIES[self.gate], NONLINEARITIES[self.update]
        x = torch.from_numpy(self.inputs)
        if "mean" in t:
            x = (x - t["mean"]) / t["std"]
        h = torch.zeros(SEQUENCES, t["FC"].shape[0 if self.head == "FC" else 1], dtype=torch.float64)
        memory = torch.zeros_like(h)
        for step in range(STEPS):
            if self.cell in GATES:
                h, memory = self.gated(t, x[:, step], h, memory)
                continue
            a = times("W", x[:, step]) + times("U", h)
            if self.cell == "FastGRNN":
                z, c = gate(a + t["Bg"]), update(a + t["Bh"])
                h = z * h + (squash(t["zeta"]) * (1.0 - z) + squash(t["nu"])) * c
            else:
                h = squash(t["beta"]) * h + squash(t["alpha"]) * update(a + t["B"])
        return (h @ (t["FC"] if self.head == "FC" else t["FC"].T) + t["FCbias"]).tolist()

    def gated(self, t, x, h, memory):
        gate, update = NONLINEARITIES[self.gate], NONLINEARITIES[self.update]
        times = lambda letter, k, v: (v @ t[letter] if letter in t else v) @ t[f"{letter}{k}"]
        p = lambda k: times("W", k, x) + times("U", k, h)
        if self.cell == "UGRNN":
            z, c = gate(p(1) + t["Bg"]), update(p(2) + t["Bh"])
            return z * h + (1.0 - z) * c, memory
        if self.cell == "GRU":
            r, z = gate(p(1) + t["Br"]), gate(p(2) + t["Bg"])
            c = update(times("W", 3, x) + times("U", 3, r * h) + t["Bh"])
            return z * h + (1.0 - z) * c, memory
        i, f, o = gate(p(1) + t["Bi"]), gate(p(2) + t["Bf"]), gate(p(4) + t["Bo"])
        memory = f * memory + i * update(p(3) + t["Bc"])
        return o * update(memory), memory

    def write(self):
        renamed = {self.names.get(name, name): array for name, array in self.tensors.items()}
        path = FOLDER / self.name
        if path.suffix == ".npz":
            np.savez_compressed(path, **renamed) if "low" in self.name else np.savez(path, **renamed)
        elif path.suffix == ".safetensors":
            path.write_bytes(self.safetensors(renamed))
        else:
            path.mkdir()
            for name, array in renamed.items():
                # EdgeML's arrays come out of transposed tensors, so some are in Fortran's order.
                np.save(path / f"{name}.npy", np.asfortranarray(array) if name in ("W", "U1") else array)
        return {
            "path": self.name,
            "cell": self.cell,
            "options": self.options,
            "inputs": self.inputs.tolist(),
            "logits": self.logits(),
        }

    def safetensors(self, tensors):
        header, blocks, at = {}, [], 0
        for name, array in tensors.items():
            if self.dtype == "BF16":
                block = (np.ascontiguousarray(array).view(np.uint32) >> 16).astype("<u2").tobytes()
            else:
                block = np.ascontiguousarray(array).tobytes()
            header[name] = {"dtype": self.dtype, "shape": list(array.shape), "data_offsets": [at, at + len(block)]}
            blocks.append(block)
            at += len(block)
        header["__metadata__"] = {"format": "pt"}
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<Q", len(text)) + text + b"".join(blocks)


def torch_names(prefix, linear):
    names = {"Bg": "bias_gate", "Bh": "bias_update", "B": "bias_update"}
    cell = {name: f"{prefix}{names.get(name, name)}" for name in ("W", "W1", "W2", "U", "U1", "U2", "Bg", "Bh", "B", "zeta", "nu", "alpha", "beta")}
    return {**cell, "FC": f"{linear}.weight", "FCbias": f"{linear}.bias"}


def tensorflow_names(scope):
    names = {"Bg": "B_g", "Bh": "B_h", "B": "B_h"}
    cell = {name: f"{scope}/{names.get(name, name)}:0" for name in ("W", "W1", "W2", "U", "U1", "U2", "Bg", "Bh", "B", "zeta", "nu", "alpha", "beta")}
    return cell


CASES = [
    Case("tensorflow-full", "FastGRNN", "tensorflow", (3, 6, 4)),
    Case("tensorflow-low.npz", "FastGRNN", "tensorflow", (5, 7, 3), (2, 3), names=tensorflow_names("rnn/FastGRNNcell")),
    Case("tensorflow-square.npz", "FastGRNN", "tensorflow", (5, 5, 3), names=tensorflow_names("rnn/FastGRNNcell")),
    Case("pytorch-full.safetensors", "FastGRNN", "pytorch", (3, 6, 4), gate="quantSigm", update="quantTanh", names=torch_names("rnn.cell.", "fc"), head="linear", options={"gate": "quantSigm", "update": "quantTanh"}),
    Case("pytorch-low", "FastGRNN", "pytorch", (4, 7, 3), (2, 3), gate="tanh", update="relu", options={"gate": "tanh", "update": "relu"}),
    Case("pytorch-square.safetensors", "FastGRNN", "pytorch", (6, 6, 6), gate="quantSigm4", dtype="F64", names=torch_names("FastGRNNCell.", "classifier"), head="linear", normalised=False, options={"transpose": "no", "gate": "quantSigm4"}),
    Case("pytorch-half.safetensors", "FastGRNN", "pytorch", (3, 5, 2), dtype="F16", names=torch_names("", "out"), head="linear"),
    Case("pytorch-bfloat16.safetensors", "FastGRNN", "pytorch", (3, 5, 2), dtype="BF16", names=torch_names("", "out"), head="linear"),
    Case("rank-too-high.npz", "FastGRNN", "tensorflow", (2, 6, 3), (3, None)),
    Case("fastrnn-full", "FastRNN", "tensorflow", (6, 6, 3)),
    Case("fastrnn-low.npz", "FastRNN", "tensorflow", (4, 7, 3), (2, 3), update="relu", options={"update": "relu"}),
    Case("ugrnn-full", "UGRNN", "tensorflow", (3, 6, 4)),
    Case("ugrnn-low.npz", "UGRNN", "tensorflow", (5, 6, 3), (2, 3), gate="quantSigm", update="quantTanh", options={"gate": "quantSigm", "update": "quantTanh"}),
    Case("gru-full.npz", "GRU", "tensorflow", (3, 6, 4)),
    Case("gru-low", "GRU", "tensorflow", (5, 6, 3), (2, 3)),
    Case("lstm-full.safetensors", "LSTM", "tensorflow", (3, 6, 4), names={**{f"{m}{k}": f"rnn.cell.{m}{k}" for m in "WU" for k in range(1, 5)}, "Bf": "rnn.cell.bias_f", "Bi": "rnn.cell.bias_i", "Bc": "rnn.cell.bias_c", "Bo": "rnn.cell.bias_o"}),
    Case("lstm-low.npz", "LSTM", "tensorflow", (5, 6, 3), (None, 3)),
    Case("paper-low.npz", "FastGRNN", "paper", (5, 8, 3), (3, 2), normalised=False, after=True, options={"scalars": "sigmoid"}),
    Case(
        "product-low.safetensors", "FastGRNN", "product", (4, 8, 3), (3, 2), normalised=False, after=True,
        names={"W1": "in.a", "W2": "in.b", "U1": "state.a", "U2": "state.b", "Bg": "gate_offset", "Bh": "candidate_offset", "zeta": "s1", "nu": "s2", "FC": "last", "FCbias": "last_offset"},
        options={"scalars": "sigmoid", "map": {"W1": "in.a", "W2": "in.b", "U1": "state.a", "U2": "state.b", "biasGate": "gate_offset", "biasUpdate": "candidate_offset", "zeta": "s1", "nu": "s2", "classifier": "last", "classifierBias": "last_offset"}},
    ),
]


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "cases.json").write_text(json.dumps([case.write() for case in CASES]) + "\n")


if __name__ == "__main__":
    main()
