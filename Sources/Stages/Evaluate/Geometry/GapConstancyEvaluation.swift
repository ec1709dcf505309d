import Contracts
import Declarations
import Kernels
import Metrics
import Statistics

/// Whether the gap is one vector for all pairs, and outside of what varies within a side.
///
/// `cosine` and `cosine_sd` are mean and standard deviation (n − 1) of cos(x_i − y_i, Δ) over the pairs that have a difference, Δ the
/// difference of the centroids; `share` is ‖VᵀΔ‖²/‖Δ‖² with the first `components` principal components V of a side, and
/// `chance` = components/d what a random direction has.
/// Source: the model e_x − e_y = c⊥ + ε of Zhang et al. 2024, arXiv:2401.08567; docs/literature.md, item 7.
package struct GapConstancyEvaluation: Stage {
  package struct Parameters: Decodable, Sendable { var components: Int }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "gap-constancy",
    summary: "Whether the gap is one vector for all pairs, and orthogonal to what varies within a side.",
    parameters: [
      .defaulted(
        "components", .integer(1...100_000), 10, "Principal components; all of them where there are fewer.")
    ],
    input: .pairs, output: .tables,
    columns: [
      .modality,
      TableColumn("cosine", .quantity, .real, "Mean cosine of a pair's difference and the gap"),
      TableColumn("cosine_sd", .quantity, .real, "Its standard deviation over pairs"),
      TableColumn("share", .quantity, .real, "Share of the squared gap in the first components"),
      TableColumn("chance", .quantity, .real, "Share of a random direction in as many components"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "gap-constancy", context) { pairs in
      let gap = try pairs.gap()
      let cosines = Summary(of: Self.cosines(pairs, gap))
      let count = min(parameters.components, gap.count)
      return try pairs.sides.map { name, _, rows in
        let components = try rows.subtracting(rows.centroid).directions().vectors
        let inside = (0..<count).reduce(0.0) { sum, k in
          let along = dot(Array(components.row(k)), gap)
          return sum + along * along
        }
        return [
          ("modality", .text(name)), ("cosine", .real(cosines.mean)),
          ("cosine_sd", .real(cosines.standardDeviation)), ("share", .real(inside / dot(gap, gap))),
          ("chance", .real(Double(count) / Double(gap.count))),
        ]
      }
    }
  }

  private static func cosines(_ pairs: PairedRows, _ gap: [Double]) -> [Double] {
    (0..<pairs.x.rows).compactMap { row in
      let difference = zip(pairs.x.row(row), pairs.y.row(row)).map { $0 - $1 }
      let norms = (dot(difference, difference) * dot(gap, gap)).squareRoot()
      return norms > 0 ? dot(difference, gap) / norms : nil
    }
  }
}
