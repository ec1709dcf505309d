"""Numbers about random layers by mpmath, SciPy, NumPy and PyTorch, for the tests of theory and of normalisation.

    pip install numpy==2.4.6 mpmath==1.3.0 torch==2.13.0
    python3 Tests/oracles/theory.py > Tests/oracles/theory.json
    python3 Tests/oracles/theory.py curves    # the limits of infinite width that configs draw and claim
"""

import json
import sys
from math import pi, sqrt

import mpmath as mp
import numpy as np

mp.mp.dps = 50
RANDOM = np.random.default_rng(20260)


def kernel(c):
    """2 E[max(0, a) max(0, b)] of standard normals of correlation c."""
    c = mp.mpf(c)
    return (mp.sqrt(1 - c * c) + c * (mp.pi - mp.acos(c))) / mp.pi


def kernels():
    """The closed form, held to the integral over the angle that a random direction has to both vectors."""
    rows = []
    for c in [-1, -0.9, -0.5, 0, 0.25, 0.5, 0.8, 0.99, 0.9999, 1]:
        angle = mp.acos(c)
        integral = mp.quad(lambda t: 2 * mp.cos(t) * mp.cos(t - angle), [angle - mp.pi / 2, mp.pi / 2]) / mp.pi
        assert abs(integral - kernel(c)) < mp.mpf("1e-30"), c
        rows.append([c, float(kernel(c))])
    return rows


def shares():
    """Cov(h(U), h(U'))/Var h(U) of an output of a ReLU layer over its weights, for a layer before of unit norm."""
    rows = []
    for beta in [0, 0.25, 0.609, 0.83, 0.9636, 1]:
        product = kernel((1 + mp.mpf(beta)) / 2)  # E[h h'], in units of the variance 2/d of the normal inputs, halved
        mean = 1 / mp.pi  # E[h]^2 in these units
        rows.append([beta, float((product - mean) / (1 - mean))])
    return rows


def caps():
    rows = []
    for dimension in [2, 3, 4, 17, 512, 513, 5000, 100_000]:
        for degrees in [0.001, 5, 27.97, 55.94, 89, 90]:
            sine = mp.sin(mp.mpf(degrees) * mp.pi / 180)
            # The integral of sin^(d - 2) over the cap, by the hypergeometric series of I(x; a, 1/2).
            a, x = mp.mpf(dimension - 1) / 2, sine * sine
            front = mp.power(x, a) * mp.sqrt(1 - x) / (a * mp.beta(a, mp.mpf(1) / 2))
            share = mp.mpf(1) / 2 if degrees == 90 else front * mp.hyp2f1(a + mp.mpf(1) / 2, 1, a + 1, x) / 2
            rows.append([dimension, degrees, float(mp.log(share, 2))])
    return rows


def similarity(a, b):
    a, b = np.maximum(a, 0), np.maximum(b, 0)
    product = np.einsum("tk,tk->t", a, b)
    norms = np.sqrt(np.einsum("tk,tk->t", a, a) * np.einsum("tk,tk->t", b, b))
    return np.where(product > 0, product / np.where(norms > 0, norms, 1), 0)


