import Contracts
import Digests
import Synchronization

/// SHA-256 of data files, each read once as long as it does not change: a plan and the stage that reads the
/// file ask for it.
package final class FileDigests: Sendable {
  package static let shared = FileDigests()

  private struct Entry {
    let stamp: FileStamp
    let digest: String
  }

  private let known = Mutex<[ExactString: Entry]>([:])
  /// The first digest of each file in this process: what its plan was made with.
  private let first = Mutex<[ExactString: String]>([:])

  package init() {}

  package func digest(of path: String) throws -> String { try read(path).digest }

  /// The digest, and the stamp that the file had when it was taken and has now.
  func read(_ path: String) throws -> (digest: String, stamp: FileStamp) {
    let key = ExactString(path)
    if let entry = known.withLock({ $0[key] }), try FileStamp(of: path) == entry.stamp {
      return (entry.digest, entry.stamp)
    }
    let (digest, stamp) = try Digest.stamped(file: path)
    known.withLock { $0[key] = Entry(stamp: stamp, digest: digest.hex) }
    first.withLock { if $0[key] == nil { $0[key] = digest.hex } }
    return (digest.hex, stamp)
  }

  /// Whether the file is known to have had another content in this process.
  func isOther(_ digest: String, than path: String) -> Bool {
    first.withLock { $0[ExactString(path)].map { $0 != digest } ?? false }
  }
}
