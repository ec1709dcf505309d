/// Finds the fields of CSV text (RFC 4180), record by record: the one reader of it.
struct CSVScanner {
  /// A field's bytes without its quotes.
  struct Field {
    let range: Range<Int>
    let isQuoted: Bool
  }

  /// What a text may have beside what RFC 4180 says.
  enum Dialect {
    /// Nothing: files of our own, in which every line is a record.
    case strict
    /// What captions and maps of other people have: empty lines, lines that end in CR, quotes inside fields.
    case lenient
  }

  let bytes: [UInt8]
  private let path: String
  private let dialect: Dialect
  private(set) var index = 0
  /// The line on which the next record begins, from 1.
  private(set) var line = 1

  init(_ bytes: [UInt8], path: String, _ dialect: Dialect) {
    self.bytes = bytes
    self.path = path
    self.dialect = dialect
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  /// Appends the fields of the next record; false at the end of the text.
  /// - Throws: `CSVFailure` for a quote out of place.
  mutating func next(into fields: inout [Field]) throws -> Bool {
    if dialect == .lenient {
      while index < bytes.count, isBreak(index) { passBreak() }
    }
    guard index < bytes.count else { return false }
    fields.append(try field())
    while index < bytes.count, bytes[index] == CSV.comma {
      index += 1
      fields.append(try field())
    }
    passBreak()
    return true
  }

  /// The text of a field: of two quotes in a quoted one, one.
  func content(of field: Field) -> [UInt8] {
    let content = bytes[field.range]
    guard field.isQuoted, content.contains(CSV.quote) else { return Array(content) }
    var isSecond = false
    return content.filter { byte in
      isSecond = byte == CSV.quote && !isSecond
      return !isSecond
    }
  }

  // MARK: - Pieces

  private func isBreak(_ place: Int) -> Bool {
    switch bytes[place] {
    case CSV.lineFeed: true
    case CSV.carriageReturn:
      dialect == .lenient || place + 1 == bytes.count || bytes[place + 1] == CSV.lineFeed
    default: false
    }
  }

  /// LF, CRLF or, where it may be, CR.
  private mutating func passBreak() {
    guard index < bytes.count else { return }
    let isTwo =
      bytes[index] == CSV.carriageReturn && index + 1 < bytes.count && bytes[index + 1] == CSV.lineFeed
    index += isTwo ? 2 : 1
    line += 1
  }

  private mutating func field() throws -> Field {
    index < bytes.count && bytes[index] == CSV.quote ? try quoted() : try plain()
  }

  private mutating func plain() throws -> Field {
    let start = index
    while index < bytes.count, bytes[index] != CSV.comma, !isBreak(index) {
      if dialect == .strict {
        if bytes[index] == CSV.carriageReturn { throw fault("a carriage return outside quotes") }
        if bytes[index] == CSV.quote { throw fault("a quote inside a field that does not begin with one") }
      }
      index += 1
    }
    return Field(range: start..<index, isQuoted: false)
  }

  private mutating func quoted() throws -> Field {
    let opened = line
    let start = index + 1
    index = start
    while index < bytes.count {
      if bytes[index] != CSV.quote {
        if bytes[index] == CSV.lineFeed { line += 1 }
        index += 1
      } else if index + 1 < bytes.count, bytes[index + 1] == CSV.quote {
        index += 2
      } else {
        let field = Field(range: start..<index, isQuoted: true)
        index += 1
        guard index == bytes.count || bytes[index] == CSV.comma || isBreak(index) else {
          throw fault("expected a comma or the end of the line after a closing quote")
        }
        return field
      }
    }
    throw CSVFailure(path: path, line: opened, detail: "a quoted field does not end; add the closing quote")
  }

  private func fault(_ detail: String) -> CSVFailure { CSVFailure(path: path, line: line, detail: detail) }
}

/// The records of somebody else's CSV file: a header or none, then rows of as many fields as they have.
package struct CSVRecords {
  private var scanner: CSVScanner

  package init(_ bytes: [UInt8], path: String) { scanner = CSVScanner(bytes, path: path, .lenient) }

  /// The line on which the next record begins, from 1; empty lines before it count.
  package var line: Int { scanner.line }

  /// The fields of the next record, or nil at the end; empty lines are passed over.
  /// - Throws: `CSVFailure`.
  package mutating func next() throws -> [[UInt8]]? {
    var fields: [CSVScanner.Field] = []
    return try scanner.next(into: &fields) ? fields.map(scanner.content) : nil
  }
}

extension CSVRecords {
  /// The texts of a file that has one field in each record, and no header.
  ///
  /// - Parameter several: what is thrown of a record with more, by its line and how many fields it has.
  /// - Throws: `FileFailure`, `TextFailure`, `CSVFailure`.
  package static func texts(
    _ path: String, limit: Int, several: (_ line: Int, _ found: Int) -> any Error
  ) throws -> [String] {
    var records = CSVRecords(try TextFile.read(path, limit: limit), path: path)
    var texts: [String] = []
    var line = records.line
    while let fields = try records.next() {
      guard fields.count == 1 else { throw several(line, fields.count) }
      texts.append(String(decoding: fields[0], as: UTF8.self))
      line = records.line
    }
    return texts
  }
}
