import Declarations
import Foundation

/// The names in a folder, sorted by their bytes, hidden ones left out.
package struct FolderListing {
  package let entries: [String]

  /// - Throws: `FileFailure` where it is no folder, or cannot be read; `DataFileFailure.ofTheSystem`;
  ///   `TextFailure.badFileName` where a name is not UTF-8.
  package init(_ folder: String) throws {
    try SystemFolders.refuse(folder)
    guard let stream = opendir(folder) else { throw FileFailure(.list, folder, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard bytes.first != UInt8(ascii: ".") else { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw TextFailure.badFileName(folder: folder, bytes)
      }
      names.append(name)
    }
    entries = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
