"""Evaluations of configs/literature by NumPy, SciPy and mpmath, from loops over pairs, for StagesTests.

    pip install numpy==2.4.6 scipy==1.17.1 mpmath==1.4.1
    python3 Tests/oracles/literature.py > Tests/oracles/literature.json
"""

import json
from math import cos, exp, log, log1p

import mpmath as mp
import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import subspace_angles
from scipy.stats import entropy, linregress, pearsonr

mp.mp.dps = 40


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def sphere():
    """d, s, log E exp(s u.x) and A_d(s), by Bessel functions."""
    for d in [2, 3, 8, 128, 512, 5000]:
        for s in [0.001, 0.5, 4, 12, 250, 4000]:
            nu, s_ = mp.mpf(d) / 2 - 1, mp.mpf(s)
            mean = mp.gamma(nu + 1) * (2 / s_) ** nu * mp.besseli(nu, s_)
            yield [d, s, float(mp.log(mean)), float(mp.besseli(nu + 1, s_) / mp.besseli(nu, s_))]


def conformities(rows):
    n = len(rows)
    return np.array([sum(rows[i] @ rows[j] for j in range(n) if j != i) / (n - 1) for i in range(n)])


def conformity(rows):
    c, cosine = conformities(unit(rows)), unit(rows) @ unit(unit(rows).mean(0)[None])[0]
    norm = np.linalg.norm(unit(rows).mean(0))
    return [pearsonr(c, cosine)[0], linregress(c, cosine).slope, linregress(cosine, c).slope, 1 / norm]


def moved(rows, alpha):
    return unit(unit(rows) - alpha * unit(rows).mean(0))


def divergence(x, y, bins, smoothing):
    a, b = conformities(x), conformities(y)
    edges = np.linspace(min(a.min(), b.min()), max(a.max(), b.max()), bins + 1)
    p, q = (np.histogram(v, edges)[0] + smoothing for v in (a, b))
    return [entropy(p, q), entropy(q, p)]


def separation(x, y, count, held):
    n = len(x)
    fx, fy = x[: n - held].mean(0), y[: n - held].mean(0)
    order = np.argsort(-abs(fx - fy), kind="stable")
    for rank in range(count):
        k, first = order[rank], order[: rank + 1]
        right = lambda dims: np.mean([np.linalg.norm(r[dims] - own[dims]) < np.linalg.norm(r[dims] - other[dims])
                                      for rows, own, other in [(x, fx, fy), (y, fy, fx)] for r in rows[n - held :]])
        clear = max(x[:, k].min() - y[:, k].max(), y[:, k].min() - x[:, k].max())
        yield [int(k), fx[k] - fy[k], right([k]), right(first), clear]


def constancy(x, y, components):
    gap = x.mean(0) - y.mean(0)
    cosines = [(a - b) @ gap / np.linalg.norm(a - b) / np.linalg.norm(gap) for a, b in zip(x, y)]
    shares = []
    for rows in (x, y):
        v = np.linalg.svd(rows - rows.mean(0))[2][:components]
        shares.append(np.linalg.norm(v @ gap) ** 2 / np.linalg.norm(gap) ** 2)
    return [np.mean(cosines), np.std(cosines, ddof=1)] + shares


def rankings(queries, candidates, euclidean):
    score = lambda q, c: -((q - c) ** 2).sum() if euclidean else q @ c
    return [np.argsort([-score(q, c) for c in candidates], kind="stable") for q in queries]


def ranking_change(x, y, delta):
    """Candidates y moved by delta times the unit gap, without renormalising: the shift `gap` with sides y."""
    gap = x.mean(0) - y.mean(0)
    z = y + delta * gap / np.linalg.norm(gap)
    for before, after in [((x, y), (x, z)), ((y, x), (z, x))]:
        for euclidean in (False, True):
            a, b = rankings(*before, euclidean), rankings(*after, euclidean)
            yield [float(np.mean([(i == j).all() for i, j in zip(a, b)])), float(np.mean([i[0] == j[0] for i, j in zip(a, b)]))]


