import Declarations
import Foundation

/// A folder of results or a store, in which no link is followed.
///
/// The way to `root` is the user's own, and may be a link. Everything below is opened one component at a time,
/// relative to the folder above it: a link among them is refused by its name, whatever it leads to, so that what
/// somebody else put there is neither read, written nor removed through it.
package struct InnerFolder: Sendable {
  /// The folder as the user named it.
  package let root: String
  /// Which folder below `root` this is.
  package let place: InnerPath

  package init(root: String, place: InnerPath = .here) {
    self.root = root
    self.place = place
  }

  /// The folder of this name below.
  package func folder(_ inner: InnerPath) -> InnerFolder { InnerFolder(root: root, place: place + inner) }

  /// For messages, and for what is handed to other programs.
  package var path: String { path(of: .here) }

  package func path(of inner: InnerPath) -> String {
    ([root] + (place + inner).components).joined(separator: "/")
  }

  // MARK: - Opening

  /// Opens the folder that holds `inner` and gives its descriptor with the last name.
  /// - Throws: `FileFailure`, of code `FileFailure.linkInside` where a link stands on the way.
  func inParent<Result>(
    of inner: InnerPath, _ operation: FileFailure.Operation, creating: Bool = false,
    _ body: (Int32, String) throws -> Result
  ) throws -> Result {
    guard let name = inner.name else { throw FileFailure(operation, path, code: EISDIR) }
    let descriptor = try openFolder(inner.parent, operation, creating: creating)
    defer { close(descriptor) }
    return try body(descriptor, name)
  }

  /// A descriptor of a folder; the caller closes it.
  func openFolder(_ inner: InnerPath, _ operation: FileFailure.Operation, creating: Bool = false) throws
    -> Int32
  {
    if creating { try Disk.makeFolder(root) }
    var descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(operation, root, code: errno) }
    var passed = InnerPath.here
    for name in (place + inner).components {
      let above = descriptor
      defer { close(above) }
      passed = passed + (try InnerPath(component: name))
      if creating, mkdirat(above, name, 0o777) != 0, errno != EEXIST {
        throw FileFailure(.makeFolder, InnerFolder(root: root).path(of: passed), code: errno)
      }
      let next = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else {
        throw Self.failure(operation, InnerFolder(root: root).path(of: passed), above, name, errno)
      }
      descriptor = next
    }
    return descriptor
  }

  /// Says that the name is a link where it is one; else what `errno` says.
  package static func failure(
    _ operation: FileFailure.Operation, _ path: String, _ folder: Int32, _ name: String, _ code: Int32
  ) -> FileFailure {
    guard [ELOOP, ENOTDIR].contains(code), let target = Disk.linkTarget(of: name, in: folder) else {
      return FileFailure(operation, path, code: code)
    }
    return FileFailure(operation, path, code: FileFailure.linkInside, target: target)
  }

  /// Opens a regular file and gives its descriptor and what the system says of it. A FIFO or a device is refused
  /// without waiting for it.
  package func withFile<Result>(
    _ inner: InnerPath, _ flags: Int32, _ operation: FileFailure.Operation, creating: Bool = false,
    _ body: (Int32, stat) throws -> Result
  ) throws -> Result {
    try inParent(of: inner, operation, creating: creating) { folder, name in
      let descriptor = openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Self.failure(operation, path(of: inner), folder, name, errno) }
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0 else {
        throw FileFailure(operation, path(of: inner), code: errno)
      }
      let type = status.st_mode & S_IFMT
      guard type == S_IFREG else {
        throw FileFailure(operation, path(of: inner), code: type == S_IFDIR ? EISDIR : EINVAL)
      }
      return try body(descriptor, status)
    }
  }
}
