import Contracts
import Declarations
import Foundation
import Kernels
import Metrics

/// Places the texts of a sphere simulation at other elevations.
///
/// Each y keeps its azimuth φ and goes to (cos θ cos φ, cos θ sin φ, sin θ).
/// Source: Liang et al. 2022, Sec. 4.3, Fig. 3(f).
package struct RotationStage: Stage {
  package struct Parameters: Decodable, Sendable {
    var degrees: OneOrMany<Double>
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "rotation", version: 2,
    summary: "Places the y points of a sphere simulation at the given elevations.",
    parameters: [
      .required("degrees", .sweep(-90...90), "Elevation of the y points, in degrees above the equator.")
    ],
    input: .sphere, output: .sphere,
    coordinates: [
      TableColumn("degrees", .coordinate, .real, "Elevation Δθ", unit: "degrees")
    ])

  package static var transforms: [any EmbeddingTransform.Type] { [Elevation.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let family = try LongChain.settled(inputs.family(for: "shift/rotation"), context.budget)
    let members = family.members.flatMap { member in
      parameters.degrees.values.map { degrees in
        var rotated = member.transformed(by: Elevation(degrees: degrees))
        rotated.place("degrees", .real(degrees))
        return rotated
      }
    }
    if let base = family.bases.first, base.x.columns != 3 {
      throw MetricFailure.notOnSphere(dimension: base.x.columns)
    }
    return .embeddings(EmbeddingFamily(bases: family.bases, members: members))
  }
}

/// y ← (cos θ cos φ, cos θ sin φ, sin θ) with the azimuth φ that the point has. Source: Liang et al. 2022, Sec. 4.3.
package struct Elevation: EmbeddingTransform {
  package var degrees: Double

  package static let kind = "elevation"
  package static let effect = TransformEffect(
    y: "(cos θ cos φ, cos θ sin φ, sin θ), φ = atan2(y₁, y₀), θ = degrees")
  package let normEffect = NormEffect.keepsUnit

  package init() { self.init(degrees: 0) }

  package init(degrees: Double) { self.degrees = degrees }

  package mutating func code(_ fields: inout TransformFields) throws {
    try fields.number("degrees", &degrees)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    guard columns == 3 else { throw MetricFailure.notOnSphere(dimension: columns) }
    return side == .y ? OnSphere(radians: degrees * .pi / 180) : nil
  }

  private struct OnSphere: RowTransform {
    let radians: Double

    func apply(to rows: RowBlock) {
      for place in 0..<rows.count {
        let point = rows[place]
        let azimuth = atan2(point[1], point[0])
        point[0] = cos(radians) * cos(azimuth)
        point[1] = cos(radians) * sin(azimuth)
        point[2] = sin(radians)
      }
    }
  }
}
