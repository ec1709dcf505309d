import Contracts
import Foundation

/// What stages that take long leave on their way, by key: replaced whole, gone when the stage is done.
extension ArtefactStore {
  /// Hidden, for it is no artefact.
  private var checkpoints: String { "\(root)/.checkpoints" }

  private func checkpointPath(_ key: String) -> String { "\(checkpoints)/\(key)" }

  package func checkpoint(of key: String) -> Checkpoint {
    let (folder, path) = (checkpoints, checkpointPath(key))
    return Checkpoint(
      load: { try Disk.readIfPresent(path) },
      save: {
        try Disk.makeFolder(folder)
        try AtomicWriter(syncsFile: true).write($0, to: path)
      })
  }

  package func removeCheckpoint(of key: String) { unlink(checkpointPath(key)) }
}
