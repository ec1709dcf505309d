import Foundation

/// Walks JSON text for what JSONDecoder does not tell: where each value stands, the order of keys,
/// duplicate keys, and the exact place of a syntax error. It decodes no values but keys.
package struct JSONScanner {
  package indirect enum Shape {
    case scalar(Position)
    case array(Position, [Shape])
    case object(Position, [(key: String, keyPosition: Position, shape: Shape)])
  }

  /// Deeper configs are mistakes or attacks; the limit keeps recursion off the stack's end.
  static let deepest = 100

  private let bytes: [UInt8]
  private let file: String
  private var offset = 0
  private var line = 1
  private var lineStart = 0
  package private(set) var duplicates: [ConfigIssue] = []

  package init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// - Throws: `ConfigError` with the one syntax error.
  package mutating func scan() throws -> Shape {
    skipSpace()
    let shape = try value(depth: 0, path: "")
    skipSpace()
    if offset < bytes.count { throw syntax(found: describeHere(), expected: "the end of the file") }
    return shape
  }

  // MARK: - Values

  private mutating func value(depth: Int, path: String) throws -> Shape {
    guard depth <= Self.deepest else {
      throw syntax(found: "lists or objects nested \(depth) deep", expected: "at most \(Self.deepest) levels")
    }
    let start = here
    switch peek {
    case UInt8(ascii: "{"): return try object(start, depth: depth, path: path)
    case UInt8(ascii: "["): return try array(start, depth: depth, path: path)
    case UInt8(ascii: "\""): _ = try string()
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try number()
    default: try word()
    }
    return .scalar(start)
  }

  private mutating func object(_ start: Position, depth: Int, path: String) throws -> Shape {
    offset += 1
    var members: [(key: String, keyPosition: Position, shape: Shape)] = []
    var keys: Set<String> = []
    skipSpace()
    if peek == UInt8(ascii: "}") {
      offset += 1
      return .object(start, [])
    }
    while true {
      skipSpace()
      let keyPosition = here
      guard peek == UInt8(ascii: "\"") else {
        throw syntax(found: describeHere(), expected: "a key in quotes")
      }
      let key = try string()
      let keyPath = path.isEmpty ? key : "\(path).\(key)"
      if !keys.insert(key).inserted {
        duplicates.append(
          ConfigIssue(
            at: keyPosition, path: keyPath, found: "the key a second time", expected: "each key once"))
      }
      skipSpace()
      try expect(":", "\":\" after the key")
      skipSpace()
      members.append((key, keyPosition, try value(depth: depth + 1, path: keyPath)))
      skipSpace()
      if try closes("}", "\",\" or \"}\"") { return .object(start, members) }
    }
  }

  private mutating func array(_ start: Position, depth: Int, path: String) throws -> Shape {
    offset += 1
    var items: [Shape] = []
    skipSpace()
    if peek == UInt8(ascii: "]") {
      offset += 1
      return .array(start, [])
    }
    while true {
      skipSpace()
      items.append(try value(depth: depth + 1, path: "\(path)[\(items.count)]"))
      skipSpace()
      if try closes("]", "\",\" or \"]\"") { return .array(start, items) }
    }
  }

  private mutating func closes(_ closer: Character, _ expected: String) throws -> Bool {
    if peek == closer.asciiValue {
      offset += 1
      return true
    }
    try expect(",", expected)
    return false
  }

  // MARK: - Scalars

  private mutating func string() throws -> String {
    let start = offset
    offset += 1
    while let byte = peek, byte != UInt8(ascii: "\"") {
      if byte < 0x20 {
        throw syntax(found: "a line break or control character", expected: "the closing quote")
      }
      offset += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard peek != nil else { throw syntax(found: "the end of the file", expected: "the closing quote") }
    offset += 1
    let slice = Data(bytes[start..<offset])
    guard let text = try? JSONDecoder().decode(String.self, from: slice) else {
      offset = start
      throw syntax(
        found: "a string with a broken escape or character", expected: "valid UTF-8 and JSON escapes")
    }
    return text
  }

  private mutating func number() throws {
    let start = offset
    while let byte = peek, Self.numberBytes.contains(byte) { offset += 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    let position = Position(file: file, line: line, column: start - lineStart + 1)
    guard text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil else {
      throw ConfigError([ConfigIssue(at: position, path: "", found: text, expected: "a JSON number")])
    }
    guard let number = Double(text), number.isFinite else {
      throw ConfigError([
        ConfigIssue(at: position, path: "", found: text, expected: "a number that a double can hold")
      ])
    }
  }

  private static let numberBytes = Set("+-.0123456789eE".utf8)

  private mutating func word() throws {
    for word in ["true", "false", "null"] where bytes[offset...].starts(with: word.utf8) {
      offset += word.utf8.count
      return
    }
    throw syntax(found: describeHere(), expected: "a JSON value")
  }

  // MARK: - Moving on

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private var here: Position { Position(file: file, line: line, column: offset - lineStart + 1) }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
      offset += 1
      if byte == 0x0a {
        line += 1
        lineStart = offset
      }
    }
  }

  private mutating func expect(_ character: Character, _ expected: String) throws {
    guard peek == character.asciiValue else { throw syntax(found: describeHere(), expected: expected) }
    offset += 1
  }

  private func describeHere() -> String {
    guard offset < bytes.count else { return "the end of the file" }
    let end = bytes[offset...].prefix(24).firstIndex { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
    let stop = max(offset + 1, end ?? min(bytes.count, offset + 24))
    return String(decoding: bytes[offset..<stop], as: UTF8.self)
  }

  private func syntax(found: String, expected: String) -> ConfigError {
    ConfigError([ConfigIssue(at: here, path: "", found: found, expected: expected)])
  }
}
