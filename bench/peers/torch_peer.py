"""PyTorch: python torch_peer.py eager|compile THREADS

eager: a loop of calls of the cell, written as its users write it.
compile: torch.compile of the whole loss, with what can be done once for all steps done once, which makes it a fifth faster.
"""

import sys

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


class Classifier(torch.nn.Module):
    """The mean cross entropy of the last state's logits."""

    def __init__(self, problem):
        super().__init__()
        self.cell = FastGRNNCell(problem)
        classes, hidden = problem.parameters["classifier"].shape
        self.hidden = hidden
        self.classifier = torch.nn.Linear(hidden, classes)
        with torch.no_grad():
            self.classifier.weight.copy_(torch.tensor(problem.parameters["classifier"]))
            self.classifier.bias.copy_(torch.tensor(problem.parameters["classifierBias"]))

    def forward(self, x, labels):
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
