import Contracts
import Declarations
import Metrics

/// Recall@k of every member in both directions, beside the gap it is measured at.
///
/// Similarity is the dot product of the rows as they are moved. Among equal similarities the lower index
/// counts as nearer; a notice says how many queries that decided. Where items have several rows of y, any
/// of them is right.
package struct RetrievalEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var k: [Int]
    var bootstrap: Int?
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "retrieval", versionWhere: Resampled.version(2),
    summary: "Share of embeddings whose partner is among the k nearest embeddings of the other modality.",
    parameters: [
      .defaulted(
        "k", .list(.integer(1...1_000_000_000), most: 100), .array([.number(1), .number(5), .number(10)]),
        "The values of k."), .bootstrap,
    ],
    input: .pairs, output: .tables, extraTables: [Resampled.table],
    extraColumns: [
      Resampled.table: [
        TableColumn("direction", .label, .text, "Direction"), TableColumn("k", .key, .integer, "k"),
        Resampled.column,
        TableColumn("recall", .quantity, .real, "Recall@k of the sample", unit: "fraction of queries"),
      ]
    ],
    columns: [
      .distance, TableColumn("direction", .label, .text, "Direction"),
      TableColumn("k", .key, .integer, "k"),
      TableColumn("recall", .quantity, .real, "Recall@k", unit: "fraction of queries"),
    ], sometimesTables: Resampled.presence)

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let ks = parameters.k
    let sources = try Source.all(inputs, for: "evaluate/retrieval")
    let means = 2 * ks.count * sources.reduce(0) { $0 + $1.family.members.count }
    var samples = try parameters.bootstrap.map {
      try ResampleTable(count: $0, of: ["recall"], means: means)
    }
    var rows = CoordinateTable()
    var (queries, tied) = (0, 0)
    for source in sources {
      for group in try GapShiftGroup.groups(of: source.family, context.budget) {
        let resamples = try samples?.resamples(of: group.partners)
        let factors = try group.members.map(group.factors)
        let gaps = try group.gaps(factors, context.budget)
        let ranks = try group.ranks(factors, context.budget)
        let recalls = ranks.map { $0.recalls(at: ks) }
        queries += recalls.reduce(0) { $0 + $1.queries }
        tied += recalls.reduce(0) { $0 + $1.decidedByTies }
        for (place, member) in group.members.enumerated() {
          let distance = gaps[place].signedDistance(original: group.original)
          let coordinates = source.coordinates(member.index)
          for row in Self.rows(distance, recalls[place], ks) { rows.append(coordinates, row) }
          guard let resamples else { continue }
          for (k, recalls) in zip(ks, try ranks[place].recalls(at: ks, resamples, context.budget)) {
            for (direction, means) in [("x-to-y", recalls.xToY), ("y-to-x", recalls.yToX)] {
              samples?.append(coordinates, [("direction", .text(direction)), ("k", .integer(k))], [means])
            }
          }
        }
      }
    }
    if tied > 0 {
      context.notice(
        "\(tied) of \(queries) queries were decided by a tie: another candidate is exactly as "
          + "similar as the correct one, and the candidate with the lower index ranks first; if rows repeat, "
          + "give each item once, or, if `init` `embeddings` reads them, use its `pairing` to say which "
          + "rows are one item")
    }
    return .tables([NamedTable("", rows.table)] + (samples.map { [$0.named] } ?? []))
  }

  private static func rows(_ distance: Double, _ recalls: Retrieval, _ ks: [Int]) -> [[(String, Cell)]] {
    [("x-to-y", recalls.xToY), ("y-to-x", recalls.yToX)].flatMap { direction, values in
      zip(ks, values).map { k, recall in
        [
          ("distance", .real(distance)), ("direction", .text(direction)), ("k", .integer(k)),
          ("recall", .real(recall)),
        ]
      }
    }
  }
}
