"""Whether colours can be told from the page and from one another, also by colour-blind readers."""
import math

# Machado et al. 2009, doi:10.1109/TVCG.2009.113, at full severity, in linear light.
SIGHT = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Five of the differences that are just noticed, which is 0.02 in Oklab; and WCAG's contrast of what is not text.
APART, CONTRAST = 0.1, 3


def palette_problems(themes):
    def times(matrix, vector):
        return [sum(a * b for a, b in zip(row, vector)) for row in matrix]

    def light(color):
        shares = [int(color[at:at + 2], 16) / 255 for at in (1, 3, 5)]
        return [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]

    def oklab(rgb):
        cones = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                       [0.0883024619, 0.2817188376, 0.6299787005]], [min(1, max(0, c)) for c in rgb])
        return times([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                      [0.0259040371, 0.7827717662, -0.8086757660]], [c ** (1 / 3) for c in cones])

    def luminance(color):
        return sum(a * b for a, b in zip([0.2126, 0.7152, 0.0722], light(color)))

    for theme, palettes in themes.items():
        back = {"light": "#ffffff", "dark": "#15161a"}[theme]
        for name, colors in palettes.items():
            for color in colors:
                low, high = sorted([luminance(color), luminance(back)])
                if (high + 0.05) / (low + 0.05) < CONTRAST:
                    yield f"{theme} {name} {color} has a contrast of {(high + 0.05) / (low + 0.05):.2f}"
            for sight, matrix in {"all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], **SIGHT}.items():
                seen = [oklab(times(matrix, light(color))) for color in colors]
                near = min((math.dist(a, b), i, j) for i, a in enumerate(seen) for j, b in enumerate(seen[:i]))
                if near[0] < APART:
                    yield f"{theme} {name}: {colors[near[1]]} and {colors[near[2]]} are {near[0]:.3f} apart for {sight}"
