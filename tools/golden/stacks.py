#!/usr/bin/env python3
"""Writes src/network/golden/stacks/*.json: what PyTorch's own nn.RNN, nn.GRU and nn.LSTM of several layers, in one direction and in
both, make of rows of different lengths (packed sequences), for src/network/golden-stacks.test.ts.

    PyTorch: the wheel of PyPI that requirements.txt names (torch_build.py)
    python3 tools/golden/stacks.py                            writes the files
    npx prettier --write src/network/golden                   as the repository formats JSON
    python3 tools/golden/stacks.py --check                    exits 1 when the committed values aren't what comes out

In float64, one thread: logits and gradients of the mean cross-entropy, of the last states or of every step's (of a row the mean over
its steps). Parameters and inputs are rounded to a few binary digits, so that float32 holds them exactly. Not run in continuous
integration: PyTorch is large. The committed files are what the test compares with.
"""

import argparse
import hashlib
import json
import math
import pathlib
import random
import sys

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from torch_build import torch_build
from cells import FOLDER, FORMAT_VERSION, GATES, agrees, architecture, shapes

STACKS = FOLDER.parent / "stacks"
SOURCE = {
    "script": "tools/golden/stacks.py",
    "sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
    "tool": "torch",
    **torch_build(),
    "dtype": "float64",
}
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def cells_of(layers, directions):
    """Our prefix of a cell's tensors and PyTorch's suffix, and which layer it is, in our order."""
    for layer in range(layers):
        for direction in range(directions):
            prefix = (f"layer{layer + 1}." if layer else "") + ("backward." if direction else "")
            yield prefix, f"_l{layer}" + ("_reverse" if direction else ""), layer


def case(name, cell, layers, both, output, inputs=3, hidden=5, classes=3, lengths=(6, 3, 5)):
    draw = random.Random(f"{name} 1")
    grid = lambda scale, unit: round(draw.gauss(0, scale) * unit) / unit
    gates, directions, steps = GATES[cell], 2 if both else 1, max(lengths)
    width = hidden * directions
    head = lambda key: key.startswith("classifier")
    specs = {}
    for prefix, _, layer in cells_of(layers, directions):
        own = shapes(cell, width if layer else inputs, hidden, classes)
        specs.update({prefix + key: shape for key, shape in own.items() if not head(key)})
    specs.update({"classifier": (classes, width), "classifierBias": (classes,)})
    tensors = {key: [grid(0.4, 1024) for _ in range(math.prod(shape))] for key, shape in specs.items()}
    of = {key: torch.tensor(values).reshape(specs[key]) for key, values in tensors.items()}
    xs = [[[grid(1, 64) for _ in range(inputs)] for _ in range(length)] for length in lengths]
    labels = [[draw.randrange(classes) for _ in range(length)] for length in lengths]

    module = getattr(nn, cell)(inputs, hidden, num_layers=layers, bidirectional=both, batch_first=True)
    linear = nn.Linear(width, classes)
    with torch.no_grad():
        for prefix, suffix, _ in cells_of(layers, directions):
            second = torch.zeros(len(gates) * hidden)
            if cell == "GRU":
                second[2 * hidden :] = of[prefix + "biasRecurrent"]
            for theirs, ours in (("weight_ih", "W"), ("weight_hh", "U"), ("bias_ih", "bias")):
                getattr(module, theirs + suffix).copy_(torch.cat([of[prefix + ours + gate] for gate in gates]))
            getattr(module, "bias_hh" + suffix).copy_(second)
        linear.weight.copy_(of["classifier"])
        linear.bias.copy_(of["classifierBias"])

    padded = torch.zeros(len(lengths), steps, inputs)
    for r, row in enumerate(xs):
        padded[r, : len(row)] = torch.tensor(row)
    packed = pack_padded_sequence(padded, list(lengths), batch_first=True, enforce_sorted=False)
    sequences, last = module(packed)
    if output == "every":
        states = pad_packed_sequence(sequences, batch_first=True)[0]
        logits = [linear(states[r, :length]) for r, length in enumerate(lengths)]
        wanted = [torch.tensor(row) for row in labels]
    else:
        h = last[0] if cell == "LSTM" else last
        logits = [linear(row)[None] for row in torch.cat(list(h[-directions:]), dim=1)]
        wanted = [torch.tensor(row[-1:]) for row in labels]
    losses = [nn.functional.cross_entropy(y, right) for y, right in zip(logits, wanted)]
    (sum(losses) / len(losses)).backward()

    gradients = {}
    for prefix, suffix, _ in cells_of(layers, directions):
        for theirs, ours in (("weight_ih", "W"), ("weight_hh", "U"), ("bias_ih", "bias")):
            parts = getattr(module, theirs + suffix).grad.chunk(len(gates))
            gradients.update({prefix + ours + gate: part for gate, part in zip(gates, parts)})
        if cell == "GRU":
            gradients[prefix + "biasRecurrent"] = getattr(module, "bias_hh" + suffix).grad[2 * hidden :]
    gradients.update({"classifier": linear.weight.grad, "classifierBias": linear.bias.grad})
    more = {"output": output, **({"layers": layers} if layers > 1 else {}), **({"bidirectional": True} if both else {})}
    return {
        "formatVersion": FORMAT_VERSION,
        "source": SOURCE,
        "architecture": architecture(cell, inputs, hidden, classes, **more),
        "inputs": xs,
        "labels": labels,
        "parameters": tensors,
        "logits": [y.tolist() for y in logits],
        "gradients": {key: [float(f"{v:.10g}") for v in gradients[key].reshape(-1).tolist()] for key in specs},
    }


CASES = {
    "rnn-3-every": lambda name: case(name, "RNN", 3, False, "every"),
    "rnn-1-both": lambda name: case(name, "RNN", 1, True, "last"),
    "gru-2-both-every": lambda name: case(name, "GRU", 2, True, "every"),
    "gru-2": lambda name: case(name, "GRU", 2, False, "last"),
    "lstm-2-both": lambda name: case(name, "LSTM", 2, True, "last"),
    "lstm-3-every": lambda name: case(name, "LSTM", 3, False, "every"),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    check = parser.parse_args().check
    STACKS.mkdir(parents=True, exist_ok=True)
    bad = False
    for name, make in CASES.items():
        path, result = STACKS / f"{name}.json", make(name)
        if check:
            same = path.exists() and agrees(result, json.loads(path.read_text()), 1e-9)
            print(f"{name}: {'as committed' if same else 'DIFFERS'}")
            bad |= not same
        else:
            path.write_text(json.dumps(result) + "\n")
            print(f"{name}: written")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
