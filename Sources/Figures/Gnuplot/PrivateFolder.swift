import Declarations
import Foundation

/// A folder that nobody else can look into, made in this run and removed at its end.
final class PrivateFolder {
  let path: String

  /// - Throws: `FigureFailure.noScratch`.
  init() throws {
    if let named = getenv("TMPDIR"), String(validatingCString: named) == nil {
      throw FigureFailure.noScratch(
        folder: PlainText.escaped(String(cString: named)), reason: "its name, from TMPDIR, is not UTF-8")
    }
    let root = FileManager.default.temporaryDirectory.path
    var template = Array("\(root)/modgap-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FigureFailure.noScratch(folder: root, reason: String(cString: strerror(errno)))
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    ProcessGroup.note(folder: path, isThere: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    ProcessGroup.note(folder: path, isThere: false)
  }

  /// - Throws: `FigureFailure.scratchNotWritten`.
  func write(_ bytes: [UInt8], to name: String) throws {
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure(count < 0 ? errno : ENOSPC) }
        done += count
      }
    }
  }

  /// The content of a regular file; nil where there is none, or one of more than `most` bytes.
  func read(_ name: String, most: Int) -> [UInt8]? {
    let descriptor = open("\(path)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= most else {
      return nil
    }
    return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let read = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if read < 0, errno == EINTR { continue }
        guard read > 0 else { break }
        count += read
      }
    }
  }

  private func failure(_ code: Int32) -> FigureFailure {
    .scratchNotWritten(FileFailure(.write, path, code: code))
  }
}
