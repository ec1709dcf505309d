import Contracts
import Declarations
import Execution
import Kernels
import Statistics

/// Whether gradient flow widens the gap of random parallel modalities: dγ/dt = 2βγL'(s), s = β(1 − γ²).
///
/// Of each draw, two sets of n independent rows, uniform on the unit sphere of R^d, L is the symmetric InfoNCE loss with the scale s, and
/// L' its derivative by s: the mean similarity under the softmax less that of the pairs. For large n it goes to
/// A_d(s) = I_{d/2}(s)/I_{d/2−1}(s) > 0 (`limit`), so the gap grows.
/// Source: Yaras et al. 2025, arXiv:2412.07909, Theorem 3.3; docs/literature.md, item 11.
package struct GapGrowthEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var pairs: Int
    var dimensions: OneOrMany<Int>
    var gap: Double
    var temperature: Double
    var draws: Int
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "gap-growth",
    summary: "Whether gradient flow widens the gap of random parallel modalities; it reads no embeddings.",
    parameters: [
      .required("dimensions", .oneOrMany(.integer(2...100_000)), "Dimensions d of the sphere."),
      .defaulted("pairs", .integer(2...100_000), 512, "Number n of pairs."),
      .defaulted("gap", .number(0...0.999), 0.4, "The offset γ."),
      .defaulted("temperature", .number(0.002...10), 0.07, "The temperature 1/β."),
      .defaulted("draws", .integer(2...1_000_000), 100, "Random sets of pairs."),
    ],
    output: .tables, isRandom: true,
    columns: [
      TableColumn("dimension", .key, .integer, "Dimensions"),
      TableColumn("slope", .quantity, .real, "Mean of L'"),
      TableColumn("ci95_low", .quantity, .real, "Lower end of its 95% interval"),
      TableColumn("ci95_high", .quantity, .real, "Upper end of its 95% interval"),
      TableColumn("limit", .quantity, .real, "Limit of L' for many pairs"),
      TableColumn("positive", .quantity, .real, "Draws in which L' is positive", unit: "fraction"),
      TableColumn("growth", .quantity, .real, "Mean of dγ/dt"),
      TableColumn("draws", .quantity, .integer, "Draws"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = TableBuilder()
    for dimension in parameters.dimensions.values { rows.append(try row(dimension, context)) }
    return .tables([NamedTable("", rows.table())])
  }

  private func row(_ dimension: Int, _ context: StageContext) throws -> [(String, Cell)] {
    let (beta, gap, pairs) = (1 / parameters.temperature, parameters.gap, parameters.pairs)
    let scale = beta * (1 - gap * gap)
    let slopes = try context.budget.map(blocks: parameters.draws) { draw in
      let x = context.random("x/\(dimension)/\(draw)").sphere(rows: pairs, columns: dimension)
      let y = context.random("y/\(dimension)/\(draw)").sphere(rows: pairs, columns: dimension)
      return (ContrastiveRows(x, y, scale: scale).slope + ContrastiveRows(y, x, scale: scale).slope) / 2
    }
    let summary = Summary(of: slopes)
    let interval = summary.interval() ?? Interval(low: summary.mean, high: summary.mean)
    return [
      ("dimension", .integer(dimension)), ("slope", .real(summary.mean)), ("ci95_low", .real(interval.low)),
      ("ci95_high", .real(interval.high)),
      ("limit", .real(UniformSphere.meanResultantLength(dimensions: dimension, concentration: scale))),
      ("positive", .real(Double(slopes.count { $0 > 0 }) / Double(slopes.count))),
      ("growth", .real(2 * beta * gap * summary.mean)), ("draws", .integer(slopes.count)),
    ]
  }
}
