"""Silhouettes of the clusters in umap-learn's pictures of a generated set, for UMAPReferenceTests.

    pip install umap-learn==0.5.12 scikit-learn
    python3 Tests/oracles/umap_silhouette.py > Tests/oracles/umap_silhouette.json

Ten clusters of 24 dimensions, each long in four of its own, so that they meet in places: sums of products of
numbers that SplitMix64 gives, which any language makes with the same bits.
"""

import json
import sys

import numpy as np

COUNT, DIMENSION, CLUSTERS, AXES = 1000, 24, 10, 4
SPREAD, NOISE = 0.8, 0.3
SEEDS = 12


def numbers(seed, count):
    """Sums of four uniform numbers, of mean 0 and variance 1."""
    out, state, mask = np.empty(count), seed, (1 << 64) - 1
    for index in range(count):
        total = 0.0
        for _ in range(4):
            state = (state + 0x9E3779B97F4A7C15) & mask
            word = state
            word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & mask
            word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & mask
            total += ((word ^ (word >> 31)) >> 11) * 2.0**-53
        out[index] = (total - 2) * 1.7320508075688772
    return out


def points():
    centres = numbers(1, CLUSTERS * DIMENSION).reshape(CLUSTERS, DIMENSION)
    axes = numbers(2, CLUSTERS * AXES * DIMENSION).reshape(CLUSTERS, AXES, DIMENSION)
    weights = numbers(3, COUNT * AXES).reshape(COUNT, AXES)
    noise = numbers(4, COUNT * DIMENSION).reshape(COUNT, DIMENSION)
    labels = np.arange(COUNT) % CLUSTERS
    rows = np.empty((COUNT, DIMENSION))
    for row, label in enumerate(labels):
        rows[row] = centres[label] + NOISE * noise[row]
        for axis in range(AXES):
            rows[row] += SPREAD * weights[row, axis] * axes[label, axis]
    return rows.astype("f4"), labels


if __name__ == "__main__":
    import umap
    from sklearn.metrics import silhouette_score

    rows, labels = points()
    values = [
        float(silhouette_score(umap.UMAP(random_state=seed, n_jobs=1).fit_transform(rows), labels))
        for seed in range(SEEDS)
    ]
    json.dump(
        {
            "umap-learn": umap.__version__, "seeds": SEEDS, "values": [round(value, 4) for value in values],
            "mean": round(float(np.mean(values)), 4), "sd": round(float(np.std(values, ddof=1)), 4),
            "trace": round(float(np.abs(rows.astype("f8")).sum()), 6),
        },
        sys.stdout, indent=2)
    print()
