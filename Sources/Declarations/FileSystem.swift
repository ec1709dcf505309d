/// What configs and plans ask of the file system. It is a value, so that what a config means and what a plan contains
/// depend on it and on nothing else; tests give a dictionary (`FileSystem.holding`).
package struct FileSystem: Sendable {
  package enum Kind: Sendable {
    case file, folder
    /// A pipe, a device, a socket.
    case other
  }

  package struct Entry: Sendable {
    package let kind: Kind
    package let isReadable: Bool

    package init(_ kind: Kind, isReadable: Bool = true) {
      self.kind = kind
      self.isReadable = isReadable
    }
  }

  /// What a path leads to, links followed; nil where there is nothing.
  package var entry: @Sendable (_ path: String) -> Entry?
  /// The first bytes of a file, a pipe or an open descriptor, at most so many.
  package var beginning: @Sendable (_ path: String, _ most: Int) throws -> [UInt8]
  /// SHA-256 of a file's content, as hex.
  package var digest: @Sendable (_ path: String) throws -> String
  /// The folder in which relative paths on the command line begin.
  package var currentFolder: String

  package init(
    currentFolder: String, entry: @escaping @Sendable (String) -> Entry?,
    beginning: @escaping @Sendable (String, Int) throws -> [UInt8],
    digest: @escaping @Sendable (String) throws -> String
  ) {
    self.entry = entry
    self.beginning = beginning
    self.digest = digest
    self.currentFolder = currentFolder
  }

  package func exists(_ path: String) -> Bool { entry(path) != nil }

  /// This file system with other digests: remembered ones, or none where they mean nothing.
  package func digesting(_ digest: @escaping @Sendable (String) throws -> String) -> FileSystem {
    var copy = self
    copy.digest = digest
    return copy
  }
}
