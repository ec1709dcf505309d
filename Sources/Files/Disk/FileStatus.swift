import Declarations
import Foundation

/// What the file system says of a path; nothing is opened.
package struct FileStatus: Sendable {
  package enum Kind: Sendable { case file, folder, link, other }

  /// What is the same for all paths to one file or folder.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
  }

  package let kind: Kind
  /// In bytes.
  package let size: Int
  package let owner: uid_t
  /// The rights, and what else `chmod` sets.
  package let permissions: mode_t
  package let identity: Identity
  package let modified: timespec
  /// When content, rights or name last changed, which nobody can set.
  package let changed: timespec

  /// What the path leads to, its links followed; nil where that is nothing or cannot be asked for.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// - Throws: `FileFailure` where there is nothing, or it cannot be asked for.
  package init(of path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileFailure(.read, path, code: errno) }
    self.init(status)
  }

  /// What is at the path, a link itself; nil where there is nothing or it cannot be asked for.
  package init?(notFollowing path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// What an open descriptor leads to.
  package init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    size = Int(status.st_size)
    owner = status.st_uid
    permissions = status.st_mode & 0o7777
    identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    modified = status.st_mtim
    changed = status.st_ctim
  }

  package var isSticky: Bool { permissions & S_ISVTX != 0 }
}
