import Declarations

/// The fields of a CSV table, found but not yet looked into.
struct CSVFields {
  let rows: Int
  let columns: Int
  private let scanner: CSVScanner
  private let path: String
  private let fields: [CSVScanner.Field]

  /// - Throws: `CSVFailure` for rows of unequal length, quotes out of place, bytes that are not
  ///   UTF-8, or no header.
  init(_ bytes: [UInt8], path: String) throws {
    // A table's texts may have any characters, a zero among them.
    if let offset = bytes.firstInvalidUTF8 {
      throw CSVFailure(path: path, line: Self.line(at: offset, in: bytes), detail: "the text is not UTF-8")
    }
    guard !bytes.isEmpty else {
      throw CSVFailure(path: path, line: 1, detail: "the file is empty, but a header was expected")
    }
    var scanner = CSVScanner(bytes, path: path, .strict)
    var fields: [CSVScanner.Field] = []
    fields.reserveCapacity(bytes.count / 8)
    var columns = 0
    var (first, line) = (0, 1)
    while try scanner.next(into: &fields) {
      if columns == 0 { columns = fields.count }
      guard fields.count - first == columns else {
        throw CSVFailure(
          path: path, line: line,
          detail: "found \(counted(fields.count - first, "field")), but the header has \(columns)")
      }
      (first, line) = (fields.count, scanner.line)
    }
    self.scanner = scanner
    self.path = path
    self.fields = fields
    self.columns = columns
    rows = fields.count / max(1, columns)
  }

  func text(row: Int, column: Int) -> String {
    String(decoding: scanner.content(of: fields[row * columns + column]), as: UTF8.self)
  }

  /// The bytes of a field that has no quotes; a quoted one is text, whatever it looks like.
  func plainField(row: Int, column: Int) -> Range<Int>? {
    let field = fields[row * columns + column]
    return field.isQuoted ? nil : field.range
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try scanner.bytes.withUnsafeBytes(body)
  }

  func mismatch(row: Int, column: Int, _ expected: String) -> CSVFailure {
    let found = text(row: row, column: column).prefix(40)
    return problem(row: row, "column \(column + 1) has `\(found)`, but \(expected) was expected")
  }

  func problem(row: Int, _ detail: String) -> CSVFailure {
    let offset = columns > 0 && row < rows ? fields[row * columns].range.lowerBound : scanner.bytes.count
    return CSVFailure(path: path, line: Self.line(at: offset, in: scanner.bytes), detail: detail)
  }

  private static func line(at offset: Int, in bytes: [UInt8]) -> Int {
    bytes.prefix(offset).reduce(1) { $0 + ($1 == CSV.lineFeed ? 1 : 0) }
  }
}

extension [UInt8] {
  /// Nil where all of the bytes are UTF-8.
  fileprivate var firstInvalidUTF8: Int? {
    // Text of ASCII alone is the common case, and quick to tell.
    guard contains(where: { $0 >= 0x80 }), String(validating: self, as: UTF8.self) == nil else { return nil }
    var decoder = UTF8()
    var iterator = makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput, .error: return offset
      }
    }
  }
}
