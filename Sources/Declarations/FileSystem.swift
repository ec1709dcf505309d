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
  /// The files that a data set of this kind is read from and no parameter names: what `DataSignature.listing` finds on
  /// the disk, in formats that the kind alone knows.
  package var listing: @Sendable (_ kind: DataSignature, _ values: [String: JSONValue]) throws -> [String]
  /// A stage's parameters with what the files that they name say of themselves, as `StageSignature.completes` finds it
  /// on the disk.
  package var completion: @Sendable (_ stage: StageSignature, _ parameters: JSONValue) throws -> JSONValue
  /// The command that gets a missing file, where the catalogue of data has it.
  package var catalogued: @Sendable (_ missing: String) -> CatalogueCommand? = { _ in nil }
  /// The folder in which relative paths on the command line begin.
  package var currentFolder: String

  package init(
    currentFolder: String, entry: @escaping @Sendable (String) -> Entry?,
    beginning: @escaping @Sendable (String, Int) throws -> [UInt8],
    digest: @escaping @Sendable (String) throws -> String,
    listing: @escaping @Sendable (DataSignature, [String: JSONValue]) throws -> [String] = { _, _ in [] },
    completion: @escaping @Sendable (StageSignature, JSONValue) throws -> JSONValue = { $1 }
  ) {
    self.entry = entry
    self.beginning = beginning
    self.digest = digest
    self.listing = listing
    self.completion = completion
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
