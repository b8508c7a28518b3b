"""What the peers in Python share: problems of bench/shapes.mjs, and answers to bench/child.mjs, one line of JSON a request."""

import json
import sys
import time

import numpy as np


class Problem:
    """A problem as bench/shapes.mjs wrote it: parameters by name, inputs [steps, rows, input_size], labels [rows]."""

    def __init__(self, file):
        with open(file) as text:
            facts = json.load(text)
        floats = np.fromfile(facts["binary"], dtype=np.float32)
        self.rows, self.steps = facts["rows"], facts["steps"]
        self.full_w = facts["architecture"]["wRank"] == 0
        self.full_u = facts["architecture"]["uRank"] == 0
        self.parameters = {
            tensor["name"]: floats[tensor["offset"] : tensor["offset"] + tensor["size"]].reshape(tensor["shape"])
            for tensor in facts["tensors"]
        }
        self.inputs = floats[facts["parameters"] :].reshape(self.steps, self.rows, -1)
        self.labels = np.array(facts["labels"])
        self.rates = facts["rates"]
        self.checked_iterations = facts["checkedIterations"]


def answer(create, version):
    """Serves requests. `create(problem)` gives a function of (iterations, rate) that returns all losses when all is done."""
    run = problem = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "prepare":
            started = time.perf_counter()
            problem = Problem(request["problem"])
            run = create(problem)
            losses = run(problem.checked_iterations, problem.rates["checked"])
            reply = {"losses": losses, "seconds": time.perf_counter() - started, "version": version}
        else:
            started, used = time.perf_counter(), time.process_time()
            losses = run(request["iterations"], problem.rates["timed"])
            ms, processor_ms = (time.perf_counter() - started) * 1000, (time.process_time() - used) * 1000
            reply = {"ms": ms, "processorMs": processor_ms, "loss": losses[-1]}
        print(json.dumps(reply), flush=True)
