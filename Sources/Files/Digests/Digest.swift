/// A SHA-256 value: 32 bytes, spelled as 64 lower-case hexadecimal digits.
package struct Digest: Hashable, Sendable {
  /// The bytes in big-endian words, so that the first byte is the highest of the first word.
  let words: SIMD4<UInt64>

  init(bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count == Self.byteCount)
    var words = SIMD4<UInt64>()
    for index in 0..<4 {
      words[index] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    self.words = words
  }

  /// Reads 64 hexadecimal digits of either case; nil for anything else.
  package init?(hex: some StringProtocol) {
    let digits = hex.utf8.compactMap { UInt64(hexDigit: $0) }
    guard digits.count == 64, hex.utf8.count == 64 else { return nil }
    var words = SIMD4<UInt64>()
    for (index, digit) in digits.enumerated() { words[index / 16] = words[index / 16] << 4 | digit }
    self.words = words
  }

  package static let byteCount = 32

  package var hex: String {
    String(unsafeUninitializedCapacity: 64) { buffer in
      for index in 0..<64 {
        let digit = UInt8(truncatingIfNeeded: words[index / 16] >> UInt64(60 - 4 * (index % 16))) & 15
        buffer[index] = digit < 10 ? 48 + digit : 87 + digit
      }
      return 64
    }
  }
}

extension Digest: CustomStringConvertible {
  package var description: String { hex }
}

extension Digest: Comparable {
  package static func < (left: Digest, right: Digest) -> Bool {
    for index in 0..<4 where left.words[index] != right.words[index] {
      return left.words[index] < right.words[index]
    }
    return false
  }
}

extension Digest: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a SHA-256 digest has 64 hexadecimal digits")
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}

extension UInt64 {
  fileprivate init?(hexDigit character: UInt8) {
    switch character {
    case 48...57: self = UInt64(character) - 48
    case 65...70: self = UInt64(character) - 55
    case 97...102: self = UInt64(character) - 87
    default: return nil
    }
  }
}
