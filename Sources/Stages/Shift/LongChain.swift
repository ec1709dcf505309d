import Contracts
import Execution
import Metrics

/// Where shifts follow one another, each stores all transforms since its base. After `most` of them the embeddings are
/// rounded to float32 and become the base of what follows, so that a stage of a long chain costs no more than one of a
/// short one, its coordinates apart.
package enum LongChain {
  static let most = 32
  /// Numbers that copies may hold where the family's own bases hold fewer: 64 MB.
  static let leastRoom = 1 << 24

  /// The family as a further shift takes it.
  /// - Throws: `MetricFailure` where a move does not fit its base.
  package static func settled(_ family: EmbeddingFamily, _ budget: ThreadBudget) throws -> EmbeddingFamily {
    // Whoever reads a base divides its rows by their norms, which would change rows of another length.
    let long = family.members.filter { $0.transforms.count >= most && $0.hasUnitRows }
    let held = family.bases.reduce(0) { $0 + $1.numbers }
    let copied = long.reduce(0) { $0 + family.bases[$1.base].numbers }
    guard !long.isEmpty, copied <= max(held, leastRoom) else { return family }
    var settled = EmbeddingFamily(bases: [], members: [])
    var places: [Int: Int] = [:]
    for var member in family.members {
      if member.transforms.count >= most, member.hasUnitRows {
        settled.bases.append(try family.materialized(member, budget))
        (member.base, member.transforms) = (settled.bases.count - 1, [])
      } else {
        if places[member.base] == nil {
          places[member.base] = settled.bases.count
          settled.bases.append(family.bases[member.base])
        }
        member.base = places[member.base] ?? 0
      }
      settled.members.append(member)
    }
    return settled
  }
}

extension Embeddings {
  fileprivate var numbers: Int { x.values.count + (y?.values.count ?? 0) }
}
