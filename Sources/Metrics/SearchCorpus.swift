import Contracts
import Execution
import Kernels

/// Pairs as a collection that is searched: the queries of one modality against the rows of the other, or against all rows
/// of both (mixed-modal search).
///
/// Every row is a candidate of its own, and any partner is right. In the union, a query is no candidate of its own, nor
/// are rows of its item in its modality. Of equal scores the lower index is nearer, in the union x before y. Scores within
/// the rounding error of a matrix product are computed again in one fixed order, so that ties are exact.
/// Source of the union: GR-CLIP, arXiv 2507.19054, Sec. 3.
package struct SearchCorpus: Sendable {
  let x: RealMatrix
  let y: RealMatrix
  let itemOfX: [Int]
  let itemOfY: [Int]
  /// Whether the candidates are the rows of both modalities.
  let isUnion: Bool

  /// - Throws: `MetricFailure.unpaired`.
  package init(x: RealMatrix, y: RealMatrix, partners: Partners, isUnion: Bool) throws {
    guard partners.isPaired else { throw MetricFailure.unpaired }
    self.init(x: x, y: y, itemOfX: partners.itemOfX, itemOfY: partners.itemOfY, isUnion: isUnion)
  }

  private init(x: RealMatrix, y: RealMatrix, itemOfX: [Int], itemOfY: [Int], isUnion: Bool) {
    (self.x, self.y, self.itemOfX, self.itemOfY, self.isUnion) = (x, y, itemOfX, itemOfY, isUnion)
  }

  /// The items with rows in both modalities, in their order.
  package var items: [Int] { Set(itemOfX).intersection(itemOfY).sorted() }

  /// As many galleries of so many items as are disjoint, drawn by the number of items and the size alone.
  package func galleries(of size: Int) -> [SearchCorpus] {
    let items = items
    let order = RandomStream(seed: 0, stage: "galleries", name: "\(size)").permutation(items.count)
    return (0..<items.count / size).map { gallery in
      restricted(to: Set(order[gallery * size..<(gallery + 1) * size].map { items[$0] }))
    }
  }

  private func restricted(to items: Set<Int>) -> SearchCorpus {
    let rowsOfX = itemOfX.indices.filter { items.contains(itemOfX[$0]) }
    let rowsOfY = itemOfY.indices.filter { items.contains(itemOfY[$0]) }
    return SearchCorpus(
      x: x.picking(rowsOfX), y: y.picking(rowsOfY), itemOfX: rowsOfX.map { itemOfX[$0] },
      itemOfY: rowsOfY.map { itemOfY[$0] }, isUnion: isUnion)
  }

  package var columns: Int { x.columns }

  package func rows(_ side: Side) -> RealMatrix { side == .x ? x : y }
  func items(_ side: Side) -> [Int] { side == .x ? itemOfX : itemOfY }

  /// How each query of a modality that has a partner stands.
  /// - Parameter bias: what is subtracted from the scores of each candidate; only where candidates are of one modality.
  package func standings(
    of side: Side, bias: HubBias? = nil, _ budget: ThreadBudget
  ) throws -> [Standing] {
    let ranking = QueryRanking(self, side, bias)
    let standings = try ranking.scores.map(budget) { query, line in ranking.standing(of: query, line) }
    return standings.compactMap { $0 }
  }
}

extension Side {
  package var other: Side { self == .x ? .y : .x }
}

/// How a query stands among its candidates.
package struct Standing: Sendable {
  /// The nearest right candidate.
  let count: RankCount
  /// The places of all right candidates, from 0.
  let places: [Int]
  /// Whether the first candidate is of the query's own modality.
  let isOwnSideFirst: Bool
  package let item: Int
}

/// The scores of queries and candidates, block by block: products of float64 rows.
struct ScoreLines: Sendable {
  let queries: RealMatrix
  let candidates: [RealMatrix]
  let count: Int
  /// More than the rounding error of a score.
  let margin: Double

  init(_ queries: RealMatrix, _ candidates: [RealMatrix]) {
    self.queries = queries
    self.candidates = candidates
    count = candidates.reduce(0) { $0 + $1.rows }
    let longest = { (rows: RealMatrix) in rows.rowProducts(with: rows).max() ?? 0 }
    margin = (longest(queries) * (candidates.map(longest).max() ?? 0)).squareRoot() * 1e-12
  }

  /// Gives `body` the scores of each query, which it may change; values are in the queries' order.
  func map<Value: Sendable>(
    _ budget: ThreadBudget, _ body: @escaping @Sendable (Int, DoubleSlice) -> Value
  ) throws -> [Value] {
    // Blocks depend on the sizes alone, so that results do not depend on the number of threads.
    let size = max(1, min(128, 4_000_000 / max(1, count)))
    return try budget.map(blocks: blockCount(queries.rows, size: size)) { block in
      let range = blockRange(block, size: size, count: queries.rows)
      return withScratch(of: Double.self, count: range.count * count) { scores in
        multiply(range, into: scores)
        return range.map { query in
          let start = (query - range.lowerBound) * count
          return body(query, scores[start..<start + count])
        }
      }
    }.flatMap { $0 }
  }

