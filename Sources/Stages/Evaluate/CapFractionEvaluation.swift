import Contracts
import Declarations
import Foundation
import Statistics

/// The share of a sphere's surface that a cone covers.
///
/// The points of the unit sphere in R^d within the angle θ of an axis are, for θ ≤ 90°, the share
/// ½·I(sin²θ; (d − 1)/2, ½) of its surface, with the regularized incomplete beta function I; beyond, 1 less that of
/// the opposite cap. `log2_fraction` is computed as a logarithm, so it has all its digits where `fraction` is 0.
/// Source: Li 2011, Asian J. Math. Stat. 4, 66; Liang et al. 2022, Sec. 2.1, gives the share for three dimensions.
package struct CapFractionEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var dimensions: OneOrMany<Int>
    var angles: OneOrMany<Double>

    enum CodingKeys: String, CodingKey {
      case dimensions
      case angles = "half_angle_degrees"
    }
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "cap-fraction",
    summary: "The share of a sphere that a cone covers, exactly; it reads no embeddings.",
    parameters: [
      .required(
        "dimensions", .oneOrMany(.integer(2...100_000)), "Dimensions of the space: 3 for the usual sphere."),
      .required(
        "half_angle_degrees", .sweep(0.001...180), "Degrees between the axis of the cone and its side."),
    ],
    output: .tables,
    columns: [
      TableColumn("dimension", .key, .integer, "Dimensions"),
      TableColumn("half_angle_degrees", .key, .real, "Half angle of the cone", unit: "degrees"),
      TableColumn("fraction", .quantity, .real, "Share of the sphere"),
      TableColumn("log2_fraction", .quantity, .real, "Share of the sphere, logarithm to base 2"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = TableBuilder()
    for dimension in parameters.dimensions.values {
      for angle in parameters.angles.values {
        let logarithm = Self.logFraction(dimension: dimension, degrees: angle)
        rows.append([
          ("dimension", .integer(dimension)), ("half_angle_degrees", .real(angle)),
          ("fraction", .real(exp(logarithm))), ("log2_fraction", .real(logarithm / M_LN2)),
        ])
      }
    }
    return .tables([NamedTable("", rows.table())])
  }

  /// The natural logarithm of the share.
  static func logFraction(dimension: Int, degrees: Double) -> Double {
    if degrees == 180 { return 0 }
    let sine = sin(min(degrees, 180 - degrees) * .pi / 180)
    let half = IncompleteBeta.logRegularized(sine * sine, Double(dimension - 1) / 2, 0.5) - M_LN2
    return degrees <= 90 ? half : log1p(-exp(half))
  }
}
