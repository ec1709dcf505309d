"""All gap metrics of 5,000 pairs, without intervals and nulls, by PyTorch, SciPy and scikit-learn: the peer of the row `gap-metrics`.

As one would write it with these libraries: n × n matrices once, products of the others from them.
"""


def gap_metrics(count=5000, k=10, sigma=10.0, noise=0.02):
    import numpy
    import scipy.linalg
    import scipy.stats
    import torch
    from sklearn.cluster import KMeans
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import v_measure_score

    normalize = torch.nn.functional.normalize
    x0 = torch.randn(count, 512)
    y0 = 0.3 * x0 + torch.randn(count, 512) + 0.2
    own = torch.eye(count, dtype=torch.bool)

    def off(square):
        return (square.double().sum() - square.diagonal().double().sum()) / (count * (count - 1))

    def one_side(z, square):
        mean = z.double().mean(0)
        raw = z.double().T @ z.double() / count
        values, vectors = torch.linalg.eigh(raw)
        centred = torch.linalg.eigvalsh(raw - mean.outer(mean)).clamp(min=0)
        ranks = []
        for spectrum in [values.clamp(min=0).sqrt(), centred.sqrt()]:
            p = spectrum / spectrum.sum()
            ranks.append(torch.special.entr(p).sum().exp())
        ratio = centred.sum() ** 2 / centred.square().sum()
        c = vectors.float()
        z_up, z_down = (z @ c).exp().sum(0), (-(z @ c)).exp().sum(0)
        both = torch.cat([z_up, z_down])
        w2 = -(mean @ mean + (centred.sqrt() - 512**-0.5).square().sum()).sqrt()
        return [off((-4 + 4 * square).exp()).log(), off(square), *ranks, ratio,
                (ratio - 1) / 511, both.min() / both.max(), mean.norm(), w2]

    def hsic(a, b):
        n = count
        return (a * b.T).sum() + a.sum() * b.sum() / ((n - 1) * (n - 2)) - 2 * (a.sum(0) @ b.sum(1)) / (n - 2)

    def transport(cost, epsilon=0.01, rho=1.0):
        n = len(cost)
        kernel, power = (-cost / epsilon).exp() / n**2, rho / (rho + epsilon)
        u = v = torch.ones(n, dtype=torch.double)
        for _ in range(1000):
            before, u = u, (1 / n / (kernel @ v)) ** power
            v = (1 / n / (kernel.T @ u)) ** power
            if (u / before).log().abs().max() < 1e-6:  # POT's defaults
                break
        plan = u[:, None] * kernel * v
        return cost.diagonal().mean() - (plan * cost).sum() / plan.sum()

    def work():
        x, y = normalize(x0), normalize(y0)
        a, b, s = x @ x.T, y @ y.T, x @ y.T
        found = one_side(x, a) + one_side(y, b)
        gap = x.double().mean(0) - y.double().mean(0)
        squares = (x - y).square().sum(1)
        found += [gap.norm(), squares.sqrt().mean(), squares.mean(), gap.square().topk(5).values.sum() / gap.square().sum()]
        found += [off((-4 + 4 * s).exp()).log()]
        kernel = lambda g: ((g.double() - 1) / sigma**2).exp()
        ka, kb, ks = kernel(a), kernel(b), kernel(s)
        found += [ka.mean() + kb.mean() - 2 * ks.mean(), off(ka) + off(kb) - 2 * ks.mean()]
        found += [2 * torch.cdist(x, y).mean() - torch.cdist(x, x).mean() - torch.cdist(y, y).mean()]
        cx, cy = numpy.cov(x.numpy().T), numpy.cov(y.numpy().T)
        found += [numpy.trace(cx) + numpy.trace(cy) - 2 * numpy.trace(scipy.linalg.sqrtm(cx @ cy).real)]
        xc, yc = x - x.mean(0), y - y.mean(0)
        found += [(xc.T @ yc).square().sum() / ((xc.T @ xc).norm() * (yc.T @ yc).norm())]
        k0, l0 = a.masked_fill(own, 0), b.masked_fill(own, 0)
        found += [hsic(k0, l0) / (hsic(k0, k0) * hsic(l0, l0)).sqrt()]
        na, nb = a.masked_fill(own, -9).topk(k), b.masked_fill(own, -9).topk(k)
        ma, mb = [torch.zeros(count, count).scatter_(1, near.indices, 1) for near in [na, nb]]
        found += [(ma * mb).sum() / count / k]
        pair = lambda p, q, m: hsic(m * p, m * q)
        found += [pair(k0, l0, ma * mb) / (pair(k0, k0, ma) * pair(l0, l0, mb)).sqrt()]
        for near, cross in [(na, s), (nb, s.T)]:
            across = cross.topk(k)
            counts = torch.bincount(across.indices.flatten(), minlength=count)
            found += [scipy.stats.skew(counts.numpy()), counts.max()]
            found += [(near.values[:, 0] >= across.values[:, 0]).double().mean()]
            before = (near.values >= cross.diagonal()[:, None]).sum(1) + (cross > cross.diagonal()[:, None]).sum(1)
            found += [(before < k).double().mean()]
        for anchor in torch.randperm(count)[:100]:
            found.append(scipy.stats.kendalltau(a[anchor].numpy(), b[anchor].numpy()).statistic)
        for queries, candidates in [(x, y), (y, x)]:
            some = torch.randperm(count)[:1000]
            moved = normalize(candidates + noise * torch.randn_like(candidates))
            found += [((queries[some] @ moved.T).argmax(1) == (queries[some] @ candidates.T).argmax(1)).double().mean()]
        order = torch.randperm(count)
        train, test = order[: count // 5], order[count // 5 :]
        labels = lambda rows: numpy.r_[numpy.ones(len(rows)), numpy.zeros(len(rows))]
        model = LogisticRegression(max_iter=1000).fit(torch.cat([x[train], y[train]]).numpy(), labels(train))
        found += [model.score(torch.cat([x[test], y[test]]).numpy(), labels(test))]
        half, rest = order[: count // 2], order[count // 2 :]
        turn = scipy.linalg.orthogonal_procrustes(y[half].double().numpy(), x[half].double().numpy())[0]
        found += [(x[rest] - y[rest] @ torch.from_numpy(turn).float()).square().sum(1).mean()]
        clusters = KMeans(2, n_init=10).fit_predict(torch.cat([x, y]).numpy())
        found += [v_measure_score(labels(order), clusters)]
        some = order[:1000]
        found += [transport(1 - (x[some] @ y[some].T).double())]
        return found

    return work


def peers():
    return [("PyTorch, SciPy, scikit-learn", gap_metrics)]
