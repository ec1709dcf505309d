import Contracts
import Declarations
import Metrics

/// The keys of a shift that say which items it is not fitted on.
struct HeldOutKeys: Decodable, Sendable {
  let count: Int?
  let seed: Int?

  init(count: Int?, seed: Int?) { (self.count, self.seed) = (count, seed) }

  private enum CodingKeys: String, CodingKey {
    case count = "held_out"
    case seed = "held_out_seed"
  }
}

extension StageInputs {
  /// What a shift gives that is fitted on the items that are not held out.
  ///
  /// - Parameter fit: the members that a member becomes, given the family of the items to fit on.
  func shifted(
    for stage: String, _ heldOut: HeldOutKeys, _ context: StageContext,
    _ fit: (EmbeddingFamily, EmbeddingFamily.Member) throws -> [EmbeddingFamily.Member]
  ) throws -> Artefact {
    let family = try LongChain.settled(family(for: stage), context.budget)
    let parts = try HeldOut(heldOut, of: family)
    let members = try family.members.flatMap { try fit(parts.fitted, $0) }
    return .embeddings(EmbeddingFamily(bases: parts.given.bases, members: members))
  }
}

/// Why a shift cannot be fitted.
package enum FitFailure: Failure, Equatable {
  /// All rows of a modality are equal.
  case noSpread(Side)
  case allDimensionsAblated(count: Int, dimensions: Int)
  /// The components span the whole gap.
  case gapProjectedOut(components: Int)
  case tooFewToHoldOut(pairs: Int)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .noSpread(let side):
      "all rows of modality \(side) that the shift is fitted on are equal, so they have no spread to scale; give "
        + "embeddings of different items"
    case .allDimensionsAblated(let count, let dimensions):
      "`dimensions` is \(count), but the embeddings have \(dimensions), of which none would be left; lower `dimensions`"
    case .gapProjectedOut(let components):
      "the first \(counted(components, "principal component")) span the whole gap, so there is no direction left to "
        + "translate along; lower `components`"
    case .tooFewToHoldOut(let pairs):
      "by default, half of the items are held out where there are fewer than five for each dimension, but there are "
        + "\(counted(pairs, "item")), and both halves need 2; give more, or set `held_out` to 0 to fit all of them"
    }
  }
}