def layers():
    """Real layers with nine inputs: width, norm of v, norm ratio, cosine, trials, share raised, mean and sd of the cosine."""
    rows = []
    for width, trials in [(1, 100_000), (16, 100_000), (128, 40_000)]:
        for norm, ratio, cosine in [(1, 1, 0.5), (1, 1, 0.9), (1, 2, 0.9), (0.5, 0.5, -0.5), (22.6, 1, 0.9)]:
            basis, _ = np.linalg.qr(RANDOM.standard_normal((9, 2)))
            u = ratio * norm * basis[:, 0]
            v = norm * (cosine * basis[:, 0] + sqrt(1 - cosine * cosine) * basis[:, 1])
            found = []
            for _ in range(trials // 2000):
                w = RANDOM.standard_normal((2000, width, 9)) / sqrt(width)
                b = RANDOM.standard_normal((2000, width)) / sqrt(width)
                found.append(similarity(w @ u + b, w @ v + b))
            found = np.concatenate(found)
            row = [width, norm, ratio, cosine, trials, (found > cosine).mean(), found.mean(), found.std(ddof=1)]
            rows.append([float(number) for number in row])
    return rows


def share_of(groups):
    """B/(B + W) of a one-way analysis of variance, summed over the last axis."""
    count = groups.shape[1]
    within = groups.var(axis=1, ddof=1).mean(axis=0).sum()
    between = groups.mean(axis=1).var(axis=0, ddof=1).sum() - within / count
    return between / (between + within)


def variances():
    """Shares of variance of small arrays, with the jackknife's standard error."""
    rows = []
    for shape in [(3, 2, 1), (4, 5, 3), (12, 7, 2)]:
        effects = RANDOM.standard_normal((shape[0], 1, shape[2]))
        groups = np.round(effects + 0.7 * RANDOM.standard_normal(shape), 3).astype(np.float32).astype(float)
        whole, n = share_of(groups), shape[0]
        pseudo = [n * whole - (n - 1) * share_of(np.delete(groups, k, axis=0)) for k in range(n)]
        rows.append({"shape": shape, "values": [round(float(v), 3) for v in groups.ravel()],
                     "ratio": float(whole), "error": float(np.std(pseudo, ddof=1) / sqrt(n))})
    return rows


def networks():
    """Of 400 networks of width 48 with unit inputs: layer, share of variance, its jackknife's error, beta."""
    width, count, layer_count = 48, 24, 4
    groups = [[] for _ in range(layer_count + 1)]
    for _ in range(400):
        h = RANDOM.standard_normal((count, width))
        h /= np.linalg.norm(h, axis=1, keepdims=True)
        groups[0].append(h)
        for layer in range(1, layer_count + 1):
            w, b = RANDOM.standard_normal((width, width)), RANDOM.standard_normal(width)
            h = np.maximum((h @ w + b) / sqrt(width), 0)
            groups[layer].append(h)
    rows = []
    for layer in range(1, layer_count + 1):
        now, before = np.array(groups[layer]), np.array(groups[layer - 1])
        whole, n = share_of(now), len(now)
        rest = [share_of(np.delete(now, k, axis=0)) for k in range(0, n, 4)]
        error = np.std(rest, ddof=1) * (n - 1) / sqrt(n)
        rows.append([layer, float(whole), float(error), float(1 - before.var(axis=1, ddof=1).sum(axis=1).mean())])
    return rows


def normalizations():
    import torch
    from torch.nn import functional as F

    rows = []
    for shape, epsilon in [((6, 5), 1e-5), ((3, 17), 0.01), ((40, 2), 1e-12)]:
        values = np.round(2 * RANDOM.standard_normal(shape) + 0.5, 3)
        x = torch.tensor(values, dtype=torch.float32).double()
        made = {"layer": F.layer_norm(x, shape[1:], eps=epsilon), "rms": F.rms_norm(x, shape[1:], eps=epsilon),
                "batch": F.batch_norm(x, None, None, training=True, eps=epsilon)}
        for kind, result in made.items():
            rows.append({"kind": kind, "epsilon": epsilon, "shape": shape, "values": values.ravel().tolist(),
                         "result": [round(v, 8) for v in result.ravel().tolist()]})
    return rows


# Limits of infinite width for a perceptron of width D with inputs from N(0, 1)^D.

D, DEPTH = 512, 25
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "leaky-relu": lambda x: np.where(x < 0, 0.01 * x, x),
               "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh, "linear": lambda x: x}


def product(activation, variance, correlation):
    """E[phi(a) phi(b)] of normals of this variance and correlation."""
    if activation in ["relu", "leaky-relu"]:
        slope = {"relu": 0.0, "leaky-relu": 0.01}[activation]
        return variance * (slope * correlation + (1 - slope) ** 2 * float(kernel(correlation)) / 2)
    a = sqrt(variance) * NODES
    b = correlation * a[:, None] + sqrt(max(0, 1 - correlation**2)) * a[None, :]
    phi = ACTIVATIONS[activation]
    return float(WEIGHTS @ (phi(a) * (phi(b) @ WEIGHTS)))


def mean_of(activation, variance):
    if activation in ["relu", "leaky-relu"]:
        return {"relu": 1, "leaky-relu": 0.99}[activation] * sqrt(variance / (2 * pi))
    return float(WEIGHTS @ ACTIVATIONS[activation](sqrt(variance) * NODES))


def similarity_by_layer(activation, kind, place, inputs):
    """Mean cosine similarity of all pairs of inputs, each with itself. With q = E[h^2] and p = E[h h'] of an output, the
    normal inputs of the nonlinearity have variance q + 1/D and covariance p + 1/D, where 1/D is the bias's share."""
    curve, q, p = [1 / inputs], 1.0, 0.0
    for _ in range(DEPTH):
        variance, covariance = q + 1 / D, p + 1 / D
        if kind == "batch" and place == "before":
            covariance = -variance / (inputs - 1)  # each output has mean 0 over the inputs
        if kind != "none" and place == "before":
            variance, covariance = 1.0, covariance / variance
        correlation = min(1.0, covariance / variance)
        q, p = product(activation, variance, 1.0), product(activation, variance, correlation)
        if kind != "none" and place == "after":
            mean = mean_of(activation, variance) ** 2  # what two outputs of one item share
            p = {"rms": p / q, "layer": (p - mean) / (q - mean), "batch": -1 / (inputs - 1)}[kind]
            q = 1.0
        curve.append(p / q + (1 - p / q) / inputs)
    return curve


def gaps(activation, inputs):
    """Of two networks that read the same inputs: an output of one and of the other have cosine similarity
    m = E[h]^2 / E[h^2], so ||gap||^2 = 2 (similarity of all pairs in a network) - 2 m."""
    rows, q, p = [0.0], 1.0, 0.0
    for _ in range(DEPTH):
        variance, covariance = q + 1 / D, p + 1 / D
        q, p = product(activation, variance, 1.0), product(activation, variance, min(1.0, covariance / variance))
        shared = mean_of(activation, variance) ** 2 / q
        rows.append(sqrt(2 * max(0, p / q + (1 - p / q) / inputs - shared)))
    return rows


def weight_shares():
    beta, rows = 0.0, []
    for _ in range(6):
        rows.append(float((mp.pi * kernel((1 + mp.mpf(beta)) / 2) - 1) / (mp.pi - 1)))
        beta = float(kernel((1 + mp.mpf(beta)) / 2))
    return rows


def curves():
    """What figures and claims of theory.json, same-modality.json and normalization.json are held to."""
    kinds = [("none", "")] + [(kind, place) for kind in ["layer", "rms", "batch"] for place in ["before", "after"]]
    rows = {}
    for activation in ACTIVATIONS:
        for kind, place in kinds:
            rows[f"{activation} {kind} {place}".strip()] = similarity_by_layer(activation, kind, place, 128)
        rows[f"gap {activation}"] = gaps(activation, 128)
    rows["weight shares"] = weight_shares()
    print(json.dumps({name: [round(value, 6) for value in row] for name, row in rows.items()}).replace("], ", "],\n"))


if __name__ == "__main__":
    if sys.argv[1:] == ["curves"]:
        curves()
    else:
        found = {"kernels": kernels(), "shares": shares(), "caps": caps(), "layers": layers(), "variances": variances(),
                 "networks": networks(), "normalizations": normalizations()}
        print("{\n" + ",\n".join(
            f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]" for key, rows in found.items()) + "\n}")
