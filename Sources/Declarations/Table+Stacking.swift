extension Table {
  /// Tables below one another; columns in the order in which they first appear, `nan` or nothing where
  /// a table lacks one.
  package static func stacked(_ tables: [Table]) -> Table {
    var names: [String] = []
    for table in tables {
      for name in table.columnNames where !names.containsExactly(name) { names.append(name) }
    }
    return Table(names.map { name in NamedColumn(name, stackedColumn(name, tables)) })
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

  /// The table with these cells in front of every row. A column that one of them already gives is left out where it
  /// says the same; where it does not, it is kept under `<stage>.<column>`.
  package func behind(_ front: [(name: String, value: Cell)], stage: String) -> Table {
    let first = front.map { NamedColumn($0.name, Self.repeated($0.value, count: rowCount)) }
    let rest = columns.compactMap { column -> NamedColumn? in
      guard let given = first.first(where: { $0.name.isExactly(column.name) }) else { return column }
      if Self.says(column.values, theSameAs: given.values) { return nil }
      return NamedColumn("\(stage).\(column.name)", column.values)
    }
    return Table(first + rest)
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
}

extension Column {
  package var isText: Bool {
    if case .texts = self { return true }
    return false
  }
}
