import Declarations
import Files
import Statistics

/// Numbers ↔ rows: `experiment,id,kind,value,tolerance,…`; what a number does not have is empty.
package enum ReferenceTable {
  private static let names = [
    "experiment", "id", "kind", "value", "tolerance", "tolerance_from", "margin", "change", "n", "sd", "low",
    "high", "level",
  ]

  package static func table(_ numbers: [ReferenceNumber]) -> Table {
    let rows = numbers.map(cells)
    return Table(
      names.enumerated().map { index, name in
        Table.NamedColumn(name, .texts(rows.map { $0[index] }))
      })
  }

  package static func csv(_ numbers: [ReferenceNumber]) -> [UInt8] { CSV.encode(table(numbers)) }

  private static func cells(_ number: ReferenceNumber) -> [String] {
    func plain(_ value: Double?) -> String { value.map { Cell.real($0).plain } ?? "" }
    return [
      number.experiment, number.id, number.kind.rawValue, number.value.plain, plain(number.tolerance),
      number.toleranceSource ?? "", plain(number.margin), plain(number.change),
      number.count.map { "\($0)" } ?? "", plain(number.deviation), plain(number.interval?.low),
      plain(number.interval?.high), plain(number.level),
    ]
  }

  /// Reads a file's bytes.
  /// - Throws: `CSVFailure`, `RegressionFailure`.
  package static func numbers(csv bytes: [UInt8], path: String) throws -> [ReferenceNumber] {
    try numbers(
      of: CSV.decode(bytes, path: path, types: names.map { _ in .text }), path: path)
  }

  /// - Throws: `RegressionFailure` for a missing column, a cell that is not what it should be, a repeated number.
  package static func numbers(of table: Table, path: String) throws -> [ReferenceNumber] {
    let rows = try TableRows(table, names: names, path: path)
    let numbers = try (0..<table.rowCount).map { try number(rows, $0) }
    _ = try numbers.byKey()
    return numbers
  }

  private static func number(_ rows: TableRows, _ row: Int) throws -> ReferenceNumber {
    guard let kind = NumberKind(rawValue: rows.text("kind", row)) else {
      throw rows.failure("kind", row, "one of \(NumberKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let value: Cell =
      kind.isText ? .text(rows.text("value", row)) : .real(try rows.real("value", row))
    var number = ReferenceNumber(
      experiment: rows.text("experiment", row), id: rows.text("id", row), kind: kind, value: value)
    let source = rows.text("tolerance_from", row)
    number.toleranceSource = source.isEmpty ? nil : source
    number.tolerance = try rows.given("tolerance", row, isValid: { $0 >= 0 && $0.isFinite })
    number.margin = try rows.given("margin", row, isValid: { $0 >= 0 })
    number.change = try rows.given("change", row, isValid: { $0 >= 0 })
    number.count = try rows.given("n", row, isValid: { $0 >= 1 && $0 <= 1e9 && $0 == $0.rounded() })
      .map { Int($0) }
    number.deviation = try rows.given("sd", row, isValid: { $0 >= 0 && $0.isFinite })
    number.level = try rows.given("level", row, isValid: { $0 > 0 && $0 < 1 })
    if let low = try rows.given("low", row), let high = try rows.given("high", row) {
      number.interval = Interval(low: low, high: high)
    }
    return number
  }
}

/// The rows of a table that was read, by the names of its columns.
struct TableRows {
  private let columns: [String: Column]
  private let path: String

  init(_ table: Table, names: [String], path: String) throws {
    var columns: [String: Column] = [:]
    for name in names {
      guard let column = table[name] else { throw RegressionFailure.missingColumn(name, in: path) }
      columns[name] = column
    }
    (self.columns, self.path) = (columns, path)
  }

  func text(_ name: String, _ row: Int) -> String { columns[name]?.cell(row).plain ?? "" }

  func real(_ name: String, _ row: Int) throws -> Double {
    if let number = columns[name]?.cell(row).number { return number }
    let text = text(name, row)
    // Swift reads more spellings than CSV.encode writes, such as hexadecimal ones: those are not accepted.
    guard let value = Double(text), text.allSatisfy({ "0123456789+-.eEinfa".contains($0) }) else {
      throw failure(name, row, "a number")
    }
    return value
  }

  /// Nil for an empty cell.
  func given(_ name: String, _ row: Int, isValid: (Double) -> Bool = { !$0.isNaN }) throws -> Double? {
    if text(name, row).isEmpty { return nil }
    let value = try real(name, row)
    guard isValid(value) else { throw failure(name, row, "a value in its range") }
    return value
  }

  func failure(_ name: String, _ row: Int, _ expected: String) -> RegressionFailure {
    .badCell(table: path, row: row, column: name, found: text(name, row), expected: expected)
  }
}
