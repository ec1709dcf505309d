import Declarations
import Foundation

/// Walks JSON text for what JSONDecoder does not tell: where each value stands, the order of keys,
/// duplicate keys, and the exact place of a syntax error. It decodes no values but keys.
package struct JSONScanner {
  package indirect enum Shape {
    case scalar(Position)
    case array(Position, [Shape])
    case object(Position, [(key: String, keyPosition: Position, shape: Shape)])
  }

  private enum Step {
    case key(String)
    case index(Int)
  }

  /// Deeper configs are mistakes or attacks; the limit keeps recursion off the stack's end.
  static let deepest = 100

  private let bytes: [UInt8]
  private let file: String
  private var offset = 0
  private var line: Int
  private var lineStart = 0
  /// Bytes of this line that continue a character, and so make no column.
  private var continuations = 0
  private var path: [Step] = []
  package private(set) var duplicates: [ConfigIssue] = []

  /// - Parameter column: where the text begins, if not at the start of a line.
  package init(_ bytes: [UInt8], file: String, column: Int = 1) {
    self.bytes = bytes
    self.file = file
    line = 1
    lineStart = 1 - column
  }

  /// - Throws: `ConfigError` with the one syntax error.
  package mutating func scan() throws -> Shape {
    skipSpace()
    let shape = try value()
    skipSpace()
    if offset < bytes.count { throw syntax(found: describeHere(), expected: "the end of the file") }
    return shape
  }

  // MARK: - Values

  private mutating func value() throws -> Shape {
    guard path.count <= Self.deepest else {
      path = []
      throw syntax(
        found: "lists and objects nested more than \(Self.deepest) deep",
        expected: "at most \(Self.deepest) levels")
    }
    let start = here
    switch peek {
    case UInt8(ascii: "{"): return try object(start)
    case UInt8(ascii: "["): return try array(start)
    case UInt8(ascii: "\""): _ = try string()
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try number()
    default: try word()
    }
    return .scalar(start)
  }

  private mutating func object(_ start: Position) throws -> Shape {
    offset += 1
    var members: [(key: String, keyPosition: Position, shape: Shape)] = []
    var keys: Set<String> = []
    skipSpace()
    if try closes("}") { return .object(start, []) }
    while true {
      skipSpace()
      let keyPosition = here
      guard peek == UInt8(ascii: "\"") else {
        throw syntax(found: describeHere(), expected: "a key in double quotes")
      }
      let key = try string()
      path.append(.key(key))
      let (isNew, earlier) = keys.insert(key)
      if !isNew {
        // Keys that are canonically equal read alike; which of the two is meant would be a guess.
        let found =
          earlier.isExactly(key)
          ? "this key a second time" : "this key a second time, spelled with other bytes"
        duplicates.append(
          ConfigIssue(at: keyPosition, path: pathText, found: found, expected: "each key once"))
      }
      skipSpace()
      try expect(":", "\":\" after the key")
      skipSpace()
      members.append((key, keyPosition, try value()))
      path.removeLast()
      skipSpace()
      if try closes("}") { return .object(start, members) }
      try expect(",", "\",\" or \"}\"")
    }
  }

  private mutating func array(_ start: Position) throws -> Shape {
    offset += 1
    var items: [Shape] = []
    skipSpace()
    if try closes("]") { return .array(start, []) }
    while true {
      skipSpace()
      path.append(.index(items.count))
      items.append(try value())
      path.removeLast()
      skipSpace()
      if try closes("]") { return .array(start, items) }
      try expect(",", "\",\" or \"]\"")
    }
  }

  private mutating func closes(_ closer: Character) throws -> Bool {
    guard peek == closer.asciiValue else { return false }
    offset += 1
    return true
  }

  // MARK: - Scalars

  private mutating func string() throws -> String {
    let start = offset
    let place = here
    var isPlain = true
    offset += 1
    while let byte = peek, byte != UInt8(ascii: "\"") {
      if byte < 0x20 { throw unescaped(byte) }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        offset += 1
      }
      if byte & 0xc0 == 0x80 { continuations += 1 }
      offset += 1
    }
    guard offset < bytes.count else {
      offset = bytes.count
      throw syntax(found: "the end of the file", expected: "a closing quote")
    }
    offset += 1
    if isPlain, let text = String(validating: bytes[(start + 1)..<(offset - 1)], as: UTF8.self) {
      return text
    }
    guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<offset])) else {
      throw syntax(
        found: isPlain ? "a string that is not UTF-8" : "a string with a broken escape",
        expected: isPlain ? "UTF-8" : "escapes of JSON, such as \\n, \\\\ and \\u00e9", at: place)
    }
    return text
  }

  private func unescaped(_ byte: UInt8) -> ConfigError {
    byte == 0x0a || byte == 0x0d
      ? syntax(found: "the end of the line", expected: "a closing quote")
      : syntax(found: "a control character", expected: "an escape, such as \\t")
  }

  private mutating func number() throws {
    let token = self.token
    guard Self.isNumber(token) else { throw syntax(found: describeHere(), expected: "a JSON number") }
    let text = String(decoding: token, as: UTF8.self)
    guard Self.number(spelt: text) != nil else {
      throw syntax(found: describeHere(), expected: "a number that a double can hold")
    }
    offset += token.count
  }

  private mutating func word() throws {
    let token = self.token
    for word in ["true", "false", "null"] where token.elementsEqual(word.utf8) {
      offset += token.count
      return
    }
    throw syntax(found: describeHere(), expected: "a JSON value")
  }

  // MARK: - Moving on

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private var here: Position {
    Position(file: file, line: line, column: offset - lineStart - continuations + 1)
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
      offset += 1
      if byte == 0x0a {
        line += 1
        lineStart = offset
        continuations = 0
      }
    }
  }

  private mutating func expect(_ character: Character, _ expected: String) throws {
    guard peek == character.asciiValue else { throw syntax(found: describeHere(), expected: expected) }
    offset += 1
  }

  /// What stands here, up to the next space or punctuation.
  private var token: ArraySlice<UInt8> {
    let rest = bytes[min(offset, bytes.count)...]
    return rest.prefix { $0 > 0x20 && !Self.punctuation.contains($0) }
  }

  private static let punctuation = Array(",:{}[]".utf8)

  private func describeHere() -> String {
    guard let first = peek else { return "the end of the file" }
    let text = String(decoding: token.isEmpty ? [first] : token.prefix(100), as: UTF8.self)
    guard !text.hasPrefix("\u{fffd}"), first > 0x20 else {
      return "the byte 0x" + (first < 16 ? "0" : "") + String(first, radix: 16)
    }
    return text.count > 24 ? text.prefix(24) + "…" : text
  }

  private var pathText: String {
    path.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      case .index(let index): text += "[\(index)]"
      }
    }
  }

  private func syntax(found: String, expected: String, at position: Position? = nil) -> ConfigError {
    ConfigError([ConfigIssue(at: position ?? here, path: pathText, found: found, expected: expected)])
  }
}

// MARK: - Numbers

extension JSONScanner {
  /// The number that the text spells as JSON does, if a double can hold it; one too small for a double
  /// is not taken for zero.
  static func number(spelt text: String) -> Double? {
    guard isNumber(text.utf8), let number = Double(text), number.isFinite else { return nil }
    let mantissa = text.utf8.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
    if number == 0, mantissa.contains(where: { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }) {
      return nil
    }
    return number
  }

  /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?`
  static func isNumber(_ text: some Sequence<UInt8>) -> Bool {
    var rest = Array(text)[...]
    func digits() -> Int {
      let run = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
      rest = rest.dropFirst(run)
      return run
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !startsWithZero || whole == 1 else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() > 0 else { return false }
    }
    guard let exponent = rest.first else { return true }
    guard exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") else { return false }
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    return digits() > 0 && rest.isEmpty
  }
}
