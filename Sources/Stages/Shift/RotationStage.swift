import Contracts
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

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let family = try LongChain.settled(inputs.family(for: "shift/rotation"), context.budget)
    let members = family.members.flatMap { member in
      parameters.degrees.values.map { degrees in
        var moved = member.moved(.elevation(degrees: degrees))
        moved.place("degrees", .real(degrees))
        return moved
      }
    }
    if let base = family.bases.first, base.x.columns != 3 {
      throw MetricFailure.notOnSphere(dimension: base.x.columns)
    }
    return .embeddings(EmbeddingFamily(bases: family.bases, members: members))
  }
}
