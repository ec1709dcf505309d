"""Gap metrics by NumPy, SciPy and scikit-learn, from n × n matrices and loops, for MetricsTests.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python3 Tests/oracles/gap_metrics.py > Tests/oracles/gap_metrics.json
"""

import json

import numpy as np
from scipy import linalg, stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import v_measure_score
from sklearn.metrics.pairwise import rbf_kernel

K = 5
SIGMA = 2.0


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def off(square):
    return square[~np.eye(len(square), dtype=bool)]


def hsic(a, b):
    """Song et al. 2012, Equation 5, as the platonic-rep code writes it for matrices that need not be symmetric."""
    n = len(a)
    a, b = a.copy(), b.copy()
    np.fill_diagonal(a, 0)
    np.fill_diagonal(b, 0)
    return ((a * b.T).sum() + a.sum() * b.sum() / ((n - 1) * (n - 2)) - 2 * (a @ b).sum() / (n - 2)) / (n * (n - 3))


def nearest(s, own):
    s = s.copy()
    if own:
        np.fill_diagonal(s, -np.inf)
    return np.argsort(-s, axis=1, kind="stable")[:, :K]


def mask(neighbours):
    m = np.zeros((len(neighbours),) * 2)
    np.put_along_axis(m, neighbours, 1, 1)
    return m


def effective_rank(rows):
    s = linalg.svdvals(rows)
    p = s[s > 1e-9 * s[0]] / s.sum()
    return float(np.exp(stats.entropy(p)))


def isoscore(rows):
    """The steps of Rudman et al. 2022 on the covariance's eigenvalues."""
    d = rows.shape[1]
    l = linalg.eigvalsh(np.cov(rows.T))
    l = np.sqrt(d) * l / np.linalg.norm(l)
    delta = np.linalg.norm(l - 1) / np.sqrt(2 * (d - np.sqrt(d)))
    return float(((d - delta**2 * (d - np.sqrt(d))) ** 2 - d) / (d * (d - 1)))


def partition(rows):
    _, v = linalg.eigh(rows.T @ rows)
    z = np.exp(rows @ np.hstack([v, -v])).sum(0)
    return float(z.min() / z.max())


def transport(cost, epsilon=0.01, rho=1.0):
    """In the logarithm, by alternating maximisation of the dual."""
    n = len(cost)
    la = np.full(n, -np.log(n))
    f, g = np.zeros(n), np.zeros(n)
    power = rho / (rho + epsilon)
    lse = lambda m, axis: np.logaddexp.reduce(m, axis=axis)
    for _ in range(200000):
        f_next = -power * epsilon * lse((g[None] - cost) / epsilon + la[None], 1)
        g = -power * epsilon * lse((f_next[:, None] - cost) / epsilon + la[:, None], 0)
        if np.abs(f_next - f).max() < 1e-13:
            break
        f = f_next
    plan = np.exp((f[:, None] + g[None] - cost) / epsilon + la[:, None] + la[None])
    return float(np.trace(cost) / n - (cost * plan).sum() / plan.sum())


def one_side(z):
    n, d = z.shape
    g, mean = z @ z.T, z.mean(0)
    centred = z - mean
    l = np.maximum(linalg.eigvalsh(np.cov(z.T, ddof=0)), 0)
    return {
        "uniformity": float(np.log(np.exp(-2 * (2 - 2 * off(g))).mean())),
        "anisotropy": float(off(g).mean()),
        "effective-rank": effective_rank(z),
        "effective-rank-centred": effective_rank(centred),
        "participation-ratio": float(l.sum() ** 2 / (l**2).sum()),
        "isoscore": isoscore(z),
        "partition-isotropy": partition(z),
        "conformity-mean": float((z @ mean / np.linalg.norm(mean)).mean()),
        "negative-w2-uniformity": float(-np.sqrt(mean @ mean + ((np.sqrt(l) - d**-0.5) ** 2).sum())),
    }


def relations(x, y):
    """What needs no product of x with y."""
    n = len(x)
    a, b = x @ x.T, y @ y.T
    na, nb = nearest(a, True), nearest(b, True)
    ma, mb = mask(na), mask(nb)
    h = np.eye(n) - 1 / n
    similar = lambda k, l, m: hsic(m * k, m * l)
    orders = [(1 - stats.kendalltau(np.delete(a[i], i), np.delete(b[i], i)).statistic) / 2 for i in range(n)]
    trace = lambda k, l: np.trace(k @ h @ l @ h)
    return {
        "cka": trace(a, b) / np.sqrt(trace(a, a) * trace(b, b)),
        "cka-unbiased": hsic(a, b) / np.sqrt(hsic(a, a) * hsic(b, b)),
        "mutual-knn": np.mean([len(set(p) & set(q)) / K for p, q in zip(na, nb)]),
        "cknna": similar(a, b, ma * mb) / np.sqrt(similar(a, a, ma) * similar(b, b, mb)),
        "neighbour-order": np.mean(orders),
    }


