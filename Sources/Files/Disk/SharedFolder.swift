import Declarations
import Foundation

/// A folder of the program's own housekeeping, which everybody may use who may use the folder that holds it.
package enum SharedFolder {
  /// Makes it, with the rights of the folder around it, whatever the umask; one that exists is left as it is.
  ///
  /// - Throws: `FileFailure`, where a link stands there, too.
  package static func make(_ folder: InnerFolder) throws {
    let files = InnerFolder(root: folder.root)
    if files.isFolder(folder.place) { return }
    try files.makeFolder(folder.place)
    guard let around = try? files.openFolder(folder.place.parent, .makeFolder) else { return }
    defer { close(around) }
    guard let own = try? files.openFolder(folder.place, .makeFolder) else { return }
    defer { close(own) }
    if let status = FileStatus(descriptor: around) { fchmod(own, status.permissions) }
  }

  /// The rights of a file that everybody may read, and its owner may write.
  static let readable: mode_t = 0o644

  /// Lets everybody read a file of this process, whatever the umask.
  package static func letRead(_ file: InnerPath, in folder: InnerFolder) {
    try? folder.withFile(file, O_RDONLY, .read) { descriptor, _ in _ = fchmod(descriptor, readable) }
  }
}

/// Whose a file is, for a sentence.
package struct FileOwner: Sendable, Equatable {
  package let user: uid_t
  /// As `ls -l` writes it, in octal: `600`.
  package let mode: String

  /// Nil where there is no such file, or its folder may not be searched.
  package init?(_ path: String) {
    guard let status = FileStatus(notFollowing: path) else { return nil }
    user = status.owner
    mode = String(status.permissions, radix: 8)
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
