"""Reference numbers of the shift `centre` with `held_out`, in float64, on the authors' embeddings.

    python3 held_out.py FOLDER-OF-features_*.npy
"""
import sys

import numpy


def unit(rows):
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def recall(queries, candidates):
    return float(numpy.mean(numpy.argmax(queries @ candidates.T, axis=1) == numpy.arange(len(queries))))


for name, count in [("clip", 250), ("clip", 100), ("convirt", 250), ("clasp", 33)]:
    x, y = (unit(side.astype(numpy.float64)) for side in numpy.load(f"{sys.argv[1]}/features_{name}.npy"))
    x, y = (unit(side[-count:] - side[:-count].mean(axis=0)) for side in (x, y))
    gap = numpy.linalg.norm(x.mean(axis=0) - y.mean(axis=0))
    l2i = numpy.linalg.norm(x - y, axis=1).mean()
    print(f'("{name}", {count}, {gap:.8f}, {l2i:.8f}, {recall(x, y):.6f}, {recall(y, x):.6f}),')
