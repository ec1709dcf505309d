import Contracts
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

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let family = try LongChain.settled(inputs.family(for: "shift/procrustes"), context.budget)
    let members = try family.members.map { member in
      let base = family.bases[member.base]
      let w = try procrustes(
        family.rows(.x, of: member), family.rows(.y, of: member),
        rowOfX: base.pairing == .identity ? nil : base.partners().rowOfX, context.budget)
      return member.moved(.rotateY(w: w.values))
    }
    return .embeddings(EmbeddingFamily(bases: family.bases, members: members))
  }
}
