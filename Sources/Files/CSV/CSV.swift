import Declarations

/// Tables as CSV: RFC 4180, UTF-8, LF, a header, quotes only where needed, floats in the fewest digits
/// that read back as the same double, `nan`, `inf` and `-inf`.
package enum CSV {
  /// The type of a column, where a file alone cannot tell: is `1` an integer, a real, or text?
  package enum ColumnType: String, Sendable {
    case integer, real, text
  }

  /// The types of a table's columns, in order.
  package static func types(of table: Table) -> [ColumnType] {
    table.columns.map { column in
      switch column.values {
      case .integers: .integer
      case .reals: .real
      case .texts: .text
      }
    }
  }

  /// The file for a table. Columns must be of equal length.
  package static func encode(_ table: Table) -> [UInt8] {
    guard !table.columns.isEmpty else { return [] }
    var lines = CSVLines(
      columns: table.columns.count, capacity: (table.rowCount + 1) * table.columns.count * 12)
    for column in table.columns { lines.append(column.name) }
    lines.endLine()
    for row in 0..<table.rowCount {
      for column in table.columns {
        switch column.values {
        case .integers(let values): lines.append(values[row])
        case .reals(let values): lines.append(values[row])
        case .texts(let values): lines.append(values[row])
        }
      }
      lines.endLine()
    }
    return lines.bytes
  }

  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
}
