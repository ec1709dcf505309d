import Contracts
import Declarations
import Files
import Foundation

/// The cache: immutable artefacts by key, in `<results>/.store/<key>/`.
///
/// An artefact is written into a temporary folder, synced, and renamed to its key, so that it is there
/// as a whole or not at all. Everything carries a digest; damage is found, reported as data, and mended
/// by computing the artefact again.
package struct ArtefactStore: Sendable {
  /// What there is under a key.
  package enum Lookup: Sendable {
    case absent
    case found(StoredRecord)
    case damaged(ArtefactProblem)
  }

  /// The folder `.store`.
  package let root: String
  /// Whether files are synced before they are believed; off only in tests and benchmarks.
  package let syncs: Bool
  /// Those that embeddings which are stored may have.
  let transforms: TransformCatalog

  /// Opens the store in a folder of results, creating it where it is missing.
  /// - Throws: `FileFailure` of kind `.io`; `StorageFailure.notAStore` where `.store` is a link to something else.
  package init(results: String, transforms: TransformCatalog, syncs: Bool = true) throws {
    root = "\(results)/.store"
    self.syncs = syncs
    self.transforms = transforms
    try Disk.makeFolder(root)
    if let target = Disk.linkTarget(of: root), let stranger = try Self.stranger(in: root) {
      throw StorageFailure.notAStore(link: root, target: target, holds: stranger)
    }
    // Leases are made, and those of the dead removed, where they are: nowhere else.
    try InnerFolder(root: root).refuseLink(InnerPath(fixed: ".leases"))
  }

  /// What shows that a folder that a link leads to is no store; nil where it is one, or is empty and may become one.
  ///
  /// Whoever made the folder of results may have made the link, to any folder of the user's. Every store has the
  /// folder of its leases from its first run on, and nothing else has one.
  private static func stranger(in path: String) throws -> String? {
    let names = try Disk.names(in: path)
    let folder = InnerFolder(root: path)
    guard !folder.isFolder(InnerPath(fixed: ".leases")) else { return nil }
    return names.first
  }

  /// The store's files: what leads out of it is refused.
  package var files: InnerFolder { InnerFolder(root: root) }

  package func folder(of key: String) -> String { "\(root)/\(key)" }

  /// The files of a record, in its folder.
  func files(of record: StoredRecord) throws -> InnerFolder {
    files.folder(try InnerPath(component: PathBytes.name(of: record.folder)))
  }

  /// Reads the record under a key, and only that; its own digest is checked.
  ///
  /// What another user made and keeps to himself is looked for in one's own copy (`ownName`).
  /// - Throws: `StorageFailure.badKey`; `FileFailure` where the disk fails.
  package func lookup(_ key: String) throws -> Lookup {
    try Self.check(key)
    let shared = Result { try lookup(key, in: key) }
    if case .success(.found) = shared { return try shared.get() }
    if case .success(.absent) = shared { return .absent }
    if case .found(let own)? = try? lookup(key, in: Self.ownName(of: key)) { return .found(own) }
    do {
      return try shared.get()
    } catch let failure as FileFailure where failure.isRefusal {
      return .absent
    }
  }

  /// - Throws: `FileFailure` where the disk fails, or where a part may not be read.
  func lookup(_ key: String, in name: String) throws -> Lookup {
    let place = try InnerPath(component: name)
    let folder = files.path(of: place)
    let found: [UInt8]?
    do {
      found = try files.readIfPresent(place + InnerPath(fixed: "record.json"))
    } catch let failure as FileFailure where [EINVAL, EISDIR, EFBIG, ENXIO].contains(failure.code) {
      // A folder, a pipe, or more than any record has: it is none.
      return .damaged(
        ArtefactProblem(key: key, path: folder, detail: "its record is not a readable file"))
    }
    guard let bytes = found else {
      if try files.status(place) == nil { return .absent }
      return .damaged(ArtefactProblem(key: key, path: folder, detail: "it has no record"))
    }
    do {
      let record = try StoredRecord.read(bytes, key: key, folder: folder)
      for payload in record.payloads where !payload.isInline {
        let path = "\(folder)/\(payload.name)"
        try Paths.requireReadable(path)
      }
      return .found(record)
    } catch StorageFailure.damaged(let problem) {
      return .damaged(problem)
    }
  }

  /// Compares every payload file with the size and the digest that the record states, and tables with what it says of
  /// them: whoever writes a record can give it any digests.
  ///
  /// Payloads inside the record were checked with it. With `readsContent` off only sizes are compared.
  /// - Throws: `FileFailure` where the disk fails; a missing file is a problem, not a failure.
  package func verify(_ record: StoredRecord, readsContent: Bool = true) throws -> [ArtefactProblem] {
    let problems = try verifyFiles(record, readsContent)
    guard readsContent, problems.isEmpty else { return problems }
    do {
      for (stored, table) in zip(record.tables, try loadTables(record)) {
        guard table.table.rowCount != stored.rows || table.table.columnNames != stored.columns.map(\.name)
        else {
          continue
        }
        return [
          ArtefactProblem(
            key: record.key, path: record.folder, detail: "a table differs from its record")
        ]
      }
      return []
    } catch StorageFailure.damaged(let problem) {
      return [problem]
    } catch let failure as FileFailure {
      throw failure
    } catch {
      return [ArtefactProblem(key: record.key, path: record.folder, detail: "its tables cannot be decoded")]
    }
  }

  private func verifyFiles(_ record: StoredRecord, _ readsContent: Bool) throws -> [ArtefactProblem] {
    let files = try files(of: record)
    return try record.payloads.filter { !$0.isInline }.compactMap { payload in
      let inner = try InnerPath(component: payload.name)
      let path = files.path(of: inner)
      try files.refuseLink(inner, .read)
      guard let status = try files.status(inner), status.isFile else {
        return ArtefactProblem(key: record.key, path: path, detail: "the file is missing")
      }
      if status.st_size != payload.size {
        let detail = "it has \(status.st_size) bytes, but its record says \(payload.size)"
        return ArtefactProblem(key: record.key, path: path, detail: detail)
      }
      guard readsContent, try files.digest(of: inner) != payload.digest else { return nil }
      return ArtefactProblem(key: record.key, path: path, detail: Self.wrongDigest)
    }
  }

  static let wrongDigest = "its bytes do not have the digest that its record states"

  /// Removes the artefact in a folder of the store; one that is not there is fine.
  ///
  /// What the store did not put there is not removed: it stays as `left-…`.
  func remove(named name: String) throws {
    let aside = try InnerPath(component: TemporaryName.next())
    let place = try InnerPath(component: name)
    do {
      try files.rename(place, to: aside)
    } catch let failure as FileFailure {
      if failure.code == ENOENT { return }
      throw FileFailure(.remove, files.path(of: place), code: failure.code)
    }
    guard try !StoreContent.remove(aside, in: files) else { return }
    let mark = String(UInt32.random(in: .min ... .max), radix: 16)
    try files.rename(aside, to: try InnerPath(component: "left-\(name)-\(mark)"))
  }

  /// Removes the artefact under a key; one that is not there is fine.
  package func remove(_ key: String) throws {
    try Self.check(key)
    try remove(named: key)
  }

  /// Makes the names of all artefacts saved so far durable; once at the end of a run is enough, for what
  /// a power failure takes is computed again.
  package func sync() throws {
    if syncs { try files.sync() }
  }

  /// Whether an artefact may be called so.
  package static func isKey(_ name: String) -> Bool { (try? check(name)) != nil }

  static func path(of key: String) throws -> InnerPath {
    try check(key)
    return try InnerPath(component: key)
  }

  /// Keys become names of folders.
  static func check(_ key: String) throws {
    let isSafe = key.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
    if !isSafe || key.isEmpty || key.utf8.count > 128 { throw StorageFailure.badKey(key) }
  }
}
