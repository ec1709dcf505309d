import Declarations
import Foundation

/// A file that one process at a time has locked. The system unlocks it when the process ends, however that ends.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Nil while another process has it.
  /// - Throws: `FileFailure` where there can be no such file, or it cannot be locked on this file system.
  package init?(_ inner: InnerPath, in folder: InnerFolder) throws {
    let file = try folder.openForAll(inner)
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      // The object is not whole yet, so its end closes nothing.
      close(file)
      if code == EWOULDBLOCK { return nil }
      throw FileFailure(.write, folder.path(of: inner), code: code)
    }
    descriptor = file
  }

  deinit { close(descriptor) }
}
