import Contracts

/// A table summed up over the replicate axis, in long form: the other axes, coordinates and keys first,
/// then `quantity, n, mean, sd, ci95_low, ci95_high`.
///
/// - Parameter valueColumns: the columns to sum up; nil for every number that is not a key.
/// - Returns: nil where the table has no such axis or nothing to sum up: no numbers, or rows that
///   hardly any two replicates share, as the bins of a histogram do where each has its own range.
package func summaryTable(_ table: Table, axes: RunAxes, valueColumns: [String]? = nil) -> Table? {
  guard let axis = axes.replicates, table[axis] != nil, table.rowCount > 0 else { return nil }
  let values = table.columns.filter { column in
    if case .texts = column.values { return false }
    return valueColumns?.contains(column.name) ?? !isKey(column, axes: axes)
  }
  let keys = table.columns.filter { column in
    column.name != axis && !values.contains { $0.name == column.name }
      && (valueColumns == nil || isKey(column, axes: axes))
  }
  guard !values.isEmpty else { return nil }
  let rows = rowsOnce(table, axis)
  let groups = groups(of: rows, by: keys.map(\.values))
  let isReached = distinct(table[axis], rows) > 1
  if isReached, 2 * groups.count > rows.count { return nil }
  var builder = TableBuilder()
  for group in groups {
    for column in values {
      let numbers = group.compactMap { column.values.cell($0).number }
      builder.append(keys.map { ($0.name, $0.values.cell(group[0])) } + summaryCells(column.name, numbers))
    }
  }
  return builder.table()
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

private func distinct(_ column: Column?, _ rows: [Int]) -> Int {
  column.map { Claims.distinct($0, rows).count } ?? 0
}

/// All rows, or those of one replicate where the axis does not reach the stage.
private func rowsOnce(_ table: Table, _ axis: String) -> [Int] {
  let rows = Array(0..<table.rowCount)
  guard repeats(table, along: axis), let cells = table[axis] else { return rows }
  return rows.filter { cells.cell($0).isSame(as: cells.cell(0)) }
}

/// Rows of equal keys, in the order of their first row; never an empty group.
private func groups(of rows: [Int], by keys: [Column]) -> [[Int]] {
  var places: [[Cell]: Int] = [:]
  var groups: [[Int]] = []
  for row in rows {
    let key = keys.map { $0.cell(row) }
    if let place = places[key] {
      groups[place].append(row)
    } else {
      places[key] = groups.count
      groups.append([row])
    }
  }
  return groups
}
