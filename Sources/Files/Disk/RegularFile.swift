import Declarations
import Foundation

/// A file that may be anybody's, open for reading: only a regular one is opened.
package final class RegularFile: Sendable {
  package let path: String
  package let size: Int
  package let descriptor: Int32

  /// - Throws: `FileFailure` where the path leads to no regular file that can be read.
  package init(opening path: String, followsLink: Bool = true) throws {
    // To open a device may do something, and to open a pipe wakes who waits at its other end: so it is asked first.
    if let status = FileStatus(path) { try Self.require(status, path) }
    let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (followsLink ? 0 : O_NOFOLLOW)
    descriptor = open(path, flags)
    guard descriptor >= 0 else { throw FileFailure(.open, path, code: errno) }
    self.path = path
    do {
      guard let status = FileStatus(descriptor: descriptor) else {
        throw FileFailure(.read, path, code: errno)
      }
      try Self.require(status, path)
      size = status.size
    } catch {
      // An object that is not whole is not torn down.
      close(descriptor)
      throw error
    }
  }

  /// Nil where there is no regular file that can be read.
  package convenience init?(_ path: String, followsLink: Bool = true) {
    do {
      try self.init(opening: path, followsLink: followsLink)
    } catch {
      return nil
    }
  }

  deinit { close(descriptor) }

  private static func require(_ status: FileStatus, _ path: String) throws {
    if status.kind != .file {
      throw FileFailure(.read, path, code: status.kind == .folder ? EISDIR : EINVAL)
    }
  }

  /// Fills as much of `buffer` as the file has from `offset` on; gives the count of bytes.
  /// - Throws: `FileFailure`.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure(.read, path, code: errno) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// The bytes of the range, as far as the file has them and they can be read.
  package func bytes(at offset: Int, count: Int) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: min(count, size - offset)) { buffer, filled in
      filled = (try? read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)) ?? 0
    }
  }

  /// The whole content; nil where there is no regular file, or one of more than `most` bytes.
  package static func read(_ path: String, most: Int, followsLink: Bool = true) -> [UInt8]? {
    guard let file = RegularFile(path, followsLink: followsLink), file.size <= most else { return nil }
    return file.bytes(at: 0, count: file.size)
  }

  /// A short text without the white space at its end.
  package static func line(_ path: String, followsLink: Bool = true) -> String? {
    guard let bytes = read(path, most: 1 << 14, followsLink: followsLink),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      return nil
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