  private func multiply(_ range: Range<Int>, into scores: DoubleSlice) {
    var first = 0
    queries.withSlice { queries in
      for part in candidates {
        part.withSlice { rows in
          BLAS.multiply(
            ProductShape(rows: range.count, columns: part.rows, inner: part.columns),
            Operand(queries.from(range.lowerBound * part.columns), stride: part.columns),
            Operand(rows, stride: part.columns, transposed: true), into: scores.from(first), stride: count)
        }
        first += part.rows
      }
    }
  }

  /// The score of a query and a candidate in one order of operations.
  func exact(_ query: Int, _ candidate: Int) -> Double {
    var place = candidate
    for part in candidates {
      guard place >= part.rows else { return queries.rowProduct(query, with: part, place) }
      place -= part.rows
    }
    return .nan
  }

  /// The first of the greatest scores of a line; `value` gives a score without the product's rounding.
  func first(_ line: DoubleSlice, _ value: (Int) -> Double) -> Int {
    var greatest = -Double.infinity
    for index in line.indices { greatest = max(greatest, line[index]) }
    var (best, score) = (-1, -Double.infinity)
    for candidate in line.indices where line[candidate] >= greatest - margin {
      let exact = value(candidate)
      if best < 0 || exact > score { (best, score) = (candidate, exact) }
    }
    return best
  }
}

/// Ranks the queries of one modality.
private struct QueryRanking: Sendable {
  let scores: ScoreLines
  private let side: Side
  private let items: [Int]
  private let bias: HubBias?
  private let isUnion: Bool
  /// Of each item, its candidates of the other modality and of the queries' own.
  private let right: [Int: [Int]]
  private let own: [Int: [Int]]
  /// The candidates of the queries' own modality.
  private let ownRange: Range<Int>

  init(_ corpus: SearchCorpus, _ side: Side, _ bias: HubBias?) {
    let other = corpus.rows(side.other)
    let parts = corpus.isUnion ? [corpus.x, corpus.y] : [other]
    scores = ScoreLines(corpus.rows(side), parts)
    (self.side, self.bias, isUnion, items) = (side, bias, corpus.isUnion, corpus.items(side))
    let firstOfY = corpus.isUnion ? corpus.x.rows : 0
    right = Self.places(corpus.items(side.other), from: side == .x ? firstOfY : 0)
    own = corpus.isUnion ? Self.places(items, from: side == .y ? firstOfY : 0) : [:]
    ownRange =
      !corpus.isUnion ? 0..<0 : side == .x ? 0..<corpus.x.rows : corpus.x.rows..<corpus.x.rows + corpus.y.rows
  }

  private static func places(_ items: [Int], from first: Int) -> [Int: [Int]] {
    Dictionary(grouping: items.indices.map { $0 }) { items[$0] }.mapValues { $0.map { first + $0 } }
  }

  /// - Returns: nil where the query has no partner.
  func standing(of query: Int, _ line: DoubleSlice) -> Standing? {
    let item = items[query]
    guard let right = right[item] else { return nil }
    for candidate in own[item] ?? [] { line[candidate] = -.infinity }
    let bias = bias.flatMap { applies($0, query, line) ? $0.values : nil }
    if let bias { for index in line.indices { line[index] -= bias[index] } }
    let value = { (candidate: Int) in scores.exact(query, candidate) - (bias?[candidate] ?? 0) }
    let ranked = right.map { (candidate: $0, value: value($0)) }
      .sorted { $0.value > $1.value || ($0.value == $1.value && $0.candidate < $1.candidate) }
    let counts = ranked.map { count($0, right, line, value) }
    return Standing(
      count: counts[0], places: counts.enumerated().map { Int($1.rank) + $0 },
      isOwnSideFirst: isUnion && ownRange.contains(scores.first(line, value)), item: item)
  }

  private func applies(_ bias: HubBias, _ query: Int, _ line: DoubleSlice) -> Bool {
    guard let activated = bias.activated else { return true }
    return activated[scores.first(line) { scores.exact(query, $0) }]
  }

  /// The candidates, other than right ones, that are nearer than this one.
  private func count(
    _ own: (candidate: Int, value: Double), _ right: [Int], _ line: DoubleSlice, _ value: (Int) -> Double
  ) -> RankCount {
    var count = RankCount()
    let (high, low) = (own.value + scores.margin, own.value - scores.margin)
    for candidate in line.indices where line[candidate] >= low {
      if right.contains(candidate) { continue }
      if line[candidate] > high {
        count.rank += 1
      } else {
        count.add(value(candidate), against: own.value, comesFirst: candidate < own.candidate)
      }
    }
    return count
  }
}
