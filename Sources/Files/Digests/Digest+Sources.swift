import Declarations
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
    let file = try RegularFile(opening: path)
    self = try withExtendedLifetime(file) { try Digest(ofDescriptor: file.descriptor, path: path) }
  }

  /// The digest of what an open file has from where it stands to its end.
  /// - Parameter path: for the message where it cannot be read.
  package init(ofDescriptor descriptor: Int32, path: String) throws {
    var hasher = SHA256Hasher()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure(.read, path, code: errno) }
      if count == 0 { break }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
    }
    self = hasher.finish()
  }
}
