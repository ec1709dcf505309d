import Claims
import Contracts
import Declarations
import ExperimentConfig
import Figures
import Files
import Metrics
import Runner
import Statistics

/// What the config's run measured, read from its tables.
struct AnalysisResults {
  struct Measured {
    let intervention: AnalysisConfig.Intervention
    let gap: Double
    /// At 1, x to y and y to x.
    let recall: [Double]
    /// At `AnalysisConfig.nearest`, in the corpus of both sides.
    let union: [Double]

    var meanRecall: Double { recall.reduce(0, +) / Double(max(1, recall.count)) }
    var meanUnion: Double { union.reduce(0, +) / Double(max(1, union.count)) }
  }

  var metrics: [AnalysisPage.Metric]
  /// The first is none.
  let interventions: [Measured]
  /// Of all analysed items.
  let recall: [Double]
  let loss: Table?
  /// Interventions without a result, and why.
  let notes: [String]
  private let folder: String

  /// - Throws: `AnalyzeFailure.notMeasured`, `FileFailure`, `CSVFailure`.
  init(_ config: AnalysisConfig, folder: String, summary: RunSummary) throws {
    self.folder = folder
    func table(_ name: String) throws -> Table? {
      let path = "\(folder)/tables/\(name).csv"
      return Paths.exists(path) ? try CSV.read(path) : nil
    }
    let failures = summary.failures
    guard let measured = try table(AnalysisConfig.metricsStage),
      !failures.contains(where: { $0.task == AnalysisConfig.metricsStage })
    else {
      throw AnalyzeFailure.notMeasured(
        reason: failures.first.map { explain($0.error) } ?? "nothing was written")
    }
    metrics = Self.rows(measured, isSingle: config.pairs.y == nil)
    let failed = Set(failures.map(\.task) + summary.blocked.map(\.task))
    var (found, notes): ([Measured], [String]) = ([], [])
    for one in config.pairs.y == nil ? [] : [AnalysisConfig.none] + config.interventions {
      let tasks = ["recall-\(one.id)", "union-\(one.id)"]
      if !failed.contains(where: { tasks.contains($0) }), let recall = try table(tasks[0]),
        let union = try table(tasks[1])
      {
        found.append(
          Measured(
            intervention: one, gap: abs(recall["distance"]?.cell(0).number ?? .nan),
            recall: Self.recall(recall, at: 1), union: Self.recall(union, at: AnalysisConfig.nearest)))
      } else {
        let why = failures.first { ([one.id] + tasks).contains($0.task) }
        notes.append(
          "\(one.title) is not measured: \(why.map { explain($0.error) } ?? "its stage was not run")")
      }
    }
    interventions = found
    recall = try table("recall").map { Self.recall($0, at: 1) } ?? found.first?.recall ?? []
    loss = failed.contains(AnalysisConfig.lossStage) ? nil : try table(AnalysisConfig.lossStage)
    self.notes = notes
  }

  /// Below this share of the recall as it is, an intervention costs what search in the other side is for.
  private static let leastKept = 0.95

  /// Of those that keep the recall in the other side, the one with the greatest in the union; if none does, that with
  /// the greatest sum of both.
  var best: Measured? {
    guard let none = interventions.first else { return nil }
    let tried = interventions.dropFirst()
    let kept = tried.filter { $0.meanRecall >= Self.leastKept * none.meanRecall }
    return kept.max { $0.meanUnion < $1.meanUnion }
      ?? tried.max { $0.meanRecall + $0.meanUnion < $1.meanRecall + $1.meanUnion }
  }

  /// Where the run keeps both sides as an intervention leaves them.
  func embeddings(of measured: Measured) -> String {
    "\(folder)/runs/single/embeddings.h5:/\(measured.intervention.id)"
  }

  func metric(_ name: String, _ side: String = "both") -> AnalysisPage.Metric? {
    metrics.first { $0.name == name && $0.side == side }
  }

  private static func recall(_ table: Table, at k: Int) -> [Double] {
    (0..<table.rowCount).filter { table["k"]?.cell($0).number == Double(k) }.compactMap {
      table["recall"]?.cell($0).number
    }
  }

  private static func rows(_ table: Table, isSingle: Bool) -> [AnalysisPage.Metric] {
    let cards = Dictionary(uniqueKeysWithValues: gapMetricCatalog.map { ($0.card.name, $0.card) })
    return (0..<table.rowCount).compactMap { row in
      func number(_ name: String) -> Double? {
        table[name]?.cell(row).number.flatMap { $0.isNaN ? nil : $0 }
      }
      func text(_ name: String) -> String {
        if case .text(let text)? = table[name]?.cell(row) { text } else { "" }
      }
      let (name, side) = (text("metric"), text("side"))
      // One side is measured beside itself.
      if isSingle, side != "x" { return nil }
      var metric = AnalysisPage.Metric(name: name, side: side, value: number("value"))
      if let low = number("ci95_low"), let high = number("ci95_high") {
        metric.interval = Interval(low: low, high: high)
      }
      (metric.null, metric.p, metric.note) = (number("null"), number("p"), text("note"))
      metric.references = ReferenceBands.of(name, side)
      metric.direction = cards[name]?.reading ?? ""
      metric.citation = cards[name]?.source ?? ""
      return metric
    }
  }
}
