/// What a `.npy` header says.
struct NPYHeader {
  var descr: String
  var isFortranOrder: Bool
  var shape: [Int]
}

/// Reads the Python dictionary of a `.npy` header: these three keys, each once, and nothing else.
struct NPYHeaderParser {
  struct Problem: Error {
    let detail: String
  }

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws -> NPYHeader {
    var descr: String?
    var order: Bool?
    var shape: [Int]?
    try expect("{")
    while !skip("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descr == nil: descr = try type()
      case "fortran_order" where order == nil: order = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw problem("an unknown or repeated key `\(key.prefix(40))` in the header")
      }
      if !skip(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard index == bytes.count else { throw problem("text after the header's dictionary") }
    guard let descr, let order, let shape else {
      throw problem("the header lacks `descr`, `fortran_order` or `shape`")
    }
    return NPYHeader(descr: descr, isFortranOrder: order, shape: shape)
  }

  private func problem(_ detail: String) -> Problem { Problem(detail: detail) }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    if !skip(character) { throw problem("`\(character)` was expected at byte \(index) of the header") }
  }

  private mutating func type() throws -> String {
    skipSpace()
    if next == UInt8(ascii: "[") {
      throw problem("it holds records with several fields, but one array of plain numbers was expected")
    }
    return try string()
  }

  private mutating func string() throws -> String {
    skipSpace()
    guard let quote = next, quote == 0x27 || quote == 0x22 else {
      throw problem("a quoted word was expected at byte \(index) of the header")
    }
    index += 1
    let start = index
    while let byte = next, byte != quote, byte != 0x5C, byte >= 0x20 { index += 1 }
    guard next == quote else { throw problem("a quoted word in the header does not end") }
    defer { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func boolean() throws -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[index...].starts(with: word.utf8) {
      index += word.utf8.count
      return value
    }
    throw problem("`fortran_order` is neither True nor False")
  }

  private mutating func tuple() throws -> [Int] {
    try expect("(")
    var sides: [Int] = []
    while !skip(")") {
      sides.append(try integer())
      guard sides.count <= 32 else { throw problem("the shape has more than 32 dimensions") }
      if !skip(",") {
        try expect(")")
        break
      }
    }
    return sides
  }

  /// A non-negative integer, perhaps with Python 2's `L` behind it.
  private mutating func integer() throws -> Int {
    skipSpace()
    let start = index
    while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
    guard let value = Int(String(decoding: bytes[start..<index], as: UTF8.self)) else {
      throw problem("a dimension of the shape is not an integer of at most 64 bits")
    }
    if next == UInt8(ascii: "L") { index += 1 }
    return value
  }
}
