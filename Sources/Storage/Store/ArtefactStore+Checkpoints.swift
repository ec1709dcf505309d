import Contracts
import Digests
import Foundation

/// What stages that take long leave on their way, by key: replaced whole, gone when the stage is done.
extension ArtefactStore {
  /// Hidden, for it is no artefact.
  private var checkpoints: InnerPath { InnerPath(fixed: ".checkpoints") }

  private func checkpointPath(_ key: String) throws -> InnerPath { checkpoints + (try Self.path(of: key)) }

  /// A damaged checkpoint counts as none.
  package func checkpoint(of key: String) -> Checkpoint {
    Checkpoint(
      load: {
        for left in try staleCheckpoints() { try? files.removeFile(left) }
        return try files.readIfPresent(try checkpointPath(key)).flatMap(Self.unseal)
      },
      save: { try files.write(Self.seal($0), to: try checkpointPath(key), syncsFile: true) })
  }

  package func removeCheckpoint(of key: String) {
    if let path = try? checkpointPath(key) { try? files.removeFile(path) }
  }

  /// The keys that have a checkpoint, sorted, with the bytes that each takes.
  package func allCheckpoints() throws -> [(key: String, bytes: Int)] {
    try files.names(checkpoints).filter { Self.isKey($0) }.map {
      ($0, files.size(try checkpointPath($0)))
    }
  }

  /// Checkpoints that somebody was killed writing.
  func staleCheckpoints() throws -> [InnerPath] {
    let folder = files.folder(checkpoints)
    return try folder.names().filter {
      TemporaryName.isPrefix(of: $0) && TemporaryName.isStale($0, in: folder)
    }.map { checkpoints + (try InnerPath(component: $0)) }
  }

  /// The bytes behind their digest, so that damage shows.
  private static func seal(_ bytes: [UInt8]) -> [UInt8] { Array(Digest(of: bytes).hex.utf8) + bytes }

  private static func unseal(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count >= 64 else { return nil }
    let bytes = Array(sealed[64...])
    return Array(Digest(of: bytes).hex.utf8) == Array(sealed[..<64]) ? bytes : nil
  }
}
