import Contracts
import Declarations
import Statistics

/// A table summed up over the replicate axis, in long form: the other axes, coordinates and keys first,
/// then `quantity, n, mean, sd, ci95_low, ci95_high`.
///
/// - Parameters:
///   - valueColumns: the columns to sum up; nil for every number that is not a key.
///   - sources: which axes reach which rows. A row that the replicate axis does not reach has n = 1.
/// - Returns: nil where the table has no such axis or nothing to sum up: no numbers, or rows that
///   hardly any two replicates share, as the bins of a histogram do where each has its own range.
package func summaryTable(
  _ table: Table, axes: RunAxes, valueColumns: [String]? = nil, sources: RowSources? = nil
) -> Table? {
  guard let axis = axes.replicates, let replicates = table[axis], table.rowCount > 0 else { return nil }
  let values = table.columns.filter { column in
    if case .texts = column.values { return false }
    return valueColumns?.contains(column.name) ?? !isKey(column, axes: axes)
  }
  let keys = table.columns.filter { column in
    column.name != axis && !values.contains { $0.name == column.name } && isKey(column, axes: axes)
  }
  guard !values.isEmpty else { return nil }
  let rows = independentRows(Array(0..<table.rowCount), of: table, along: [axis], sources)
  let columns = keys.map(\.values)
  let reached = rowsReached(by: axis, among: rows, of: table, sources)
  func key(_ row: Int) -> [Cell] { columns.map { $0.cell(row) } }
  if distinct(replicates, reached).count > 1, 2 * reached.grouped(by: key).count > reached.count {
    return nil
  }
  var builder = TableBuilder()
  for (key, group) in rows.grouped(by: key) {
    for column in values {
      let numbers = group.compactMap { column.values.cell($0).number }
      builder.append(Array(zip(keys.map(\.name), key)) + summaryCells(column.name, numbers))
    }
  }
  return builder.table()
}

/// The rows whose sources the axis reaches, each value another one; all where that is not known.
private func rowsReached(
  by axis: String, among rows: [Int], of table: Table, _ sources: RowSources?
) -> [Int] {
  guard let sources else { return rows }
  let run = sources.repeats.flatMap { runs(in: table, $0.places) }
  return rowsByStage(rows, of: table, sources)
    .filter { sources.axes(reaching: $0.stage).contains(axis) }.flatMap { stage, rows in
      guard let run, let repeats = sources.repeats else { return rows }
      let fewer = Set(repeats.runs(of: stage).values.map(repeats.places.group))
      return rows.filter { row in run(row).map { !fewer.contains(repeats.places.group(of: $0)) } ?? true }
    }
}

private func summaryCells(_ quantity: String, _ numbers: [Double]) -> [(String, Cell)] {
  let summary = Summary(of: numbers)
  let interval = summary.interval()
  return [
    ("quantity", .text(quantity)), ("n", .integer(summary.count)), ("mean", .real(summary.mean)),
    ("sd", .real(summary.standardDeviation)), ("ci95_low", .real(interval?.low ?? .nan)),
    ("ci95_high", .real(interval?.high ?? .nan)),
  ]
}
