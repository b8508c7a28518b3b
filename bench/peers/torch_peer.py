"""PyTorch: python torch_peer.py eager|compile|lstm|gru THREADS

eager: a loop of calls of the cell, written as its users write it.
lstm, gru: torch.nn.LSTM and torch.nn.GRU over the whole sequence, without the second biases that the problem hasn't.
compile: torch.compile of the whole loss, with what can be done once for all steps done once, which makes it a fifth faster.
"""

import sys

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from peer import answer

mode, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
# Gradients of hundreds of steps back are subnormal, which makes a processor ten times slower.
torch.set_flush_denormal(True)


class FastGRNNCell(torch.nn.Module):
    """Equation (6) of the paper, with W = W1 W2^T and U = U1 U2^T where these are of low rank."""

    def __init__(self, problem):
        super().__init__()
        self.full_w, self.full_u = problem.full_w, problem.full_u
        for name, value in problem.parameters.items():
            if not name.startswith("classifier"):
                self.register_parameter(name, torch.nn.Parameter(torch.tensor(value)))

    def project(self, x):
        return x @ self.W.T if self.full_w else x @ self.W2 @ self.W1.T

    def update(self, a, h):
        z = torch.sigmoid(a + self.biasGate)
        candidate = torch.tanh(a + self.biasUpdate)
        return (torch.sigmoid(self.zeta) * (1 - z) + torch.sigmoid(self.nu)) * candidate + z * h

    def forward(self, x, h):
        uh = h @ self.U.T if self.full_u else h @ self.U2 @ self.U1.T
        return self.update(self.project(x) + uh, h)

    def all_steps(self, x, h):
        """The same, but for what is done once for all steps: the projection of inputs, and the product of U's factors."""
        u = self.U.T if self.full_u else self.U2 @ self.U1.T
        for wx in self.project(x).unbind():
            h = self.update(wx + h @ u, h)
        return h


GATES = {"lstm": ["Input", "Forget", "Update", "Output"], "gru": ["Reset", "Gate", "Update"]}


def gated_cell(problem):
    """PyTorch's own cell with the problem's parameters, whose gates stand one below the other."""
    hidden, features = problem.parameters["UUpdate"].shape[0], problem.inputs.shape[2]
    cell = (torch.nn.LSTM if mode == "lstm" else torch.nn.GRU)(features, hidden)
    stacked = lambda name: torch.tensor(np.concatenate([problem.parameters[name + gate] for gate in GATES[mode]]))
    with torch.no_grad():
        cell.weight_ih_l0.copy_(stacked("W"))
        cell.weight_hh_l0.copy_(stacked("U"))
        cell.bias_ih_l0.copy_(stacked("bias"))
        cell.bias_hh_l0.zero_()
        if mode == "gru":
            cell.bias_hh_l0[2 * hidden :].copy_(torch.tensor(problem.parameters["biasRecurrent"]))
    # Of two biases that are added up one stays at 0: what is learnt is their sum. The GRU's last one is a parameter of its own.
    learnt = torch.zeros_like(cell.bias_hh_l0)
    if mode == "gru":
        learnt[2 * hidden :] = 1
    cell.bias_hh_l0.register_hook(lambda gradient: gradient * learnt)
    return cell


class Classifier(torch.nn.Module):
    """The mean cross entropy of the last state's logits."""

    def __init__(self, problem):
        super().__init__()
        self.cell = gated_cell(problem) if mode in GATES else FastGRNNCell(problem)
        classes, hidden = problem.parameters["classifier"].shape
        self.hidden = hidden
        self.classifier = torch.nn.Linear(hidden, classes)
        with torch.no_grad():
            self.classifier.weight.copy_(torch.tensor(problem.parameters["classifier"]))
            self.classifier.bias.copy_(torch.tensor(problem.parameters["classifierBias"]))

    def forward(self, x, labels):
        if mode in GATES:
            return cross_entropy(self.classifier(self.cell(x)[0][-1]), labels)
        h = torch.zeros(x.shape[1], self.hidden)
        if mode == "eager":
            for step in x:
                h = self.cell(step, h)
        else:
            h = self.cell.all_steps(x, h)
        return cross_entropy(self.classifier(h), labels)


def create(problem):
    model = Classifier(problem)
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-8)
    loss_of = torch.compile(model) if mode == "compile" else model
    x, labels = torch.tensor(problem.inputs), torch.tensor(problem.labels)

    def run(iterations, rate):
        optimizer.param_groups[0]["lr"] = rate
        losses = []
        for _ in range(iterations):
            optimizer.zero_grad()
            loss = loss_of(x, labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return [loss.item() for loss in losses]

    return run


answer(create, torch.__version__)
