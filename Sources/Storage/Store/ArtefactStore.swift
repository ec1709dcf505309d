import Contracts
import Digests
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

  /// Opens the store in a folder of results, creating it where it is missing.
  /// - Throws: `FileFailure` of kind `.io`.
  package init(results: String, syncs: Bool = true) throws {
    root = "\(results)/.store"
    self.syncs = syncs
    try Disk.makeFolder(root)
  }

  package func folder(of key: String) -> String { "\(root)/\(key)" }

  /// Reads the record under a key, and only that; its own digest is checked.
  /// - Throws: `StorageFailure.badKey`; `FileFailure` where the disk fails.
  package func lookup(_ key: String) throws -> Lookup {
    try Self.check(key)
    let folder = folder(of: key)
    guard let bytes = try Disk.readIfPresent("\(folder)/record.json") else {
      if access(folder, F_OK) != 0 { return .absent }
      return .damaged(ArtefactProblem(key: key, path: folder, detail: "it has no record"))
    }
    do {
      return .found(try StoredRecord.read(bytes, key: key, folder: folder))
    } catch StorageFailure.damaged(let problem) {
      return .damaged(problem)
    }
  }

  /// Compares every payload file with the size and the digest that the record states.
  ///
  /// Payloads inside the record were checked with it. With `readsContent` off only sizes are compared.
  /// - Throws: `FileFailure` where the disk fails; a missing file is a problem, not a failure.
  package func verify(_ record: StoredRecord, readsContent: Bool = true) throws -> [ArtefactProblem] {
    try record.payloads.filter { !$0.isInline }.compactMap { payload in
      let path = "\(record.folder)/\(payload.name)"
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return ArtefactProblem(key: record.key, path: path, detail: "the file is missing")
      }
      if status.st_size != payload.size {
        let detail = "it has \(status.st_size) bytes, and its record says \(payload.size)"
        return ArtefactProblem(key: record.key, path: path, detail: detail)
      }
      guard readsContent, try Digest(file: path) != payload.digest else { return nil }
      return ArtefactProblem(key: record.key, path: path, detail: Self.wrongDigest)
    }
  }

  static let wrongDigest = "its bytes do not have the digest that its record states"

  /// Removes the artefact under a key; one that is not there is fine.
  package func remove(_ key: String) throws {
    try Self.check(key)
    let aside = "\(root)/\(TemporaryName.next())"
    guard Glibc.rename(folder(of: key), aside) == 0 else {
      if errno == ENOENT { return }
      throw FileFailure(.remove, folder(of: key), code: errno)
    }
    try Disk.remove(aside)
  }

  /// Makes the names of all artefacts saved so far durable; once at the end of a run is enough, for what
  /// a power failure takes is computed again.
  package func sync() throws {
    if syncs { try Disk.syncFolder(root) }
  }

  /// Whether an artefact may be called so.
  package static func isKey(_ name: String) -> Bool { (try? check(name)) != nil }

  /// Removes what lies in the store and does not belong to it.
  package func removeStranger(_ name: String) throws {
    guard !name.utf8.contains(UInt8(ascii: "/")), !name.hasBytes(first: ".") else { return }
    try Disk.remove("\(root)/\(name)")
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

// MARK: - The whole store

extension ArtefactStore {
  /// Everything in the store: by key, what its record says and the bytes it takes.
  package struct Entry: Sendable {
    package let key: String
    package let lookup: Lookup
    package let bytes: Int
  }

  /// All artefacts, sorted by key.
  package func allRecords() throws -> [Entry] {
    try Disk.names(in: root).filter { !$0.hasBytes(first: ".") }.map { key in
      let lookup = try (try? Self.check(key)) == nil ? .damaged(stranger(key)) : lookup(key)
      return Entry(key: key, lookup: lookup, bytes: Disk.size(of: folder(of: key)))
    }
  }

  private func stranger(_ name: String) -> ArtefactProblem {
    ArtefactProblem(key: name, path: folder(of: name), detail: "it does not belong to the store")
  }

  /// What killed processes left unfinished: temporary folders that nobody works on any more.
  package func staleTemporaries() throws -> [(path: String, bytes: Int)] {
    try Disk.names(in: root).filter { name in
      name.hasPrefix(TemporaryName.prefix) && TemporaryName.isStale(name, in: root)
    }.map { ("\(root)/\($0)", Disk.size(of: "\(root)/\($0)")) } + staleCheckpoints()
  }

  /// Removes them; gives the bytes that became free.
  @discardableResult
  package func removeStaleTemporaries() throws -> Int {
    try staleTemporaries().reduce(0) { total, left in
      try Disk.remove(left.path)
      return total + left.bytes
    }
  }
}
