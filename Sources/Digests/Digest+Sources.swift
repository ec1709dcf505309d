import Contracts
import Foundation

extension Digest {
  package init(of bytes: UnsafeRawBufferPointer) {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  package init(of bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { Digest(of: $0) }
  }

  package init(of data: Data) {
    self = data.withUnsafeBytes { Digest(of: $0) }
  }

  /// The digest of the text's UTF-8 bytes.
  package init(of text: some StringProtocol) {
    var hasher = SHA256Hasher()
    hasher.update(text)
    self = hasher.finish()
  }

  /// The digest of a regular file's bytes, read in pieces of 1 MiB.
  ///
  /// - Throws: `FileFailure` where there is no such file, it is not a regular one, or cannot be read.
  package init(file path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileFailure(.open, path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFailure(.read, path, code: errno) }
    let type = status.st_mode & S_IFMT
    guard type == S_IFREG else { throw FileFailure(.read, path, code: type == S_IFDIR ? EISDIR : EINVAL) }
    self = try Self.digest(ofDescriptor: descriptor, path: path)
  }

  private static func digest(ofDescriptor descriptor: Int32, path: String) throws -> Digest {
    var hasher = SHA256Hasher()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure(.read, path, code: errno) }
      if count == 0 { return hasher.finish() }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
    }
  }
}
