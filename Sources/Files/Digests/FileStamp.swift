import Declarations
import Foundation

/// What proves that a file has not changed: which file it is, its length, and when its content and its entry
/// last changed. Whoever writes to it, replaces it or gives it another time changes `changed`, which nobody can
/// set.
package struct FileStamp: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
  let size: Int64
  /// Nanoseconds since 1970.
  let modified: Int64
  let changed: Int64

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
  }

  /// - Throws: `FileFailure` where there is no such file.
  package init(of path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileFailure(.open, path, code: errno) }
    self.init(status)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Waits until another change would show: a file system's clock goes in steps of some milliseconds, an old
  /// one's of two seconds, and two changes within a step leave the same times.
  func settle() {
    let isCoarse = changed % 1_000_000_000 == 0 && modified % 1_000_000_000 == 0
    let step: Int64 = isCoarse ? 2_100_000_000 : 30_000_000
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let left = changed &+ step &- Self.nanoseconds(now)
    if left > 0 { usleep(UInt32(min(left, step) / 1000)) }
  }
}

/// A file that somebody writes to all the time.
struct FileIsBeingWritten: Failure {
  let path: String
  package var kind: FailureKind { .invalidInput }
  package var message: String {
    "\(path) changes while it is read; wait until the program that writes it has ended, then run the same command again"
  }
}

extension Digest {
  /// The digest of a file's content, and what proves later that it is still the same.
  ///
  /// - Throws: `FileFailure` as `init(file:)`; `FileIsBeingWritten` where it changes each time that it is read.
  package static func stamped(file path: String) throws -> (digest: Digest, stamp: FileStamp) {
    for _ in 0..<4 {
      try FileStamp(of: path).settle()
      let before = try FileStamp(of: path)
      let digest = try Digest(file: path)
      if try FileStamp(of: path) == before { return (digest, before) }
    }
    throw FileIsBeingWritten(path: path)
  }
}
