import Contracts
import Execution
import Kernels

/// Measures two matrices of paired embeddings; each row is divided by its norm first.
///
/// An interval is the 2.5th to the 97.5th percentile of a bootstrap over pairs of the value's first-order expansion,
/// θ + (1/n) Σ (w_i − 1)·IF_i, where w_i is how often a pair is in the sample and IF_i the value's influence function. The
/// items of a sample are so never counted as neighbours of their own copies, and nothing is measured again. Of a mean it
/// is the bootstrap itself. Source: Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, Chapter 6,
/// doi:10.1137/1.9781611970319; Bickel and Freedman 1981, doi:10.1214/aos/1176345637, for U-statistics.
/// - Parameters:
///   - x: `(n, d)`, the first modality.
///   - y: `(n, e)`, the second. Metrics that need d = e have no value, and a note, where it is not.
///   - progress: called with the share that is done, from 0 to 1.
/// - Returns: the rows of each metric, in the order of `options.metrics` or of the catalog.
/// - Throws: `MetricFailure` for a row that is not finite or has norm zero, and for matrices that are no pairs;
///   `Cancelled` between blocks.
package func gapMetrics(
  _ x: Matrix, _ y: Matrix, _ options: GapMetricOptions = GapMetricOptions(), _ budget: ThreadBudget,
  progress: @escaping @Sendable (Double) -> Void = { _ in }
) throws -> [GapMetricRow] {
  try gapMetrics(TransformedRows(x, .x), TransformedRows(y, .y), options, budget, progress: progress)
}

/// The same of rows as they are moved.
package func gapMetrics(
  _ x: TransformedRows, _ y: TransformedRows, _ options: GapMetricOptions, _ budget: ThreadBudget,
  progress: @escaping @Sendable (Double) -> Void = { _ in }
) throws -> [GapMetricRow] {
  guard x.rows == y.rows else {
    throw MetricFailure.unequalShapes(
      xRows: x.rows, xColumns: x.columns, yRows: y.rows, yColumns: y.columns)
  }
  guard x.rows >= 2 else { throw MetricFailure.tooFewRows(x.side, found: x.rows) }
  let metrics = try options.chosen()
  let study = GapStudy(
    x: try x.unitFloats(budget), y: try y.unitFloats(budget), options: options,
    needs: metrics.reduce(into: []) { $0.formUnion($1.card.needs) }, budget: budget)
  var rows: [GapMetricRow] = []
  for (place, metric) in metrics.enumerated() {
    progress(Double(place) / Double(metrics.count))
    try budget.cancellation.check()
    rows += try study.rows(of: metric)
  }
  progress(1)
  return rows
}

extension GapMetricOptions {
  func chosen() throws -> [any GapMetric] {
    guard let metrics else { return gapMetricCatalog }
    return try metrics.map { name in
      guard let metric = gapMetricCatalog.first(where: { $0.card.name == name }) else {
        throw MetricFailure.noSuchMetric(name)
      }
      return metric
    }
  }
}

extension GapStudy {
  fileprivate func rows(of metric: any GapMetric) throws -> [GapMetricRow] {
    try measures(of: metric).map { try row($0, metric.card) }
  }

  /// The metric's own, or for each side why there is none.
  private func measures(of metric: any GapMetric) throws -> [GapMeasure] {
    let card = metric.card
    let least = card.leastPairs(options)
    if count < least {
      return card.sides.map { .undefined($0, "needs \(least) pairs, and there are \(count)") }
    }
    if card.equalDimensions, x.columns != y.columns {
      return card.sides.map {
        .undefined($0, "needs sides of the same dimension, and x has \(x.columns), y \(y.columns)")
      }
    }
    return try metric.measure(self)
  }

  private func row(_ measure: GapMeasure, _ card: GapMetricCard) throws -> GapMetricRow {
    var notes = measure.notes
    var ends = (low: Double.nan, high: Double.nan)
    if options.bootstrap > 1, measure.value.isFinite {
      if let why = card.withoutInterval {
        notes.append("no interval: \(why)")
      } else if let influence = try measure.influence?() {
        ends = try interval(measure.value, influence, card.range)
        if ends.low == ends.high { notes.append("the interval has no width, as all items agree") }
      }
    }
    return GapMetricRow(
      metric: card.name, side: measure.side, value: measure.value, low: ends.low, high: ends.high,
      null: measure.null, p: measure.p, heldOut: measure.heldOut, note: notes.joined(separator: "; "))
  }

  private func interval(
    _ value: Double, _ influence: [Double], _ range: ClosedRange<Double>
  ) throws -> (low: Double, high: Double) {
    guard influence.count > 1 else { return (.nan, .nan) }
    let samples = try resamples(of: influence.count)
    let moves = try samples.means([influence], of: Array(influence.indices), budget)[0].sorted()
    func end(_ share: Double) -> Double {
      min(max(value + moves.quantile(share), range.lowerBound), range.upperBound)
    }
    return (end(0.025), end(0.975))
  }
}

extension [Double] {
  /// Of sorted numbers, by linear interpolation between the two nearest ranks.
  func quantile(_ share: Double) -> Double {
    guard let last else { return .nan }
    let position = share * Double(count - 1)
    let low = Int(position)
    return low + 1 < count ? self[low] + (self[low + 1] - self[low]) * (position - Double(low)) : last
  }
}
