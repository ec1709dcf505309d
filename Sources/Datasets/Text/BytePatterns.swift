/// Repairs on the bytes that a text would have been, before they are decoded as UTF-8 again.
enum BytePatterns {
  /// For each byte of a pattern, what it may be.
  private typealias Pattern = [[ClosedRange<UInt8>]]

  // MARK: - Spaces

  /// Puts the byte 0xA0 back where a space stands for it within what would be UTF-8: ftfy's `restore_byte_a0`.
  static func restoringSpaces(_ bytes: [UInt8]) -> [UInt8] {
    replacing(altered, in: separatingWords(bytes)) { $0.map { $0 == space ? 0xA0 : $0 } }
  }

  private static let space = UInt8(ascii: " ")
  /// Continuations that are neither 0x85 nor 0xA0.
  private static let usual: [ClosedRange<UInt8>] = [0x80...0x84, 0x86...0x9F, 0xA1...0xBF]
  private static let continuation: [ClosedRange<UInt8>] = [0x80...0xBF]
  private static let blank: [ClosedRange<UInt8>] = [space...space]
  private static let altered: [Pattern] = [
    [[0xC2...0xC3, 0xC5...0xC5, 0xCE...0xCE, 0xD0...0xD0, 0xD9...0xD9], blank],
    [[0xE2...0xE3], blank, usual], [[0xE0...0xE3], usual, blank],
    [[0xF0...0xF0], blank, continuation, continuation], [[0xF0...0xF0], continuation, blank, continuation],
    [[0xF0...0xF0], continuation, continuation, blank],
  ]

  /// "Ã " is mostly the word "à", and keeps its space; not so the Portuguese "às", "àquele", "àquela", "àquilo".
  private static func separatingWords(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if byte == space, index > 0, bytes[index - 1] == 0xC3,
        !joined.contains(where: bytes[(index + 1)...].starts)
      {
        result.append(0xA0)
      }
      result.append(byte)
    }
    return result
  }

  private static let joined = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }

  // MARK: - Losses

  /// Sequences of which bytes were lost, marked by 0x1A or a question mark, become U+FFFD: ftfy's
  /// `replace_lossy_sequences`.
  static func replacingLosses(_ bytes: [UInt8]) -> [UInt8] {
    replacing(lossy, in: bytes) { _ in [0xEF, 0xBF, 0xBD] }
  }

  private static let mark: [ClosedRange<UInt8>] = [0x1A...0x1A]
  private static let lost: [ClosedRange<UInt8>] = [0x1A...0x1A, 0x3F...0x3F]
  private static let any: [ClosedRange<UInt8>] = [0x1A...0x1A, 0x80...0xBF]
  private static let anyOrLost: [ClosedRange<UInt8>] = [0x1A...0x1A, 0x3F...0x3F, 0x80...0xBF]
  private static let three: [ClosedRange<UInt8>] = [0xE0...0xEF]
  private static let four: [ClosedRange<UInt8>] = [0xF0...0xF4]
  private static let surrogate: [ClosedRange<UInt8>] = [0xED...0xED]
  private static let high: [ClosedRange<UInt8>] = [0xA0...0xAF]
  private static let low: [ClosedRange<UInt8>] = [0xB0...0xBF]
  private static let lossy: [Pattern] = [
    [[0xC2...0xDF], mark], [[0xC2...0xC3], [0x3F...0x3F]],
    [surrogate, high, lost, surrogate, low, anyOrLost], [surrogate, high, anyOrLost, surrogate, low, lost],
    [three, lost, any], [three, any, lost],
    [four, lost, any, any], [four, any, lost, any], [four, any, any, lost],
    [mark],
  ]

  // MARK: - Matching

  /// The bytes with every match of the first pattern that fits replaced, from the beginning on.
  private static func replacing(
    _ patterns: [Pattern], in bytes: [UInt8], _ replacement: (ArraySlice<UInt8>) -> [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let rest = bytes[index...]
      if let pattern = patterns.first(where: { matches($0, rest) }) {
        result += replacement(rest.prefix(pattern.count))
        index += pattern.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  private static func matches(_ pattern: Pattern, _ bytes: ArraySlice<UInt8>) -> Bool {
    pattern.count <= bytes.count
      && zip(pattern, bytes).allSatisfy { ranges, byte in ranges.contains { $0.contains(byte) } }
  }
}
