"""Zero-shot classification along a sweep of shifts by NumPy and scikit-learn, for StagesTests.

    pip install numpy==2.4.6 scikit-learn==1.9.1
    python3 Tests/oracles/zero_shot.py > Tests/oracles/zero_shot.json
"""

import json

import numpy as np
from sklearn.metrics import confusion_matrix, roc_auc_score, top_k_accuracy_score


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def sweep(rng, n, classes, width, deltas, sides):
    """Rows with two decimals, so that the file holds exactly what is computed with."""
    y = np.round(rng.normal(size=(classes, width)), 2)
    labels = rng.integers(0, classes, n)
    labels[:classes] = np.arange(classes)
    x = np.round(0.7 * y[labels] + rng.normal(size=(n, width)) + 0.3, 2)
    a, b = unit(x), unit(y)
    gap = a.mean(0) - b.mean(0)
    g = gap / np.linalg.norm(gap)
    share = {"both": (0.5, 0.5), "x": (1, 0), "y": (0, 1)}[sides]
    rows = []
    for delta in deltas:
        moved = unit(a - share[0] * delta * g), unit(b + share[1] * delta * g)
        s = moved[0] @ moved[1].T
        between = moved[0].mean(0) - moved[1].mean(0)
        row = {
            "delta": delta, "distance": float(np.linalg.norm(between) * (1 if between @ gap >= 0 else -1)),
            "accuracies": [float(top_k_accuracy_score(labels, s, k=k, labels=range(classes))) for k in (1, 2)]
            if classes > 2 else [float((s.argmax(1) == labels).mean()), 1.0],
            "confusion": confusion_matrix(labels, s.argmax(1), labels=range(classes)).tolist(),
        }
        if classes == 2:
            e = np.exp(100 * (s - s.max(1, keepdims=True)))
            row["auc"] = float(roc_auc_score(labels, e[:, 1] / e.sum(1)))
        rows.append(row)
    return {"sides": sides, "x": x.tolist(), "y": y.tolist(), "labels": labels.tolist(), "rows": rows}


def area(rng, n, steps):
    """Scores with many ties where there are few steps."""
    labels = rng.integers(0, 2, n)
    labels[:2] = [0, 1]
    scores = np.round(rng.normal(size=n) + 0.7 * labels, 6) if steps == 0 else rng.integers(0, steps, n) / 4
    return {"scores": scores.tolist(), "labels": labels.tolist(), "auc": float(roc_auc_score(labels, scores))}


rng = np.random.default_rng(15)
print(json.dumps({
    "sweeps": [
        sweep(rng, 60, 7, 12, [-2.0, -0.5, 0.0, 0.25, 1.5], "both"),
        sweep(rng, 41, 5, 16, [-1.0, 0.0, 0.75], "x"),
        sweep(rng, 50, 2, 9, [-5.0, -0.25, 0.0, 0.5, 4.75], "both"),
    ],
    "areas": [area(rng, n, steps) for n, steps in [(2, 0), (40, 0), (200, 0), (40, 3), (200, 2), (150, 7), (30, 1)]],
}))
