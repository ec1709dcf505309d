import Contracts
import Declarations
import Execution
import Kernels

/// How many answers stay the same when noise N(0, σ²) is added to each dimension of the rows of one side.
///
/// The answer to a query is the candidate of the greatest dot product. Rows are as shifts leave them, and are not divided by their norms
/// after the noise, so a translation without renormalising leaves the noise of a score what theory says. `accuracy` is the share of
/// queries whose answer under noise is their partner. Shifts and values of σ share their draws.
/// Source: Chowers et al. 2026, arXiv:2603.29080, Theorem 3.4; docs/literature.md, item 9.
package struct NoiseRobustnessEvaluation: Stage {
  package struct Parameters: Decodable, Sendable { var noise: OneOrMany<Double> }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "noise-robustness",
    summary: "How many answers stay the same under noise on the rows of one side.",
    parameters: [
      .required("noise", .sweep(0...1000), "Standard deviations σ of the noise in each dimension.")
    ],
    input: .pairs, output: .tables, isRandom: true,
    columns: [
      TableColumn("noise", .key, .real, "Standard deviation of the noise"),
      TableColumn("noised", .label, .text, "Side with noise"),
      TableColumn("direction", .label, .text, "Direction"),
      TableColumn("unchanged", .quantity, .real, "Answers that stay the same", unit: "fraction"),
      TableColumn("accuracy", .quantity, .real, "Right answers under noise", unit: "fraction"),
      TableColumn("count", .quantity, .integer, "Queries"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try PairedRows.table(inputs, for: "noise-robustness", context) { pairs in
      let (forth, back) = (pairs.x.nearest(in: pairs.y), pairs.y.nearest(in: pairs.x))
      return try parameters.noise.values.flatMap { sigma in
        try ["x", "y"].flatMap { side in
          let x = side == "x" ? try Self.noisy(pairs.x, sigma, "x", context) : pairs.x
          let y = side == "y" ? try Self.noisy(pairs.y, sigma, "y", context) : pairs.y
          let start: [(String, Cell)] = [("noise", .real(sigma)), ("noised", .text(side))]
          return [
            start + Self.values("x-to-y", forth, x.nearest(in: y)),
            start + Self.values("y-to-x", back, y.nearest(in: x)),
          ]
        }
      }
    }
  }

  private static func noisy(
    _ rows: RealMatrix, _ sigma: Double, _ side: String, _ context: StageContext
  ) throws -> RealMatrix {
    let draws = try context.random("noise/\(side)").gaussianMatrix(
      rows: rows.rows, columns: rows.columns, budget: context.budget)
    return RealMatrix(
      rows: rows.rows, columns: rows.columns,
      values: zip(rows.values, draws.values).map { $0 + sigma * Double($1) })
  }

  private static func values(_ direction: String, _ before: [Int], _ after: [Int]) -> [(String, Cell)] {
    let count = Double(before.count)
    return [
      ("direction", .text(direction)),
      ("unchanged", .real(Double(zip(before, after).count { $0 == $1 }) / count)),
      ("accuracy", .real(Double(after.enumerated().count { $0 == $1 }) / count)),
      ("count", .integer(before.count)),
    ]
  }
}
