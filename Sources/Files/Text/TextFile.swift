import Declarations
import Foundation

/// Text files from outside: UTF-8, packed with gzip or not, with a byte order mark or without.
package enum TextFile {
  /// The bytes of the text, unpacked and without a byte order mark.
  ///
  /// - Throws: `FileFailure`; `TextFailure.notUTF8` with the place, where it is something else.
  package static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let bytes = try Gunzip.read(path, limit: limit)
    try check(bytes, path)
    return bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(byteOrderMark.count)) : bytes
  }

  package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  package static func check(_ bytes: [UInt8], _ path: String) throws {
    if let fault = UTF8Check.fault(in: bytes) { throw TextFailure.notUTF8(path: path, fault) }
  }

  /// A text that may hold any characters, from bytes that were checked.
  package static func lines(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
  }
}
