"""Distributions, intervals and tests of Sources/Statistics by SciPy and statsmodels, for StatisticsTests.

    pip install scipy==1.17.1 statsmodels==0.15.0 mpmath==1.4.1
    python3 Tests/oracles/statistics.py > Tests/oracles/statistics.json

The tails of t are mpmath's, with 40 digits, because SciPy's own lose digits at many degrees; the script fails
where the two differ by more than 1e-9.
"""

import json

import mpmath as mp
import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

mp.mp.dps = 40


def t_tail(t, degrees):
    """P(|T| >= t), by the substitution that leaves an integral over a short range."""
    nu, t = mp.mpf(degrees), mp.mpf(t)
    if nu <= 5000:
        return mp.betainc(nu / 2, mp.mpf(1) / 2, 0, nu / (nu + t * t), regularized=True)
    front = mp.gamma((nu + 1) / 2) / (mp.sqrt(nu * mp.pi) * mp.gamma(nu / 2)) if nu < 1e5 else mp.exp(
        mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2)) / mp.sqrt(nu * mp.pi)
    density = lambda s: mp.exp(-(nu + 1) / 2 * mp.log1p(s * s / nu))
    return 2 * front * mp.quad(density, [t + k / (1 + t) for k in (0, 1, 3, 6, 10, 20, 40, 80, 160)])


def near(a, b, within=1e-9):
    assert abs(a - b) <= within * abs(b), (a, b)
    return float(b)


def tails():
    rows = []
    for degrees in [1, 2, 2.5, 7, 30, 39.7, 41, 60, 365, 1000, 4321.5, 1e5, 1e6, 1e7]:
        for t in [1e-8, 0.01, 0.5, 1, 1.96, 3, 6, 12, 30]:
            value = t_tail(t, degrees)
            if value < mp.mpf("1e-290"):
                continue
            if t >= 0.01:  # nearer to 0 SciPy loses nine digits
                near(2 * stats.t.sf(t, degrees), value)
            rows.append([t, degrees, float(value)])
    rows += [[1e200, 1, float(2 / (mp.pi * mp.mpf("1e200")))], [1e60, 2, float(mp.mpf("1e-120"))]]
    return rows


def quantiles():
    rows = []
    for degrees in [1, 2, 2.5, 4, 19, 99, 1e4, 1e7]:
        for p in [1e-200, 1e-20, 1e-6, 0.025, 0.3, 0.4999, 0.500001, 0.75, 0.975, 0.9995]:
            rough = stats.t.ppf(p, degrees)
            if not np.isfinite(rough) or (p < 1e-100 and degrees > 100):
                continue
            # Newton's method in 40 digits.
            nu, t = mp.mpf(degrees), mp.mpf(float(rough))
            front = mp.exp(mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2)) / mp.sqrt(nu * mp.pi)
            for _ in range(4):
                half = t_tail(abs(t), degrees) / 2
                density = front * mp.exp(-(nu + 1) / 2 * mp.log1p(t * t / nu))
                if t < 0:  # in logarithms, in which tails are straight
                    t *= mp.exp((mp.log(half) - mp.log(mp.mpf(p))) * half / (density * abs(t)))
                else:
                    t -= (1 - half - mp.mpf(p)) / density
            half = t_tail(abs(t), degrees) / 2
            assert abs((half if t < 0 else 1 - half) / mp.mpf(p) - 1) < 1e-15, (p, degrees)
            rows.append([p, degrees, float(t)])
    return rows


def chi_squared():
    rows = []
    for degrees in [1, 2, 3, 7.5, 40, 365, 1e4, 1e7]:
        for ratio in [1e-6, 0.3, 0.9, 1, 1.1, 2.5, 20]:
            x = degrees * ratio
            value = mp.gammainc(mp.mpf(degrees) / 2, mp.mpf(x) / 2, regularized=True) if degrees < 1000 else \
                mp.mpf(float(stats.chi2.sf(x, degrees)))
            if value < mp.mpf("1e-290"):
                continue
            rows.append([x, degrees, near(stats.chi2.sf(x, degrees), value)])
    return rows


def betas():
    rows = []
    for a, b in [(0.5, 0.5), (2, 3), (0.3, 40), (40, 0.3), (255.5, 0.5), (1e4, 1.2e4), (5e6, 0.5), (3e5, 12)]:
        mean, sd = a / (a + b), np.sqrt(a * b / (a + b + 1)) / (a + b)
        for x in [mean, mean + sd, mean - 2 * sd, mean / 2]:
            if 0 < x < 1 and stats.beta.cdf(x, a, b) > 1e-290:
                rows.append([float(x), a, b, float(stats.beta.cdf(x, a, b))])
    return rows


