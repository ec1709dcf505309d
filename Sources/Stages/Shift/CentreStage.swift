import Contracts
import Metrics

/// Subtracts from each modality its own centroid, then normalises.
///
/// The strong baseline of the later literature: it closes the gap and keeps retrieval.
/// Source: I0T, arXiv 2412.14384; GR-CLIP, arXiv 2507.19054.
package struct CentreStage: Stage {
  package struct Parameters: Decodable, Sendable {}

  package static let signature = StageSignature(
    phase: .shift, kind: "centre", version: 2,
    summary: "Subtracts each modality's centroid, then divides rows by their norm.",
    input: .pairs, alsoAccepts: [.unpaired], output: .pairs, preservesInputType: true)

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let family = try LongChain.settled(inputs.family(for: "shift/centre"), context.budget)
    let members = try family.members.map { member in
      member.moved(
        .subtract(
          x: try family.rows(.x, of: member).centroid(context.budget),
          y: try family.rows(.y, of: member).centroid(context.budget)))
    }
    return .embeddings(EmbeddingFamily(bases: family.bases, members: members))
  }
}
