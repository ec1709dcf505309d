import Contracts
import Declarations
import Execution
import Metrics

/// Collects the tables of `retrieval`.
struct RetrievalTables {
  /// Where a row of the tables belongs.
  struct Position {
    let coordinates: [Coordinate]
    let distance: Double
    var gallery: Int?

    fileprivate var galleryCells: [(String, Cell)] {
      gallery.map { [(SearchKeys.gallery.name, .integer($0))] } ?? []
    }
  }

  private let ks: [Int]
  private var rows = CoordinateTable()
  private var ranks: CoordinateTable?
  private var samples: ResampleTable?
  private var queries = 0
  private var decidedByTies = 0

  init(_ parameters: RetrievalEvaluation.Parameters, _ sources: [Source]) throws {
    ks = parameters.k
    ranks = parameters.search.isGiven ? CoordinateTable() : nil
    let sizes = 1 + (parameters.search.galleries ?? []).count
    let means = 2 * ks.count * sizes * sources.reduce(0) { $0 + $1.family.members.count }
    samples = try parameters.bootstrap.map { try ResampleTable(count: $0, of: ["recall"], means: means) }
  }

  mutating func resamples(of partners: Partners) throws -> ItemResamples? {
    try samples?.resamples(of: partners)
  }

  mutating func append(
    _ ranks: Ranks, _ position: Position, _ resamples: ItemResamples?, _ budget: ThreadBudget
  ) throws {
    let recalls = ranks.recalls(at: ks)
    queries += recalls.queries
    decidedByTies += recalls.decidedByTies
    for (direction, values) in [("x-to-y", recalls.xToY), ("y-to-x", recalls.yToX)] {
      for (k, recall) in zip(ks, values) {
        rows.append(
          position.coordinates,
          [("distance", .real(position.distance))] + position.galleryCells
            + [("direction", .text(direction)), ("k", .integer(k)), ("recall", .real(recall))])
      }
    }
    guard let resamples else { return }
    for (k, recalls) in zip(ks, try ranks.recalls(at: ks, resamples, budget)) {
      for (direction, means) in [("x-to-y", recalls.xToY), ("y-to-x", recalls.yToX)] {
        samples?.append(
          position.coordinates,
          position.galleryCells + [("direction", .text(direction)), ("k", .integer(k))],
          [means])
      }
    }
  }

  mutating func append(summaries result: SearchResult, _ position: Position) {
    for (direction, side) in [("x-to-y", Side.x), ("y-to-x", Side.y)] {
      let summary = result.summary(of: side)
      ranks?.append(
        position.coordinates,
        [("distance", .real(position.distance))] + position.galleryCells + [
          ("direction", .text(direction)), ("median_rank", .real(summary.medianRank)),
          ("mrr", .real(summary.meanReciprocalRank)), ("ndcg@10", .real(summary.ndcgAt10)),
          ("own_side_top1", .real(summary.ownSideTop1)), ("queries", .integer(summary.queries)),
        ])
    }
  }

  var notices: [String] {
    guard decidedByTies > 0 else { return [] }
    return [
      "\(decidedByTies) of \(queries) queries were decided by a tie: another candidate is exactly as "
        + "similar as the correct one, and the candidate with the lower index ranks first; if rows repeat, "
        + "give each item once, or, if `init` `embeddings` reads them, use its `pairing` to say which "
        + "rows are one item"
    ]
  }

  var named: [NamedTable] {
    [NamedTable("", rows.table)] + (ranks.map { [NamedTable(SearchKeys.ranksTable, $0.table)] } ?? [])
      + (samples.map { [$0.named] } ?? [])
  }
}
