import Contracts
import Declarations
import Metrics

/// Rotates y as close to x as an orthogonal map can: y ← y·Wᵀ, W = U·Vᵀ, Xᵀ·Y = U·S·Vᵀ.
///
/// W is fitted on all pairs, so the gap after it is in-sample; where an item has several rows of y, each of
/// them is a pair. Source: Liang et al. 2022, Sec. 4.4.
package struct ProcrustesStage: Stage {
  package struct Parameters: Decodable, Sendable {}

  package static let signature = StageSignature(
    phase: .shift, kind: "procrustes", version: 2,
    summary: "Rotates y onto x by the orthogonal Procrustes map, fitted on all pairs.",
    input: .pairs, output: .pairs)

  package static var transforms: [any EmbeddingTransform.Type] { [RotationOfY.self] }

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let family = try LongChain.settled(inputs.family(for: "shift/procrustes"), context.budget)
    let members = try family.members.map { member in
      let base = family.bases[member.base]
      let w = try procrustes(
        family.rows(.x, of: member), family.rows(.y, of: member),
        rowOfX: base.pairing == .identity ? nil : base.partners().rowOfX, context.budget)
      return member.transformed(by: RotationOfY(w: w.values))
    }
    return .embeddings(EmbeddingFamily(bases: family.bases, members: members))
  }
}

/// y ← y·Wᵀ with an orthogonal `w`, row-major `(d, d)`. Source: Liang et al. 2022, Sec. 4.4.
package struct RotationOfY: EmbeddingTransform {
  package var w: [Double]

  package static let kind = "rotate-y"
  package static let storedKind = "rotateY"
  package static let effect = TransformEffect(y: "y·Wᵀ, W = rotation as (d, d)")
  package let normEffect = NormEffect.keepsUnit

  package init() { self.init(w: []) }

  package init(w: [Double]) { self.w = w }

  package mutating func code(_ fields: inout TransformFields) throws {
    try fields.vector("rotation", stored: "w", &w)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    side == .y ? try LinearRowMap(w, columns: columns) : nil
  }
}
