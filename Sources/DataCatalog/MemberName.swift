import Declarations
import Files
import Foundation

/// Names out of an archive, of which none may lead out of the folder that it is unpacked into.
enum MemberName {
  private static let deepest = 24
  private static let longest = 1024

  /// The components of a member's name; `./` before a name and doubled slashes, which many programs write, mean nothing.
  ///
  /// - Throws: `ArchiveFailure.unsafe`.
  static func components(of name: String, in archive: String) throws -> [String] {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
      .map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "." }
    if let reason = name.hasBytes(first: "/") ? "the path is absolute" : reason(against: parts) {
      throw ArchiveFailure.unsafe(archive: archive, member: name, reason: reason)
    }
    return parts
  }

  /// Why such a path may not be written; nil where it may.
  /// - Parameter isPlace: of the catalogue, which may be long.
  static func reason(against parts: [String], isPlace: Bool = false) -> String? {
    for part in parts {
      if part == ".." { return "\"..\" leads out of the folder" }
      if part.utf8.contains(UInt8(ascii: "\\")) { return "a name has a backslash" }
      if part.unicodeScalars.contains(where: PlainText.isUnsafe) { return "a name has a control character" }
      if (try? InnerPath(component: part)) == nil { return "\"\(part.prefix(40))\" is not a file name" }
    }
    if parts.count > deepest { return "the path is more than \(deepest) folders deep" }
    if parts.reduce(0, { $0 + $1.utf8.count + 1 }) > longest {
      return "the path has more than \(longest) bytes"
    }
    // Of a file system that does not tell letters' cases apart, too.
    if parts.first?.lowercased() == DataStore.housekeeping { return "this folder is the program's own" }
    return nil
  }
}
