import Declarations
import Foundation

/// A file that may be anybody's: only a regular one is opened, and only as much read of it as it may have.
package final class RegularFile: Sendable {
  package let size: Int
  private let descriptor: Int32

  /// Nil where there is no regular file.
  package init?(_ path: String, followsLink: Bool = true) {
    // To open a device may do something: what it is is asked first.
    guard Paths.isRegular(path) else { return nil }
    let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (followsLink ? 0 : O_NOFOLLOW)
    let descriptor = open(path, flags)
    guard descriptor >= 0 else { return nil }
    guard let status = FileStatus(descriptor: descriptor), status.kind == .file else {
      close(descriptor)
      return nil
    }
    (self.descriptor, size) = (descriptor, status.size)
  }

  deinit { close(descriptor) }

  /// The bytes of the range, as far as the file has them.
  package func bytes(at offset: Int, count: Int) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: min(count, size - offset)) { buffer, filled in
      while filled < buffer.count {
        let read = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, off_t(offset + filled))
        if read < 0, errno == EINTR { continue }
        guard read > 0 else { break }
        filled += read
      }
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
