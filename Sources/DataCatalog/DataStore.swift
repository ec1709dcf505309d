import Declarations
import Execution
import Files
import Foundation

/// The folder of data: what was got, and beside it, in `.modgap`, what is known of it.
///
///     data/coco/val2017/…             what an entry unpacks to
///     data/.modgap/NAME.json          its record: SHA-256 and size of the download, and where it came from
///     data/.modgap/NAME.sha256        SHA-256 of each of its files, as `sha256sum -c` reads it
///     data/.modgap/NAME.part          a download that is not finished, or not unpacked
package struct DataStore: Sendable {
  static let housekeeping = ".modgap"

  package let files: InnerFolder

  /// Of `modgap data`, which name the catalogue and this folder, where they are not the usual ones.
  private let options: [String]

  package init(_ path: String, options: [String] = []) {
    files = InnerFolder(root: path)
    self.options = options
  }

  /// The command that gets an entry into this folder.
  func getCommand(_ entry: CatalogEntry, _ more: [String] = []) -> ShellCommand {
    ShellCommand(["modgap", "data", "get", entry.name] + options + more)
  }

  package var path: String { files.root }

  /// Where the entry's file or folder is, or will be.
  package func path(of entry: CatalogEntry) -> String { files.path(of: entry.into) }

  func own(_ entry: CatalogEntry, _ suffix: String) throws -> InnerPath {
    try InnerPath("\(Self.housekeeping)/\(entry.name).\(suffix)")
  }

  /// Where the record is, for messages.
  package func recordPath(of entry: CatalogEntry) -> String {
    (try? own(entry, "json")).map(files.path(of:)) ?? path
  }

  /// Whether there is something at the entry's place, of the kind that it says.
  package func isHere(_ entry: CatalogEntry) -> Bool {
    if entry.unpack == .none { return files.isFile(entry.into) }
    // Several archives may be unpacked into one folder: which of them is there, only its record says.
    if entry.into == .here { return (try? record(of: entry)) ?? nil != nil }
    return files.isFolder(entry.into)
  }

  /// Waits for other processes that get this entry.
  /// - Throws: `FileFailure`; `Cancelled`.
  func lock(
    _ entry: CatalogEntry, cancellation: Cancellation, whileWaiting tell: () -> Void
  ) throws -> FileLock {
    try SharedFolder.make(files.folder(InnerPath(component: Self.housekeeping)))
    let name = try own(entry, "lock")
    var hasTold = false
    while true {
      if let lock = try FileLock(name, in: files) { return lock }
      if !hasTold { tell() }
      hasTold = true
      try cancellation.check()
      usleep(100_000)
    }
  }
}

/// What was recorded of an entry when it was got.
package struct DataRecord: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    let path: InnerPath
    let sha256: Digest
  }

  /// Of the download.
  package let sha256: Digest
  package let size: Int
  /// The URL or the file that it came from; what was there before it was recorded has none.
  package let source: String?
  package let files: [File]
}

extension DataStore {
  /// What is recorded of an entry; nil where nothing is.
  /// - Throws: `FileFailure`; `DataFailure.badRecord`.
  package func record(of entry: CatalogEntry) throws -> DataRecord? {
    guard let bytes = try files.readIfPresent(own(entry, "json")) else { return nil }
    let bad = DataFailure.badRecord(
      name: entry.name, path: recordPath(of: entry), command: getCommand(entry))
    guard let value = try? JSONReader.value(bytes), value["format"]?.string == "modgap-data-record",
      let digest = value["sha256"]?.string.flatMap({ Digest(hex: $0) }),
      let size = value["size"]?.integer, let count = value["files"]?.integer,
      let list = try files.readIfPresent(own(entry, "sha256"))
    else { throw bad }
    let recorded = try Self.lines(list).map { line in
      guard let file = Self.file(line) else { throw bad }
      return file
    }
    guard recorded.count == count, count > 0 else { throw bad }
    return DataRecord(
      sha256: digest, size: size, source: value["source"]?.string, files: recorded)
  }

  private static func lines(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  private static func file(_ line: Substring) -> DataRecord.File? {
    guard line.utf8.count > 66, let digest = Digest(hex: line.prefix(64)),
      let path = try? InnerPath(String(line.dropFirst(66)))
    else { return nil }
    return DataRecord.File(path: path, sha256: digest)
  }

  /// The list comes first: a record whose list is not there would be damaged.
  func write(_ record: DataRecord, of entry: CatalogEntry) throws {
    let sorted = record.files.sorted { $0.path.description.isExactlyBefore($1.path.description) }
    let list = sorted.map { "\($0.sha256.hex)  \($0.path)\n" }.joined()
    try files.write(Array(list.utf8), to: own(entry, "sha256"), syncsFile: true)
    let value = JSONValue.object([
      "format": "modgap-data-record", "version": 1, "name": .string(entry.name),
      "sha256": .string(record.sha256.hex), "size": .number(Double(record.size)),
      "source": record.source.map { .string($0) } ?? .null, "files": .number(Double(record.files.count)),
    ])
    try files.write(Array(value.pretty.utf8), to: own(entry, "json"), syncsFile: true, syncsFolder: true)
  }
}
