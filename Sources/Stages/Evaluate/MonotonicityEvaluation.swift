import Contracts
import Declarations
import Execution
import Kernels
import Metrics
import Statistics

/// How often a layer of random weights with ReLU brings two vectors closer together: Theorem 1 by Monte Carlo.
///
/// For ‖v‖ = `norm`, ‖u‖ = `norm_ratio`·‖v‖ and cos(u, v) = `cosine`, `probability` is the share of `trials` layers W, b,
/// entries N(0, 1/width), with cos(φ(Wu + b), φ(Wv + b)) > cos(u, v). The theorem says that it is 1 − O(1/width) below
/// `bound` = 2r/(1 + r²). W enters through Wu and Wv alone, whose law depends on the lengths and the angle of u and v
/// and on no number of inputs; so each trial draws W·e₁, W·e₂ and b for an orthonormal e₁, e₂ with u and v in
/// their plane. Rows of one width share their draws; widths have their own.
///
/// The table `moments` has Lemma 3, 1 + uᵀv = E[(Wu + b)ᵀ(Wv + b)] ≤ 2·E[φ(Wu + b)ᵀφ(Wv + b)], and the mean and the
/// variance of T = 2φ(√width·(Wu + b)_k)²/(1 + uᵀu), 1 and 5, which the theorem's proof bounds by 12.
/// Source: Liang et al. 2022, Sec. 3 and App. D.
package struct MonotonicityEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var widths: OneOrMany<Int>
    var norms: OneOrMany<Double>
    var ratios: OneOrMany<Double>
    var cosines: OneOrMany<Double>
    var trials: Int

    enum CodingKeys: String, CodingKey {
      case widths, norms, cosines, trials
      case ratios = "norm_ratios"
    }
  }

  private static let keys = [
    TableColumn("width", .key, .integer, "Width of the layer"),
    TableColumn("norm", .key, .real, "Norm of v"),
    TableColumn("norm_ratio", .key, .real, "Norm of u, in norms of v"),
    TableColumn("cosine", .key, .real, "Cosine similarity before the layer"),
  ]

  package static let signature = StageSignature(
    phase: .evaluate, kind: "monotonicity",
    summary:
      "How often a layer of random weights with ReLU makes two vectors more similar (Theorem 1, Lemma 3); it "
      + "reads no embeddings.",
    parameters: [
      .required("widths", .oneOrMany(.integer(1...1_000_000)), "Numbers of the layer's outputs."),
      .defaulted("norms", .sweep(0...1e6), 1, "Norms of v."),
      .defaulted("norm_ratios", .sweep(0.001...1000), 1, "Norms of u, in norms of v."),
      .required("cosines", .sweep(-1...1), "Cosine similarities of u and v."),
      .defaulted("trials", .integer(2...100_000_000), 1000, "Number of random layers."),
    ],
    output: .tables, isRandom: true, extraTables: ["moments"],
    extraColumns: [
      "moments": keys + [
        TableColumn("inner", .quantity, .real, "1 + uᵀv"),
        TableColumn("affine", .quantity, .real, "Mean of (Wu + b)ᵀ(Wv + b)"),
        TableColumn("affine_ci95_low", .quantity, .real, "Lower end of its 95% interval"),
        TableColumn("affine_ci95_high", .quantity, .real, "Upper end of its 95% interval"),
        TableColumn("rectified", .quantity, .real, "Twice the mean of φ(Wu + b)ᵀφ(Wv + b)"),
        TableColumn("rectified_ci95_low", .quantity, .real, "Lower end of its 95% interval"),
        TableColumn("rectified_ci95_high", .quantity, .real, "Upper end of its 95% interval"),
        TableColumn("rectified_exact", .quantity, .real, "Its expectation"),
        TableColumn("t_mean", .quantity, .real, "Mean of T"),
        TableColumn("t_variance", .quantity, .real, "Variance of T"),
      ]
    ],
    columns: keys + [
      TableColumn("bound", .quantity, .real, "Bound of Theorem 1, 2r/(1 + r²)"),
      TableColumn("probability", .quantity, .real, "Share of layers that raise the cosine similarity"),
      TableColumn("ci95_low", .quantity, .real, "Lower end of Wilson's 95% interval"),
      TableColumn("ci95_high", .quantity, .real, "Upper end of Wilson's 95% interval"),
      TableColumn("cosine_out", .quantity, .real, "Mean cosine similarity after the layer"),
      TableColumn("cosine_out_limit", .quantity, .real, "Cosine similarity after an infinitely wide layer"),
      TableColumn("trials", .quantity, .integer, "Layers"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let points = pairs
    var (main, moments) = (TableBuilder(), TableBuilder())
    for (index, width) in parameters.widths.values.enumerated() {
      let layers = RandomLayers(width: width, stream: context.random("layers/\(width)"))
      let tallies = try layers.tallies(of: points, trials: parameters.trials, context.budget)
      for (pair, tally) in zip(points, tallies) {
        main.append(keys(width, pair) + row(pair, tally))
        moments.append(keys(width, pair) + momentsRow(pair, tally, width: width))
      }
      context.progress(Double(index + 1) / Double(parameters.widths.values.count))
    }
    return .tables([NamedTable("", main.table()), NamedTable("moments", moments.table())])
  }

  private var pairs: [VectorPair] {
    parameters.norms.values.flatMap { norm in
      parameters.ratios.values.flatMap { ratio in
        parameters.cosines.values.map { VectorPair(norm: norm, ratio: ratio, cosine: $0) }
      }
    }
  }

  private func keys(_ width: Int, _ pair: VectorPair) -> [(String, Cell)] {
    [
      ("width", .integer(width)), ("norm", .real(pair.norm)), ("norm_ratio", .real(pair.ratio)),
      ("cosine", .real(pair.cosine)),
    ]
  }

  private func row(_ pair: VectorPair, _ tally: LayerTally) -> [(String, Cell)] {
    let trials = parameters.trials
    let interval = wilsonInterval(successes: Double(tally.raised), trials: Double(trials))
    return [
      ("bound", .real(2 * pair.ratio / (1 + pair.ratio * pair.ratio))),
      ("probability", .real(Double(tally.raised) / Double(trials))),
      ("ci95_low", .real(interval?.low ?? .nan)), ("ci95_high", .real(interval?.high ?? .nan)),
      ("cosine_out", .real(tally.cosine / Double(trials))),
      (
        "cosine_out_limit",
        .real(ArcCosineKernel.layer(normU: pair.normU, normV: pair.norm, cosine: pair.cosine))
      ),
      ("trials", .integer(trials)),
    ]
  }

  private func momentsRow(_ pair: VectorPair, _ tally: LayerTally, width: Int) -> [(String, Cell)] {
    let affine = mean(tally.affine)
    let rectified = mean(tally.rectified)
    let draws = Double(parameters.trials) * Double(width)
    let t = tally.t.sum / draws
    let norms = ((1 + pair.normU * pair.normU) * (1 + pair.norm * pair.norm)).squareRoot()
    let kernel = ArcCosineKernel.layer(normU: pair.normU, normV: pair.norm, cosine: pair.cosine)
    return [
      ("inner", .real(1 + pair.inner)), ("affine", .real(affine.mean)),
      ("affine_ci95_low", .real(affine.interval.low)), ("affine_ci95_high", .real(affine.interval.high)),
      ("rectified", .real(rectified.mean)), ("rectified_ci95_low", .real(rectified.interval.low)),
      ("rectified_ci95_high", .real(rectified.interval.high)), ("rectified_exact", .real(norms * kernel)),
      ("t_mean", .real(t)), ("t_variance", .real((tally.t.squares / draws - t * t) * draws / (draws - 1))),
    ]
  }

  /// Of one number a trial.
  private func mean(_ sums: LayerTally.Sums) -> (mean: Double, interval: Interval) {
    let n = Double(parameters.trials)
    let mean = sums.sum / n
    let variance = max(0, sums.squares / n - mean * mean) * n / (n - 1)
    let summary = Summary(count: parameters.trials, mean: mean, standardDeviation: variance.squareRoot())
    return (mean, summary.interval() ?? Interval(low: mean, high: mean))
  }
}
