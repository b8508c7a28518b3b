#!/usr/bin/env python3
"""Writes src/network/golden/cells/*.json: what PyTorch's own nn.RNN, nn.GRU and nn.LSTM, and onnxruntime's RNN, GRU and LSTM,
make of the weights of our cells, for src/network/golden-cells.test.ts. The libraries' cells are taken as they are, not written anew: what is
told here is only which of their weights is which of ours.

    PyTorch: the wheel of PyPI that requirements.txt names (torch_build.py)
    python3 tools/golden/cells.py torch                       writes PyTorch's files
    pip install --require-hashes -r tools/golden/onnxruntime.txt
    python3 tools/golden/cells.py onnxruntime                 writes onnxruntime's
    npx prettier --write src/network/golden                   as the repository formats JSON
    python3 tools/golden/cells.py torch --check               exits 1 when the committed values aren't what comes out

PyTorch's are in float64, one thread, outputs and gradients of the mean cross-entropy of the last state's logits; onnxruntime's in
float32, outputs. Seeds are Python's own `random`; parameters and inputs are rounded to a few binary digits, so that float32 holds
them exactly. Not run in continuous integration: the libraries are large. The committed files are what the test compares with.
"""

import argparse
import hashlib
import json
import math
import pathlib
import random
import re
import sys

FORMAT_VERSION = 1
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "network" / "golden" / "cells"
GATES = {"RNN": [""], "GRU": ["Reset", "Gate", "Update"], "LSTM": ["Input", "Forget", "Update", "Output"]}


def shapes(cell, inputs, hidden, classes, reset="after"):
    """Our tensors in their order."""
    gates = GATES[cell]
    return {
        **{f"W{g}": (hidden, inputs) for g in gates},
        **{f"U{g}": (hidden, hidden) for g in gates},
        **{f"bias{g}": (hidden,) for g in gates},
        **({"biasRecurrent": (hidden,)} if cell == "GRU" and reset == "after" else {}),
        "classifier": (classes, hidden),
        "classifierBias": (classes,),
    }


def problem(name, cell, inputs, hidden, classes, rows, steps, reset="after"):
    draw = random.Random(f"{name} 1")
    grid = lambda scale, unit: round(draw.gauss(0, scale) * unit) / unit
    tensors = {
        key: [grid(0.4 if key[0] in "WU" or key == "classifier" else 0.3, 1024) for _ in range(math.prod(shape))]
        for key, shape in shapes(cell, inputs, hidden, classes, reset).items()
    }
    xs = [[[grid(1, 64) for _ in range(inputs)] for _ in range(steps)] for _ in range(rows)]
    return tensors, xs, [draw.randrange(classes) for _ in range(rows)]


def architecture(cell, inputs, hidden, classes, update="tanh", **more):
    fields = dict(cell=cell, inputSize=inputs, hiddenSize=hidden, wRank=0, uRank=0, gate="sigmoid", update=update)
    return {**fields, "residual": "free", "classes": classes, **more}


def source(tool, **versions):
    text = pathlib.Path(__file__).read_bytes()
    return {"script": "tools/golden/cells.py", "sha256": hashlib.sha256(text).hexdigest(), "tool": tool, **versions}


def torch_case(name, cell, inputs, hidden, classes, rows, steps, relu=False):
    import torch
    from torch import nn
    from torch_build import torch_build

    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    tensors, xs, labels = problem(name, cell, inputs, hidden, classes, rows, steps)
    of = {key: torch.tensor(v).reshape(shapes(cell, inputs, hidden, classes)[key]) for key, v in tensors.items()}
    gates = GATES[cell]
    options = {"nonlinearity": "relu" if relu else "tanh"} if cell == "RNN" else {}
    module = getattr(nn, cell)(inputs, hidden, batch_first=True, **options)
    head = nn.Linear(hidden, classes)
    # PyTorch has two biases a gate, of which ours is the sum but for the GRU's candidate, whose second one is multiplied by r.
    second = torch.zeros(len(gates) * hidden)
    if cell == "GRU":
        second[2 * hidden :] = of["biasRecurrent"]
    with torch.no_grad():
        module.weight_ih_l0.copy_(torch.cat([of[f"W{g}"] for g in gates]))
        module.weight_hh_l0.copy_(torch.cat([of[f"U{g}"] for g in gates]))
        module.bias_ih_l0.copy_(torch.cat([of[f"bias{g}"] for g in gates]))
        module.bias_hh_l0.copy_(second)
        head.weight.copy_(of["classifier"])
        head.bias.copy_(of["classifierBias"])
    states, _ = module(torch.tensor(xs))
    logits = head(states[:, -1])
    nn.functional.cross_entropy(logits, torch.tensor(labels)).backward()
    parts = lambda tensor: dict(zip(gates, tensor.chunk(len(gates))))
    gradients = {
        **{f"W{g}": t for g, t in parts(module.weight_ih_l0.grad).items()},
        **{f"U{g}": t for g, t in parts(module.weight_hh_l0.grad).items()},
        **{f"bias{g}": t for g, t in parts(module.bias_ih_l0.grad).items()},
        **({"biasRecurrent": module.bias_hh_l0.grad[2 * hidden :]} if cell == "GRU" else {}),
        "classifier": head.weight.grad,
        "classifierBias": head.bias.grad,
    }
    return {
        "formatVersion": FORMAT_VERSION,
        "source": source("torch", **torch_build(), dtype="float64"),
        "architecture": architecture(cell, inputs, hidden, classes, update="relu" if relu else "tanh"),
        "inputs": xs,
        "labels": labels,
        "parameters": tensors,
        "states": states.tolist(),
        "logits": logits.tolist(),
        "gradients": {key: [float(f"{v:.10g}") for v in t.reshape(-1).tolist()] for key, t in gradients.items()},
    }


