import Contracts
import Foundation
import Kernels

/// How the queries of both modalities stand.
package struct SearchResult: Sendable {
  private var standings: [Side: [Standing]]

  package init(x: [Standing], y: [Standing]) { standings = [.x: x, .y: y] }

  package mutating func append(_ other: SearchResult) {
    for side in Side.allCases { standings[side, default: []] += other.standings[side] ?? [] }
  }

  /// For recalls, ties and the bootstrap.
  package var ranks: Ranks {
    let (x, y) = (standings[.x] ?? [], standings[.y] ?? [])
    return Ranks(x: x.map(\.count), y: y.map(\.count), itemsOfX: x.map(\.item), itemsOfY: y.map(\.item))
  }

  package func summary(of side: Side) -> RankSummary { RankSummary(standings[side] ?? []) }
}

/// What ranks come to over queries; a rank counts from 1.
///
///     MRR = mean 1/rank,   NDCG@10 = mean (Σ_{right, rank ≤ 10} 1/log₂(rank + 1)) / (Σ_{i ≤ min(10, R)} 1/log₂(i + 1))
///
/// with the R right candidates of a query, each of relevance 1. The first two take the nearest right candidate.
/// Sources: Voorhees 1999 (TREC-8); Järvelin and Kekäläinen 2002, doi:10.1145/582415.582418.
package struct RankSummary: Sendable, Equatable {
  package let queries: Int
  package let medianRank: Double
  package let meanReciprocalRank: Double
  package let ndcgAt10: Double
  /// The share of queries whose first candidate is of their own modality.
  package let ownSideTop1: Double

  init(_ standings: [Standing]) {
    let count = Double(standings.count)
    queries = standings.count
    medianRank = Self.median(standings.map { Int($0.count.rank) + 1 })
    meanReciprocalRank = standings.reduce(0) { $0 + 1 / Double($1.count.rank + 1) } / count
    ndcgAt10 = standings.reduce(0) { $0 + Self.ndcg($1.places) } / count
    ownSideTop1 = Double(standings.count { $0.isOwnSideFirst }) / count
  }

  private static func median(_ ranks: [Int]) -> Double {
    let sorted = ranks.sorted()
    guard !sorted.isEmpty else { return .nan }
    return Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  private static func ndcg(_ places: [Int]) -> Double {
    let gain = { (place: Int) in 1 / log2(Double(place + 2)) }
    let best = (0..<min(10, places.count)).reduce(0) { $0 + gain($1) }
    return places.filter { $0 < 10 }.reduce(0) { $0 + gain($1) } / best
  }
}
