import Contracts
import Declarations

/// The rows without those that repeat others: an axis that does not reach what a row was computed from repeats it
/// for each of its values, and one copy is kept. Of replicates that are other orders or choices of the same items, the
/// first is kept.
///
/// - Parameter sources: which axes reach which rows; nil where that is not known, and rows then count as repeated
///   where the whole table is the same for each value of the axis.
func independentRows(
  _ rows: [Int], of table: Table, along axes: [String], _ sources: RowSources?
) -> [Int] {
  guard let sources else {
    return axes.reduce(rows) { rows, axis in
      repeats(table, Array(0..<table.rowCount), along: axis) ? first(of: rows, in: table, along: axis) : rows
    }
  }
  var kept: Set<Int> = []
  for (stage, all) in rowsByStage(rows, of: table, sources) {
    let reached = sources.axes(reaching: stage)
    let own =
      sources.repeats.map { repeats in
        let axis = repeats.places.replicates
        return axes.contains(axis) && reached.contains(axis)
          ? firsts(of: all, in: table, stage, repeats) : all
      } ?? all
    kept.formUnion(
      axes.reduce(own) { rows, axis in
        // A picture of several stages together depends on all of them: then no row is another's copy.
        !reached.contains(axis) && repeats(table, rows, along: axis)
          ? first(of: rows, in: table, along: axis) : rows
      })
  }
  return rows.filter(kept.contains)
}

/// Those of the rows whose run repeats none that others of them are of.
private func firsts(of rows: [Int], in table: Table, _ stage: String?, _ repeats: RepeatedRuns) -> [Int] {
  guard let run = runs(in: table, repeats.places) else { return rows }
  let known = repeats.runs(of: stage)
  var chosen: [Int: Int] = [:]
  for found in rows.compactMap(run) {
    let first = known[found] ?? found
    chosen[first] = min(found, chosen[first] ?? found)
  }
  return rows.filter { row in run(row).map { chosen[known[$0] ?? $0] == $0 } ?? true }
}

/// Tells the run of a row; nil where the table does not.
func runs(in table: Table, _ places: RepeatedRuns.Places) -> ((Int) -> Int?)? {
  let columns = places.axes.compactMap { table[$0] }
  guard columns.count == places.axes.count else { return nil }
  let known = zip(columns, places.values).map { column, values in
    distinct(column, Array(0..<table.rowCount)).reduce(into: [Cell: Int]()) { known, cell in
      known[cell] = values.firstIndex(where: cell.matches)
    }
  }
  return { row in
    let found = zip(columns, known).compactMap { $1[$0.cell(row)] }
    return found.count == columns.count ? places.run(at: found) : nil
  }
}

/// The rows of each stage that the table has rows of.
func rowsByStage(_ rows: [Int], of table: Table, _ sources: RowSources) -> [(stage: String?, rows: [Int])] {
  guard !sources.byStage.isEmpty, let from = table["from"] else { return [(nil, rows)] }
  return distinct(from, rows).map { cell in (cell.plain, rows.filter { from.cell($0) == cell }) }
}

/// Those of the rows that have the first one's value of the axis.
private func first(of rows: [Int], in table: Table, along axis: String) -> [Int] {
  guard let cells = table[axis], let first = rows.first else { return rows }
  let kept = cells.cell(first)
  return rows.filter { cells.cell($0) == kept }
}

/// Whether these rows are the same for each value of the axis, of which they have several.
private func repeats(_ table: Table, _ rows: [Int], along axis: String) -> Bool {
  guard let cells = table[axis] else { return false }
  var groups: [Cell: [Int]] = [:]
  for row in rows { groups[cells.cell(row), default: []].append(row) }
  let parts = Array(groups.values)
  guard let first = parts.first, parts.count > 1, parts.allSatisfy({ $0.count == first.count }) else {
    return false
  }
  return table.columns.allSatisfy { column in
    column.name == axis
      || parts.dropFirst().allSatisfy { part in
        zip(first, part).allSatisfy { column.values.cell($0) == column.values.cell($1) }
      }
  }
}
