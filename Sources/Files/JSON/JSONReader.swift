import Declarations

/// A strict reader of JSON text (RFC 8259, but for numbers that no double holds): the one parser, of configs, of the
/// store's records and of the keys in data files.
///
/// It is told what comes next (`members`, `items`, `string`, `integer`), passes over values that are not needed
/// (`pass`), or gives the whole, as a value or as a tree that knows where each part stands. What decodes itself uses
/// JSONDecoder, which tells neither places nor keys that are there twice and takes some twenty times as long.
package struct JSONReader: Sendable {
  package let bytes: [UInt8]
  package private(set) var index: Int
  /// Deeper text is a mistake or an attack; the limit keeps recursion off the stack's end.
  private let deepest: Int
  private var depth = 0
  /// Whether a number other than zero that is too small for a double is read as zero, and not refused.
  let roundsToZero: Bool

  package init(_ bytes: [UInt8], at index: Int = 0, deepest: Int = 200, roundsToZero: Bool = false) {
    self.roundsToZero = roundsToZero
    self.bytes = bytes
    self.index = index
    self.deepest = deepest
  }

  /// Reads the one value that the bytes are. Of a key that is there twice the last counts.
  /// - Parameter roundsToZero: for files of other programs, which read 1e-400 as 0; in a file of this program's user it
  ///   is a mistake.
  /// - Throws: `JSONFault`.
  package static func value(_ bytes: [UInt8], roundsToZero: Bool = false) throws -> JSONValue {
    var reader = JSONReader(bytes, roundsToZero: roundsToZero)
    let value = try reader.value()
    try reader.end()
    return value
  }

  /// - Throws: `JSONFault` where anything but white space is left.
  package mutating func end() throws {
    skipSpace()
    if index < bytes.count { throw fault("the end of the file") }
  }

  /// Calls `body` with each key of the object that comes next and the place where its quotes open; `body` reads or
  /// passes over its value.
  package mutating func members(_ body: (String, Int, inout JSONReader) throws -> Void) throws {
    try enter("{", "a JSON object")
    if accept("}") { return leave() }
    repeat {
      skipSpace()
      let start = index
      guard peek == UInt8(ascii: "\"") else { throw fault("a key in double quotes") }
      let key = try string()
      guard accept(":") else {
        var fault = fault("\":\" after the key")
        fault.key = key
        throw fault
      }
      try body(key, start, &self)
    } while accept(",")
    guard accept("}") else { throw fault("\",\" or \"}\"") }
    leave()
  }

  /// Calls `body` at each item of the list that comes next.
  package mutating func items(_ body: (inout JSONReader) throws -> Void) throws {
    try enter("[", "a JSON list")
    if accept("]") { return leave() }
    repeat { try body(&self) } while accept(",")
    guard accept("]") else { throw fault("\",\" or \"]\"") }
    leave()
  }

  package mutating func value() throws -> JSONValue {
    switch next() {
    case .object:
      var members: [String: JSONValue] = [:]
      try self.members { members[$0] = try $2.value() }
      return .object(members)
    case .array:
      var items: [JSONValue] = []
      try self.items { items.append(try $0.value()) }
      return .array(items)
    case .scalar: return try scalar()
    }
  }

  /// What the next value is, by its first byte.
  enum Next { case object, array, scalar }

  mutating func next() -> Next {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    default: return .scalar
    }
  }

  private mutating func enter(_ opening: Unicode.Scalar, _ expected: String) throws {
    skipSpace()
    guard depth <= deepest else { throw JSONFault.tooDeep(offset: index, deepest: deepest) }
    guard accept(opening) else { throw fault(expected) }
    depth += 1
  }

  private mutating func leave() { depth -= 1 }
}

// MARK: - Passing over

extension JSONReader {
  /// Passes over a value and gives the range of its bytes. Only brackets and strings are looked at.
  package mutating func pass() throws -> Range<Int> {
    skipSpace()
    let start = index
    var open = 0
    repeat {
      guard let byte = peek else { throw fault("a JSON value") }
      switch byte {
      case UInt8(ascii: "\""):
        try passString()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
        if open == 0 { return start..<index }
        if byte != UInt8(ascii: ",") { open -= 1 }
      default:
        index += 1
        while let byte = peek, !Self.endsWord(byte) { index += 1 }
        continue
      }
      index += 1
    } while open > 0
    return start..<index
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "["),
      UInt8(ascii: "\""):
      true
    default: false
    }
  }

  /// The first key that an object, at any depth, has a second time, in the same bytes; nil where there is none.
  ///
  /// Which of the two is meant would be a guess, and readers differ in it.
  /// - Throws: `JSONFault` where the text is no JSON.
  package static func repeatedKey(in bytes: [UInt8]) throws -> String? {
    var reader = JSONReader(bytes)
    var repeated: String?
    try reader.walk { if repeated == nil { repeated = $0 } }
    return repeated
  }

  private mutating func walk(_ found: (String) -> Void) throws {
    switch next() {
    case .object:
      var seen: Set<ExactString> = []
      try members { key, _, reader in
        if !seen.insert(ExactString(key)).inserted { found(key) }
        try reader.walk(found)
      }
    case .array: try items { try $0.walk(found) }
    case .scalar: _ = try scalar()
    }
  }
}

// MARK: - Bytes

extension JSONReader {
  var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  mutating func advance(by count: Int = 1) { index = min(bytes.count, index + count) }

  mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D { index += 1 }
  }

  /// Moves behind the byte if it comes next, behind white space.
  mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: scalar) else { return false }
    index += 1
    return true
  }
}
