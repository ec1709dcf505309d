import Contracts
import Declarations
import Statistics

/// One quantity at one place: a number for each replicate, or a single one.
package struct Sample: Sendable, Equatable {
  /// The replicate each value belongs to; empty where the table has no replicates.
  package let replicates: [Cell]
  package let values: [Double]
  /// What chance is in them: random weights, generated items, draws of a method.
  package let chance: Chance
  /// Of a single number that is a mean over items: the same for samples of these, by the bootstrap; else empty.
  package let resamples: [Double]

  package init(
    _ values: [Double], replicates: [Cell] = [], chance: Chance = .none, resamples: [Double] = []
  ) {
    self.values = values
    self.replicates = replicates
    self.chance = chance
    self.resamples = values.count == 1 ? resamples : []
  }

  package var summary: Summary { Summary(of: values) }

  /// One draw of something random, which says nothing about its mean.
  var isSingleDraw: Bool { chance != .none && values.count == 1 }

  /// The 95% interval of the mean over the replicates, or of the mean over the items.
  var interval: Interval? { estimate?.interval() }

  /// The mean with what it may be off by; nil for a number that is nothing but itself.
  var estimate: MeanDifference? {
    MeanDifference(summary) ?? MeanDifference(value: values.first ?? .nan, resamples: resamples)
  }
}

/// A quantity over a grid, in ascending order of the grid.
package struct CurvePoint: Sendable, Equatable {
  package let x: Double
  package let sample: Sample
  package init(x: Double, sample: Sample) {
    self.x = x
    self.sample = sample
  }
}

extension SelectedRows {
  package func numbers(_ column: String) throws -> (Int) -> Double {
    guard let cells = table[column] else {
      throw RowFailure.unknownColumn(column, table: name, columns: table.columnNames)
    }
    switch cells {
    case .integers(let values): return { Double(values[$0]) }
    case .reals(let values): return { values[$0] }
    case .texts: throw RowFailure.notNumbers(column, table: name)
    }
  }

  /// The quantity where the rows are one place, for what is decided by it.
  ///
  /// - Throws: `RowFailure.notANumber` where one of the rows holds NaN, and as `sample`.
  package func decidableSample(of column: String) throws -> Sample {
    try requireNumbers(column)
    let sample = try sample(of: column)
    try requireResamples([sample], column)
    return sample
  }

  /// The quantity at each value of `over`, for what is decided by it.
  ///
  /// - Throws: `RowFailure.notANumber` where one of the rows holds NaN in either column, and as `curve`.
  package func decidableCurve(of column: String, over grid: String) throws -> [CurvePoint] {
    try requireNumbers(column)
    try requireNumbers(grid)
    let curve = try curve(of: column, over: grid)
    try requireResamples(curve.map(\.sample), column)
    return curve
  }

  /// - Throws: `RowFailure` where a claim asks for samples of the pairs that one of the numbers does not have.
  private func requireResamples(_ samples: [Sample], _ column: String) throws {
    guard needsResamples else { return }
    if let several = samples.first(where: { $0.values.count > 1 }) {
      throw RowFailure.resamplesOfReplicates(
        column, table: name, axis: axes.replicates ?? "", count: several.values.count)
    }
    guard samples.contains(where: \.resamples.isEmpty) else { return }
    throw RowFailure.noResamples(column, table: name, resampled: resampledColumns)
  }

  private func requireNumbers(_ column: String) throws {
    let value = try numbers(column)
    let bad = rows.filter { value($0).isNaN }
    guard !bad.isEmpty else { return }
    throw RowFailure.notANumber(
      column, table: name, rows: bad.prefix(3).map { describe($0, but: column) }, count: bad.count,
      of: rows.count)
  }

  /// Where a row stands: `seed = 0, delta = 0.1`.
  func describe(_ row: Int, but left: String) -> String {
    let keys = table.columns.filter { $0.name != left && isKey($0, axes: axes) }
    return keys.isEmpty
      ? "row \(row + 1)" : keys.map { "\($0.name) = \($0.values.cell(row).plain)" }.joined(separator: ", ")
  }

  /// The quantity where the rows are one place.
  ///
  /// - Throws: `RowFailure.ambiguous` where several rows belong to one replicate.
  package func sample(of column: String) throws -> Sample {
    try sample(of: column, rows: rows, at: "", excluding: [column])
  }

  /// The quantity at each value of `over`.
  package func curve(of column: String, over grid: String) throws -> [CurvePoint] {
    let x = try numbers(grid)
    var groups: [Double: [Int]] = [:]
    for row in rows where !x(row).isNaN { groups[x(row), default: []].append(row) }
    let points = try groups.keys.sorted().map { at in
      let place = " at \(grid) = \(readable(at))"
      let group = groups[at] ?? []
      return CurvePoint(
        x: at, sample: try sample(of: column, rows: group, at: place, excluding: [column, grid]))
    }
    try checkGrid(points, grid)
    return points
  }

  private func checkGrid(_ points: [CurvePoint], _ grid: String) throws {
    guard let replicates = axes.replicates, let first = points.first else { return }
    let expected = Set(first.sample.replicates)
    if points.contains(where: { Set($0.sample.replicates) != expected }) {
      throw RowFailure.gridDiffers(over: grid, replicates: replicates, table: name)
    }
  }

  private func sample(
    of column: String, rows: [Int], at place: String, excluding: [String]
  ) throws -> Sample {
    let value = try numbers(column)
    let replicate = axes.replicates.flatMap { table[$0] }
    let labels = replicate.map { column in rows.map { column.cell($0) } } ?? []
    guard rows.count == 1 || Set(labels).count == rows.count else {
      throw RowFailure.ambiguous(
        count: rows.count, at: place, table: name, varying: varying(rows, excluding: excluding))
    }
    return Sample(
      rows.map(value), replicates: labels, chance: rows.map(chance).max() ?? .none,
      resamples: rows.count == 1 ? resamples(of: column, row: rows[0]) : [])
  }

  /// The key columns that tell these rows apart, each with what it holds.
  package func varying(_ rows: [Int], excluding: [String]) -> [String] {
    let candidates = table.columns.filter { column in
      !excluding.contains(column.name) && column.name != axes.replicates
        && distinct(column.values, rows).count > 1
    }
    let keys = candidates.filter { isKey($0, axes: axes) }
    return (keys.isEmpty ? candidates : keys).map {
      "\($0.name) (\(listing(distinct($0.values, rows))))"
    }
  }
}

/// Whether a column says which row it is rather than what was measured.
package func isKey(_ column: Table.NamedColumn, axes: RunAxes) -> Bool {
  column.isKey || axes.names.contains(column.name)
}
