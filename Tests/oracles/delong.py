"""DeLong's test of two areas under ROC curves of the same items, for StatisticsTests.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python3 Tests/oracles/delong.py > Tests/oracles/delong.json

Straight from the definition: the matrix of all pairs' comparisons, its means as placements, and their covariance by NumPy. The areas
must be scikit-learn's. Scores are rounded in most cases, so that they tie.
"""

import json

import numpy as np
from scipy.stats import norm
from sklearn.metrics import roc_auc_score


def compare(first, second, positive):
    """Areas, variance of their difference, z, p; z and p are None where the definition gives none."""
    placements = []
    for scores in (first, second):
        x, y = scores[positive], scores[~positive]
        kernel = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
        placements.append((kernel.mean(axis=1), kernel.mean(axis=0)))
    areas = [float(p[0].mean()) for p in placements]
    for area, scores in zip(areas, (first, second)):
        assert abs(area - roc_auc_score(positive, scores)) < 1e-12
    covariance = sum(np.cov([p[side] for p in placements]) / len(placements[0][side]) for side in (0, 1))
    contrast = np.array([-1.0, 1.0])
    variance = float(contrast @ covariance @ contrast)
    difference = areas[1] - areas[0]
    z = difference / np.sqrt(variance)
    return areas + [variance, float(z), float(2 * norm.sf(abs(z)))]


def main():
    random = np.random.default_rng(837)
    cases = []
    for positives, negatives, digits, shift in [
        (2, 2, 3, 0.5), (5, 9, 1, 1.0), (30, 20, 1, 0.7), (40, 40, 0, 0.5), (60, 15, 6, 1.5), (100, 90, 2, 0.1),
        (3, 80, 1, 0.4), (50, 50, 0, 2.0),
    ]:
        positive = np.array([True] * positives + [False] * negatives)
        random.shuffle(positive)
        common = random.standard_normal(positive.size) + shift * positive
        first = np.round(common + 0.5 * random.standard_normal(positive.size), digits)
        second = np.round(common + 0.5 * random.standard_normal(positive.size) + 0.3 * positive, digits)
        cases.append({"first": first.tolist(), "second": second.tolist(), "positive": positive.tolist(),
                      "numbers": compare(first, second, positive)})
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


if __name__ == "__main__":
    main()
