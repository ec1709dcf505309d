import Contracts
import Declarations
import Statistics

/// The least uniformity that rows on the sphere can have: that of the uniform distribution.
///
/// ln E exp(−t‖x − x'‖²) = −2t + ln ₀F₁(; d/2; t²) for independent uniform x, x' on the unit sphere of R^d.
/// Source: Wang and Isola 2020, arXiv:2005.10242, Proposition 1; docs/literature.md, item 17.
package struct UniformityLimitEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var dimensions: OneOrMany<Int>
    var t: OneOrMany<Double>
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "uniformity-limit",
    summary: "The least uniformity that embeddings can have, exactly; it reads no embeddings.",
    parameters: [
      .required("dimensions", .oneOrMany(.integer(2...1_000_000)), "Dimensions d of the sphere."),
      .defaulted("t", .sweep(0...10_000), .array([.number(2)]), "The factor t of the squared distance."),
    ],
    output: .tables,
    columns: [
      TableColumn("dimension", .key, .integer, "Dimensions"),
      TableColumn("t", .key, .real, "Factor of the squared distance"),
      TableColumn("limit", .quantity, .real, "Least uniformity"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = TableBuilder()
    for dimension in parameters.dimensions.values {
      for t in parameters.t.values {
        let logMean = UniformSphere.logMeanExponential(dimensions: dimension, scale: 2 * t)
        rows.append([("dimension", .integer(dimension)), ("t", .real(t)), ("limit", .real(logMean - 2 * t))])
      }
    }
    return .tables([NamedTable("", rows.table())])
  }
}