def onnx_build():
    """What a golden file says of its onnxruntime. Exits where it is another than the wheel of onnxruntime.txt."""
    import onnx
    import onnxruntime

    pinned = pathlib.Path(__file__).with_name("onnxruntime.txt").read_text()
    version, digest = re.search(r"^onnxruntime==(\S+) --hash=sha256:([0-9a-f]{64})$", pinned, re.M).groups()
    if onnxruntime.__version__ != version:
        sys.exit(f"this is onnxruntime {onnxruntime.__version__}; golden files are made by {version}: see tools/golden/onnxruntime.txt")
    return {"onnxruntime": version, "wheel": digest, "onnx": onnx.__version__}


# Our gates in ONNX's order: z, r, h; i, o, f, c.
ONNX_GATES = {"RNN": [""], "GRU": ["Gate", "Reset", "Update"], "LSTM": ["Input", "Output", "Forget", "Update"]}


def onnx_case(name, cell, inputs, hidden, classes, rows, steps, reset=None, relu=False):
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    tensors, xs, labels = problem(name, cell, inputs, hidden, classes, rows, steps, reset)
    of = {k: np.array(v, np.float32).reshape(shapes(cell, inputs, hidden, classes, reset)[k]) for k, v in tensors.items()}
    order = ONNX_GATES[cell]
    second = np.zeros(len(order) * hidden, np.float32)
    if reset == "after":
        second[2 * hidden :] = of["biasRecurrent"]
    constants = {
        "W": np.concatenate([of[f"W{g}"] for g in order])[None],
        "R": np.concatenate([of[f"U{g}"] for g in order])[None],
        "B": np.concatenate([of[f"bias{g}"] for g in order] + [second])[None],
    }
    options = {"linear_before_reset": 1 if reset == "after" else 0} if cell == "GRU" else {}
    if relu:
        options["activations"] = ["Relu"]
    node = helper.make_node(cell, ["X", "W", "R", "B"], ["Y"], hidden_size=hidden, **options)
    graph = helper.make_graph(
        [node],
        cell.lower(),
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [steps, rows, inputs])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"X": np.array(xs, np.float32).transpose(1, 0, 2)})
    states = y[:, 0].transpose(1, 0, 2).astype(np.float64)
    logits = states[:, -1] @ of["classifier"].astype(np.float64).T + of["classifierBias"]
    update, own = "relu" if relu else "tanh", {} if reset is None else {"reset": reset}
    return {
        "formatVersion": FORMAT_VERSION,
        "source": source("onnxruntime", **onnx_build(), dtype="float32"),
        "architecture": architecture(cell, inputs, hidden, classes, update=update, **own),
        "inputs": xs,
        "labels": labels,
        "parameters": tensors,
        "states": states.tolist(),
        "logits": logits.tolist(),
    }


# The engine takes time in chunks of 96 rows or more: two cases have whole chunks and a rest. 17 hidden units are one more than
# the widest vector holds.
CASES = {
    "torch": {
        "torch-rnn-tanh": lambda name: torch_case(name, "RNN", 3, 8, 3, rows=16, steps=14),
        "torch-rnn-relu": lambda name: torch_case(name, "RNN", 4, 7, 2, rows=5, steps=6, relu=True),
        "torch-gru": lambda name: torch_case(name, "GRU", 3, 17, 4, rows=6, steps=9),
        "torch-lstm": lambda name: torch_case(name, "LSTM", 4, 17, 3, rows=16, steps=13),
    },
    "onnxruntime": {
        "onnxruntime-rnn-tanh": lambda name: onnx_case(name, "RNN", 3, 9, 3, rows=4, steps=8),
        "onnxruntime-rnn-relu": lambda name: onnx_case(name, "RNN", 4, 7, 2, rows=5, steps=6, relu=True),
        "onnxruntime-gru-before": lambda name: onnx_case(name, "GRU", 3, 9, 3, rows=4, steps=8, reset="before"),
        "onnxruntime-gru-after": lambda name: onnx_case(name, "GRU", 3, 9, 3, rows=4, steps=8, reset="after"),
        "onnxruntime-lstm": lambda name: onnx_case(name, "LSTM", 4, 17, 3, rows=4, steps=9),
    },
}


def agrees(a, b, tolerance):
    """Whether two trees are equal, numbers to what another version of the library could change."""
    if isinstance(a, dict):
        skipped = ("torch", "wheel", "onnx", "onnxruntime", "sha256")
        keys = [key for key in a if key not in skipped]
        return isinstance(b, dict) and a.keys() == b.keys() and all(agrees(a[k], b[k], tolerance) for k in keys)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(agrees(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)
    return a == b


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool", choices=list(CASES))
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    bad = False
    for name, make in CASES[options.tool].items():
        result = make(name)
        path = FOLDER / f"{name}.json"
        if options.check:
            tolerance = 1e-9 if options.tool == "torch" else 1e-6
            same = path.exists() and agrees(result, json.loads(path.read_text()), tolerance)
            print(f"{name}: {'as committed' if same else 'DIFFERS'}")
            bad |= not same
        else:
            path.write_text(json.dumps(result) + "\n")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
