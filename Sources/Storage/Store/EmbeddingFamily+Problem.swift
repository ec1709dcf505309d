import Contracts
import Declarations

extension EmbeddingFamily {
  /// What keeps a family that was read from a file from being one; nil where nothing does.
  ///
  /// Stages rely on it: matrices of a pair have one width, and a pairing fits its rows. Whether a move fits its base
  /// is asked where it is applied.
  var problem: String? {
    if bases.isEmpty || members.isEmpty { return "there are no embeddings in it" }
    for base in bases { if let problem = base.problem { return problem } }
    guard members.allSatisfy({ bases.indices.contains($0.base) }) else {
      return "a member refers to a base that does not exist"
    }
    return nil
  }
}

extension Embeddings {
  fileprivate var problem: String? {
    if let y, x.columns != y.columns { return "x has \(x.columns) columns, but y has \(y.columns)" }
    do {
      let items = try itemCount()
      return ItemText.allCases.first { ![0, items].contains(annotations[$0].count) }.map {
        "it does not have \($0.key) for \(counted(items, "item"))"
      }
    } catch {
      return "its pairing does not fit its rows"
    }
  }
}
