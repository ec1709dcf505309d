"""Interventions and searches by NumPy, SciPy and scikit-learn, for StagesTests.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python3 Tests/oracles/interventions.py > Tests/oracles/interventions.json
"""

import json

import numpy as np
from scipy.linalg import orthogonal_procrustes, pinvh, sqrtm
from scipy.special import logsumexp
from sklearn.decomposition import PCA
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score
from sklearn.preprocessing import StandardScaler


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def zca(fitted, rows, epsilon):
    sigma = np.cov(fitted.T, ddof=0)
    sigma = sigma + epsilon * np.eye(len(sigma))
    root = np.real(sqrtm(sigma))
    inverse = np.linalg.inv(root) if epsilon > 0 else pinvh(root, rtol=1e-6)
    return (rows - fitted.mean(0)) @ inverse


def realign(moved, target, rows):
    s = np.sqrt(target.var(0).sum() / moved.var(0).sum())
    steps = lambda z: unit(target.mean(0) + s * (z - moved.mean(0)))
    return unit(steps(rows) - steps(moved).mean(0) + target.mean(0))


def shifts(x, y, held_out):
    """Each with the rows that are fitted and those that are given."""
    n = len(x)
    fx, fy = (x[: n - held_out], y[: n - held_out])
    gx, gy = (x[n - held_out :], y[n - held_out :]) if held_out else (x, y)
    gap = fx.mean(0) - fy.mean(0)
    more = {"held_out": held_out} if held_out else {}
    yield "centre", more, unit(gx - fx.mean(0)), unit(gy - fy.mean(0))
    for side in ("x", "y"):
        rows = (realign(fx, fy, gx), gy) if side == "x" else (gx, realign(fy, fx, gy))
        yield "realign", {"side": side} | more, *rows
    for of, side, k, alpha, renormalize in [("y", "y", 2, 1, True), ("y", "x", 1, 0.5, True), ("x", "x", 2, -1.5, False)]:
        v = PCA(k, svd_solver="full").fit(fy if of == "y" else fx).components_
        g = alpha * (gap - v.T @ (v @ gap))
        rows = [gx - g, gy] if side == "x" else [gx, gy + g]
        if renormalize:
            rows = [unit(r) for r in rows]
        yield "project-out", {"of": of, "side": side, "components": k, "alpha": alpha, "renormalize": renormalize} | more, *rows
    for count in (0, 1, x.shape[1] - 2):
        keep = np.ones(x.shape[1])
        keep[np.argsort(-abs(gap), kind="stable")[:count]] = 0
        yield "ablate", {"dimensions": count} | more, unit(gx * keep), unit(gy * keep)
    for epsilon in [1e-5, 0.01]:
        rows = zca(fx, gx, epsilon), zca(fy, gy, epsilon)
        yield "whiten", {"epsilon": epsilon} | more, *(unit(r) for r in rows)
        yield "whiten", {"epsilon": epsilon, "renormalize": False} | more, *rows
    rows = [StandardScaler().fit(f).transform(g) for f, g in ((fx, gx), (fy, gy))]
    yield "standardize", more, *(unit(r) for r in rows)
    yield "standardize", {"renormalize": False} | more, *rows
    yield "procrustes", {"held_out": held_out}, gx, gy @ rotation(fx, fy)


def rotation(x, y):
    """R with y @ R nearest to x; outside of the span of too few pairs the one nearest to the identity."""
    if len(x) >= x.shape[1]:
        return orthogonal_procrustes(y, x)[0]
    u, s, vt = np.linalg.svd(y.T @ x)
    rank = int((s > 1e-10 * s[0]).sum())
    a, _, bt = np.linalg.svd(u[:, rank:].T @ vt[rank:].T)
    return u[:, :rank] @ vt[:rank] + u[:, rank:] @ a @ bt @ vt[rank:]


def rank(scores, right):
    """Places of the right candidates, from 0; of equal scores the lower index is nearer."""
    order = np.argsort(-scores, kind="stable")
    return np.flatnonzero(np.isin(order, right))


