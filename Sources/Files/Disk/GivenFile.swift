import Declarations
import Foundation

/// Writes a file that the user names on the command line: a device or a pipe is written to, a link is followed, a
/// regular file is replaced at once, and a new one is made with its folders.
package enum GivenFile {
  /// - Throws: `FileFailure`.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    // What stands before in a log that this process writes to is not replaced.
    if let descriptor = DataFilePath.openDescriptor(path) {
      return try bytes.withUnsafeBytes { try Disk.write($0, to: descriptor, path: path) }
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      let file = try target(path)
      try Disk.makeFolder(Disk.folder(of: file))
      return try AtomicWriter(syncsFile: false).write(bytes, to: file)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: try AtomicWriter(syncsFile: false).write(bytes, to: resolved(path))
    case S_IFDIR: throw FileFailure(.write, path, code: EISDIR)
    default: try stream(bytes, to: path)
    }
  }

  package static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  /// Links that lead nowhere in the end name the file that is to be made there.
  private static func target(_ path: String) throws -> String {
    var file = path
    for _ in 0..<40 {
      guard let next = Disk.linkTarget(of: file) else { return file }
      file = next.hasBytes(first: "/") ? next : Disk.folder(of: file) + "/" + next
    }
    throw FileFailure(.open, path, code: ELOOP)
  }

  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }

  private static func stream(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(.open, path, code: errno) }
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { try Disk.write($0, to: descriptor, path: path) }
  }
}
