import Declarations
import Execution
import Files

/// SHA-256 of data files: a plan reads each once as long as it does not change, a stage reads its files before it works
/// with them and after.
package final class FileDigests: Sendable {
  private struct Entry {
    let stamp: FileStamp
    let digest: String
  }

  private let known = Mutex<[ExactString: Entry]>([:])
  /// The first digest of each file in this process: what its plan was made with.
  private let first = Mutex<[ExactString: String]>([:])

  package init() {}

  /// For a plan: what is written to a file after it was taken is noticed by the stage that reads the file.
  package func digest(of path: String) throws -> String {
    if let entry = known.withLock({ $0[ExactString(path)] }), try FileStamp(of: path) == entry.stamp {
      return entry.digest
    }
    return try read(path).digest
  }

  /// The digest of what the file holds now, and its stamp.
  ///
  /// It is read whole each time: writing through a mapping need not change any time, and on tmpfs never does.
  package func read(_ path: String) throws -> (digest: String, stamp: FileStamp) {
    let key = ExactString(path)
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
