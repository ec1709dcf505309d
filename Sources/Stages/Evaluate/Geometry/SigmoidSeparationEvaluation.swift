import Contracts
import Declarations
import Kernels

/// Whether one bias tells all pairs from all others, as the sigmoid loss needs for zero loss.
///
/// m = ½(min_i x_i·y_i − max_{i≠j} x_i·y_j) is `margin`, b_rel = ½(min_i x_i·y_i + max_{i≠j} x_i·y_j) `relative_bias`: with the bias −t·b_rel
/// the loss goes to zero with growing t where m > 0. Trimmed are the same of the `trim` quantile of pairs and the 1 − `trim` quantile
/// of others, linear between ranks. Of more than 5,000 pairs the first 5,000 are measured.
/// Source: Bangachev et al. 2025, arXiv:2509.18552; Zhai et al. 2023, arXiv:2303.15343; docs/literature.md, item 18.
package struct SigmoidSeparationEvaluation: Stage {
  package struct Parameters: Decodable, Sendable { var trim: Double }

  private static let most = 5000

  package static let signature = StageSignature(
    phase: .evaluate, kind: "sigmoid-separation",
    summary: "Whether one bias tells all pairs from all others (sigmoid loss).",
    parameters: [
      .defaulted(
        "trim", .number(0...0.5), 0.05, "Share of the worst pairs, and of the worst others, left out.")
    ],
    input: .pairs, output: .tables,
    columns: [
      TableColumn("least_positive", .quantity, .real, "Least cosine similarity of a pair"),
      TableColumn("greatest_negative", .quantity, .real, "Greatest cosine similarity of others"),
      TableColumn("margin", .quantity, .real, "Margin m"),
      TableColumn("relative_bias", .quantity, .real, "Relative bias"),
      TableColumn("trimmed_margin", .quantity, .real, "Margin of the trimmed similarities"),
      TableColumn("trimmed_relative_bias", .quantity, .real, "Relative bias of the trimmed similarities"),
      TableColumn("count", .quantity, .integer, "Pairs"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "sigmoid-separation", context) { pairs in
      if pairs.x.rows > Self.most {
        context.notice("sigmoid-separation measures the first \(Self.most) of \(pairs.x.rows) pairs")
      }
      let count = min(Self.most, pairs.x.rows)
      let (positives, negatives) = Self.similarities(
        try pairs.x.unitRows(.x), try pairs.y.unitRows(.y), count)
      return [values(positives, negatives) + [("count", .integer(count))]]
    }
  }

  /// Of pairs and of all others, ascending.
  private static func similarities(
    _ x: RealMatrix, _ y: RealMatrix, _ count: Int
  ) -> (positives: [Double], negatives: [Double]) {
    var (positives, negatives) = ([Double](), [Double]())
    x.forEachRow(against: y) { row, products in
      guard row < count else { return }
      for (column, value) in products.prefix(count).enumerated() {
        if column == row { positives.append(value) } else { negatives.append(value) }
      }
    }
    return (positives.sorted(), negatives.sorted())
  }

  private func values(_ positives: [Double], _ negatives: [Double]) -> [(String, Cell)] {
    let (least, greatest) = (positives[0], negatives[negatives.count - 1])
    let trimmed = (
      Self.quantile(positives, parameters.trim), Self.quantile(negatives, 1 - parameters.trim)
    )
    return [
      ("least_positive", .real(least)), ("greatest_negative", .real(greatest)),
      ("margin", .real((least - greatest) / 2)), ("relative_bias", .real((least + greatest) / 2)),
      ("trimmed_margin", .real((trimmed.0 - trimmed.1) / 2)),
      ("trimmed_relative_bias", .real((trimmed.0 + trimmed.1) / 2)),
    ]
  }

  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let low = min(Int(place), sorted.count - 1)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }
}
