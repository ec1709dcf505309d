import Declarations
import Foundation

/// Paths as the operating system sees them.
package enum Paths {
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether the path leads to a regular file; a pipe or a device is none, and is not opened to find out.
  package static func isRegular(_ path: String) -> Bool { FileStatus(path)?.kind == .file }

  package static func isFolder(_ path: String) -> Bool { FileStatus(path)?.kind == .folder }

  package static func isLink(_ path: String) -> Bool { FileStatus(notFollowing: path)?.kind == .link }

  /// Whether this process may read, write, search and execute, as `rights` says.
  package static func allows(_ rights: Int32, _ path: String) -> Bool { access(path, rights) == 0 }

  /// - Throws: `FileFailure` where there is something that this user may not read.
  package static func requireReadable(_ path: String) throws {
    if access(path, R_OK) != 0, errno == EACCES { throw FileFailure(.open, path, code: EACCES) }
  }

  /// The path with all links followed; nil where it leads nowhere or is not UTF-8.
  package static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(validatingCString: resolved)
  }

  /// The bytes of what a symbolic link names; nil where it is none.
  package static func target(of link: String) -> [UInt8]? {
    var bytes = [CChar](repeating: 0, count: 1 << 14)
    let count = readlink(link, &bytes, bytes.count)
    return count < 0 ? nil : bytes.prefix(count).map { UInt8(bitPattern: $0) }
  }

  /// The file that this process runs.
  package static var program: String? {
    target(of: "/proc/self/exe").map { String(decoding: $0, as: UTF8.self) }
  }

  /// The folder in which the program was started, as bytes; nil where it is gone.
  package static var currentBytes: [UInt8]? {
    var path = [CChar](repeating: 0, count: 8192)
    guard getcwd(&path, path.count) != nil else { return nil }
    return path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  }

  /// The folder in which the program was started.
  package static var current: String { FileManager.default.currentDirectoryPath }
}

/// What the system says of itself in small files below `/proc` and `/sys`.
package enum SystemText {
  /// Empty where it cannot be read.
  package static func read(_ path: String) -> String {
    (try? Disk.beginning(of: path, atMost: 1 << 24)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  static func firstLine(_ path: String) -> String {
    String(read(path).prefix { $0 != "\n" })
  }
}
