import Declarations
import Execution
import ExperimentConfig
import Figures
import Files
import Kernels
import Metrics

/// The pictures of an analysis, each with the table that it is drawn from.
struct AnalysisPictures {
  struct Spec {
    let name: String
    let title: String
    let kind: String
    let with: [String: JSONValue]
    let table: Table
  }

  let pairs: AnalyzedPairs
  let results: AnalysisResults
  let plane: GapPlane
  let neighbours: PairNeighbours
  let temperature: Double

  static let tables = "analysis-tables"
  private static let pictures = "analysis-pictures"
  private static let mostPoints = 1000

  var specs: [Spec] {
    [plot, cosines] + [dimensions, loss].compactMap { $0 } + interventions + [occurrences]
  }

  private var isPaired: Bool { pairs.y != nil }

  private var plot: Spec {
    let rows = min(pairs.x.rows, Self.mostPoints)
    let chosen = (0..<rows).map { $0 * pairs.x.rows / rows }
    var table = TableBuilder()
    for (title, matrix) in zip(isPaired ? pairs.titles : ["x"], [pairs.x, pairs.y].compactMap { $0 }) {
      let places = plane.coordinates(matrix.picking(chosen))
      for (place, row) in chosen.enumerated() {
        table.append([
          ("modality", .text(title)), ("index", .integer(row)), ("c1", .real(Double(places[2 * place]))),
          ("c2", .real(Double(places[2 * place + 1]))),
        ])
      }
    }
    let sample = rows < pairs.x.rows ? ", \(rows) of them" : ""
    return Spec(
      name: "points",
      title: isPaired
        ? "Pairs on the gap and the first component beside it\(sample)" : "Principal components\(sample)",
      kind: "scatter",
      with: [
        "xlabel": .string(axes[0]), "ylabel": .string(axes[1]), "connect": .bool(isPaired),
        "palette": "blue-orange",
      ],
      table: table.table())
  }

  /// What the axes of the plane are.
  var axes: [String] {
    plane.hasGap ? ["Δ (gap direction)", "PC 1 orthogonal to Δ"] : ["PC 1", "PC 2"]
  }

  private var cosines: Spec {
    let histograms = CosineHistograms(pairs.x, pairs.y)
    var table = TableBuilder()
    let kinds = CosineHistograms.Kind.allCases.filter { histograms.shares[$0] != nil }
    let used = (0..<CosineHistograms.binCount).filter { bin in
      kinds.contains { (histograms.shares[$0]?[bin] ?? 0) > 0 }
    }
    let bins = max(0, (used.first ?? 0) - 1)...min(CosineHistograms.binCount - 1, (used.last ?? 0) + 1)
    for kind in kinds {
      for bin in bins {
        table.append([
          ("pairs", .text(kind.rawValue)), ("cosine", .real(CosineHistograms.middle(bin))),
          ("share", .real(histograms.shares[kind]?[bin] ?? 0)),
        ])
      }
    }
    let sample = histograms.rows < pairs.x.rows ? " (\(histograms.rows) rows of each side)" : ""
    return Spec(
      name: "cosines", title: "Cosines\(sample)", kind: "lines",
      with: [
        "x": "cosine", "y": "share", "series": "pairs", "points": false, "band": false, "xlabel": "Cosine",
        "ylabel": "Share of the pairs of rows",
      ], table: table.table())
  }

  private var dimensions: Spec? {
    guard let y = pairs.y, plane.hasGap else { return nil }
    let gap = zip(pairs.x.columnMeans, y.columnMeans).map { abs($0 - $1) }.sorted(by: >)
    guard gap.count > 1 else { return nil }
    let total = gap.reduce(0) { $0 + $1 * $1 }
    var (table, sum) = (TableBuilder(), 0.0)
    for (place, size) in gap.enumerated() {
      sum += size * size
      for (series, value) in [("|Δ_k| / max |Δ_k|", size / gap[0]), ("share of ‖Δ‖² so far", sum / total)] {
        table.append([("series", .text(series)), ("rank", .integer(place + 1)), ("value", .real(value))])
      }
    }
    return Spec(
      name: "dimensions", title: "Dimensions of the gap, sorted by |Δ_k|", kind: "lines",
      with: [
        "x": "rank", "y": "value", "series": "series", "points": false, "band": false,
        "xlabel": "Dimension, by |Δ_k|", "ylabel": "Share", "yrange": [0, 1.05],
      ], table: table.table())
  }

  private var loss: Spec? {
    guard let table = results.loss, let gap = results.interventions.first?.gap, gap.isFinite else {
      return nil
    }
    return Spec(
      name: "loss", title: "Contrastive loss along the gap at the temperature \(Self.plain(temperature))",
      kind: "lines",
      with: [
        "x": "distance", "y": "loss", "band": false, "xlabel": "Gap along Δ",
        "ylabel": "Contrastive loss (nats)",
        "vertical": [.object(["at": .number(gap), "title": "these embeddings"])],
      ], table: table)
  }

