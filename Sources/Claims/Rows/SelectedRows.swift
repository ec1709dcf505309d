import Contracts
import Declarations

/// The rows of a table that a claim or a figure looks at.
package struct SelectedRows: Sendable {
  package let table: Table
  package let name: String
  package let rows: [Int]
  package let axes: RunAxes
  private let sources: RowSources?
  /// The quantities for samples of the items, where the stage has them.
  private let resampled: ResampledRows?
  /// Whether a claim asks for the bootstrap over pairs.
  let needsResamples: Bool

  /// Takes the rows that match, once each where an axis does not reach what they were computed from.
  ///
  /// - Throws: `RowFailure` for an unknown column or no matching row, `NotRun` where the rows would come
  ///   from runs whose data are missing.
  package init(
    of found: FoundTable, named name: String, where selection: Selection, axes: RunAxes,
    resamples: FoundTable? = nil, needsResamples: Bool = false
  ) throws {
    self.needsResamples = needsResamples
    if case .present(let table, _, _)? = resamples {
      resampled = ResampledRows(table, axes)
    } else {
      resampled = nil
    }
    switch found {
    case .missing(let reason): throw NotRun(reason: reason)
    case .present(let table, let absent, let sources):
      self.table = table
      self.name = name
      self.axes = axes
      self.sources = sources
      let rows = try Self.rows(of: table, named: name, where: selection, absent: absent)
      self.rows = independentRows(rows, of: table, along: axes.names, sources)
    }
  }

  /// What chance is in what a row was computed from.
  func chance(_ row: Int) -> Chance {
    sources?.chance(stage: table["from"].map { $0.cell(row).plain }) ?? .none
  }

  /// The quantities that there are samples of.
  var resampledColumns: [String] {
    resampled?.table.columns.filter {
      $0.name != RowSources.resampleColumn && !isKey($0, axes: axes)
    }.map(\.name) ?? []
  }

  /// The quantity of a row in each sample of the items, in their order; empty where there are none.
  func resamples(of column: String, row: Int) -> [Double] {
    guard let resampled, let values = resampled.table[column] else { return [] }
    return resampled.rows(like: row, of: table).compactMap { values.cell($0).number }
  }

  private static func rows(
    of table: Table, named name: String, where selection: Selection, absent: [AbsentRun]
  ) throws -> [Int] {
    var rows = Array(0..<table.rowCount)
    for (column, values) in selection.sorted(by: { $0.key < $1.key }) {
      guard let cells = table[column] else {
        throw RowFailure.unknownColumn(column, table: name, columns: table.columnNames)
      }
      rows = rows.filter { row in values.contains { cells.cell(row).matches($0) } }
    }
    if let reason = reasonForAbsence(absent.filter(\.isDue), selection) { throw NotRun(reason: reason) }
    guard !rows.isEmpty else {
      if let reason = reasonForAbsence(absent, selection) { throw NotRun(reason: reason) }
      throw RowFailure.noRows(selection, table: name, hint: hint(table, selection))
    }
    return rows
  }

  /// Why the selected runs were not made, if the selection asks for some of them.
  private static func reasonForAbsence(_ absent: [AbsentRun], _ selection: Selection) -> String? {
    absent.first { run in
      selection.allSatisfy { column, values in
        run.values[column].map { cell in values.contains { cell.matches($0) } } ?? true
      }
    }?.reason
  }

  /// The first column that no row matches, and what it holds.
  private static func hint(_ table: Table, _ selection: Selection) -> String {
    for (column, values) in selection.sorted(by: { $0.key < $1.key }) {
      guard let cells = table[column] else { continue }
      let held = distinct(cells, Array(0..<table.rowCount))
      if !held.contains(where: { cell in values.contains { cell.matches($0) } }) {
        return "\(column) holds \(listing(held))"
      }
    }
    return table.rowCount == 0 ? "the table is empty" : "no row has all of these values"
  }
}

/// The different cells of these rows, in the order of their appearance.
package func distinct(_ column: Column, _ rows: [Int]) -> [Cell] {
  var seen: Set<Cell> = []
  return rows.map { column.cell($0) }.filter { seen.insert($0).inserted }
}

/// The first few cells: `0.01, 0.02, 0.05 … (40 values)`.
func listing(_ cells: [Cell]) -> String {
  let shown = cells.prefix(6).map(\.plain).joined(separator: ", ")
  return cells.count > 6 ? "\(shown) … (\(cells.count) values)" : shown
}
