import Contracts
import Declarations
import Execution
import Metrics

/// Statistics of the cosine similarities within each modality of every member.
///
/// Over all ordered pairs of different embeddings, or all n² with `diagonal`; `count` is n. `mean`
/// alone costs O(n·d) through ‖Σx̂‖², and leaves the other columns NaN and the histogram empty.
/// Source: Liang et al. 2022, Sec. 2, Fig. 2(a) and 2(b).
package struct CosineSimilarityEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var diagonal: Bool
    var bins: Int
    var statistics: Statistics
  }

  package enum Statistics: String, Decodable, Sendable, CaseIterable {
    case all, mean
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "cosine-similarity", version: 2,
    summary: "Statistics of the cosine similarities within each modality, which show how narrow its cone is.",
    parameters: [
      .defaulted("diagonal", .boolean, .bool(false), "Also count the pair of each embedding with itself."),
      .defaulted(
        "bins", .integer(0...100_000), .number(200),
        "Number of equal bins of the histogram; 0 for no histogram."),
      .defaulted(
        "statistics", .choice(Statistics.allCases.map(\.rawValue)), .string("all"),
        "`mean` computes only the mean, in time linear in the number of embeddings."),
    ],
    rules: [.onlyWhere(all, ["bins"])],
    input: .pairs, alsoAccepts: [.single, .unpaired], output: .tables, extraTables: ["histogram"],
    extraColumns: [
      "histogram": [
        .modality, TableColumn("bin_low", .key, .real, "Cosine similarity"),
        TableColumn("bin_high", .key, .real, "Cosine similarity"),
        TableColumn("pairs", .quantity, .integer, "Pairs per bin"),
      ]
    ],
    columns: [
      .modality, TableColumn("count", .quantity, .integer, "Pairs"),
      TableColumn("mean", .quantity, .real, "Average cosine similarity"),
      ofAll("std", "Standard deviation of the cosine similarity"), ofAll("min", "Least cosine similarity"),
      ofAll("p25", "Lower quartile of the cosine similarity"), ofAll("p50", "Median cosine similarity"),
      ofAll("p75", "Upper quartile of the cosine similarity"), ofAll("max", "Greatest cosine similarity"),
    ],
    sometimesTables: ["histogram": all])

  private static func ofAll(_ name: String, _ label: String) -> TableColumn {
    TableColumn(name, .quantity, .real, label, presence: .when(all, takesRuns: false))
  }

  private static let all = ParameterCondition("statistics", [Statistics.all.rawValue])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var main = CoordinateTable()
    var histogram = CoordinateTable()
    for source in try Source.all(inputs, for: "evaluate/cosine-similarity") {
      for (index, member) in source.family.members.enumerated() {
        for side in source.family.sides(of: member) {
          let rows = try source.family.rows(side, of: member)
          let coordinates = source.coordinates(index)
          let statistics = try measure(rows, context.budget)
          main.append(coordinates, Self.row(side, statistics))
          for bin in Self.bins(side, statistics.histogram) { histogram.append(coordinates, bin) }
        }
        context.progress(Double(index + 1) / Double(source.family.members.count))
      }
    }
    return .tables([NamedTable("", main.table), NamedTable("histogram", Self.ensureColumns(histogram.table))])
  }

  private func measure(_ rows: TransformedRows, _ budget: ThreadBudget) throws -> CosineStatistics {
    let diagonal = parameters.diagonal
    switch parameters.statistics {
    case .all:
      return try cosineSimilarity(rows, diagonal: diagonal, bins: parameters.bins, budget)
    case .mean:
      return CosineStatistics(
        count: rows.rows, onlyMean: try meanCosineSimilarity(rows, diagonal: diagonal, budget))
    }
  }

  private static func row(_ side: Side, _ statistics: CosineStatistics) -> [(String, Cell)] {
    [
      ("modality", .text(side.rawValue)), ("count", .integer(statistics.count)),
      ("mean", .real(statistics.mean)), ("std", .real(statistics.standardDeviation)),
      ("min", .real(statistics.minimum)), ("p25", .real(statistics.percentile25)),
      ("p50", .real(statistics.median)), ("p75", .real(statistics.percentile75)),
      ("max", .real(statistics.maximum)),
    ]
  }

  private static func bins(
    _ side: Side, _ histogram: CosineStatistics.Histogram
  ) -> [[(String, Cell)]] {
    histogram.pairs.indices.map { bin in
      [
        ("modality", .text(side.rawValue)), ("bin_low", .real(histogram.edges[bin])),
        ("bin_high", .real(histogram.edges[bin + 1])), ("pairs", .integer(histogram.pairs[bin])),
      ]
    }
  }

  /// A histogram without bins keeps its header.
  private static func ensureColumns(_ table: Table) -> Table {
    if !table.columns.isEmpty { return table }
    return Table([
      .init("modality", .texts([])), .init("bin_low", .reals([])), .init("bin_high", .reals([])),
      .init("pairs", .integers([])),
    ])
  }
}
