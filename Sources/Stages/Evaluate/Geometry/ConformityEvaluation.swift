import Contracts
import Declarations
import Kernels

/// Conformity against the cosine similarity to the mean, on each side.
///
/// C_i = (1/(n − 1)) Σ_{j≠i} x_i·x_j from all pairs of unit rows, m their mean: C_i = (n‖m‖·cos(m, x_i) − 1)/(n − 1)
/// exactly, so that cos(m, x_i) has the slope (n − 1)/(n‖m‖) on C_i, and C_i the slope n‖m‖/(n − 1) on it.
/// `largest_error` is the greatest difference of the two sides of that identity, which is rounding.
/// Source: Levi and Gilboa 2025, arXiv:2411.14517; docs/literature.md, item 1.
package struct ConformityEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {}

  package static let signature = StageSignature(
    phase: .evaluate, kind: "conformity",
    summary: "How the mean similarity of a row to the others depends on its similarity to their mean.",
    input: .pairs, output: .tables,
    columns: [
      .modality,
      TableColumn("count", .quantity, .integer, "Rows"),
      TableColumn("correlation", .quantity, .real, "Correlation of conformity and cosine to the mean"),
      TableColumn("cosine_slope", .quantity, .real, "Slope of the cosine to the mean on conformity"),
      TableColumn("conformity_slope", .quantity, .real, "Slope of conformity on the cosine to the mean"),
      TableColumn("inverse_norm", .quantity, .real, "1/‖m‖ of the mean row m"),
      TableColumn("largest_error", .quantity, .real, "Greatest error of the identity"),
    ])

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "conformity", context) { pairs in
      try pairs.sides.map { name, side, rows in
        let unit = try rows.unitRows(side)
        return [("modality", .text(name))] + Self.values(Conformity.byPairs(unit), Conformity(unitRows: unit))
      }
    }
  }

  private static func values(_ found: [Double], _ conformity: Conformity) -> [(String, Cell)] {
    let fit = LinearFit(found, conformity.cosines)
    let error = zip(found, conformity.byMean).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return [
      ("count", .integer(found.count)), ("correlation", .real(fit.correlation)),
      ("cosine_slope", .real(fit.slope)), ("conformity_slope", .real(fit.inverseSlope)),
      ("inverse_norm", .real(1 / conformity.meanNorm)), ("largest_error", .real(error)),
    ]
  }
}
