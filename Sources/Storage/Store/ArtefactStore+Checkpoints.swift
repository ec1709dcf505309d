import Contracts
import Digests
import Foundation

/// What stages that take long leave on their way, by key: replaced whole, gone when the stage is done.
extension ArtefactStore {
  /// Hidden, for it is no artefact.
  private var checkpoints: String { "\(root)/.checkpoints" }

  private func checkpointPath(_ key: String) -> String { "\(checkpoints)/\(key)" }

  /// A damaged checkpoint counts as none.
  package func checkpoint(of key: String) -> Checkpoint {
    let (folder, path) = (checkpoints, checkpointPath(key))
    return Checkpoint(
      load: {
        for left in try staleCheckpoints() { unlink(left.path) }
        return try Disk.readIfPresent(path).flatMap(Self.unseal)
      },
      save: {
        try Disk.makeFolder(folder)
        try AtomicWriter(syncsFile: true).write(Self.seal($0), to: path)
      })
  }

  package func removeCheckpoint(of key: String) { unlink(checkpointPath(key)) }

  /// The keys that have a checkpoint, sorted, with the bytes that each takes.
  package func allCheckpoints() throws -> [(key: String, bytes: Int)] {
    guard access(checkpoints, F_OK) == 0 else { return [] }
    return try Disk.names(in: checkpoints).filter { !$0.hasPrefix(".") }.sorted().map {
      ($0, Disk.size(of: checkpointPath($0)))
    }
  }

  /// Checkpoints that somebody was killed writing.
  func staleCheckpoints() throws -> [(path: String, bytes: Int)] {
    guard access(checkpoints, F_OK) == 0 else { return [] }
    return try Disk.names(in: checkpoints).filter {
      $0.hasPrefix(TemporaryName.prefix) && TemporaryName.isStale($0, in: checkpoints)
    }.map { ("\(checkpoints)/\($0)", Disk.size(of: "\(checkpoints)/\($0)")) }
  }

  /// The bytes behind their digest, so that damage shows.
  private static func seal(_ bytes: [UInt8]) -> [UInt8] { Array(Digest(of: bytes).hex.utf8) + bytes }

  private static func unseal(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count >= 64 else { return nil }
    let bytes = Array(sealed[64...])
    return Array(Digest(of: bytes).hex.utf8) == Array(sealed[..<64]) ? bytes : nil
  }
}
