import Contracts

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
    var bytes: [UInt8] = []
    guard !table.columns.isEmpty else { return bytes }
    bytes.reserveCapacity((table.rowCount + 1) * table.columns.count * 12)
    let isAlone = table.columns.count == 1
    for (index, column) in table.columns.enumerated() {
      if index > 0 { bytes.append(comma) }
      append(column.name, isAlone: isAlone, to: &bytes)
    }
    bytes.append(lineFeed)
    for row in 0..<table.rowCount {
      for (index, column) in table.columns.enumerated() {
        if index > 0 { bytes.append(comma) }
        append(column.values, row, isAlone: isAlone, to: &bytes)
      }
      bytes.append(lineFeed)
    }
    return bytes
  }

  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  private static func append(_ column: Column, _ row: Int, isAlone: Bool, to bytes: inout [UInt8]) {
    switch column {
    case .integers(let values): bytes.append(contentsOf: String(values[row]).utf8)
    case .reals(let values): append(values[row], to: &bytes)
    case .texts(let values): append(values[row], isAlone: isAlone, to: &bytes)
    }
  }

  private static func append(_ value: Double, to bytes: inout [UInt8]) {
    // Swift spells NaNs with their sign and kind; a table has one NaN.
    var text = value.isNaN ? "nan" : value.description
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  /// - Parameter isAlone: the only cell of its row, where an empty one needs quotes to be seen.
  private static func append(_ text: String, isAlone: Bool, to bytes: inout [UInt8]) {
    let needsQuotes =
      text.utf8.contains { $0 == comma || $0 == quote || $0 == lineFeed || $0 == carriageReturn }
      || (isAlone && text.isEmpty)
    guard needsQuotes else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(quote)
    for byte in text.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }
}
