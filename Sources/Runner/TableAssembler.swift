import Contracts
import Declarations
import ExperimentPlan

/// Puts the tables of all runs together: matrix axes first, then what the stage gave.
package enum TableAssembler {
  /// One run's table with its axes in front. A column that an axis already gives is left out where it
  /// says the same; where it does not, it is kept under `<stage>.<column>`.
  package static func withAxes(_ table: Table, _ axes: [AxisValue], stage: String) -> Table {
    let rows = table.rowCount
    let front = axes.map { axis in
      Table.NamedColumn(axis.name, repeated(cell(axis.value), count: rows))
    }
    let rest = table.columns.compactMap { column -> Table.NamedColumn? in
      guard let axis = front.first(where: { $0.name.isExactly(column.name) }) else { return column }
      if says(column.values, theSameAs: axis.values) { return nil }
      return Table.NamedColumn("\(stage).\(column.name)", column.values)
    }
    return Table(front + rest)
  }

  /// An axis value as a cell.
  package static func cell(_ value: JSONValue) -> Cell {
    switch value {
    case .number(let number): value.integer.map { .integer($0) } ?? .real(number)
    case .string(let text): .text(text)
    default: .text(value.canonical)
    }
  }

  private static func repeated(_ cell: Cell, count: Int) -> Column {
    switch cell {
    case .integer(let value): .integers([Int](repeating: value, count: count))
    case .real(let value): .reals([Double](repeating: value, count: count))
    case .text(let value): .texts([String](repeating: value, count: count))
    }
  }

  private static func says(_ column: Column, theSameAs axis: Column) -> Bool {
    (0..<column.count).allSatisfy { row in
      column.cell(row) == axis.cell(row) || column.cell(row).plain.isExactly(axis.cell(row).plain)
    }
  }

  /// Tables below one another; columns in the order in which they first appear, `nan` or nothing where
  /// a table lacks one.
  package static func stacked(_ tables: [Table]) -> Table {
    var names: [String] = []
    for table in tables {
      for name in table.columnNames where !names.containsExactly(name) { names.append(name) }
    }
    return Table(names.map { name in Table.NamedColumn(name, stackedColumn(name, tables)) })
  }

  private static func stackedColumn(_ name: String, _ tables: [Table]) -> Column {
    let present = tables.compactMap { $0[name] }
    let isText = present.contains { if case .texts = $0 { true } else { false } }
    let isReal =
      present.count < tables.count || present.contains { if case .reals = $0 { true } else { false } }
    if isText {
      return .texts(tables.flatMap { table in cells(of: table, name).map { $0?.plain ?? "" } })
    }
    if isReal { return .reals(tables.flatMap { table in reals(of: table, name) }) }
    return .integers(
      present.flatMap { if case .integers(let values) = $0 { values } else { [Int]() } })
  }

  private static func reals(of table: Table, _ name: String) -> [Double] {
    switch table[name] {
    case .reals(let values): values
    case .integers(let values): values.map(Double.init)
    default: [Double](repeating: .nan, count: table.rowCount)
    }
  }

  private static func cells(of table: Table, _ name: String) -> [Cell?] {
    guard let column = table[name] else { return [Cell?](repeating: nil, count: table.rowCount) }
    return (0..<table.rowCount).map { column.cell($0) }
  }
}