  private static func plain(_ number: Double) -> String { JSONValue.number(number).canonical }

  /// Where is searched, and what was measured there.
  private typealias Corpus = (name: String, recalls: @Sendable (AnalysisResults.Measured) -> [Double])

  private static let corpora: [Corpus] = [
    ("other side, k = 1", { $0.recall }), ("both sides, k = \(AnalysisConfig.nearest)", { $0.union }),
  ]

  private var interventions: [Spec] {
    let measured = results.interventions.filter { $0.gap.isFinite }
    guard measured.count > 1 else { return [] }
    return zip(["interventions", "interventions-union"], Self.corpora).map { name, corpus in
      Spec(
        name: name, title: "Interventions: the gap, and recall in \(corpus.name)", kind: "scatter",
        with: [
          "x": "gap", "y": "recall", "colour": "intervention", "connect": false, "xlabel": "Gap",
          "ylabel": "Recall, mean of both directions", "legend": "outside",
        ], table: Self.table(of: measured, in: [corpus]))
    }
  }

  static func table(of measured: [AnalysisResults.Measured]) -> Table { table(of: measured, in: corpora) }

  private static func table(of measured: [AnalysisResults.Measured], in corpora: [Corpus]) -> Table {
    var table = TableBuilder()
    for one in measured {
      for corpus in corpora {
        let recalls = corpus.recalls(one)
        guard let first = recalls.first, let last = recalls.last else { continue }
        table.append([
          ("intervention", .text(one.intervention.title)), ("corpus", .text(corpus.name)),
          ("gap", .real(one.gap)),
          ("recall", .real(recalls.reduce(0, +) / Double(recalls.count))),
          ("recall_x_to_y", .real(first)), ("recall_y_to_x", .real(last)),
        ])
      }
    }
    return table.table()
  }

  private var occurrences: Spec {
    var table = TableBuilder()
    let names = isPaired ? ["rows of \(pairs.titles[1])", "rows of \(pairs.titles[0])"] : ["rows"]
    for (name, counts) in zip(
      names, neighbours.occurrences)
    {
      var bins = [Int](repeating: 0, count: (counts.max() ?? 0) + 1)
      for count in counts { bins[count] += 1 }
      for (count, rows) in bins.enumerated() {
        table.append([("candidates", .text(name)), ("occurrence", .integer(count)), ("rows", .integer(rows))])
      }
    }
    return Spec(
      name: "k-occurrence", title: "How often a row is among the \(neighbours.k) nearest of the other side's",
      kind: "lines",
      with: [
        "x": "occurrence", "y": "rows", "series": "candidates", "points": false, "band": false,
        "xlabel": "k-occurrence", "ylabel": "Rows",
      ], table: table.table())
  }
}

extension AnalysisPictures {
  /// Writes tables and pictures, as many at once as there are threads.
  ///
  /// - Returns: the pictures for the page, and what could not be drawn.
  func write(to folder: OutputFolder, _ budget: ThreadBudget) throws -> (
    pictures: [AnalysisPage.Picture], notes: [String]
  ) {
    let specs = specs
    // Those of an earlier analysis may be more.
    for old in [Self.tables, Self.pictures] { try folder.remove(old) }
    for spec in specs { try folder.write(CSV.encode(spec.table), to: "\(Self.tables)/\(spec.name).csv") }
    let drawn = try budget.map(blocks: specs.count) { place in try Self.draw(specs[place]) }
    var (pictures, notes): ([AnalysisPage.Picture], [String]) = ([], [])
    for (place, (spec, result)) in zip(specs, drawn).enumerated() {
      switch result {
      case .success(let bytes):
        try folder.write(bytes, to: "\(Self.pictures)/\(spec.name).svg")
        if let image = InlineSVG(bytes, prefix: "p\(place)-") {
          pictures.append(AnalysisPage.Picture(title: spec.title, image: image))
        }
      case .failure(let missing): if !notes.contains(missing.sentence) { notes.append(missing.sentence) }
      }
    }
    return (pictures, notes)
  }

  private struct NotDrawn: Error { let sentence: String }

  private static func draw(_ spec: Spec) throws -> Result<[UInt8], NotDrawn> {
    do {
      let figure = FigureSpec(
        name: spec.name, kind: spec.kind,
        parameters: .object(
          spec.with.merging(["table": .string(spec.name)]) { $1 }))
      var script = try figureScript(figure, tables: { _ in .present(spec.table) })
      script.formats = [.svg]
      switch try Figures.draw(script) {
      case .drawn(let pictures, _): return .success(pictures.first?.bytes ?? [])
      case .gnuplotMissing(let sentence): return .failure(NotDrawn(sentence: sentence))
      }
    } catch let failure as any Failure {
      return .failure(NotDrawn(sentence: "picture \(spec.name) was not drawn: \(failure.message)"))
    }
  }
}
