import Contracts
import Foundation

/// Writes a file that the user names on the command line: a device or a pipe is written to, a link is followed, a
/// regular file is replaced at once, and a new one is made with its folders.
package enum GivenFile {
  /// - Throws: `FileFailure`.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      // A link that leads nowhere names the file that is to be made there.
      let target = Disk.linkTarget(of: path).map {
        $0.hasBytes(first: "/") ? $0 : Disk.folder(of: path) + "/" + $0
      }
      let file = target ?? path
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
