import Contracts
import Declarations
import Foundation
import Kernels

/// How unlike the conformities of both sides are when rows are moved along their mean: x' = (x − αm)/‖x − αm‖.
///
/// `divergence` is KL(x‖y) = Σ_b p_b·ln(p_b/q_b), `reversed` KL(y‖x), in nats, over `bins` bins of equal width from the least
/// to the greatest conformity of both sides. So that no bin is empty, p_b = (count_b + s)/(n + s·bins) with s = `smoothing`
/// (½: Jeffreys' prior). `moved` says which sides are moved: `x`, `y` or `both`, each by its own mean.
/// Source: Levi and Gilboa 2025, arXiv:2411.14517, which moves v' = v − αm; docs/literature.md, item 2.
package struct ConformityDivergenceEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var alpha: OneOrMany<Double>
    var bins: Int
    var smoothing: Double
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "conformity-divergence",
    summary: "How unlike the conformities of both sides are when rows are moved along their mean.",
    parameters: [
      .required("alpha", .sweep(-1000...1000), "How many means are subtracted from each row."),
      .defaulted("bins", .integer(2...100_000), 30, "Bins of the histograms."),
      .defaulted("smoothing", .number(1e-12...1e6), 0.5, "What is added to the count of each bin."),
    ],
    input: .pairs, output: .tables,
    columns: [
      TableColumn("moved", .label, .text, "Sides that are moved"),
      TableColumn("alpha", .key, .real, "Means subtracted"),
      TableColumn("divergence", .quantity, .real, "KL(x‖y) of the conformities", unit: "nats"),
      TableColumn("reversed", .quantity, .real, "KL(y‖x) of the conformities", unit: "nats"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "conformity-divergence", context) { pairs in
      let still = try pairs.sides.map { try Self.conformities($0.rows, $0.side, 0) }
      return try parameters.alpha.values.flatMap { alpha in
        let moved = try pairs.sides.map { try Self.conformities($0.rows, $0.side, alpha) }
        return [("x", moved[0], still[1]), ("y", still[0], moved[1]), ("both", moved[0], moved[1])].map {
          row($0.0, alpha, $0.1, $0.2)
        }
      }
    }
  }

  private static func conformities(_ rows: RealMatrix, _ side: Side, _ alpha: Double) throws -> [Double] {
    let unit = try rows.unitRows(side)
    let moved = try unit.subtracting(unit.centroid, times: alpha).unitRows(side)
    return Conformity(unitRows: moved).byMean
  }

  private func row(_ moved: String, _ alpha: Double, _ x: [Double], _ y: [Double]) -> [(String, Cell)] {
    let (p, q) = histograms(x, y)
    return [
      ("moved", .text(moved)), ("alpha", .real(alpha)), ("divergence", .real(Self.divergence(p, q))),
      ("reversed", .real(Self.divergence(q, p))),
    ]
  }

  private func histograms(_ x: [Double], _ y: [Double]) -> ([Double], [Double]) {
    let (low, high) = ((x + y).min() ?? 0, (x + y).max() ?? 0)
    func shares(_ values: [Double]) -> [Double] {
      var counts = [Double](repeating: parameters.smoothing, count: parameters.bins)
      for value in values {
        let place = high > low ? Int((value - low) / (high - low) * Double(parameters.bins)) : 0
        counts[min(place, parameters.bins - 1)] += 1
      }
      let total = Double(values.count) + parameters.smoothing * Double(parameters.bins)
      return counts.map { $0 / total }
    }
    return (shares(x), shares(y))
  }

  private static func divergence(_ p: [Double], _ q: [Double]) -> Double {
    zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
  }
}