def search(queries, candidates, bank_queries, bank_candidates, correction):
    s = queries @ candidates.T
    kind = correction["kind"]
    if kind == "nnn":
        top = -np.sort(-(bank_queries @ candidates.T), axis=0)[: correction["k"]]
        return s - correction["alpha"] * top.mean(0)
    if kind == "qb-norm":
        beta, bank = correction["beta"], bank_queries @ candidates.T
        changed = np.exp(beta * s) / np.exp(beta * bank).sum(0)
        activated = np.isin(s.argmax(1), np.unique(bank.argmax(1)))
        return np.where(activated[:, None], changed, s)
    if kind == "dual-bank":
        b1, b2 = correction["beta"], correction["gallery_beta"]
        return (b1 + b2) * s - logsumexp(b1 * bank_queries @ candidates.T, axis=0) - logsumexp(
            b2 * bank_candidates @ candidates.T, axis=0)
    return s


def direction(queries, candidates, bank, correction, union, ks):
    n, m = len(queries), len(candidates)
    scores = search(queries, candidates, *bank, correction)
    own = 0.0
    if union is not None:
        side = 0 if union == "x" else 1
        everything = np.concatenate([queries, candidates] if side == 0 else [candidates, queries])
        scores = queries @ everything.T
        first = 0 if side == 0 else m
        scores[np.arange(n), first + np.arange(n)] = -np.inf
        right = [[(n if side == 0 else 0) + i] for i in range(n)]
        tops = scores.argmax(1)
        own = float(np.mean((tops >= first) & (tops < first + n)))
    else:
        right = [[i] for i in range(n)]
    places = np.array([rank(row, r)[0] for row, r in zip(scores, right)])
    relevance = np.zeros_like(scores)
    for i, r in enumerate(right):
        relevance[i, r] = 1
    finite = np.where(np.isneginf(scores), -1e6, scores)
    return {
        "recall": [float((places < k).mean()) for k in ks], "median_rank": float(np.median(places + 1)),
        "mrr": float(label_ranking_average_precision_score(relevance, finite)),
        "ndcg@10": float(ndcg_score(relevance, finite, k=10)), "own_side_top1": own,
    }


def searches(x, y, bank):
    none = {"kind": "none"}
    for with_ in [
        {"corpus": "other"}, {"corpus": "union"},
        {"correction": {"kind": "nnn", "k": 3, "alpha": 0.5}}, {"correction": {"kind": "nnn", "k": 500, "alpha": 1}},
        {"correction": {"kind": "qb-norm", "beta": 20}},
        {"correction": {"kind": "dual-bank", "beta": 0.5, "gallery_beta": 3}},
    ]:
        for banks in ([x, y], bank) if "correction" in with_ else ([x, y],):
            correction, union = with_.get("correction", none), with_.get("corpus") == "union"
            yield {
                "with": with_, "bank": banks is bank,
                "x-to-y": direction(x, y, banks, correction, "x" if union else None, [1, 5, 10]),
                "y-to-x": direction(y, x, banks[::-1], correction, "y" if union else None, [1, 5, 10]),
            }


def grid(rows):
    """Multiples of 1/64, which float32 holds in full."""
    return np.round(rows * 64) / 64


def case(rng, n, d, held_out):
    common = rng.normal(size=(n, d))
    x = grid(common + 0.6 * rng.normal(size=(n, d)) + rng.normal(size=d))
    y = grid(common @ np.linalg.qr(rng.normal(size=(d, d)))[0] * 0.2 + common * 0.7 + 0.6 * rng.normal(size=(n, d))
             - 1.2 * rng.normal(size=d))
    u, v = unit(x), unit(y)
    bank = grid(rng.normal(size=(2, 15, d)))
    results = [
        {"kind": kind, "with": with_, "x": np.round(a, 10).tolist(), "y": np.round(b, 10).tolist()}
        for kind, with_, a, b in shifts(u, v, held_out)]
    return {
        "x": x.tolist(), "y": y.tolist(), "bank": bank.tolist(), "shifts": results,
        "searches": list(searches(u, v, [unit(bank[0]), unit(bank[1])])),
    }


rng = np.random.default_rng(17)
print(json.dumps({"cases": [case(rng, *shape) for shape in [(24, 4, 0), (9, 12, 0), (22, 6, 9), (11, 8, 4)]]}))
