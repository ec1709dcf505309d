import Declarations
import Files

/// Values of numbers by night: `night,date,experiment,id,value`.
package struct NightHistory: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    /// Nights are numbered, so that those without rows and the clock's zone do not matter.
    package let night: Int
    package let date: String
    package let key: NumberKey
    package let value: Double

    package init(night: Int, date: String, key: NumberKey, value: Double) {
      (self.night, self.date, self.key, self.value) = (night, date, key, value)
    }
  }

  package private(set) var rows: [Row]

  package init(_ rows: [Row] = []) { self.rows = rows }

  package mutating func append(_ row: Row) { rows.append(row) }

  /// The rows of this night and later ones: what came before a reference was accepted says nothing of it.
  package func since(_ night: Int) -> NightHistory { NightHistory(rows.filter { $0.night >= night }) }

  private static let types: [(name: String, type: CSV.ColumnType)] = [
    ("night", .integer), ("date", .text), ("experiment", .text), ("id", .text), ("value", .real),
  ]

  package var table: Table {
    Table([
      Table.NamedColumn("night", .integers(rows.map(\.night))),
      Table.NamedColumn("date", .texts(rows.map(\.date))),
      Table.NamedColumn("experiment", .texts(rows.map(\.key.experiment))),
      Table.NamedColumn("id", .texts(rows.map(\.key.id))),
      Table.NamedColumn("value", .reals(rows.map(\.value))),
    ])
  }

  package var csv: [UInt8] { CSV.encode(table) }

  /// - Throws: `CSVFailure`, `RegressionFailure`.
  package init(csv bytes: [UInt8], path: String) throws {
    let table = try CSV.decode(bytes, path: path, types: Self.types.map(\.type))
    let cells = try TableRows(table, names: Self.types.map(\.name), path: path)
    rows = try (0..<table.rowCount).map { row in
      guard let night = Int(cells.text("night", row)) else { throw cells.failure("night", row, "an integer") }
      return Row(
        night: night, date: cells.text("date", row),
        key: NumberKey(experiment: cells.text("experiment", row), id: cells.text("id", row)),
        value: try cells.real("value", row))
    }
  }
}
