import Contracts
import Declarations
import Metrics

/// Subtracts from each modality its own centroid, then normalises: x ← (x − μx)/‖x − μx‖, and y likewise.
///
/// The strong baseline of the later literature: it closes the gap and keeps retrieval. With `held_out`, μx and μy are
/// the centroids of the other items.
/// Source: I0T, arXiv 2412.14384; GR-CLIP, arXiv 2507.19054.
package struct CentreStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let heldOut: HeldOutKeys

    package init(from decoder: any Decoder) throws { heldOut = try HeldOutKeys(from: decoder) }
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "centre", version: 2,
    summary: "Subtracts each modality's centroid, then divides rows by their norm.",
    parameters: HeldOut.parameters, input: .pairs, alsoAccepts: [.unpaired], output: .pairs,
    preservesInputType: true)

  package static var transforms: [any EmbeddingTransform.Type] { [Subtraction.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try inputs.shifted(for: "shift/centre", parameters.heldOut, context) { fitted, member in
      [
        member.transformed(
          by: Subtraction(
            x: try fitted.rows(.x, of: member).centroid(context.budget),
            y: try fitted.rows(.y, of: member).centroid(context.budget)))
      ]
    }
  }
}

/// x − u and y − v, then rows of unit norm.
package struct Subtraction: EmbeddingTransform {
  package var x: [Double]
  package var y: [Double]

  package static let kind = "subtract"
  package static let effect = TransformEffect(
    x: "x − subtract_x", y: "y − subtract_y", then: "rows divided by their norm")
  package let normEffect = NormEffect.makesUnit

  package init() { self.init(x: [], y: []) }

  package init(x: [Double], y: [Double]) { (self.x, self.y) = (x, y) }

  package mutating func code(_ fields: inout TransformFields) throws {
    try fields.vector("subtract_x", stored: "x", &x)
    try fields.vector("subtract_y", stored: "y", &y)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    try RowShift(by: (side == .x ? x : y).map { -$0 }, renormalizes: true, columns: columns)
  }
}
