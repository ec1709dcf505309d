import Contracts
import Declarations
import Execution
import Foundation
import Kernels
import Statistics

/// The contrastive loss of matched pairs that are spread evenly over the sphere, and its limit for many pairs.
///
/// With x_i = y_i uniform on the unit sphere of R^h, `loss` is InfoNCE of both directions added up, less 2 ln n; its limit is
/// −2/τ + 2 ln(Γ(ν + 1)·(2τ)^ν·I_ν(1/τ)), ν = h/2 − 1. Because each row is its own candidate, `loss` is above the limit by about
/// `bias` = 2(e^(1/τ) − M)/(nM) with M = E exp(x·x'/τ).
/// Source: Yi et al. 2025, arXiv:2510.03268, Theorem 1; docs/literature.md, item 14.
package struct InfoNCELimitEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var dimensions: OneOrMany<Int>
    var temperatures: OneOrMany<Double>
    var pairs: Int
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "infonce-limit",
    summary: "InfoNCE of matched pairs spread evenly over the sphere, and its limit; it reads no embeddings.",
    parameters: [
      .required("dimensions", .oneOrMany(.integer(2...100_000)), "Dimensions h of the sphere."),
      .required("temperatures", .sweep(0.002...1000), "Temperatures τ."),
      .defaulted("pairs", .integer(2...100_000), 1000, "Number n of pairs."),
    ],
    output: .tables, isRandom: true,
    columns: [
      TableColumn("dimension", .key, .integer, "Dimensions"),
      TableColumn("temperature", .key, .real, "Temperature"),
      TableColumn("loss", .quantity, .real, "Loss of both directions less 2 ln n", unit: "nats"),
      TableColumn("limit", .quantity, .real, "Its limit for many pairs", unit: "nats"),
      TableColumn("bias", .quantity, .real, "What n pairs are above it, to first order", unit: "nats"),
      TableColumn("pairs", .quantity, .integer, "Pairs"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = TableBuilder()
    for dimension in parameters.dimensions.values {
      let points = context.random("points/\(dimension)").sphere(rows: parameters.pairs, columns: dimension)
      for temperature in parameters.temperatures.values { rows.append(row(points, temperature)) }
    }
    return .tables([NamedTable("", rows.table())])
  }

  private func row(_ points: RealMatrix, _ temperature: Double) -> [(String, Cell)] {
    let (scale, n) = (1 / temperature, Double(points.rows))
    // Both directions are the same where x = y.
    let loss = 2 * ContrastiveRows(points, points, scale: scale).loss(scale: scale) - 2 * log(n)
    let logMean = UniformSphere.logMeanExponential(dimensions: points.columns, scale: scale)
    return [
      ("dimension", .integer(points.columns)), ("temperature", .real(temperature)), ("loss", .real(loss)),
      ("limit", .real(2 * (logMean - scale))), ("bias", .real(2 * expm1(scale - logMean) / n)),
      ("pairs", .integer(points.rows)),
    ]
  }
}
