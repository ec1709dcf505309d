import Declarations
import Figures
import Statistics

/// What an analysis says first.
struct AnalysisAnswer {
  let pairs: AnalyzedPairs
  let results: AnalysisResults

  var sentences: [String] {
    pairs.y == nil ? [shape] : [gap, retrieval] + [best].compactMap { $0 }
  }

  private func value(_ name: String, _ side: String = "both") -> String {
    results.metric(name, side)?.value.map(readable) ?? "undefined"
  }

  private func interval(_ name: String, _ side: String = "both") -> String {
    results.metric(name, side)?.interval.map { " \($0.described)" } ?? ""
  }

  private var gap: String {
    let share = results.metric("gap-share")?.value.map { "\(Self.percent($0)) of" } ?? "an undefined share of"
    return
      "The gap between the centroids of \(pairs.titles[0]) and \(pairs.titles[1]) is \(value("l2m"))\(interval("l2m")), \(share) "
      + "the mean squared distance of pairs; a linear classifier tells the sides apart with a held-out accuracy of "
      + "\(value("separability"))\(interval("separability"))."
  }

  private var retrieval: String {
    let union = results.interventions.first?.union ?? []
    return
      "Recall@1 is \(Self.both(results.recall)) (chance \(readable(1 / Double(pairs.x.rows)))); in a mixed corpus of both sides, "
      + "Recall@\(AnalysisConfig.nearest) is \(Self.both(union)), and the nearest row is of the query's own side for "
      + "\(share("own-side-top1", "x")) and \(share("own-side-top1", "y")) of the queries."
  }

  private var best: String? {
    guard let best = results.best, let none = results.interventions.first else { return nil }
    return
      "Of \(counted(results.interventions.count - 1, "intervention")), `\(best.intervention.title)` is best: the gap goes from \(Self.known(none.gap)) to "
      + "\(Self.known(best.gap)), Recall@1 from \(Self.both(none.recall)) to \(Self.both(best.recall)), Recall@"
      + "\(AnalysisConfig.nearest) in the mixed corpus from \(Self.both(none.union)) to \(Self.both(best.union))."
  }

  private var shape: String {
    "\(pairs.titles[0]) alone: the mean cosine of two rows is \(value("anisotropy", "x"))\(interval("anisotropy", "x")), the "
      + "effective rank \(value("effective-rank-centred", "x")) of \(counted(pairs.x.columns, "dimension")) around the mean, and uniformity "
      + "\(value("uniformity", "x"))."
  }

  private func share(_ name: String, _ side: String) -> String {
    results.metric(name, side)?.value.map(Self.percent) ?? "an undefined share"
  }

  /// x to y and y to x.
  private static func both(_ recalls: [Double]) -> String {
    recalls.isEmpty ? "undefined" : recalls.map(readable).joined(separator: " / ")
  }

  private static func known(_ number: Double) -> String { number.isNaN ? "undefined" : readable(number) }

  private static func percent(_ share: Double) -> String { "\(readable((share * 1000).rounded() / 10))%" }
}

extension AnalysisAnswer {
  /// The metrics, aligned.
  var table: String {
    let names = ReferenceBands.names
    let head =
      ["metric", "side", "value", "95% interval", "shuffled", "p"] + names + ["higher means", "source"]
    let rows = results.metrics.map { metric -> [String] in
      let bands = names.map { name in
        metric.references.first { $0.name == name }.map { Self.band($0.band) } ?? ""
      }
      return [
        metric.name, metric.side, metric.value.map(readable) ?? "–",
        metric.interval?.described ?? "", metric.null.map(readable) ?? "", metric.p.map(readable) ?? "",
      ] + bands + [metric.direction, metric.citation]
    }
    return Self.aligned([head] + rows)
  }

  static func band(_ band: Interval) -> String {
    band.low == band.high ? readable(band.low) : band.described
  }

  static func aligned(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      var line = cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
