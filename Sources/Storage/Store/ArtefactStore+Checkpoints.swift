import Contracts
import Files
import Foundation

/// What stages that take long leave on their way, by key: replaced whole, gone when the stage is done.
extension ArtefactStore {
  /// Hidden, for it is no artefact.
  private static let checkpoints = InnerPath(fixed: ".checkpoints")

  /// This user's own, where others keep theirs to themselves.
  private static var ownCheckpoints: InnerPath {
    (try? InnerPath(component: ".checkpoints-u\(geteuid())")) ?? checkpoints
  }

  /// The folder in which a checkpoint is, or goes.
  private func checkpointFolder(_ key: InnerPath) -> InnerPath {
    let shared = files.path(of: Self.checkpoints)
    return mayUse(shared, in: root) && mayUse(files.path(of: Self.checkpoints + key), in: shared)
      ? Self.checkpoints : Self.ownCheckpoints
  }

  /// Whether this user can read and replace it; one that is not there can be made.
  private func mayUse(_ path: String, in folder: String) -> Bool {
    guard geteuid() != 0 else { return true }
    guard let status = FileStatus(notFollowing: path) else { return errno != EACCES }
    let isFolder = status.kind == .folder
    guard Paths.allows(isFolder ? R_OK | W_OK | X_OK : R_OK, path) else { return false }
    guard !isFolder, let around = FileStatus(folder), around.isSticky else { return true }
    return [around.owner, status.owner].contains(geteuid())
  }

  private func checkpointPath(_ key: String) throws -> InnerPath {
    let key = try Self.path(of: key)
    return checkpointFolder(key) + key
  }

  /// Beside a checkpoint, which stage it is of.
  private func markPath(_ key: String) throws -> InnerPath {
    checkpointFolder(try Self.path(of: key)) + (try InnerPath(component: key + ".stage"))
  }

  /// A damaged checkpoint counts as none.
  ///
  /// - Parameter signature: what tells which stage it is of while its key cannot be told (`TaskKey.signature`).
  package func checkpoint(of key: String, signature: String? = nil) -> Checkpoint {
    Checkpoint(
      load: {
        for left in try staleCheckpoints() { try? files.removeFile(left) }
        return try files.readIfPresent(try checkpointPath(key)).flatMap(Self.unseal)
      },
      save: {
        let path = try checkpointPath(key)
        try SharedFolder.make(files.folder(path.parent))
        let mark = try markPath(key)
        if let signature, !files.isFile(mark) { try files.write(Array("\(signature)\n".utf8), to: mark) }
        try files.write(Self.seal($0), to: path, syncsFile: true)
      })
  }

  package func removeCheckpoint(of key: String) {
    for path in [try? checkpointPath(key), try? markPath(key)].compactMap({ $0 }) {
      try? files.removeFile(path)
    }
  }

  package struct CheckpointFile: Sendable {
    package let key: String
    /// Nil where it was not noted.
    package let signature: String?
    package let bytes: Int
  }

  /// The checkpoints that can be read, sorted by key.
  package func allCheckpoints() throws -> [CheckpointFile] {
    try checkpointFolders().flatMap { folder in
      try folder.names().filter { StoreContent.key(in: $0) == $0 }.compactMap { key in
        let place = try InnerPath(component: key)
        guard folder.isFile(place) else { return nil }
        let mark = (try? folder.readIfPresent(try InnerPath(component: key + ".stage"))) ?? nil
        return CheckpointFile(
          key: key,
          signature: mark.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) },
          bytes: folder.size(place))
      }
    }.sorted { $0.key < $1.key }
  }

  private func checkpointFolders() -> [InnerFolder] {
    [Self.checkpoints, Self.ownCheckpoints].filter {
      files.isFolder($0) && Paths.allows(R_OK | X_OK, files.path(of: $0))
    }.map { files.folder($0) }
  }

  /// Checkpoints that a killed process did not finish writing.
  func staleCheckpoints() throws -> [InnerPath] {
    try checkpointFolders().flatMap { folder in
      try folder.names().filter { TemporaryName.isStale($0, in: folder) }
        .map { folder.place + (try InnerPath(component: $0)) }
    }
  }

  /// The bytes behind their digest, so that damage shows.
  private static func seal(_ bytes: [UInt8]) -> [UInt8] { Array(Digest(of: bytes).hex.utf8) + bytes }

  private static func unseal(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count >= 64 else { return nil }
    let bytes = Array(sealed[64...])
    return Array(Digest(of: bytes).hex.utf8) == Array(sealed[..<64]) ? bytes : nil
  }
}
