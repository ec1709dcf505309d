import Contracts
import Declarations
import Kernels
import Metrics

/// How far single dimensions tell the sides apart: those of greatest |Δ_k|, Δ the difference of the centroids.
///
/// A held-out row is told where (v_k − t_k)·Δ_k is positive for x and negative for y, t_k the midpoint of the centroids (`accuracy`), or with the sum of
/// this over the dimensions so far (`accuracy_together`: the nearest centroid in these dimensions). `clearance` is what lies
/// between the least value of one side and the greatest of the other, over all rows; it is negative where they overlap.
/// Source: Schrodi et al. 2025, arXiv:2404.07983, Fig. 4(b); docs/literature.md, item 3.
package struct DimensionSeparationEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var dimensions: Int
    var heldOut: Double

    enum CodingKeys: String, CodingKey {
      case dimensions
      case heldOut = "held_out"
    }
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "dimension-separation",
    summary: "How far the dimensions of the greatest difference of the centroids tell the sides apart.",
    parameters: [
      .defaulted(
        "dimensions", .integer(1...100_000), 2, "How many dimensions, those with most of the gap first."),
      .defaulted(
        "held_out", .number(0.01...0.99), 0.5, "Share of the pairs, the last ones, that nothing is fitted on."
      ),
    ],
    input: .pairs, output: .tables,
    columns: [
      TableColumn("rank", .key, .integer, "Place by the difference of the centroids"),
      TableColumn("dimension", .quantity, .integer, "Dimension, from 0"),
      TableColumn("difference", .quantity, .real, "Difference of the centroids"),
      TableColumn("accuracy", .quantity, .real, "Held-out rows whose side it tells", unit: "fraction"),
      TableColumn(
        "accuracy_together", .quantity, .real, "Held-out rows whose side the first dimensions tell",
        unit: "fraction"),
      TableColumn("clearance", .quantity, .real, "What lies between the sides"),
      TableColumn("held_out", .quantity, .integer, "Held-out pairs"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "dimension-separation", context) { pairs in
      let count = pairs.x.rows
      let held = min(count - 1, max(1, Int((parameters.heldOut * Double(count)).rounded())))
      let (x, y) = (pairs.x.first(count - held).centroid, pairs.y.first(count - held).centroid)
      let order = x.indices.sorted { (abs(x[$0] - y[$0]), $1) > (abs(x[$1] - y[$1]), $0) }
      var together = [Double](repeating: 0, count: 2 * held)
      return order.prefix(parameters.dimensions).enumerated().map { rank, k in
        let alone = Self.scores(pairs, k, (x[k], y[k]), from: count - held)
        for index in together.indices { together[index] += alone[index] }
        return [
          ("rank", .integer(rank + 1)), ("dimension", .integer(k)), ("difference", .real(x[k] - y[k])),
          ("accuracy", .real(Self.share(alone))), ("accuracy_together", .real(Self.share(together))),
          ("clearance", .real(Self.clearance(pairs, k))), ("held_out", .integer(held)),
        ]
      }
    }
  }

  /// (v_k − t_k)·Δ_k of held-out rows of x, and its negative of those of y.
  private static func scores(
    _ pairs: PairedRows, _ k: Int, _ means: (x: Double, y: Double), from first: Int
  ) -> [Double] {
    let (middle, difference) = ((means.x + means.y) / 2, means.x - means.y)
    return [(pairs.x, 1.0), (pairs.y, -1.0)].flatMap { rows, sign in
      (first..<rows.rows).map { sign * (rows[$0, k] - middle) * difference }
    }
  }

  private static func share(_ scores: [Double]) -> Double {
    Double(scores.count { $0 > 0 }) / Double(scores.count)
  }

  private static func clearance(_ pairs: PairedRows, _ k: Int) -> Double {
    func ends(_ rows: RealMatrix) -> (low: Double, high: Double) {
      (0..<rows.rows).reduce((.infinity, -.infinity)) { (min($0.0, rows[$1, k]), max($0.1, rows[$1, k])) }
    }
    let (x, y) = (ends(pairs.x), ends(pairs.y))
    return max(x.low - y.high, y.low - x.high)
  }
}

extension RealMatrix {
  fileprivate func first(_ count: Int) -> RealMatrix {
    RealMatrix(rows: count, columns: columns, values: Array(values[..<(count * columns)]))
  }
}
