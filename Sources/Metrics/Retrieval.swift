import Contracts
import Kernels
import Synchronization

/// How often the right partner is among the k nearest, in both directions.
public struct Retrieval: Sendable, Equatable {
  /// For each k, the share of x whose own y is among its k most similar y.
  public let xToY: [Double]
  /// For each k, the share of y whose own x is among its k most similar x.
  public let yToX: [Double]
}

/// Recall@k of pairs of embeddings, each row divided by its norm first.
///
///     recall@k = (1/n) #{ i : #{ j : s_ij > s_ii } < k },   s_ij = x_i·y_j
///
/// Among equal similarities the lower index counts as nearer. Comparisons closer than the rounding of
/// a matrix product are made again with dot products in one fixed order, so ties are ties.
/// - Parameters:
///   - x: `(n, d)`, the first modality.
///   - y: `(n, d)`, the second.
///   - ks: the k, each at least 1.
/// - Throws: an error naming the row that is not finite or has norm zero.
public func retrieval(_ x: Matrix, _ y: Matrix, at ks: [Int]) throws -> Retrieval {
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  let family = EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false))
  let group = try PairGroup.groups(of: family, budget)[0]
  return try group.retrieval(group.members.map(group.factors), at: ks, budget)[0]
}

extension PairGroup {
  /// The recalls of every member, from one product x·y in tiles.
  package func retrieval(
    _ factors: [Factors], at ks: [Int], _ budget: ThreadBudget
  ) throws -> [Retrieval] {
    try ranks(factors, budget).map { ranks in
      Retrieval(
        xToY: ks.map { Self.recall(ranks.xToY, at: $0) }, yToX: ks.map { Self.recall(ranks.yToX, at: $0) })
    }
  }

  private static func recall(_ ranks: [Int32], at k: Int) -> Double {
    Double(ranks.count { Int($0) < k }) / Double(ranks.count)
  }

  /// For each member, how many candidates are nearer than the right one, of each x and of each y.
  package func ranks(
    _ factors: [Factors], _ budget: ThreadBudget
  ) throws -> [(xToY: [Int32], yToX: [Int32])] {
    let zeros = [Int32](repeating: 0, count: factors.count * count)
    let totals = Mutex((xToY: zeros, yToX: zeros))
    try budget.forEachBlock(blockCount(count, size: RankStrip.rows)) { block in
      var strip = RankStrip(self, factors, blockRange(block, size: RankStrip.rows, count: count))
      strip.run()
      totals.withLock { [strip] in strip.add(toRows: &$0.xToY, columns: &$0.yToX) }
    }
    let (xToY, yToX) = totals.withLock { $0 }
    return factors.indices.map { m in
      (Array(xToY[m * count..<(m + 1) * count]), Array(yToX[m * count..<(m + 1) * count]))
    }
  }
}
