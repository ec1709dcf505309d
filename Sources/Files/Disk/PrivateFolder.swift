import Declarations
import Execution
import Foundation

/// A folder that nobody else can look into, made in this run and removed at its end.
package final class PrivateFolder: Sendable {
  package let path: String

  /// Why there is none.
  package struct Refusal: Error {
    package let folder: String
    package let reason: String
  }

  private static let existing = Mutex<Set<String>>([])

  /// - Throws: `Refusal`.
  package init() throws(Refusal) {
    if let named = getenv("TMPDIR"), String(validatingCString: named) == nil {
      throw Refusal(
        folder: PlainText.escaped(String(cString: named)), reason: "its name, from TMPDIR, is not UTF-8")
    }
    let root = FileManager.default.temporaryDirectory.path
    var template = Array("\(root)/modgap-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Refusal(folder: root, reason: String(cString: strerror(errno)))
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.path = path
    Self.existing.withLock { _ = $0.insert(path) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    Self.existing.withLock { _ = $0.remove(path) }
  }

  /// For whoever ends this program at once: removes all of them.
  package static func removeAll() {
    for path in existing.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
  }

  /// - Throws: `FileFailure`.
  package func write(_ bytes: [UInt8], to name: String) throws {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileFailure(.write, file, code: errno) }
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { try Disk.write($0, to: descriptor, path: file) }
  }

  /// The content of a regular file; nil where there is none, or one of more than `most` bytes.
  package func read(_ name: String, most: Int) -> [UInt8]? {
    RegularFile.read("\(path)/\(name)", most: most, followsLink: false)
  }
}
