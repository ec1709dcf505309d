import Declarations
import Foundation

/// What a file system has left for this user.
package struct DiskSpace: Sendable {
  package let bytes: Int
  /// Files that can still be made; nil where the file system has no such limit.
  package let files: Int?

  /// Of the file system that the path is on, or will be on: of a path that does not exist yet, the folder above it that
  /// does counts. Nil where it cannot be asked for.
  package init?(at path: String) {
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    while !Paths.exists(folder.path), folder.path != "/" { folder.deleteLastPathComponent() }
    var info = statvfs()
    guard statvfs(folder.path, &info) == 0 else { return nil }
    let (free, overflows) = Int(clamping: info.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: info.f_frsize))
    bytes = overflows ? Int.max : free
    files = info.f_files == 0 ? nil : Int(clamping: info.f_favail)
  }
}
