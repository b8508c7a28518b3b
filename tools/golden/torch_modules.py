#!/usr/bin/env python3
"""Writes src/pipeline/import/golden-torch: state_dicts of networks made of PyTorch's own recurrent modules, as safetensors, and the
logits that PyTorch computes with them, for src/pipeline/import/torch.test.ts.

    PyTorch: the wheel of PyPI that requirements.txt names (torch_build.py)
    python3 tools/golden/torch_modules.py                          writes the files
    npx prettier --write src/pipeline/import/golden-torch
    python3 tools/golden/torch_modules.py --check                  exits 1 where the committed logits aren't what comes out

nn.RNN, nn.GRU, nn.LSTM and nn.Linear do the arithmetic, in float64, with weights that were rounded to float32: this script writes down
no equation. Numbers are drawn by Python's own `random`, whose numbers no version changes. cases.json says which PyTorch it was and the
SHA-256 of this script. Not run in continuous integration.
"""

import argparse
import hashlib
import json
import pathlib
import random
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch_build import torch_build

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "pipeline" / "import" / "golden-torch"
SEQUENCES, STEPS = 3, 8
# Inputs are multiples of this, so that any power of two below it is an input unit that loses nothing.
GRID = 2.0**-5


class Network(nn.Module):
    """A recurrent module and a linear layer over its last states, every state, or their mean."""

    def __init__(self, kind, inputs, hidden, classes, layers=1, bidirectional=False, bias=True, nonlinearity=None, tokens=0, head="fc", output="last"):
        super().__init__()
        if tokens:
            self.embedding = nn.Embedding(tokens, inputs)
        extra = {} if nonlinearity is None else {"nonlinearity": nonlinearity}
        self.cell = kind.endswith("Cell")
        if self.cell:
            self.rnn = getattr(nn, kind)(inputs, hidden, bias=bias, **extra)
        else:
            self.rnn = getattr(nn, kind)(inputs, hidden, num_layers=layers, batch_first=True, bidirectional=bidirectional, bias=bias, **extra)
        setattr(self, head, nn.Linear(hidden * (2 if bidirectional else 1), classes, bias=bias))
        self.head, self.output, self.lstm = head, output, kind.startswith("LSTM")

    def forward(self, x):
        if hasattr(self, "embedding"):
            x = self.embedding(x)
        linear = getattr(self, self.head)
        if self.cell:
            state = None
            for t in range(x.shape[1]):
                state = self.rnn(x[:, t], state)
            return linear(state[0] if self.lstm else state)
        states, last = self.rnn(x)
        if self.output == "every":
            return linear(states)
        if self.output == "mean":
            return linear(states.mean(dim=1))
        last = last[0] if self.lstm else last
        both = self.rnn.bidirectional
        return linear(torch.cat((last[-2], last[-1]), dim=1) if both else last[-1])


# name, what Network takes, options of import
CASES = [
    ("rnn-tanh", dict(kind="RNN", inputs=3, hidden=5, classes=4), {}),
    ("rnn-relu", dict(kind="RNN", inputs=4, hidden=4, classes=2, nonlinearity="relu"), {"update": "relu"}),
    ("gru", dict(kind="GRU", inputs=3, hidden=5, classes=4), {}),
    ("lstm", dict(kind="LSTM", inputs=3, hidden=5, classes=4), {}),
    ("gru-cell", dict(kind="GRUCell", inputs=3, hidden=4, classes=3, head="classifier"), {}),
    ("lstm-cell", dict(kind="LSTMCell", inputs=2, hidden=4, classes=3, head="out"), {}),
    ("gru-without-bias", dict(kind="GRU", inputs=3, hidden=5, classes=4, bias=False), {}),
    ("lstm-every", dict(kind="LSTM", inputs=3, hidden=4, classes=2, output="every", head="score"), {"output": "every", "head": "sigmoid"}),
    ("gru-mean", dict(kind="GRU", inputs=3, hidden=4, classes=2, output="mean"), {"output": "mean"}),
    ("gru-tokens", dict(kind="GRU", inputs=3, hidden=4, classes=2, tokens=7), {}),
    ("gru-two-layers", dict(kind="GRU", inputs=3, hidden=4, classes=3, layers=2), {}),
    ("lstm-both", dict(kind="LSTM", inputs=3, hidden=4, classes=3, bidirectional=True), {}),
    ("rnn-both-two-layers-every", dict(kind="RNN", inputs=3, hidden=4, classes=3, layers=2, bidirectional=True, output="every"), {"output": "every"}),
]


def make(name, arguments, options):
    draw = random.Random(name)
    network = Network(**arguments).double()
    with torch.no_grad():
        for parameter in network.parameters():
            values = [draw.gauss(0, 0.6) for _ in range(parameter.numel())]
            parameter.copy_(torch.tensor(np.array(values, dtype=np.float32).astype(np.float64)).reshape(parameter.shape))
    tokens = arguments.get("tokens", 0)
    if tokens:
        inputs = torch.tensor([[draw.randrange(tokens) for _ in range(STEPS)] for _ in range(SEQUENCES)])
        shown = inputs.unsqueeze(2).tolist()
    else:
        draws = [round(max(-3.5, min(3.5, draw.gauss(0, 1.2))) / GRID) * GRID for _ in range(SEQUENCES * STEPS * arguments["inputs"])]
        inputs = torch.tensor(draws, dtype=torch.float64).reshape(SEQUENCES, STEPS, arguments["inputs"])
        shown = inputs.tolist()
    with torch.no_grad():
        logits = network(inputs).reshape(SEQUENCES, -1).tolist()
    file = f"{name}.safetensors"
    cell = arguments["kind"].removesuffix("Cell")
    return file, safetensors(network.state_dict()), {"path": file, "cell": cell, "options": options, "inputs": shown, "logits": logits}


def safetensors(state):
    header, blocks, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in state.items():
        block = tensor.numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(block)]}
        blocks.append(block)
        at += len(block)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(blocks)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    made = [make(*case) for case in CASES]
    script = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    record = {**torch_build(), "script": script, "cases": [case for _, _, case in made]}
    if check:
        committed = json.loads((FOLDER / "cases.json").read_text())
        if committed["script"] != script:
            sys.exit("cases.json was written by another version of this script: run it without --check")
        for ours, theirs in zip(committed["cases"], record["cases"], strict=True):
            worst = np.abs(np.array(ours["logits"]) - np.array(theirs["logits"])).max()
            print(f"{ours['path']}: {worst:.1e}")
            if worst > 1e-12 or ours["inputs"] != theirs["inputs"]:
                sys.exit(f"{ours['path']}: not what this PyTorch ({torch.__version__}) gives")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, content, _ in made:
        (FOLDER / file).write_bytes(content)
    (FOLDER / "cases.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
