import Declarations
import Foundation

/// A folder of the program's own housekeeping, which everybody may use who may use the folder that holds it.
enum SharedFolder {
  /// Makes it, with the rights of the folder around it, whatever the umask; one that exists is left as it is.
  ///
  /// - Throws: `FileFailure`, where a link stands there, too.
  static func make(_ folder: InnerFolder) throws {
    let files = InnerFolder(root: folder.root)
    if files.isFolder(folder.place) { return }
    try files.makeFolder(folder.place)
    guard let around = try? files.openFolder(folder.place.parent, .makeFolder) else { return }
    defer { close(around) }
    guard let own = try? files.openFolder(folder.place, .makeFolder) else { return }
    defer { close(own) }
    var status = stat()
    if fstat(around, &status) == 0 { fchmod(own, status.st_mode & 0o7777) }
  }

  /// Lets everybody read a file of this process, whatever the umask.
  static func letRead(_ file: InnerPath, in folder: InnerFolder) {
    try? folder.withFile(file, O_RDONLY, .read) { descriptor, _ in _ = fchmod(descriptor, 0o644) }
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
