import Foundation

/// A pipe whose first bytes are kept; the others are read so that the writer goes on, and dropped.
final class BoundedPipe {
  private(set) var bytes: [UInt8] = []
  private(set) var writingEnd: Int32 = -1
  private var readingEnd: Int32 = -1
  private let most: Int
  private var piece = [UInt8](repeating: 0, count: 1 << 14)

  /// - Throws: `ChildProgram.NotStarted`.
  init(_ most: Int) throws {
    self.most = most
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ChildProgram.NotStarted(code: errno) }
    (readingEnd, writingEnd) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(readingEnd, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeWritingEnd()
    closeReadingEnd()
  }

  func closeWritingEnd() {
    if writingEnd >= 0 { close(writingEnd) }
    writingEnd = -1
  }

  private func closeReadingEnd() {
    if readingEnd >= 0 { close(readingEnd) }
    readingEnd = -1
  }

  /// Reads what is there, and waits for nothing.
  func drain() {
    // A writer that never stops is not followed for ever.
    for _ in 0..<256 where readingEnd >= 0 {
      let count = read(readingEnd, &piece, piece.count)
      if count > 0 {
        bytes += piece.prefix(min(count, most - bytes.count))
      } else if count == 0 {
        closeReadingEnd()
      } else if errno != EINTR {
        return
      }
    }
  }

  /// Waits until one of them has something to read, and reads it.
  static func wait(for pipes: [BoundedPipe], milliseconds: Int32) {
    var polled = pipes.map { pollfd(fd: $0.readingEnd, events: Int16(POLLIN), revents: 0) }
    poll(&polled, nfds_t(polled.count), milliseconds)
    for pipe in pipes { pipe.drain() }
  }
}
