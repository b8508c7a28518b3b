#!/usr/bin/env python3
"""Writes src/training/golden/metrics.json: what scikit-learn makes of small sets of predictions, for the tests of
src/training/metrics and src/training/baselines.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.0
    venv/bin/python tools/golden/metrics.py              writes the file
    npx prettier --write src/training/golden             as the repository formats JSON
    venv/bin/python tools/golden/metrics.py --check      exits 1 when the committed values aren't what comes out

Inputs are drawn by Python's own `random`, whose numbers no version changes, and rounded to a few binary digits. What
scikit-learn has no function for (expected calibration error, relative L2 error, a bootstrap by groups) is written down here
from its definition, with NumPy and apart from our code. Not run in continuous integration: the committed file is what the
tests compare with.
"""

import argparse
import json
import pathlib
import random
import sys

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, softmax
from sklearn import metrics
from sklearn.linear_model import LogisticRegression, Ridge

FILE = pathlib.Path(__file__).resolve().parents[2] / "src" / "training" / "golden" / "metrics.json"


def rounded(value):
    """Twelve significant digits: more than any tolerance of the tests, fewer than libraries' versions differ in."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(entry) for entry in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(f"{float(value):.12g}")


def grid(value, bits=6):
    """The nearest number with so many binary digits after the point."""
    return round(value * 2**bits) / 2**bits


def ece(confidence, right, bins=15):
    which = np.minimum(bins - 1, np.floor(confidence * bins).astype(int))
    return sum(abs((confidence[which == b] - right[which == b]).sum()) for b in range(bins)) / len(confidence)


def temperature(loss):
    found = minimize_scalar(lambda a: loss(np.exp(a)), bounds=(-3, 3), method="bounded", options={"xatol": 1e-11})
    return float(np.exp(-found.x))


def classes(rng):
    count, size = 160, 4
    labels = np.array([min(size - 1, int(rng.expovariate(0.9))) for _ in range(count)])
    logits = np.array([[grid(rng.gauss(0, 2) + (2 if k == labels[i] else 0)) for k in range(size)] for i in range(count)])
    groups = np.array([rng.randrange(11) for _ in range(count)])
    predicted = logits.argmax(axis=1)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predicted, labels=range(size), zero_division=0)
    p = softmax(logits, axis=1)
    best = temperature(lambda a: -log_softmax(a * logits, axis=1)[np.arange(count), labels].mean())
    after = softmax(logits / best, axis=1)
    random_state = np.random.default_rng(5)
    ids = np.unique(groups)
    members = {g: np.flatnonzero(groups == g) for g in ids}
    draws = []
    for _ in range(20000):
        rows = np.concatenate([members[g] for g in random_state.choice(ids, len(ids))])
        right = labels[rows] == predicted[rows]
        of_class = labels[rows] == 1
        draws.append([right.mean(), right[of_class].mean() if of_class.any() else np.nan])
    draws = np.array(draws)
    f1_draws = []
    for _ in range(4000):
        rows = np.concatenate([members[g] for g in random_state.choice(ids, len(ids))])
        f1_draws.append(metrics.f1_score(labels[rows], predicted[rows], average="macro", zero_division=0))
    return {
        "size": size,
        "labels": labels,
        "logits": logits,
        "groups": groups,
        "expected": {
            "confusion": metrics.confusion_matrix(labels, predicted, labels=range(size)),
            "accuracy": metrics.accuracy_score(labels, predicted),
            "balancedAccuracy": metrics.balanced_accuracy_score(labels, predicted),
            "macroF1": metrics.f1_score(labels, predicted, average="macro"),
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "support": support,
            "nll": metrics.log_loss(labels, p, labels=range(size)),
            "brier": ((p - np.eye(size)[labels]) ** 2).sum(axis=1).mean(),
            "ece": ece(p.max(axis=1), predicted == labels),
            "temperature": best,
            "nllAfter": metrics.log_loss(labels, after, labels=range(size)),
            "eceAfter": ece(after.max(axis=1), predicted == labels),
            "accuracyInterval": np.quantile(draws[:, 0], [0.025, 0.975]),
            "recallInterval": np.nanquantile(draws[:, 1], [0.025, 0.975]),
            "macroF1Interval": np.quantile(f1_draws, [0.025, 0.975]),
        },
    }


def labels(rng):
    count, size = 120, 3
    targets = np.array([[int(rng.random() < (0.2, 0.5, 0.7)[l]) for l in range(size)] for _ in range(count)])
    logits = np.array([[grid(rng.gauss(0, 2) + (1.5 if t else -1.5)) for t in row] for row in targets])
    predicted = (logits > 0).astype(int)
    p = expit(logits)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(targets, predicted, zero_division=0)
    return {
        "size": size,
        "targets": targets,
        "logits": logits,
        "expected": {
            "microF1": metrics.f1_score(targets, predicted, average="micro"),
            "macroF1": metrics.f1_score(targets, predicted, average="macro"),
            "exactMatch": metrics.accuracy_score(targets, predicted),
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "support": support,
            "nll": np.mean([metrics.log_loss(targets[:, l], p[:, l]) for l in range(size)]),
            "brier": np.mean([metrics.brier_score_loss(targets[:, l], p[:, l]) for l in range(size)]),
            "ece": ece(p.reshape(-1), targets.reshape(-1)),
            "temperature": temperature(
                lambda a: metrics.log_loss(targets.reshape(-1), expit(a * logits).reshape(-1))
            ),
        },
    }


def regression(rng):
    count, size = 90, 2
    targets = np.array([[grid(rng.gauss(30, 3)), grid(rng.gauss(-1, 0.5))] for _ in range(count)])
    values = np.array([[grid(t + rng.gauss(0.2, 1)) for t in row] for row in targets])
    each = [(targets[:, l], values[:, l]) for l in range(size)]
    return {
        "size": size,
        "targets": targets,
        "values": values,
        "expected": {
            "mse": metrics.mean_squared_error(targets, values),
            "rmse": metrics.mean_squared_error(targets, values) ** 0.5,
            "mae": metrics.mean_absolute_error(targets, values),
            "r2": metrics.r2_score(targets, values),
            "relativeL2": np.linalg.norm(values - targets) / np.linalg.norm(targets),
            "perOutput": [
                {
                    "mse": metrics.mean_squared_error(t, v),
                    "rmse": metrics.root_mean_squared_error(t, v),
                    "mae": metrics.mean_absolute_error(t, v),
                    "r2": metrics.r2_score(t, v),
                    "relativeL2": np.linalg.norm(v - t) / np.linalg.norm(t),
                }
                for t, v in each
            ],
        },
    }


def logistic(rng):
    count, columns, size = 150, 4, 3
    targets = [rng.randrange(size) for _ in range(count)]
    table = np.array([[grid(rng.gauss(0.7 if c == t else 0, 1)) for c in range(columns)] for t in targets])
    model = LogisticRegression(C=0.5, tol=1e-12, max_iter=10000).fit(table, targets)
    ridge_targets = np.array([[grid(row @ np.array([1, -2, 0.5, 0]) + 4 + rng.gauss(0, 0.5)), grid(rng.gauss(0, 1))] for row in table])
    ridge = Ridge(alpha=3).fit(table, ridge_targets)
    return {
        "columns": columns,
        "classes": size,
        "values": table,
        "labels": targets,
        "targets": ridge_targets,
        "expected": {
            "logistic": np.column_stack([model.coef_, model.intercept_]),
            "ridge": np.column_stack([ridge.coef_, ridge.intercept_]),
        },
    }


def xoshiro():
    """xoshiro128** 1.1 in whole numbers, from the state 1, 2, 3, 4."""
    mask = 2**32 - 1
    rotate = lambda x, k: ((x << k) | (x >> (32 - k))) & mask
    s = [1, 2, 3, 4]
    words = []
    for _ in range(12):
        words.append((rotate((s[1] * 5) & mask, 7) * 9) & mask)
        t = (s[1] << 9) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)
    return words


def main():
    parser = argparse.ArgumentParser(description="What scikit-learn makes of small sets of predictions.")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    rng = random.Random(20240611)
    content = rounded(
        {
            "classes": classes(rng),
            "labels": labels(rng),
            "regression": regression(rng),
            "linear": logistic(rng),
            "xoshiro": xoshiro(),
        }
    )
    if not check:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(json.dumps(content, indent=1) + "\n")
        return
    if json.loads(FILE.read_text()) != content:
        sys.exit(f"{FILE} differs from what comes out here; write it again without --check")


main()
