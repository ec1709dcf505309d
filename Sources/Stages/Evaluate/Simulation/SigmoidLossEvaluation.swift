import Contracts
import Declarations
import Foundation

/// The sigmoid loss of configurations in which all pairs have one similarity p and all others another, q.
///
/// Per pair: ln(1 + e^(−(tp + b))) + (n − 1)·ln(1 + e^(tq + b)). `orthogonal`: p = q = 0, as at a random start. `simplex`: pairs
/// coincide on a regular simplex of n = d + 1 points, p = 1 and q = −1/d. m = (p − q)/2 and b_rel = (p + q)/2 are its margin and
/// relative bias; b is −t·b_rel unless `bias` gives it, and the loss of all pairs then is n²·ln(1 + e^(−tm)).
/// `slack` = 1 + b_rel − 3m is negative where 3m ≤ 1 + b_rel does not hold.
/// Source: Bangachev et al. 2025, arXiv:2509.18552; Zhai et al. 2023, arXiv:2303.15343; docs/literature.md, item 18.
package struct SigmoidLossEvaluation: Stage {
  package enum Configuration: String, CaseIterable, Decodable, Sendable { case orthogonal, simplex }

  package struct Parameters: Decodable, Sendable {
    var configurations: OneOrMany<Configuration>
    var pairs: OneOrMany<Int>
    var scales: OneOrMany<Double>
    var bias: OneOrMany<Double>?
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "sigmoid-loss",
    summary: "The sigmoid loss of orthogonal pairs and of the simplex, exactly; it reads no embeddings.",
    parameters: [
      .required(
        "configurations", .oneOrMany(.choice(Configuration.allCases.map(\.rawValue))),
        "How the pairs lie: `orthogonal`, `simplex`."),
      .required("pairs", .oneOrMany(.integer(2...1_000_000_000)), "Numbers n of pairs."),
      .required("scales", .sweep(0...1e6), "Scales t, 1/τ."),
      .optional("bias", .sweep(-1e6...1e6), "Biases b; by default −t·b_rel."),
    ],
    output: .tables,
    columns: [
      TableColumn("configuration", .label, .text, "Configuration"),
      TableColumn("pairs", .key, .integer, "Pairs"),
      TableColumn("scale", .key, .real, "Scale"),
      TableColumn("bias", .key, .real, "Bias"),
      TableColumn("loss", .quantity, .real, "Sigmoid loss per pair", unit: "nats"),
      TableColumn("margin", .quantity, .real, "Margin m"),
      TableColumn("relative_bias", .quantity, .real, "Relative bias"),
      TableColumn("slack", .quantity, .real, "1 + relative bias − 3m"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = TableBuilder()
    for configuration in parameters.configurations.values {
      for pairs in parameters.pairs.values {
        let (p, q) = Self.similarities(configuration, pairs)
        for scale in parameters.scales.values {
          for bias in parameters.bias?.values ?? [-scale * (p + q) / 2] {
            rows.append(Self.row(configuration, (p, q), pairs, scale, bias))
          }
        }
      }
    }
    return .tables([NamedTable("", rows.table())])
  }

  private static func similarities(_ configuration: Configuration, _ pairs: Int) -> (Double, Double) {
    switch configuration {
    case .orthogonal: (0, 0)
    case .simplex: (1, -1 / Double(pairs - 1))
    }
  }

  private static func row(
    _ configuration: Configuration, _ similarity: (p: Double, q: Double), _ pairs: Int, _ scale: Double,
    _ bias: Double
  ) -> [(String, Cell)] {
    let (p, q) = similarity
    let loss =
      logOnePlusExp(-(scale * p + bias)) + Double(pairs - 1) * logOnePlusExp(scale * q + bias)
    let (margin, relative) = ((p - q) / 2, (p + q) / 2)
    return [
      ("configuration", .text(configuration.rawValue)), ("pairs", .integer(pairs)), ("scale", .real(scale)),
      ("bias", .real(bias)), ("loss", .real(loss)), ("margin", .real(margin)),
      ("relative_bias", .real(relative)), ("slack", .real(1 + relative - 3 * margin)),
    ]
  }

  private static func logOnePlusExp(_ x: Double) -> Double {
    x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
  }
}
