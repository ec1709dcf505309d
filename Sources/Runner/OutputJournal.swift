import Execution
import Files
import Storage

/// Notes each file of a results folder that is about to be written, by its digest, and each that was, by size and
/// time, in `.state/writing` until the ledger has them.
///
/// A run that is killed before it writes its ledger leaves the journal, so that the next run knows which files are
/// of a plan that may be no more.
final class OutputJournal: Sendable {
  enum Mark: Sendable, Equatable {
    /// About to be written.
    case announced(digest: String)
    case written(size: Int, modified: Int)
  }

  struct Line: Sendable, Equatable {
    let path: String
    let mark: Mark
  }

  static let file = InnerPath(fixed: ".state/writing")

  /// What runs that were killed noted.
  let left: [Line]
  private let files: InnerFolder
  /// Whether the file holds whole lines, `left` among them: a kill may have cut the last one off.
  private let isOpen = Mutex(false)

  /// - Throws: `FileFailure`.
  init(_ files: InnerFolder) throws {
    self.files = files
    left = Self.lines(try files.readIfPresent(Self.file) ?? [])
  }

  /// - Throws: `FileFailure`.
  func note(_ path: String, _ mark: Mark) throws {
    let line = Line(path: path, mark: mark)
    try isOpen.withLock { isOpen in
      if isOpen { return try files.append(Self.bytes([line]), to: Self.file) }
      try files.write(Self.bytes(left + [line]), to: Self.file)
      isOpen = true
    }
  }

  /// The ledger has everything.
  /// - Throws: `FileFailure`.
  func end() throws {
    // A folder that is only read has none, and need not be writable.
    if files.isFile(Self.file) { try files.removeFile(Self.file) }
  }

  private static func bytes(_ lines: [Line]) -> [UInt8] {
    lines.flatMap { line in
      switch line.mark {
      case .announced(let digest): Array("announced \(digest) \(line.path)\n".utf8)
      case .written(let size, let modified): Array("written \(size):\(modified) \(line.path)\n".utf8)
      }
    }
  }

  /// The lines that are whole.
  private static func lines(_ bytes: [UInt8]) -> [Line] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .compactMap { line in
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        let path = String(parts[2])
        if parts[0] == "announced" { return Line(path: path, mark: .announced(digest: String(parts[1]))) }
        let numbers = parts[1].split(separator: ":").compactMap { Int($0) }
        guard parts[0] == "written", numbers.count == 2 else { return nil }
        return Line(path: path, mark: .written(size: numbers[0], modified: numbers[1]))
      }
  }
}
