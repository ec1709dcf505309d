import Declarations

extension JSONReader {
  /// A string, a number, `true`, `false` or `null`.
  mutating func scalar() throws -> JSONValue {
    skipSpace()
    switch peek {
    case UInt8(ascii: "\""): return .string(try string())
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try number())
    default: break
    }
    let token = self.token
    for (word, value) in Self.words where token.elementsEqual(word.utf8) {
      advance(by: token.count)
      return value
    }
    throw fault("a JSON value")
  }

  private static let words: [(String, JSONValue)] = [
    ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
  ]

  package mutating func string() throws -> String {
    skipSpace()
    let start = index
    let isPlain = try passString()
    let content = bytes[start + 1..<index - 1]
    if isPlain {
      guard let text = String(validating: content, as: UTF8.self) else {
        throw JSONFault(offset: start, found: "a string that is not UTF-8", expected: "UTF-8")
      }
      return text
    }
    guard let plain = JSONEscapes.resolve(content), let text = String(validating: plain, as: UTF8.self) else {
      throw JSONFault(
        offset: start, found: "a string with a broken escape",
        expected: "escapes of JSON, such as \\n, \\\\ and \\u00e9")
    }
    return text
  }

  /// Moves behind the closing quote; says whether there is no escape between.
  @discardableResult mutating func passString() throws -> Bool {
    guard peek == UInt8(ascii: "\"") else { throw fault("a string in double quotes") }
    var isPlain = true
    advance()
    while let byte = peek, byte != UInt8(ascii: "\"") {
      if byte < 0x20 { throw unescaped(byte) }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        advance()
      }
      advance()
    }
    guard peek != nil else { throw fault("a closing quote") }
    advance()
    return isPlain
  }

  private func unescaped(_ byte: UInt8) -> JSONFault {
    byte == 0x0A || byte == 0x0D
      ? JSONFault(offset: index, found: "the end of the line", expected: "a closing quote")
      : JSONFault(offset: index, found: "a control character", expected: "an escape, such as \\t")
  }

  package mutating func integer() throws -> Int {
    let start = index
    guard let integer = JSONValue.number(try number()).integer else {
      throw JSONFault(offset: start, found: "a number", expected: "an integer")
    }
    return integer
  }

  mutating func number() throws -> Double {
    skipSpace()
    let token = self.token
    guard Self.isNumber(token) else { throw fault("a JSON number") }
    let text = String(decoding: token, as: UTF8.self)
    guard let number = Self.number(spelt: text) ?? (roundsToZero ? Double(text) : nil), number.isFinite else {
      throw fault("a number that a double can hold")
    }
    advance(by: token.count)
    return number
  }
}

// MARK: - Numbers

extension JSONReader {
  /// The number that the text spells as JSON does, if a double can hold it; one too small for a double
  /// is not taken for zero.
  package static func number(spelt text: String) -> Double? {
    guard isNumber(text.utf8), let number = Double(text), number.isFinite else { return nil }
    let mantissa = text.utf8.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
    if number == 0, mantissa.contains(where: { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }) {
      return nil
    }
    return number
  }

  /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?`
  static func isNumber(_ text: some Collection<UInt8>) -> Bool {
    var rest = text[...]
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