def across(x, y):
    n = len(x)
    s, a, b = x @ y.T, x @ x.T, y @ y.T
    mx, my = x.mean(0), y.mean(0)
    gap = mx - my
    within = ((1 - np.diag(s)) / 2).mean()
    apart = (((1 - off(a)) / 2).mean() + ((1 - off(b)) / 2).mean()) / 2
    squares = ((x - y) ** 2).sum(1)
    cx, cy = np.cov(x.T), np.cov(y.T)
    # tr (Cx^½ Cy Cx^½)^½ is the nuclear norm of Xc·Ycᵀ/(n − 1); sqrtm loses four digits where a covariance is singular.
    shape = np.trace(cx) + np.trace(cy) - 2 * linalg.svdvals((x - mx) @ (y - my).T / (n - 1)).sum()
    kernel = lambda p, q: rbf_kernel(p, q, gamma=1 / (2 * SIGMA**2))
    length = lambda p, q: np.sqrt(((p[:, None] - q[None]) ** 2).sum(-1))
    top = np.sort(gap**2)[::-1][:5]
    return {
        "l2m": np.linalg.norm(gap),
        "l2i": np.linalg.norm(x - y, axis=1).mean(),
        "rmg": within / (within + apart),
        "gap-share": gap @ gap / squares.mean(),
        "alignment": squares.mean(),
        "cross-uniformity": np.log(np.exp(-2 * (2 - 2 * off(s))).mean()),
        "centroid-cosine": mx @ my / np.linalg.norm(mx) / np.linalg.norm(my),
        "frechet": gap @ gap + shape,
        "frechet-mean": gap @ gap,
        "frechet-covariance": shape,
        "mmd2-biased": kernel(x, x).mean() + kernel(y, y).mean() - 2 * kernel(x, y).mean(),
        "mmd2-unbiased": off(kernel(x, x)).mean() + off(kernel(y, y)).mean() - 2 * kernel(x, y).mean(),
        "energy-distance": 2 * length(x, y).mean() - length(x, x).mean() - length(y, y).mean(),
        "unbalanced-ot": transport(1 - s),
        "top-dimensions-share": top.sum() / (gap @ gap),
    }


def searches(x, y):
    n = len(x)
    s, a, b = x @ y.T, x @ x.T, y @ y.T
    values = {"hubness-skew": [], "hubness-max": [], "own-side-top1": [], "union-recall": []}
    for cross, own in [(s, a), (s.T, b)]:
        counts = np.bincount(nearest(cross, False).ravel(), minlength=n)
        values["hubness-skew"].append(float(stats.skew(counts)))
        values["hubness-max"].append(float(counts.max()))
        own = own.copy()
        np.fill_diagonal(own, -np.inf)
        union = np.argsort(-np.hstack([own, cross]), axis=1, kind="stable")
        values["own-side-top1"].append(float((union[:, 0] < n).mean()))
        values["union-recall"].append(float(np.mean([n + i in union[i, :K] for i in range(n)])))
    return values


def case(rng, name, n, d, e, gap, noise):
    """Rows with two decimals, so that the file has exactly what is computed with."""
    x = np.round(rng.normal(size=(n, d)) * np.linspace(1.5, 0.5, d) + gap, 2)
    mixed = x @ rng.normal(size=(d, e)) / d**0.5 if d != e else x
    y = np.round(mixed + noise * rng.normal(size=(n, e)) - gap, 2)
    a, b = unit(x), unit(y)
    values = []

    def add(metric, side, value):
        values.append({"metric": metric, "side": side, "value": float(value)})

    for side, z in [("x", a), ("y", b)]:
        for metric, value in one_side(z).items():
            add(metric, side, value)
    for metric, value in (relations(a, b) | (across(a, b) if d == e else {})).items():
        add(metric, "both", value)
    for metric, pair in (searches(a, b) if d == e else {}).items():
        sides = ["x", "y"] if metric == "own-side-top1" else ["x-to-y", "y-to-x"]
        for side, value in zip(sides, pair):
            add(metric, side, value)
    return {"name": name, "k": K, "sigma": SIGMA, "x": x.tolist(), "y": y.tolist(), "values": values}


def logistic(rng, n, d, shift):
    x = np.round(rng.normal(size=(n, d)) + shift, 2)
    y = np.round(rng.normal(size=(n, d)), 2)
    model = LogisticRegression(tol=1e-12, max_iter=100000)
    model.fit(np.vstack([x, y]), np.r_[np.ones(n), np.zeros(n)])
    weights = model.coef_[0].tolist() + [float(model.intercept_[0])]
    return {"x": x.tolist(), "y": y.tolist(), "weights": weights}


def clusters(rows, in_x, in_y):
    labels = [1] * in_x + [0] * (rows - in_x) + [1] * in_y + [0] * (rows - in_y)
    return {"rows": rows, "inX": in_x, "inY": in_y, "v": float(v_measure_score([0] * rows + [1] * rows, labels))}


def ranking(rng, n, levels):
    """Kendall's τ_a from all pairs; few levels make ties."""
    a, b = rng.integers(0, levels, n), rng.integers(0, levels, n)
    signs = [np.sign(a[i] - a[j]) * np.sign(b[i] - b[j]) for i in range(n) for j in range(i)]
    return {"a": a.tolist(), "b": b.tolist(), "distance": float((1 - np.mean(signs)) / 2)}


rng = np.random.default_rng(17)
print(json.dumps({
    "cases": [
        case(rng, "wide gap", 48, 10, 10, 0.6, 0.6),
        case(rng, "no gap", 60, 7, 7, 0.0, 1.5),
        case(rng, "fewer rows than dimensions", 20, 33, 33, 0.2, 0.8),
        case(rng, "other dimensions", 40, 9, 6, 0.3, 0.5),
    ],
    "logistic": [logistic(rng, 30, 4, 0.7), logistic(rng, 12, 20, 0.3), logistic(rng, 50, 3, 4.0)],
    "clusters": [clusters(*c) for c in [(10, 10, 0), (10, 5, 5), (10, 9, 2), (7, 7, 6), (25, 1, 0), (8, 3, 8)]],
    "rankings": [ranking(rng, n, m) for n, m in [(2, 9), (5, 100), (40, 1000), (40, 3), (33, 2), (12, 1)]],
}))
