/// One column of a table: integers, doubles or text. Texts are equal where their bytes are.
package enum Column: Sendable, Equatable {
  case integers([Int])
  case reals([Double])
  case texts([String])

  package static func == (a: Column, b: Column) -> Bool {
    switch (a, b) {
    case (.integers(let left), .integers(let right)): left == right
    case (.reals(let left), .reals(let right)): left == right
    case (.texts(let left), .texts(let right)): left.elementsEqual(right) { $0.isExactly($1) }
    default: false
    }
  }

  package var count: Int {
    switch self {
    case .integers(let values): values.count
    case .reals(let values): values.count
    case .texts(let values): values.count
    }
  }

  package func cell(_ row: Int) -> Cell {
    switch self {
    case .integers(let values): .integer(values[row])
    case .reals(let values): .real(values[row])
    case .texts(let values): .text(values[row])
    }
  }
}

/// One value of a table.
///
/// Cells are keys of groups, so a value equals itself: NaN is NaN, −0.0 is 0.0, 1 is 1.0. Texts are compared by
/// their bytes.
package enum Cell: Sendable {
  case integer(Int)
  case real(Double)
  case text(String)

  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .text: nil
    }
  }
}

extension Cell: Hashable {
  package static func == (left: Cell, right: Cell) -> Bool {
    switch (left, right) {
    case (.integer(let a), .integer(let b)): a == b
    case (.real(let a), .real(let b)): a == b || (a.isNaN && b.isNaN)
    case (.integer(let integer), .real(let real)), (.real(let real), .integer(let integer)):
      Int(exactly: real) == integer
    case (.text(let a), .text(let b)): a.isExactly(b)
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .integer(let value): hasher.combine(Double(value))
    case .real(let value): hasher.combine(value.isNaN ? .nan : value)
    case .text(let value): for byte in value.utf8 { hasher.combine(byte) }
    }
  }
}

/// A table of named columns of equal length, in fixed row and column order.
package struct Table: Sendable, Equatable {
  package struct NamedColumn: Sendable, Equatable {
    package let name: String
    package var values: Column
    /// What its stage says of it. It is no part of the table's content.
    package var declaration: TableColumn?

    package init(_ name: String, _ values: Column, _ declaration: TableColumn? = nil) {
      self.name = name
      self.values = values
      self.declaration = declaration
    }

    /// Says which row it is, rather than what was measured; of a column that nobody declares, its text does.
    package var isKey: Bool {
      if case .texts = values { return declaration?.isKey ?? true }
      return declaration?.isKey ?? false
    }

    package static func == (a: NamedColumn, b: NamedColumn) -> Bool {
      a.name.isExactly(b.name) && a.values == b.values
    }
  }

  package var columns: [NamedColumn]

  package init(_ columns: [NamedColumn]) { self.columns = columns }

  package var rowCount: Int { columns.first?.values.count ?? 0 }
  package var columnNames: [String] { columns.map(\.name) }

  package subscript(name: String) -> Column? { columns.first { $0.name.isExactly(name) }?.values }
}

/// Builds a table row by row; every row has the same columns in the same order.
package struct TableBuilder: Sendable {
  private var names: [String] = []
  private var rows: [[Cell]] = []

  package init() {}

  package mutating func append(_ row: [(String, Cell)]) {
    if names.isEmpty { names = row.map(\.0) }
    rows.append(row.map(\.1))
  }

  /// A column is of integers where all its cells are, of reals where all are numbers, else of text.
  package func table() -> Table {
    Table(
      names.enumerated().map { index, name in
        Table.NamedColumn(name, Column(cells: rows.map { $0[index] }))
      })
  }
}

extension Column {
  package init(cells: [Cell]) {
    let integers = cells.compactMap { if case .integer(let value) = $0 { value } else { nil } }
    if integers.count == cells.count {
      self = .integers(integers)
      return
    }
    let reals = cells.compactMap(\.number)
    self = reals.count == cells.count ? .reals(reals) : .texts(cells.map(\.plain))
  }
}

extension Cell {
  /// The cell as a CSV shows it: shortest round-trip floats, `nan`, `inf`, `-inf`.
  package var plain: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): value.isNaN ? "nan" : "\(value)"
    case .text(let value): value
    }
  }
}
