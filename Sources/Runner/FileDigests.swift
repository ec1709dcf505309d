import Digests
import Synchronization

/// SHA-256 of data files, each read once a process: a plan and the stage that reads the file ask for it.
package final class FileDigests: Sendable {
  package static let shared = FileDigests()

  private let known = Mutex<[String: String]>([:])

  package func digest(of path: String) throws -> String {
    if let digest = known.withLock({ $0[path] }) { return digest }
    let digest = try Digest(file: path).hex
    known.withLock { $0[path] = digest }
    return digest
  }
}
