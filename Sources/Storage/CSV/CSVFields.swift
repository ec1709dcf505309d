import Declarations

/// The fields of a CSV file, found but not yet looked into.
struct CSVFields {
  let rows: Int
  let columns: Int
  private let bytes: [UInt8]
  private let path: String
  private let fields: [Field]

  /// A field's bytes without its quotes.
  private struct Field {
    var start: Int
    var end: Int
    var isQuoted: Bool
  }

  /// - Throws: `StorageFailure.csv` for rows of unequal length, quotes out of place, bytes that are not
  ///   UTF-8, or no header.
  init(_ bytes: [UInt8], path: String) throws {
    guard bytes.isValidUTF8 else {
      let line = Self.line(at: bytes.firstInvalidUTF8, in: bytes)
      throw StorageFailure.csv(path: path, line: line, detail: "the text is not UTF-8")
    }
    guard !bytes.isEmpty else {
      throw StorageFailure.csv(path: path, line: 1, detail: "the file is empty, but a header was expected")
    }
    var scan = Scan(bytes: bytes, path: path)
    try scan.run()
    self.bytes = bytes
    self.path = path
    fields = scan.fields
    columns = scan.columns
    rows = scan.fields.count / max(1, scan.columns)
  }

  func text(row: Int, column: Int) -> String {
    let field = fields[row * columns + column]
    let content = bytes[field.start..<field.end]
    guard field.isQuoted, content.contains(CSV.quote) else { return String(decoding: content, as: UTF8.self) }
    var unquoted: [UInt8] = []
    var isSecond = false
    for byte in content {
      isSecond = byte == CSV.quote && !isSecond
      if !isSecond { unquoted.append(byte) }
    }
    return String(decoding: unquoted, as: UTF8.self)
  }

  /// The bytes of a field that has no quotes; a quoted one is text, whatever it looks like.
  func plainField(row: Int, column: Int) -> Range<Int>? {
    let field = fields[row * columns + column]
    return field.isQuoted ? nil : field.start..<field.end
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes(body)
  }

  func mismatch(row: Int, column: Int, _ expected: String) -> StorageFailure {
    let found = text(row: row, column: column).prefix(40)
    return problem(row: row, "column \(column + 1) has `\(found)`, but \(expected) was expected")
  }

  func problem(row: Int, _ detail: String) -> StorageFailure {
    let offset = columns > 0 && row < rows ? fields[row * columns].start : bytes.count
    return .csv(path: path, line: Self.line(at: offset, in: bytes), detail: detail)
  }

  private static func line(at offset: Int, in bytes: [UInt8]) -> Int {
    bytes.prefix(offset).reduce(1) { $0 + ($1 == CSV.lineFeed ? 1 : 0) }
  }
}

// MARK: - Finding the fields

extension CSVFields {
  private struct Scan {
    let bytes: [UInt8]
    let path: String
    var fields: [Field] = []
    var columns = 0
    private var index = 0

    init(bytes: [UInt8], path: String) {
      self.bytes = bytes
      self.path = path
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
      fields.reserveCapacity(bytes.count / 8)
    }

    mutating func run() throws {
      while index < bytes.count {
        let first = fields.count
        let start = index
        try row()
        if columns == 0 { columns = fields.count }
        if fields.count - first != columns {
          throw problem(
            start, "found \(counted(fields.count - first, "field")), but the header has \(columns)")
        }
      }
    }

    /// Reads the fields up to the end of the line and moves behind it.
    private mutating func row() throws {
      while true {
        if index < bytes.count, bytes[index] == CSV.quote { try quoted() } else { try plain() }
        guard index < bytes.count, bytes[index] == CSV.comma else { break }
        index += 1
      }
      if index < bytes.count, bytes[index] == CSV.carriageReturn { index += 1 }
      if index < bytes.count {
        guard bytes[index] == CSV.lineFeed else { throw problem(index, "text after a closing quote") }
        index += 1
      }
    }

    private mutating func plain() throws {
      let start = index
      scan: while index < bytes.count {
        switch bytes[index] {
        case CSV.comma, CSV.lineFeed: break scan
        case CSV.carriageReturn where index + 1 == bytes.count || bytes[index + 1] == CSV.lineFeed: break scan
        case CSV.carriageReturn: throw problem(index, "a carriage return outside quotes")
        case CSV.quote: throw problem(index, "a quote inside a field that does not begin with one")
        default: index += 1
        }
      }
      fields.append(Field(start: start, end: index, isQuoted: false))
    }

    private mutating func quoted() throws {
      let start = index + 1
      index = start
      while index < bytes.count {
        if bytes[index] != CSV.quote {
          index += 1
        } else if index + 1 < bytes.count, bytes[index + 1] == CSV.quote {
          index += 2
        } else {
          fields.append(Field(start: start, end: index, isQuoted: true))
          index += 1
          return
        }
      }
      throw problem(start, "a quoted field does not end")
    }

    private func problem(_ offset: Int, _ detail: String) -> StorageFailure {
      .csv(path: path, line: CSVFields.line(at: offset, in: bytes), detail: detail)
    }
  }
}

extension [UInt8] {
  fileprivate var isValidUTF8: Bool {
    // Text of ASCII alone is the common case, and quick to tell.
    !contains { $0 >= 0x80 } || String(validating: self, as: UTF8.self) != nil
  }

  fileprivate var firstInvalidUTF8: Int {
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
