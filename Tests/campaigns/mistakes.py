"""Typical mistakes in programs like this one, and what must notice each; docs/reproduction.md has the reasons."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edit:
    """A change of one expression: `place` occurs once in the file and marks with «» what becomes `new`."""

    file: str
    place: str
    new: str


@dataclass(frozen=True)
class Mutant:
    name: str
    says: str
    edits: list
    # `Suite.function`: each of these tests must fail.
    tests: list
    # By config, the claims that must not pass, and those that pass although the program is wrong.
    caught: dict = field(default_factory=dict)
    passed: dict = field(default_factory=dict)
    # A config whose run must end with status 70 where the machine's kernel has not been tried before.
    refused: str = ""


RANDOM_MLP = "Sources/Encoders/RandomMLP.swift"
SHAPE = "Sources/Encoders/Transformer/TransformerShape.swift"
COSINE = "Sources/Metrics/CosineSimilarity.swift"
LOSS = "Sources/Stages/Evaluate/ContrastiveLossEvaluation.swift"
BLAS = "Sources/Kernels/BLAS.swift"
FAST_MATH = "Sources/Kernels/FastMath.swift"
BLAS_ARGUMENTS = (
    "\n      CblasRowMajor, a.order, b.order, Int32(shape.rows), Int32(shape.columns), Int32(shape.inner), «alpha»,"
)


def diagonal(value):
    """Everywhere as if the key `diagonal` had this value."""
    places = [
        "return «diagonal» ? dot(sum, sum) / (n * n)", "let high = «diagonal» ? max(1",
        "QuantileRanks(pairs: tiles.pairCount, diagonal: «diagonal» ? rows.rows : 0)",
        "moments(around: Double(Float(centre)), diagonal: «diagonal» ? rows.rows : 0)",
        "histogram(second.bins, diagonal: «diagonal» ? rows.rows : 0)",
    ]
    return [Edit(COSINE, place, value) for place in places]


NETWORKS = [
    Mutant(
        "mlp-biases", "No biases in the random MLP",
        [Edit(RANDOM_MLP, "into: out, stride: width, beta: «1»)", "0")],
        ["MLPTests.deepLayers", "MLPTests.firstLayers"],
        caught={"figure2b": [
            "tanh-layer-25-infinite-width", "linear-layer-25-infinite-width", "relu-layer-10-infinite-width"]},
        passed={"figure2b": [
            "relu-layer-2-infinite-width", "relu-layer-5-infinite-width", "sigmoid-layer-1-infinite-width"]},
    ),
    Mutant(
        "transformer-biases", "No biases in a transformer's MLPs, left out where they are added",
        [Edit("Sources/Encoders/Transformer/TransformerWeights.swift",
              'bias: «self("\\(name).bias")», inputs: inputs, outputs: outputs',
              'name.contains(".mlp.") ? nil : self("\\(name).bias")')],
        ["TransformerTowerTests.vision", "TransformerTowerTests.text", "TransformerTowerTests.sequences",
         "TransformerTowerTests.video", "WidthParityTests.embeddings"],
    ),
    Mutant(
        "transformer-zeros", "Biases of a transformer's MLPs drawn as zeros",
        [Edit(SHAPE, 'mlp.c_fc.bias", [hidden], «.defaultLinear(inputs: width)»', ".constant(0)"),
         Edit(SHAPE, 'mlp.c_proj.bias", [width], «.defaultLinear(inputs: hidden)»', ".constant(0)")],
        ["TransformerInitTests.textTower", "TransformerInitTests.visionTower"],
    ),
    Mutant(
        "quick-gelu", "GELU for QuickGELU, in the function",
        [Edit("Sources/Kernels/Activation.swift",
              "case .quickGelu: map(values) { «$0 * FastMath.sigmoid($0 * 1.702)» }", "Gelu.value($0)"),
         Edit("Sources/Kernels/MLPActivation.swift", "«QuickGelu.apply(x, into: out)»", "Gelu.apply(x, into: out)"),
         Edit("Sources/Kernels/MLPActivation.swift", "«QuickGelu.backward(x, gradient: d)»",
              "Gelu.backward(x, gradient: d)")],
        ["TransformerKernelTests.quickGelu", "ElementwiseTests.activations", "ElementwiseTests.mlpActivations",
         "ActivationReferenceTests.parity"],
    ),
    Mutant(
        "gelu-default", "GELU for QuickGELU, as the default",
        [Edit(SHAPE, "activation: MLPActivation = «.quickGelu»", ".gelu"),
         Edit("Sources/Encoders/Architectures/TowerKeys.swift", ".string(«MLPActivation.quickGelu».rawValue)",
              "MLPActivation.gelu")],
        ["WidthParityTests.embeddings", "LearntTemperatureTests.steps"],
    ),
    Mutant(
        "final-norm", "No final layer norm",
        [Edit("Sources/Encoders/Transformer/PatchEncoder.swift",
              "«weights.normAfter.apply(features, rows: count, into: features)»", "()"),
         Edit("Sources/Encoders/TextTransformer.swift",
              "«tower.norm.apply(features, rows: items.count, into: features)»", "()"),
         Edit("Sources/Encoders/SequenceTransformer.swift",
              "«norm.apply(features, rows: pooling == .mean ? packing.rows : packing.items.count, into: features)»",
              "()")],
        ["TransformerTowerTests.vision", "TransformerTowerTests.text", "TransformerTowerTests.sequences",
         "WidthParityTests.embeddings", "GoldenEncoderTests.clip", "TransformerTowerTests.golden"],
    ),
    Mutant(
        "text-depth", "No (2L)^(−1/2) in the text tower's initialisation",
        [Edit(SHAPE, "std: 1 / «(w * 2 * l)».squareRoot()", "w")],
        ["TransformerInitTests.textTower"],
    ),
    Mutant(
        "causal-mask", "Texts without a causal mask",
        [Edit("Sources/Encoders/TextTransformer.swift", "reading: .last, isCausal: «true»)", "false")],
        ["TransformerTowerTests.text", "WidthParityTests.embeddings"],
    ),
    Mutant(
        "attention-scale", "Attention without head^(−1/2)",
        [Edit("Sources/Encoders/Transformer/Attention.swift", "paddedKeys + index] = «row[column + place] * scale» }",
              "row[column + place]")],
        ["TransformerKernelTests.attention", "TransformerTowerTests.vision", "TransformerTowerTests.text",
         "WidthParityTests.embeddings"],
    ),
]

LOSSES = [
    Mutant(
        "one-sided-loss", "One-sided loss in an evaluation",
        [Edit("Sources/Metrics/ContrastiveLossLandscape.swift", "{ «(xToY + yToX) / 2» }", "xToY")],
        ["PairTwinTests.losses", "BootstrapTests.objective", "GoldenTests.landscape"],
        caught={"figure3": ["loss-at-original-gap", "optimum-1-100", "optimum-1-50", "optimum-1-10"]},
        passed={
            "figure3": ["default-gap-is-optimal", "repulsion", "single-minimum-1-30", "single-minimum-1-20",
                        "single-minimum-1-10", "single-minimum-1", "optimum-1-30", "optimum-1"],
            "figure3-simulation": ["loss-at-zero-1-100", "loss-at-zero-1-5", "repulsion-1-100"]},
    ),
    Mutant(
        "one-sided-column", "The column `loss` of an evaluation is x to y",
        [Edit(LOSS, "? loss.xToY : «loss.symmetric»", "loss.xToY")],
        ["BootstrapTests.objective", "GoldenTests.landscape"],
        caught={"figure3": ["loss-at-original-gap"]},
    ),
    Mutant(
        "one-sided-samples", "The column `loss` of an evaluation's bootstrap samples is x to y",
        [Edit(LOSS, "«zip(both[0], both[1]).map { ($0 + $1) / 2 }»", "both[0]")],
        ["BootstrapTests.samplesOfLosses"],
    ),
    Mutant(
        "one-sided-training", "One-sided loss in a training",
        [Edit("Sources/Encoders/Training/ContrastiveLoss+Terms.swift",
              "return «Array(repeating: 0.5 / count, count: pairs)»",
              "Array(repeating: objective.kind == .dual ? 0.5 / count : side == 0 ? 1 / count : 0, count: pairs)")],
        ["ContrastiveObjectiveTests.values", "LearntTemperatureTests.steps", "TrainingParityTests.steps"],
    ),
]

SIMILARITIES = [
    Mutant(
        "diagonal", "Diagonal included although it is not asked for", diagonal("true"),
        ["CosineTwinTests.statistics", "CosineTwinTests.equal", "CosineTwinTests.repeats",
         "CosineTwinTests.histogram", "CosineTwinTests.analytic"],
        caught={"figure1": ["cone-clip-x", "cone-clip-y"]},
    ),
    Mutant(
        "no-diagonal", "Diagonal left out although it is asked for", diagonal("false"),
        ["CosineTwinTests.statistics", "CosineTwinTests.analytic", "MLPTests.firstLayers"],
        caught={"figure2b": ["inputs-are-orthogonal"]},
    ),
    Mutant(
        "exponent", "Exponent × 1.001: e^(1.001·x) for eˣ",
        [Edit(FAST_MATH, "let x: Float = raised > 88.3 ? 88.3 : «raised»\n", "raised * 1.001"),
         Edit(FAST_MATH, "let x: Double = raised > 709 ? 709 : «raised»\n", "raised * 1.001")],
        ["ElementwiseTests.exponentials", "ElementwiseTests.singlePrecision", "ElementwiseTests.softmax",
         "SphereTests.everyElevation", "PairTwinTests.losses"],
        caught={
            "figure3": ["loss-at-original-gap"],
            "figure3-simulation": ["loss-at-zero-1-5", "loss-at-zero-1-35", "loss-at-ninety"],
            "figureS9": ["loss-at-zero-1-5", "loss-at-zero-1-35"]},
        passed={"figure3-simulation": ["loss-at-zero-1", "loss-at-zero-1-50", "loss-at-zero-1-100"]},
    ),
    Mutant(
        "product", "Product × 1.001: all matrix products a thousandth too large",
        [Edit(BLAS, "cblas_sgemm(" + BLAS_ARGUMENTS, "alpha * 1.001"),
         Edit(BLAS, "cblas_dgemm(" + BLAS_ARGUMENTS, "alpha * 1.001"),
         Edit("Sources/CTiles/tiles.c", "_mm512_set1_ps(«a[r * a_row]»)", "1.001f * a[r * a_row]")],
        ["LinearAlgebraTests.singleProduct", "LinearAlgebraTests.product", "TileProductTests.products",
         "BLASRowsTests.values", "KernelTrialTests.kernel", "CosineTwinTests.statistics"],
        caught={
            "figure1": ["cone-clip-x", "cone-clip-y"],
            "figure3": ["loss-at-original-gap"],
            "figure3-simulation": [
                "loss-at-zero-1-100", "loss-at-zero-1-50", "loss-at-zero-1-35", "loss-at-zero-1-5", "loss-at-zero-1"],
            "retrieval": ["shift-0-x-to-y", "shift-0-y-to-x"]},
        passed={"figure3-simulation": ["loss-at-ninety"]},
        refused="figure3-simulation",
    ),
    Mutant(
        "ties", "Of equal candidates the right one comes first",
        [Edit("Sources/Metrics/RankCounter.swift", "if «candidate > right || (candidate == right && comesFirst)» {",
              "candidate > right")],
        ["PairTwinTests.ranks", "PairingTests.retrieval"],
    ),
    Mutant(
        "recall", "Recall@k counts one rank more",
        [Edit("Sources/Metrics/Retrieval.swift", "counts.count { «Int($0.rank) < k» }", "Int($0.rank) <= k")],
        ["PairingTests.retrieval", "GoldenTests.retrieval"],
    ),
]

STATISTICS = [
    Mutant(
        "deviation", "Standard deviation with n in the denominator",
        [Edit("Sources/Statistics/Summary.swift", "(squares / «Double(values.count - 1)»)", "Double(values.count)")],
        ["OracleTests.samples", "OracleTests.welch", "SimulationTests.oneSample"],
    ),
    Mutant(
        "prediction", "A prediction interval that is as wide as one draw scatters",
        [Edit("Sources/Statistics/Summary.swift", "«(1 + 1 / Double(count))».squareRoot()", "1.0")],
        ["SimulationTests.oneSample"],
    ),
    Mutant(
        "welch", "Welch's test with n₁ + n₂ − 2 degrees of freedom",
        [Edit("Sources/Statistics/MeanDifference.swift", "degrees = «terms > 0 ? (u + v) * (u + v) / terms : largest»",
              "Double(a.count + b.count - 2)")],
        ["OracleTests.welch"],
    ),
    Mutant(
        "fieller", "Fieller's interval of pairs without their covariance",
        [Edit("Sources/Statistics/RatioInterval.swift",
              "«covariance($0, top.mean, mean) / mean / mean / Double($0.count)»", "0.0 * Double($0.count)")],
        ["SimulationTests.fieller"],
    ),
    Mutant(
        "bootstrap", "Bootstrap samples whose seed is how many they are",
        [Edit("Sources/Metrics/ItemResamples.swift", 'RandomStream(seed: «0», stage: "bootstrap"', "UInt64(count)")],
        ["BootstrapTests.twin", "BootstrapTests.samplesOfLosses"],
    ),
]

MUTANTS = NETWORKS + LOSSES + SIMILARITIES + STATISTICS


# MARK: - For the nightly: wrong by one part in a thousand, or in one item. No test or claim need notice them.

NIGHT_MUTANTS = [
    Mutant("night-dot", "Inner products in float64 × 1.001",
           [Edit("Sources/Kernels/Dot.swift", "return «total»\n}\n\n/// The same of as many", "total * 1.001")], []),
    Mutant("night-exponent", "Exponentials × 1.001",
           [Edit(FAST_MATH, "return «p» * Float(bitPattern: (shifted", "p * 1.001"),
            Edit(FAST_MATH, "return «p» * Double(bitPattern: (shifted", "p * 1.001")], []),
    Mutant("night-product", "Matrix products × 1.001",
           [Edit(BLAS, "cblas_sgemm(" + BLAS_ARGUMENTS, "alpha * 1.001"),
            Edit(BLAS, "cblas_dgemm(" + BLAS_ARGUMENTS, "alpha * 1.001")], []),
    Mutant("night-adam", "Adam's steps × 1.001",
           [Edit("Sources/Encoders/Training/Optimiser.swift", "size = Float(«rate» / (1 - pow(", "rate * 1.001")], []),
    Mutant("night-batch-order", "The pairs of an epoch from the last to the first",
           [Edit("Sources/Stages/Train/TrainingRun.swift", "shuffles ? «stream.permutation(count)» :",
                 "stream.permutation(count).reversed()")], []),
    Mutant("night-caption", "The caption of the first picture is another one's",
           [Edit("Sources/Datasets/Kinds/Shapes.swift",
                 "let index = «swap[index]»\n    let (scene, cells) = scene(index)\n    var draws",
                 "swap[index == 0 ? 1 : index]")], []),
]
