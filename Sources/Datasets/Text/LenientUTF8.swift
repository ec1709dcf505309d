/// UTF-8 with the two variants that ftfy's codec `utf-8-variants` takes: characters above U+FFFF as two surrogates of
/// three bytes each (CESU-8), and U+0000 as C0 80 (Java).
enum LenientUTF8 {
  /// Nil where the bytes are neither.
  static func decode(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      guard let (scalar, length) = character(bytes[index...], isCut(bytes)) else { return nil }
      result.append(scalar)
      index += length
    }
    return result
  }

  /// The codec takes a line's end at the very end of the text for the last byte of a variant; captions of several
  /// lines are repaired line by line, so that it can be there.
  private static func isCut(_ bytes: [UInt8]) -> Bool { bytes.last == 0x0A }

  private typealias Decoded = (scalar: Unicode.Scalar, length: Int)

  private static func character(_ bytes: ArraySlice<UInt8>, _ endsLine: Bool) -> Decoded? {
    let first = bytes[bytes.startIndex]
    switch first {
    case ..<0x80: return (Unicode.Scalar(first), 1)
    case 0xC0: return null(bytes, endsLine)
    case 0xED: return surrogates(bytes, endsLine) ?? standard(bytes, 3)
    case 0xC2...0xDF: return standard(bytes, 2)
    case 0xE0...0xEF: return standard(bytes, 3)
    case 0xF0...0xF4: return standard(bytes, 4)
    default: return nil
    }
  }

  private static func standard(_ bytes: ArraySlice<UInt8>, _ length: Int) -> Decoded? {
    let bytes = bytes.prefix(length)
    guard bytes.count == length, let text = String(validating: bytes, as: UTF8.self),
      let scalar = text.unicodeScalars.first
    else { return nil }
    return (scalar, length)
  }

  private static func null(_ bytes: ArraySlice<UInt8>, _ endsLine: Bool) -> Decoded? {
    guard let second = bytes.dropFirst().first, second == 0x80 || endsLine && bytes.count == 2 else {
      return nil
    }
    return ("\0", 2)
  }

  private static func surrogates(_ bytes: ArraySlice<UInt8>, _ endsLine: Bool) -> Decoded? {
    let six = Array(bytes.prefix(6))
    guard six.count == 6, (0xA0...0xAF).contains(six[1]), (0x80...0xBF).contains(six[2]), six[3] == 0xED,
      (0xB0...0xBF).contains(six[4]), (0x80...0xBF).contains(six[5]) || endsLine && bytes.count == 6
    else { return nil }
    let high = UInt32(six[1] & 0x0F) << 16 | UInt32(six[2] & 0x3F) << 10
    let low = UInt32(six[4] & 0x0F) << 6 | UInt32(six[5] & 0x3F)
    return Unicode.Scalar(0x10000 + (high | low)).map { ($0, 6) }
  }
}
