import Declarations
import Foundation

/// Text files from outside: UTF-8, packed with gzip or not, with a byte order mark or without.
enum TextFile {
  /// The bytes of the text, unpacked and without a byte order mark.
  ///
  /// - Throws: `FileFailure`; `TextFailure.notUTF8` with the place, where it is something else.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let bytes = try Gunzip.read(path, limit: limit)
    try check(bytes, path)
    return bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(byteOrderMark.count)) : bytes
  }

  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  static func check(_ bytes: [UInt8], _ path: String) throws {
    if let fault = UTF8Check.fault(in: bytes) { throw TextFailure.notUTF8(path: path, fault) }
  }

  /// A text that may hold any characters, from bytes that were checked.
  static func lines(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
  }
}

/// Escapes of JSON that stand for half a character.
enum JSONEscapes {
  /// The line of the first `\uD800`…`\uDFFF` without its other half, counted from 1; nil where there is none. JSON
  /// can spell them, and UTF-8 has nothing for them.
  static func lineOfUnpairedSurrogate(_ bytes: [UInt8]) -> Int? {
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
