import Contracts
import Declarations
import Execution
import Kernels
import Metrics

/// Euclidean distance and cosine similarity of unit vectors, pair by pair: ‖x − y‖² = 2(1 − x·y).
///
/// The paper prints the relation without the square (Sec. 4.2). `largest_error` is the greatest |‖x − y‖² − 2(1 − x·y)|
/// over the pairs, `largest_error_unsquared` that of |‖x − y‖ − 2(1 − x·y)|, with both sides computed apart, in float64,
/// of rows divided by their norms.
package struct DistanceIdentityEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {}

  package static let signature = StageSignature(
    phase: .evaluate, kind: "distance-identity",
    summary: "How far Euclidean distance and cosine similarity of pairs are from ‖x − y‖² = 2(1 − x·y).",
    input: .pairs, output: .tables,
    columns: [
      TableColumn("count", .quantity, .integer, "Pairs"),
      TableColumn("largest_error", .quantity, .real, "Greatest difference of ‖x − y‖² and 2(1 − x·y)"),
      TableColumn(
        "largest_error_unsquared", .quantity, .real, "Greatest difference of ‖x − y‖ and 2(1 − x·y)"),
    ])

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = CoordinateTable()
    for source in try Source.all(inputs, for: "evaluate/distance-identity") {
      for (index, member) in source.family.members.enumerated() {
        let partners = try source.family.bases[member.base].partners()
        guard partners.isPaired else { throw MetricFailure.unpaired }
        let x = try source.family.rows(.x, of: member).real(context.budget)
        let y = try source.family.rows(.y, of: member).real(context.budget)
        let errors = partners.rowOfX.enumerated().map { Self.errors(x.row($1), y.row($0)) }
        rows.append(
          source.coordinates(index),
          [
            ("count", .integer(errors.count)),
            ("largest_error", .real(errors.reduce(0) { max($0, $1.squared) })),
            ("largest_error_unsquared", .real(errors.reduce(0) { max($0, $1.unsquared) })),
          ])
      }
    }
    return .tables([NamedTable("", rows.table)])
  }

  private static func errors(
    _ x: ArraySlice<Double>, _ y: ArraySlice<Double>
  ) -> (squared: Double, unsquared: Double) {
    let (x, y) = (unit(x), unit(y))
    let cosine = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    let square = zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (abs(square - 2 * (1 - cosine)), abs(square.squareRoot() - 2 * (1 - cosine)))
  }

  /// Shifts may leave rows of any norm.
  private static func unit(_ row: ArraySlice<Double>) -> [Double] {
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / norm }
  }
}
