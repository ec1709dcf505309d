import Claims
import Declarations
import Foundation

/// How many pairs have which cosine similarity, filled, with the mean written inside: Fig. 2(a).
enum Histogram {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "histogram", summary: "a filled histogram with its mean as a label",
      parameters: [
        .table, .rows,
        .optional(
          "mean_table", .table, "the table with the mean; by default the table's name without .histogram"),
        .defaulted(
          "mean_column", .column(of: .named(by: "mean_table"), .numbers), .string("mean"),
          "the column of the mean"),
        .defaulted("low", .column(.numbers), .string("bin_low"), "the column of the bins' lower ends"),
        .defaulted("high", .column(.numbers), .string("bin_high"), "the column of the bins' upper ends"),
        .defaulted("y", .column(.numbers), .string("pairs"), "the column of the counts"),
        .xlabel, .ylabel, .xrange, .yrange,
      ] + Parameter.facets + Parameter.common),
    picture: { parameters, context in try faceted(parameters, context, plot: plot) },
    size: { _ in (460, 360) })

  static func plot(_ parameters: FigureParameters, _ context: FigureContext) throws -> Plot {
    let bins = try bins(parameters, context)
    let x = try parameters.range("xrange") ?? range(around: bins.flatMap { [$0.low, $0.high] })
    let top = bins.map(\.count).max() ?? 1
    let y = try parameters.range("yrange") ?? (0, max(top, 1) * 1.06)
    var plot = Plot(
      x: .init(label: try context.label("x", parameters, of: "low"), low: x.low, high: x.high),
      y: .init(label: try context.label("y", parameters), low: y.0, high: y.1))
    try plot.requireInside(
      bins.map { bin in [bin.low, bin.high].map { (x: $0, low: 0, high: bin.count) } }, areJoined: true)
    plot.blocks = [
      .init(comment: "outline: x, pairs", rows: bins.flatMap { [[$0.low, $0.count], [$0.high, $0.count]] })
    ]
    plot.layers = [
      .init(
        0,
        "using 1:2 with filledcurves y=0 fillcolor rgb \(Style.blue.faded(0.75)) fillstyle solid noborder notitle"
      ),
      .init(0, "using 1:2 with lines linewidth 0.8 linecolor rgb \(Style.blue) notitle"),
    ]
    plot.note = "Avg = \(average(try mean(parameters, context, bins)))"
    return plot
  }

  private struct Bin {
    let low: Double
    let high: Double
    let count: Double
  }

  /// From the first bin that holds something to the last.
  private static func bins(_ parameters: FigureParameters, _ context: FigureContext) throws -> [Bin] {
    let rows = try context.rows(parameters.string("table"), where: parameters.selection)
    let low = try rows.numbers(parameters.string("low"))
    let high = try rows.numbers(parameters.string("high"))
    let curve = try rows.curve(
      of: parameters.string("y"), over: parameters.string("low"))
    let ends = Dictionary(rows.rows.map { (low($0), high($0)) }) { first, _ in first }
    let bins = curve.map { Bin(low: $0.x, high: ends[$0.x] ?? $0.x, count: $0.sample.summary.mean) }
    guard bins.contains(where: { $0.low.isFinite && $0.high.isFinite && $0.count.isFinite }) else {
      throw RowFailure.nothingToDraw(
        try ["low", "high", "y"].map { try parameters.string($0) }, table: rows.name, count: rows.rows.count)
    }
    guard let first = bins.firstIndex(where: { $0.count > 0 }),
      let last = bins.lastIndex(where: { $0.count > 0 })
    else { return bins }
    return Array(bins[first...last])
  }

  /// The exact mean from the stage's main table; the bins' middles where there is no such table.
  private static func mean(
    _ parameters: FigureParameters, _ context: FigureContext, _ bins: [Bin]
  ) throws -> Double {
    let histogram = try parameters.string("table")
    let main = histogram.hasSuffix(".histogram") ? String(histogram.dropLast(10)) : histogram
    let name = parameters.optionalString("mean_table") ?? main
    let column = try parameters.string("mean_column")
    if case .present(let table, _, _) = context.tables(name), table[column] != nil {
      let rows = try context.rows(name, where: parameters.selection)
      return try rows.sample(of: column).summary.mean
    }
    let total = bins.map(\.count).reduce(0, +)
    return bins.map { 0.5 * ($0.low + $0.high) * $0.count }.reduce(0, +) / total
  }

  /// Two decimals, or as many as keep a mean below 1 from being written as 1.00.
  static func average(_ mean: Double) -> String {
    for decimals in 2..<6 {
      let text = String(format: "%.\(decimals)f", mean)
      if mean >= 1 || Double(text).map({ $0 < 1 }) ?? true { return text }
    }
    return String(format: "%.6f", mean)
  }
}
