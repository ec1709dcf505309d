import Contracts
import Declarations
import Metrics

/// Recall@k of every member in both directions, beside the gap it is measured at.
///
/// Similarity is the dot product of the rows as they are moved. Among equal similarities the lower index
/// counts as nearer; a notice says how many queries that decided. Where items have several rows of y, any
/// of them is right. `SearchKeys` are what else can be searched: both modalities together, galleries, with corrections for
/// hubs; every row is a candidate of its own there, and the table `ranks` has what the ranks come to.
package struct RetrievalEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var k: [Int]
    var bootstrap: Int?
    var search: SearchKeys

    private enum CodingKeys: String, CodingKey { case k, bootstrap }

    package init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      k = try keys.decode([Int].self, forKey: .k)
      bootstrap = try keys.decodeIfPresent(Int.self, forKey: .bootstrap)
      search = try SearchKeys(from: decoder)
    }
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "retrieval", versionWhere: Resampled.version(2),
    summary: "Share of embeddings whose partner is among the k nearest embeddings of the other modality.",
    parameters: [
      .defaulted(
        "k", .list(.integer(1...1_000_000_000), most: 100), .array([.number(1), .number(5), .number(10)]),
        "The values of k."), .bootstrap,
    ] + SearchKeys.parameters,
    input: .pairs, references: [.pairs], output: .tables, normalForm: SearchKeys.normalForm,
    extraTables: [SearchKeys.ranksTable, Resampled.table],
    extraColumns: [
      SearchKeys.ranksTable: SearchKeys.columns,
      Resampled.table: [
        SearchKeys.gallery, TableColumn("direction", .label, .text, "Direction"),
        TableColumn("k", .key, .integer, "k"),
        Resampled.column,
        TableColumn("recall", .quantity, .real, "Recall@k of the sample", unit: "fraction of queries"),
      ],
    ],
    columns: [
      .distance, SearchKeys.gallery, TableColumn("direction", .label, .text, "Direction"),
      TableColumn("k", .key, .integer, "k"),
      TableColumn("recall", .quantity, .real, "Recall@k", unit: "fraction of queries"),
    ],
    sometimesTables: Resampled.presence.merging([SearchKeys.ranksTable: SearchKeys.presence]) { $1 },
    misfits: { with, _ in SearchKeys.misfits(with) })

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let sources = try Source.all(inputs, for: "evaluate/retrieval")
    let search =
      parameters.search.isGiven ? try RetrievalSearch(parameters.search, inputs, context.budget) : nil
    var tables = try RetrievalTables(parameters, sources)
    for source in sources {
      for group in try GapShiftGroup.groups(of: source.family, context.budget) {
        let resamples = try tables.resamples(of: group.partners)
        let factors = try group.members.map(group.factors)
        let gaps = try group.gaps(factors, context.budget)
        let ranks = search == nil ? try group.ranks(factors, context.budget) : []
        for (place, member) in group.members.enumerated() {
          let position = RetrievalTables.Position(
            coordinates: source.coordinates(member.index),
            distance: gaps[place].signedDistance(original: group.original))
          guard let search else {
            try tables.append(ranks[place], position, resamples, context.budget)
            continue
          }
          for (gallery, result) in try search.results(of: source.family, member.index) {
            var position = position
            position.gallery = gallery
            try tables.append(result.ranks, position, resamples, context.budget)
            tables.append(summaries: result, position)
          }
        }
      }
    }
    context.notices(tables.notices + (search?.notices ?? []))
    return .tables(tables.named)
  }
}
