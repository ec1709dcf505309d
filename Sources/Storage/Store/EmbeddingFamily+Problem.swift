import Contracts

extension EmbeddingFamily {
  /// What keeps a family that was read from a file from being one; nil where nothing does.
  ///
  /// Stages rely on it: matrices of a pair have one width, a pairing fits its rows, and a move its columns.
  var problem: String? {
    if bases.isEmpty || members.isEmpty { return "there are no embeddings in it" }
    for base in bases { if let problem = base.problem { return problem } }
    for member in members {
      guard bases.indices.contains(member.base) else { return "a member refers to a base that is not there" }
      for move in member.moves where !move.fits(bases[member.base]) { return "a move does not fit its base" }
    }
    return nil
  }
}

extension Embeddings {
  fileprivate var problem: String? {
    guard let y else { return nil }
    guard x.columns == y.columns else { return "x has \(x.columns) columns, and y \(y.columns)" }
    do {
      _ = try Partners(pairing, xRows: x.rows, yRows: y.rows)
      return nil
    } catch {
      return "its pairing does not fit its rows"
    }
  }
}

extension Move {
  fileprivate func fits(_ base: Embeddings) -> Bool {
    guard base.y != nil else { return false }
    let columns = base.x.columns
    switch self {
    case .along(let gap, _, _, _): return gap.count == columns
    case .elevation: return true
    case .subtract(let x, let y): return x.count == columns && y.count == columns
    case .rotateY(let w): return columns.multipliedReportingOverflow(by: columns) == (w.count, false)
    }
  }
}
