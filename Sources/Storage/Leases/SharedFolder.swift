import Declarations
import Foundation

/// A folder of the program's own housekeeping, which everybody may use who may use the folder that holds it.
enum SharedFolder {
  /// Makes it, with the rights of the folder around it, whatever the umask; one that exists is left as it is.
  ///
  /// - Throws: `FileFailure`, where a link stands there, too.
  static func make(_ path: String) throws {
    if let target = Disk.linkTarget(of: path) {
      throw FileFailure(.makeFolder, path, code: FileFailure.linkInside, target: target)
    }
    let around = Disk.folder(of: path)
    if mkdir(path, 0o777) != 0 {
      if errno == ENOENT, around != path { try Disk.makeFolder(around) }
      if mkdir(path, 0o777) != 0 { return try Disk.makeFolder(path) }
    }
    var status = stat()
    if stat(around, &status) == 0 { setMode(path, status.st_mode & 0o7777) }
  }

  /// Lets everybody read a file of this process, whatever the umask.
  static func letRead(_ path: String) { setMode(path, 0o644) }

  /// By a descriptor: no link is followed.
  private static func setMode(_ path: String, _ mode: mode_t) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    fchmod(descriptor, mode)
  }
}

/// Whose a file is, for a sentence.
package struct FileOwner: Sendable, Equatable {
  package let user: uid_t
  /// As `ls -l` writes it, in octal: `600`.
  package let mode: String

  /// Nil where there is no such file, or its folder may not be searched.
  package init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    user = status.st_uid
    mode = String(status.st_mode & 0o7777, radix: 8)
  }

  /// The user's name, or the number where it has none here.
  package var name: String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let text = entry.pw_name
    else { return "user \(user)" }
    return "user \(String(cString: text))"
  }
}
