/// The records of a CSV file (RFC 4180): a header, then rows of as many fields.
struct CSVRecords {
  private let bytes: [UInt8]
  private let path: String
  private var index = 0
  private(set) var line = 1

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  /// The fields of the next record, or nil at the end; empty lines are passed over.
  mutating func next() throws -> [[UInt8]]? {
    while index < bytes.count, isBreak(bytes[index]) { skipBreak() }
    guard index < bytes.count else { return nil }
    var fields = [try field()]
    while index < bytes.count, bytes[index] == UInt8(ascii: ",") {
      index += 1
      fields.append(try field())
    }
    if index < bytes.count { skipBreak() }
    return fields
  }

  private func isBreak(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  /// One line break: LF, CRLF or CR.
  private mutating func skipBreak() {
    if bytes[index] == 13, index + 1 < bytes.count, bytes[index + 1] == 10 { index += 1 }
    index += 1
    line += 1
  }

  private mutating func field() throws -> [UInt8] {
    if index < bytes.count, bytes[index] == UInt8(ascii: "\"") { return try quoted() }
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: ","), !isBreak(bytes[index]) { index += 1 }
    return Array(bytes[start..<index])
  }

  private mutating func quoted() throws -> [UInt8] {
    let opened = line
    var field: [UInt8] = []
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") {
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
          index += 1
        } else {
          try expectEnd()
          return field
        }
      }
      if byte == 10 { line += 1 }
      field.append(byte)
    }
    throw DatasetFailure.badLine(
      path: path, line: opened, detail: "a quoted field does not end; add the closing quote")
  }

  private func expectEnd() throws {
    guard index < bytes.count, bytes[index] != UInt8(ascii: ","), !isBreak(bytes[index]) else { return }
    throw DatasetFailure.badLine(
      path: path, line: line, detail: "expected a comma or the end of the line after a closing quote")
  }
}
