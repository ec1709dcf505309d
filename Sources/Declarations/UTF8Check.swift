/// Checks bytes for being UTF-8 text, stretch by stretch, and finds the place where they are not.
///
/// As the Unicode Standard has it (version 16, table 3-7): no overlong forms, no surrogates, nothing above
/// U+10FFFF. A NUL byte is refused, too: no text file has one, and UTF-16 is full of them. A byte order mark
/// is valid; whether it is skipped is the reader's decision.
package struct UTF8Check: Sendable {
  /// The first byte of what is no character.
  package struct Fault: Sendable, Equatable {
    /// In the whole text, counted from 0.
    package let offset: Int
    /// Counted from 1; lines end with LF, CRLF or CR.
    package let line: Int
    /// The byte's place in its line, counted from 1.
    package let column: Int
    package let byte: UInt8

    /// `the byte 0xE9 (byte 57 of the file, counted from 0) is not UTF-8; …`
    package var message: String {
      let place = "byte \(offset) of the file, counted from 0"
      guard byte != 0 else {
        return
          "there is a NUL byte (\(place)), which text files do not have; the file is UTF-16 or damaged: save it "
          + "as UTF-8"
      }
      let code = String(byte, radix: 16, uppercase: true)
      return "the byte 0x\(byte < 16 ? "0" : "")\(code) (\(place)) is not UTF-8; save the file as UTF-8"
    }
  }

  private var offset = 0
  private var line = 1
  private var lineStart = 0
  private var previous: UInt8 = 0
  /// The bytes that must still come to complete a character, the range of the next one, and where it began.
  private var missing = 0
  private var allowed: ClosedRange<UInt8> = 0x80...0xBF
  private var start = Fault(offset: 0, line: 1, column: 1, byte: 0)

  package init() {}

  /// The first fault of a whole text; nil where there is none.
  package static func fault(in bytes: some Sequence<UInt8>) -> Fault? {
    var check = UTF8Check()
    return check.fault(inNext: bytes) ?? check.faultAtEnd
  }

  /// The first fault in the next stretch of the text.
  package mutating func fault(inNext bytes: some Sequence<UInt8>) -> Fault? {
    for byte in bytes {
      if missing > 0 {
        guard allowed.contains(byte) else { return start }
        missing -= 1
        allowed = 0x80...0xBF
      } else if byte == 0 || byte >= 0x80 {
        start = Fault(offset: offset, line: line, column: offset - lineStart + 1, byte: byte)
        guard begin(byte) else { return start }
      }
      offset += 1
      if byte == 0x0A || byte == 0x0D { endLine(byte) }
      previous = byte
    }
    return nil
  }

  /// A character that the end cuts off.
  package var faultAtEnd: Fault? { missing > 0 ? start : nil }

  private mutating func endLine(_ byte: UInt8) {
    lineStart = offset
    if byte == 0x0D || previous != 0x0D { line += 1 }
  }

  /// Whether a character can begin with the byte.
  private mutating func begin(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xC2...0xDF: missing = 1
    case 0xE0...0xEF: missing = 2
    case 0xF0...0xF4: missing = 3
    default: return false
    }
    switch byte {
    case 0xE0: allowed = 0xA0...0xBF
    case 0xED: allowed = 0x80...0x9F
    case 0xF0: allowed = 0x90...0xBF
    case 0xF4: allowed = 0x80...0x8F
    default: break
    }
    return true
  }
}
