import Contracts
import Execution
import Kernels

/// How often the correct partner is among the k nearest candidates, in both directions.
public struct Retrieval: Sendable, Equatable {
  /// For each k, the share of rows of x that have one of their partners among the k most similar rows of y.
  public let xToY: [Double]
  /// For each k, the share of rows of y that have their partner among the k most similar rows of x.
  public let yToX: [Double]
  /// The number of queries in both directions.
  public let queries: Int
  /// The number of queries for which a tie with the correct candidate decides whether that is among the k nearest, for at
  /// least one k.
  public let decidedByTies: Int
}

/// Recall@k of pairs of embeddings; each row is divided by its norm first.
///
///     recall@k = (1/n) #{ i : #{ j : s_ij > s_ii } < k },   s_ij = x_i·y_j
///
/// Of equal similarities, the candidate with the lower index ranks first. Differences within the rounding error of
/// a matrix product are computed again with dot products in one fixed order, so that ties are exact.
/// - Parameters:
///   - x: `(n, d)`, the first modality.
///   - y: `(n, d)`, the second.
///   - ks: the values of k, each at least 1.
/// - Throws: an error that names the row if a row is not finite or has norm zero.
public func retrieval(_ x: Matrix, _ y: Matrix, at ks: [Int]) throws -> Retrieval {
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  let family = EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false))
  let group = try GapShiftGroup.groups(of: family, budget)[0]
  return try group.retrieval(group.members.map(group.factors), at: ks, budget)[0]
}

/// The ranks of one member's queries.
package struct Ranks: Sendable {
  /// For each query of x and of y, how it stands. A row of x without a partner is no query and not here.
  let x: [RankCount]
  let y: [RankCount]
  /// The item of each query.
  package let itemsOfX: [Int]
  package let itemsOfY: [Int]

  /// How many candidates are nearer than the right one.
  package var xToY: [Int32] { x.map(\.rank) }
  package var yToX: [Int32] { y.map(\.rank) }

  package func recalls(at ks: [Int]) -> Retrieval {
    Retrieval(
      xToY: ks.map { Self.recall(x, at: $0) }, yToX: ks.map { Self.recall(y, at: $0) },
      queries: x.count + y.count, decidedByTies: (x + y).count { Self.isDecidedByTies($0, ks) })
  }

  private static func recall(_ counts: [RankCount], at k: Int) -> Double {
    Double(counts.count { Int($0.rank) < k }) / Double(counts.count)
  }

  /// Whether another order of equal candidates would give another answer for some k.
  private static func isDecidedByTies(_ count: RankCount, _ ks: [Int]) -> Bool {
    let (best, worst) = (Int(count.rank - count.tiesBefore), Int(count.rank + count.tiesAfter))
    return ks.contains { best < $0 && $0 <= worst }
  }
}

extension GapShiftGroup {
  /// The recalls of every member, from one product x·y in tiles.
  ///
  /// Where items have several rows of y, any of them is right for a row of x, and every row of y is a
  /// candidate of its own; for a row of y the candidates are the items of x, each by its most similar row.
  /// With one x and five y an item this is the protocol of COCO's image and text retrieval.
  /// - Throws: `MetricFailure.unpaired`.
  package func retrieval(
    _ factors: [Factors], at ks: [Int], _ budget: ThreadBudget
  ) throws -> [Retrieval] {
    try ranks(factors, budget).map { $0.recalls(at: ks) }
  }

  /// For each member, how the right candidate of each x and of each y stands.
  package func ranks(_ factors: [Factors], _ budget: ThreadBudget) throws -> [Ranks] {
    guard partners.isPaired else { throw MetricFailure.unpaired }
    let targets = factors.map { RankTargets(self, $0) }
    let totals = Mutex((rows: zeros(factors.count * x.rows), columns: zeros(factors.count * y.rows)))
    let size = RankCounter.rows(self)
    try budget.forEachBlock(blockCount(x.rows, size: size)) { block in
      var strip = RankCounter(self, factors, targets, blockRange(block, size: size, count: x.rows))
      strip.run()
      totals.withLock { [strip] in strip.add(toRows: &$0.rows, columns: &$0.columns) }
    }
    let (rows, columns) = totals.withLock { $0 }
    return factors.indices.map { m in
      let queries = (0..<x.rows).filter { targets[m].partnersOfX[$0] >= 0 }
      return Ranks(
        x: queries.map { rows[m * x.rows + $0] }, y: Array(columns[m * y.rows..<(m + 1) * y.rows]),
        itemsOfX: queries.map { partners.itemOfX[$0] }, itemsOfY: partners.itemOfY)
    }
  }

  private func zeros(_ count: Int) -> [RankCount] { [RankCount](repeating: RankCount(), count: count) }
}
