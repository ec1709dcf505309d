/// Escapes in strings of JSON.
package enum JSONEscapes {
  /// The bytes that a string's content stands for; nil for an escape that JSON does not have, and for half of a
  /// surrogate pair.
  static func resolve(_ content: ArraySlice<UInt8>) -> [UInt8]? {
    var text: [UInt8] = []
    text.reserveCapacity(content.count)
    var rest = content
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      if let simple = simple[escaped] {
        text.append(simple)
        continue
      }
      guard escaped == UInt8(ascii: "u"), let scalar = scalar(&rest) else { return nil }
      text += Array(String(scalar).utf8)
    }
    return text
  }

  private static let simple: [UInt8: UInt8] = [
    0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x6E: 10, 0x72: 13, 0x74: 9, 0x62: 8, 0x66: 12,
  ]

  /// The character whose escape has begun with `\u`.
  private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let unit = unit(&rest) else { return nil }
    if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
    // Half of a pair; the other half must follow.
    guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
      let low = self.unit(&rest), let both = String(validating: [unit, low], as: UTF16.self)
    else { return nil }
    return both.unicodeScalars.first
  }

  private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt16? {
    let digits = rest.prefix(4)
    guard digits.count == 4, digits.allSatisfy(isHexadecimal) else { return nil }
    rest = rest.dropFirst(4)
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  /// The line of the first `\uD800`…`\uDFFF` without its other half, counted from 1; nil where there is none. JSON
  /// can spell them, and UTF-8 has nothing for them.
  package static func lineOfUnpairedSurrogate(_ bytes: [UInt8]) -> Int? {
    var index = 0
    var line = 1
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
      guard bytes[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      switch code(bytes, index) {
      case (0xD800...0xDBFF)?:
        guard let low = code(bytes, index + 6), (0xDC00...0xDFFF).contains(low) else { return line }
        index += 12
      case (0xDC00...0xDFFF)?: return line
      default: index += 2
      }
    }
    return nil
  }

  /// The number of the escape `\uXXXX` at a place; nil where there is another.
  private static func code(_ bytes: [UInt8], _ index: Int) -> UInt32? {
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    return bytes[(index + 2)..<(index + 6)].reduce(0 as UInt32?) { value, byte in
      guard let value, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      return value << 4 | UInt32(digit)
    }
  }
}