def shared(x, y, variance, tolerance):
    bases = []
    for rows in (x, y):
        _, s, vt = np.linalg.svd(rows)
        count = int(np.searchsorted(np.cumsum(s**2) / (s**2).sum(), variance) + 1)
        bases.append(vt[:count].T)
    # The principal vectors of x, by the singular vectors of the product; the angles by SciPy.
    count = int((np.cos(subspace_angles(*bases)) >= 1 - tolerance).sum())
    u = np.linalg.svd(bases[0].T @ bases[1])[0][:, :count]
    a, b = unit(x @ bases[0] @ u), unit(y @ bases[0] @ u)
    s = a @ b.T
    return [bases[0].shape[1], bases[1].shape[1], count, float((s.argmax(1) == np.arange(len(x))).mean()),
            float((s.argmax(0) == np.arange(len(x))).mean())]


def sigmoid_separation(x, y, trim):
    s = unit(x) @ unit(y).T
    p, q = np.diag(s), s[~np.eye(len(s), dtype=bool)]
    found = [p.min(), q.max()]
    for a, b in [(p.min(), q.max()), (np.quantile(p, trim), np.quantile(q, 1 - trim))]:
        found += [(a - b) / 2, (a + b) / 2]
    return found


def sigmoid_loss(vectors, scale, bias):
    """Of pairs that coincide with these vectors, by the definition; less than three pairs of similarities would do."""
    s = vectors @ vectors.T
    sign = 2 * np.eye(len(s)) - 1
    return float(np.log1p(np.exp(-sign * (scale * s + bias))).sum() / len(s))


def simplex(n):
    return unit(np.eye(n) - 1 / n)


def flow(kind, gap, scale, n, margin, times):
    beta = {"exp": exp, "softplus": lambda v: v + log1p(exp(-v))}[kind]
    slope = {"exp": exp, "softplus": lambda v: 1 / (1 + exp(-v))}[kind]
    start = {"exp": log(scale), "softplus": scale + log(1 - exp(-scale))}[kind]

    def change(u, state):
        g, v = exp(state[0]), state[1]
        s = beta(v) * (1 - g * g)
        d = -margin * (n - 1) * exp(-margin * s) / (1 + (n - 1) * exp(-margin * s))
        return [exp(u) * 2 * beta(v) * d, -exp(u) * slope(v) * (1 - g * g) * d]

    solution = solve_ivp(change, [0, log1p(max(times))], [log(gap), start], "DOP853", np.log1p(times), rtol=1e-12, atol=1e-13)
    return [[t, g, beta(v)] for t, g, v in zip(times, *solution.y)]


def main():
    rng = np.random.default_rng(17)
    x = rng.normal(size=(24, 6)) @ np.diag([3, 2, 1, 0.7, 0.4, 0.2]) + [2, 0, 0, 0, 0, 0]
    y = (x + 0.5 * rng.normal(size=x.shape)) * [1, 1, 1, 1, 1, 0.01] - [0.5, 0, 3, 0, 0, 0]
    x, y = x.astype(np.float32), y.astype(np.float32)
    a, b = unit(x.astype(float)), unit(y.astype(float))
    alphas = [-0.5, 0, 0.25, 1]
    print(json.dumps({
        "sphere": list(sphere()),
        "x": x.ravel().tolist(), "y": y.ravel().tolist(), "rows": len(x),
        "conformity": [conformity(a), conformity(b)],
        "alphas": alphas,
        "divergences": [[divergence(moved(a, t) if u != "y" else a, moved(b, t) if u != "x" else b, 5, 0.25)
                         for u in ("x", "y", "both")] for t in alphas],
        "separation": list(separation(a, b, 3, 8)),
        "constancy": constancy(a, b, 2),
        "rankings": list(ranking_change(a, b, 0.4)),
        "shared": [[v, t] + shared(a, b, v, t) for v, t in [(0.99, 0.001), (0.95, 0.05), (0.9, 0.3), (1, 0)]],
        "sigmoidSeparation": sigmoid_separation(a, b, 0.2),
        "sigmoidLosses": [[n, t, bias, sigmoid_loss(simplex(n), t, bias)] for n in (3, 8) for t in (0, 2, 10) for bias in (-3, 0.5)],
        "flows": {kind: flow(kind, 0.4, scale, 512, 1, [0, 1, 100, 1e5]) + flow(kind, 0.7, 1.5, 4, 1.3, [0, 1, 100, 1e4])
                  for kind, scale in (("exp", 1 / 0.07), ("softplus", 1 / 0.07))},
    }).replace("]], ", "]],\n").replace('], "', '],\n"'))


if __name__ == "__main__":
    main()
