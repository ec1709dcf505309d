import Contracts
import Declarations
import Kernels
import Metrics

/// Projects both sides on what their subspaces share, and searches there.
///
/// The subspace of a side is spanned by the fewest eigenvectors of Σ r·rᵀ (no mean subtracted) that have `variance` of its trace. Of the
/// principal angles between the two, those with cosine ≥ 1 − `tolerance` count as shared; their principal vectors in the subspace of x span
/// the shared space, on which both sides are projected; rows are divided by their norms, and rows that vanish stay zero. Recall is @1.
/// With fewer pairs than dimensions the subspaces are those of the sample, and what they share says little of the modalities: a notice says so.
/// Source: shared space projection of Yi et al. 2025, arXiv:2510.03268; principal angles: Björck and Golub 1973,
/// doi:10.1090/S0025-5718-1973-0348991-3; docs/literature.md, item 16.
package struct SharedSpaceEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var variance: Double
    var tolerance: Double
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "shared-space",
    summary: "What the subspaces of both sides share, and how search goes in it (shared space projection).",
    parameters: [
      .defaulted("variance", .number(0.01...1), 0.99, "Share of Σ‖r‖² that the subspace of a side keeps."),
      .defaulted("tolerance", .number(0...1), 0.001, "How far the cosine of a shared angle may be below 1."),
    ],
    input: .pairs, output: .tables,
    columns: [
      TableColumn("dimensions_x", .quantity, .integer, "Dimensions of the subspace of x"),
      TableColumn("dimensions_y", .quantity, .integer, "Dimensions of the subspace of y"),
      TableColumn("shared", .quantity, .integer, "Dimensions that they share"),
      TableColumn("recall_x_to_y", .quantity, .real, "Recall@1 in the shared space, x to y"),
      TableColumn("recall_y_to_x", .quantity, .real, "Recall@1 in the shared space, y to x"),
      TableColumn("count", .quantity, .integer, "Pairs"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "shared-space", context) { pairs in
      if pairs.x.rows < pairs.x.columns { context.notice(Self.fewPairs(pairs.x.rows, pairs.x.columns)) }
      let (a, b) = (try subspace(pairs.x), try subspace(pairs.y))
      let shared = try principalVectors(a, b)
      let (x, y) = (Self.projected(pairs.x, on: shared), Self.projected(pairs.y, on: shared))
      return [
        [
          ("dimensions_x", .integer(a.rows)), ("dimensions_y", .integer(b.rows)),
          ("shared", .integer(shared.rows)), ("recall_x_to_y", .real(Self.recall(x.nearest(in: y)))),
          ("recall_y_to_x", .real(Self.recall(y.nearest(in: x)))), ("count", .integer(x.rows)),
        ]
      ]
    }
  }

  private static func fewPairs(_ pairs: Int, _ dimensions: Int) -> String {
    "with \(pairs) pairs in \(dimensions) dimensions no side fills the space, so what their subspaces share depends on the "
      + "sample; shared space projection needs more pairs than dimensions"
  }

  /// Orthonormal rows that span the subspace of a side.
  private func subspace(_ rows: RealMatrix) throws -> RealMatrix {
    let eigen = try rows.directions()
    let total = eigen.values.reduce(0) { $0 + max(0, $1) }
    var (kept, count) = (0.0, 0)
    while count < eigen.values.count, kept < parameters.variance * total * (1 - 1e-12) {
      kept += max(0, eigen.values[count])
      count += 1
    }
    return eigen.vectors.rows(..<count)
  }

  /// With A and B as rows, the eigenvectors u of (A·Bᵀ)(A·Bᵀ)ᵀ have the squared cosines as eigenvalues; Aᵀ·u are the vectors.
  private func principalVectors(_ a: RealMatrix, _ b: RealMatrix) throws -> RealMatrix {
    let eigen = try a.multiplied(by: b.transposed).transposed.directions()
    let least = (1 - parameters.tolerance) * (1 - parameters.tolerance)
    return eigen.vectors.rows(..<eigen.values.count { $0 >= least - 1e-12 }).multiplied(by: a)
  }

  private static func projected(_ rows: RealMatrix, on space: RealMatrix) -> RealMatrix {
    if space.rows == 0 { return RealMatrix(zeros: rows.rows, 1) }
    var rows = rows.multiplied(by: space.transposed)
    for row in 0..<rows.rows {
      let norm = dot(Array(rows.row(row)), Array(rows.row(row))).squareRoot()
      if norm > 0 { for column in 0..<rows.columns { rows[row, column] /= norm } }
    }
    return rows
  }

  private static func recall(_ answers: [Int]) -> Double {
    Double(answers.enumerated().count { $0 == $1 }) / Double(answers.count)
  }
}

extension RealMatrix {
  fileprivate func rows(_ range: PartialRangeUpTo<Int>) -> RealMatrix {
    RealMatrix(
      rows: range.upperBound, columns: columns, values: Array(values[..<(range.upperBound * columns)]))
  }
}
