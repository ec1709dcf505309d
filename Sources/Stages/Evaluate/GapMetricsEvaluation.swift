import Contracts
import Declarations
import Kernels
import Metrics

/// Many numbers that say something of the gap, by name: `gapMetricCatalog` has them, docs/metrics.md describes them.
///
/// Rows are divided by their norms first, so that a shift without renormalisation is measured by its directions. Of a stage with pairs its
/// two sides are compared; of several single towers, whose rows belong together, every two of them, `from` being `a+b`. Where items have
/// several rows of y, the first one is the pair.
package struct GapMetricsEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var metrics: [String]?
    var bootstrap: Int
    var permutations: Int
    var seed: UInt64
    var k: Int
    var dimensions: Int
    var sigma: Double
    var noise: Double
    var pairs: Int
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "gap-metrics",
    summary:
      "Metrics of the gap and of the shape of both sides, with intervals and the values of shuffled pairs (docs/metrics.md).",
    parameters: [
      .optional(
        "metrics", .list(.choice(gapMetricCatalog.map(\.card.name)), most: gapMetricCatalog.count),
        "Which metrics, in the order of the table; all by default."),
      .defaulted(
        "bootstrap", .integer(0...10_000), 200, "Bootstrap samples of an interval; 0 for no intervals."),
      .defaulted(
        "permutations", .integer(0...10_000), 200,
        "Shuffles of `null` and `p`; 0 for none. At most 20 where a shuffle costs as much as the metric."),
      .defaulted(
        "seed", .integer(0...9_007_199_254_740_991), 0, "Of splits, shuffles, noise and samples of pairs."),
      .defaulted("k", .integer(1...1000), 10, "Nearest neighbours."),
      .defaulted("dimensions", .integer(1...1_000_000), 5, "Dimensions of `top-dimensions-share`."),
      .defaulted("sigma", .positive, 10, "σ of the kernel of `mmd2-biased` and `mmd2-unbiased`."),
      .defaulted(
        "noise", .positive, 0.02, "Standard deviation of the noise of `robustness` in each dimension."),
      .defaulted(
        "pairs", .integer(2...1_000_000), 20_000,
        "Metrics over all pairs of rows, of neighbours and of splits are measured on so many pairs at most, drawn at random; `note` "
          + "says so."),
    ],
    input: .pairs, alsoAccepts: [.single], output: .tables,
    columns: [
      TableColumn("metric", .label, .text, "Metric"), TableColumn("side", .label, .text, "Side"),
      TableColumn("value", .quantity, .real, "Value"),
      TableColumn("ci95_low", .quantity, .real, "Lower end of its 95% interval"),
      TableColumn("ci95_high", .quantity, .real, "Upper end of its 95% interval"),
      TableColumn("null", .quantity, .real, "Value of shuffled pairs"),
      TableColumn("p", .quantity, .real, "p-value"),
      TableColumn("held_out", .quantity, .integer, "Held-out pairs"),
      TableColumn("note", .note, .text, "Note"),
    ])

  private let options: GapMetricOptions

  package init(parameters: Parameters) {
    var options = GapMetricOptions()
    options.metrics = parameters.metrics
    (options.bootstrap, options.permutations) = (parameters.bootstrap, parameters.permutations)
    (options.seed, options.k, options.dimensions) = (parameters.seed, parameters.k, parameters.dimensions)
    (options.sigma, options.noise, options.pairs) = (parameters.sigma, parameters.noise, parameters.pairs)
    self.options = options
  }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let comparisons = try Self.comparisons(Source.all(inputs, for: "evaluate/gap-metrics"))
    var rows = CoordinateTable()
    for (place, comparison) in comparisons.enumerated() {
      let (done, count) = (Double(place), Double(comparisons.count))
      let measured = try gapMetrics(comparison.x, comparison.y, options, context.budget) {
        context.progress((done + $0) / count)
      }
      for row in measured { rows.append(comparison.coordinates, Self.cells(row, comparison.note)) }
    }
    return .tables([NamedTable("", rows.table)])
  }

  private static func cells(_ row: GapMetricRow, _ note: String?) -> [(String, Cell)] {
    let notes = [note, row.note.isEmpty ? nil : row.note].compactMap { $0 }
    return [
      ("metric", .text(row.metric)), ("side", .text(row.side.rawValue)), ("value", .real(row.value)),
      ("ci95_low", .real(row.low)), ("ci95_high", .real(row.high)), ("null", .real(row.null)),
      ("p", .real(row.p)), ("held_out", .integer(row.heldOut)),
      ("note", .text(notes.joined(separator: "; "))),
    ]
  }
}

/// Two sides whose rows belong together.
private struct Comparison {
  let coordinates: [Coordinate]
  let x: TransformedRows
  let y: TransformedRows
  var note: String?
}

extension GapMetricsEvaluation {
  /// Those of every member of the pairs, then those of every two towers.
  private static func comparisons(_ sources: [Source]) throws -> [Comparison] {
    let towers = sources.filter { $0.family.bases.contains { $0.y == nil } }
    guard towers.count != 1 else { throw StageFailure.oneSide(towers[0].id) }
    let pairs = try sources.filter { $0.family.bases.allSatisfy { $0.y != nil } }.flatMap { source in
      try source.family.members.indices.map { try comparison(source, $0) }
    }
    let twos = try towers.indices.flatMap { first in
      try towers.indices.dropFirst(first + 1).flatMap { try comparisons(towers[first], towers[$0]) }
    }
    return pairs + twos
  }

  /// A member's two sides, each item by its first row of y.
  private static func comparison(_ source: Source, _ index: Int) throws -> Comparison {
    let member = source.family.members[index]
    let (x, y) = (try source.family.rows(.x, of: member), try source.family.rows(.y, of: member))
    let coordinates = source.coordinates(index)
    let partners = try source.family.bases[member.base].partners()
    guard partners.isPaired else { throw MetricFailure.unpaired }
    let first = partners.rounds[0]
    if first.count == x.rows, first.count == y.rows {
      return Comparison(coordinates: coordinates, x: x, y: y)
    }
    return Comparison(
      coordinates: coordinates, x: x.choosing(first.map { partners.rowOfX[$0] }), y: y.choosing(first),
      note: "\(first.count) items, each by its first pair")
  }

  /// Row i of one tower's members with row i of another's, as many as both have.
  private static func comparisons(_ a: Source, _ b: Source) throws -> [Comparison] {
    guard a.family.members.count == b.family.members.count else {
      throw StageFailure.towersDiffer(a.family.members.count, b.family.members.count)
    }
    return try a.family.members.indices.map { index in
      Comparison(
        coordinates: a.coordinates(index).map {
          $0.name == TableColumn.from.name ? Coordinate($0.name, .text("\(a.id)+\(b.id)")) : $0
        },
        x: try a.family.rows(.x, of: a.family.members[index]),
        y: try b.family.rows(.x, of: b.family.members[index]))
    }
  }
}
