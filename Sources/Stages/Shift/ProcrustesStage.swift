import Contracts
import Declarations
import Metrics

/// Rotates y as close to x as an orthogonal map can: y ← y·Wᵀ, W = U·Vᵀ, Xᵀ·Y = U·S·Vᵀ.
///
/// With d² numbers it fits chance where there are few pairs: partners that were drawn by lot are found as well as true
/// ones. So with fewer than five items a dimension it is fitted on the first half of them and gives the second;
/// `held_out` 0 asks for all items in both. Fewer pairs than dimensions leave the map open outside of their span: where
/// items are held out, it is the one nearest to the identity. Where an item has several rows of y, each of them is a pair.
/// Source: Liang et al. 2022, Sec. 4.4; Schönemann 1966, doi:10.1007/BF02289451.
package struct ProcrustesStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let heldOut: HeldOutKeys

    package init(from decoder: any Decoder) throws { heldOut = try HeldOutKeys(from: decoder) }
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "procrustes", version: 3,
    summary: "Rotates y onto x by the orthogonal Procrustes map.",
    parameters: [
      .optional(
        "held_out", .integer(0...1_000_000_000),
        "The number of items that the map is not fitted on; the result has these items alone. 0: all items are fitted and in "
          + "the result. By default, half of the items if there are fewer than five for each dimension, else 0."
      ),
      HeldOut.seedParameter,
    ], input: .pairs, output: .pairs)

  package static var transforms: [any EmbeddingTransform.Type] { [RotationOfY.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let heldOut = try heldOut(of: inputs.family(for: "shift/procrustes"), context)
    return try inputs.shifted(for: "shift/procrustes", heldOut, context) { fitted, member in
      let base = fitted.bases[member.base]
      let w = try procrustes(
        fitted.rows(.x, of: member), fitted.rows(.y, of: member),
        rowOfX: base.pairing == .identity ? nil : base.partners().rowOfX,
        isComplete: heldOut.count != nil, context.budget)
      return [member.transformed(by: RotationOfY(w: w.values))]
    }
  }

  /// What is held out; says where it was not asked for, and where what is measured was fitted.
  private func heldOut(of family: EmbeddingFamily, _ context: StageContext) throws -> HeldOutKeys {
    guard let base = family.bases.first else { return parameters.heldOut }
    let partners = try base.partners()
    guard partners.isPaired else { throw MetricFailure.unpaired }
    let (items, dimensions) = (base.x.rows / partners.rowsOfXAnItem, base.x.columns)
    let isSmall = items < 5 * dimensions
    switch parameters.heldOut.count {
    case 0?:
      if isSmall {
        context.notice(
          "in-sample: the rotation is fitted on the same \(items) items that it gives, in \(dimensions) dimensions; what is "
            + "measured on them says little of others, as it would be high for shuffled pairs, too")
      }
      return HeldOutKeys(count: nil, seed: nil)
    case 1?: throw StageFailure.oneHeldOut
    case nil where isSmall:
      guard items >= 4 else { throw FitFailure.tooFewToHoldOut(pairs: items) }
      context.notice(
        "fitted on the first \(items - items / 2) of \(items) items, and gives the other \(items / 2), because there are "
          + "fewer than five for each of the \(dimensions) dimensions; `held_out` changes that")
      return HeldOutKeys(count: items / 2, seed: nil)
    default: return parameters.heldOut
    }
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
