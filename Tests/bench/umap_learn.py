"""The peer of the row umap: a picture of 25,000 × 512 in 25 clusters by umap-learn, warm."""


def umap_learn():
    import numpy
    import umap

    random = numpy.random.default_rng(0)
    centres = random.standard_normal((25, 512), dtype=numpy.float32)
    points = 0.3 * random.standard_normal((25_000, 512), dtype=numpy.float32)
    points += centres[numpy.arange(25_000) % 25]
    return lambda: umap.UMAP().fit_transform(points)


def peers():
    return [("umap-learn", umap_learn)]