def proportions():
    rows = []
    for a, n, b, m in [
        (54156, 60000, 54624, 60000), (40230, 60000, 40656, 60000), (16, 1556, 13, 1556), (0, 20, 3, 25),
        (5, 9, 4, 9), (1, 3, 2, 4), (999_990, 1_000_000, 999_999, 1_000_000), (7, 10, 7, 10),
    ]:
        table = np.array([[a, n - a], [b, m - b]])
        plain = stats.chi2_contingency(table, correction=False)
        yates = stats.chi2_contingency(table, correction=True)
        z, p = proportions_ztest([a, b], [n, m])
        rows.append([a, n, b, m, plain.statistic, plain.pvalue, yates.statistic, yates.pvalue, z, p])
    return [[float(x) for x in row] for row in rows]


def mcnemars():
    rows = []
    for b, c in [(0, 0), (1, 0), (3, 3), (10, 2), (87, 121), (4000, 4210), (500_000, 501_000)]:
        exact = mcnemar([[0, b], [c, 0]], exact=True)
        wide = mcnemar([[0, b], [c, 0]], exact=False, correction=False) if b + c else None
        rows.append([b, c, exact.pvalue, wide.statistic if wide else 0, wide.pvalue if wide else 1])
    return [[float(x) for x in row] for row in rows]


def samples():
    """Values; mean, sd, the half-width of the 95% t interval, t and p against 0.1."""
    rows = []
    for values in [
        [1.1898, 1.1884, 1.1892], [0.0314, 0.0551, 0.0299], [3, 4], [-5.5, 2.25, 7, 1e3],
        [1e200, 3e200, 2.5e200], [1e-200, 4e-200, 2e-200], [1e8 + 1, 1e8 + 2, 1e8 + 4],
    ]:
        unit = mp.mpf(max(abs(v) for v in values))
        exact = [mp.mpf(v) / unit for v in values]
        n = len(values)
        mean = sum(exact) / n
        sd = mp.sqrt(sum((v - mean) ** 2 for v in exact) / (n - 1))
        reach = mp.mpf(float(stats.t.ppf(0.975, n - 1))) * sd / mp.sqrt(n)
        t = (mean - mp.mpf(0.1) / unit) / (sd / mp.sqrt(n))
        rows.append(
            {"values": values, "numbers": [float(x) for x in (mean * unit, sd * unit, reach * unit, t)] + [
                float(t_tail(abs(t), n - 1))]})
    return rows


def welches():
    """Two samples; difference, t, degrees, p, low, high."""
    rows = []
    for a, b in [
        ([1.3149, 1.2988, 1.2836], [1.1898, 1.1884, 1.1892]), ([1, 2, 3, 4, 9], [2.5, 2.6]),
        ([1e-180, 3e-180], [2e-180, 2.5e-180, 1e-180]), ([1e170, 3e170], [2e170, 2.5e170, 1e170]),
    ]:
        unit = max(map(abs, a + b))
        left, right = np.array(a) / unit, np.array(b) / unit
        found = stats.ttest_ind(left, right, equal_var=False)
        interval = found.confidence_interval(0.95)
        rows.append(
            {"a": a, "b": b, "numbers": [float(x) for x in (
                (left.mean() - right.mean()) * unit, found.statistic, found.df, found.pvalue, interval.low * unit,
                interval.high * unit)]})
    return rows


def wilsons():
    return [[k, n, level, *map(float, proportion_confint(k, n, 1 - level, "wilson"))]
            for k, n, level in [(0, 10, 0.95), (3, 10, 0.95), (10, 10, 0.95), (417, 1000, 0.99), (1, 100_000, 0.9)]]


def holms():
    lists = [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [1e-9, 0.2, 0.9, 0.049, 0.02], [0.3]]
    return [{"p": p, "adjusted": [float(x) for x in multipletests(p, method="holm")[1]]} for p in lists]


def lines(value):
    if isinstance(value, list):
        return "[\n" + ",\n".join("  " + json.dumps(row) for row in value) + "\n]"
    return json.dumps(value)


tables = {
    "tTails": tails(), "tQuantiles": quantiles(), "chiSquared": chi_squared(), "betas": betas(),
    "proportions": proportions(), "mcnemar": mcnemars(), "samples": samples(), "welch": welches(),
    "wilson": wilsons(), "holm": holms(),
}
print("{\n" + ",\n".join(f'"{name}": {lines(value)}' for name, value in tables.items()) + "\n}")
