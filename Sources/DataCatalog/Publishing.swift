import Declarations
import Files

/// Moves what is whole and verified to its place. What is there and is not ours is never replaced.
struct Publishing {
  let store: DataStore
  let entry: CatalogEntry
  /// What was recorded before, which may be replaced where it has not changed since.
  let earlier: DataRecord?

  /// A file that was downloaded.
  /// - Throws: `DataFailure.inTheWay`; `FileFailure`.
  func publish(_ file: InnerPath, _ digest: Digest) throws -> [DataRecord.File] {
    try requireOurs(entry.into, digest)
    try store.files.makeFolder(entry.into.parent)
    try store.files.rename(file, to: entry.into)
    return [DataRecord.File(path: entry.into, sha256: digest)]
  }

  /// A folder that was unpacked: at once where its place is free, else file by file.
  /// - Throws: `DataFailure.inTheWay`, before anything is moved; `FileFailure`.
  func publish(_ unpacked: Unpacker.Unpacked, in staging: InnerPath) throws -> [DataRecord.File] {
    for file in unpacked.files { try requireOurs(entry.into + file.path, file.sha256) }
    if entry.into != .here, try store.files.status(entry.into) == nil {
      try store.files.makeFolder(entry.into.parent)
      try store.files.rename(staging, to: entry.into)
    } else {
      for folder in unpacked.folders { try store.files.makeFolder(entry.into + folder) }
      for file in unpacked.files {
        let target = entry.into + file.path
        try store.files.makeFolder(target.parent)
        try store.files.rename(staging + file.path, to: target)
      }
      try store.files.removeAll(staging)
    }
    return unpacked.files.map { DataRecord.File(path: entry.into + $0.path, sha256: $0.sha256) }
  }

  private func requireOurs(_ path: InnerPath, _ new: Digest) throws {
    guard let status = try store.files.status(path) else { return }
    if status.isFile {
      let digest = try store.files.digest(of: path)
      if digest == new || recorded[path] == digest { return }
    }
    throw DataFailure.inTheWay(name: entry.name, path: store.files.path(of: path))
  }

  private let recorded: [InnerPath: Digest]

  init(store: DataStore, entry: CatalogEntry, earlier: DataRecord?) {
    self.store = store
    self.entry = entry
    self.earlier = earlier
    recorded = Dictionary(
      (earlier?.files ?? []).map { ($0.path, $0.sha256) }, uniquingKeysWith: { first, _ in first })
  }
}
