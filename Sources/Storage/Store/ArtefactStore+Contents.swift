import Declarations
import Files
import Foundation

/// What the store itself writes, by its names: all else in it is somebody else's, and is never removed.
enum StoreContent {
  /// Whether a file of this name can be of an artefact.
  static func isOwn(_ name: String) -> Bool {
    [StoredRecord.fileName, FamilyFile.name, ModelFile.name].contains(name) || isTable(name)
  }

  /// Whether a record may name a payload so.
  static func isPayload(_ name: String) -> Bool { isOwn(name) && name != StoredRecord.fileName }

  /// `table.csv`, `table1.csv`, …
  private static func isTable(_ name: String) -> Bool {
    guard name.hasBytes(first: "table"), name.hasBytes(last: ".csv") else { return false }
    return name.utf8.dropFirst(5).dropLast(4).allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The key of 64 hexadecimal digits that a name begins with, where all that follows is the mark of a user.
  static func key(in name: String) -> String? {
    let key = String(decoding: name.utf8.prefix(64), as: UTF8.self)
    guard Digest(hex: key) != nil, key.utf8.allSatisfy({ !(0x41...0x5A).contains($0) }) else { return nil }
    let rest = name.utf8.dropFirst(64)
    guard !rest.isEmpty else { return key }
    let isUser =
      rest.starts(with: "-u".utf8) && rest.count > 2
      && rest.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) }
    return isUser ? key : nil
  }

  /// What in an artefact's folder is not the store's; nil where all of it is.
  ///
  /// - Throws: `FileFailure` where the folder may not be read.
  static func stranger(in folder: InnerFolder) throws -> String? {
    try folder.names().first { name in
      guard isOwn(name), let inner = try? InnerPath(component: name) else { return true }
      return !folder.isFile(inner)
    }.map { "it contains `\($0)`, which does not belong to the store" }
  }

  /// Removes the store's files in a folder, and then the folder if it is empty.
  /// - Returns: whether nothing is left.
  static func remove(_ place: InnerPath, in files: InnerFolder) throws -> Bool {
    guard try files.status(place)?.isFolder == true else { return false }
    let folder = files.folder(place)
    for name in try folder.names() where isOwn(name) {
      let inner = try InnerPath(component: name)
      if folder.isFile(inner) { try folder.removeFile(inner) }
    }
    if files.removeEmptyFolder(place) { return true }
    guard try folder.names().isEmpty else { return false }
    throw FileFailure(.remove, folder.path, code: EACCES)
  }
}

extension ArtefactStore {
  /// Something in the store, by its name there.
  package struct Entry: Sendable {
    package enum Standing: Sendable {
      case found(StoredRecord)
      case damaged(ArtefactProblem)
      /// The store did not make it, or not all of it.
      case stranger(String)
      /// Another user's, who lets nobody read it.
      case unreadable(String)
    }

    package let name: String
    /// The artefact's key; the name where it has none.
    package let key: String
    package let standing: Standing
    package let bytes: Int
  }

  /// The sidecar that `StageTimings` keeps.
  package static let timingsName = "timings.json"

  /// All that is in the store but for its own housekeeping, sorted by name.
  package func entries() throws -> [Entry] {
    try files.names().compactMap { name in
      if name == Self.timingsName { return nil }
      if name.hasBytes(first: ".") {
        // Hidden files are nobody's business here, but for what is named as the store's unfinished work is.
        guard TemporaryName.isPrefix(of: name), !TemporaryName.isOwn(name) else { return nil }
        return Entry(name: name, key: name, standing: .stranger(Self.isNoPart), bytes: 0)
      }
      let key = StoreContent.key(in: name) ?? name
      let bytes = (try? InnerPath(component: name)).map { files.size($0) } ?? 0
      return Entry(name: name, key: key, standing: try standing(name, key), bytes: bytes)
    }
  }

  private static let isNoPart = "it does not belong to the store"

  private func standing(_ name: String, _ key: String) throws -> Entry.Standing {
    guard let place = try? InnerPath(component: name), files.isFolder(place), Self.isKey(key) else {
      return .stranger(Self.isNoPart)
    }
    do {
      if let stranger = try StoreContent.stranger(in: files.folder(place)) { return .stranger(stranger) }
      if try files.names(place).isEmpty { return .stranger("it is empty") }
      switch try lookup(key, in: name) {
      case .found(let record): return .found(record)
      case .damaged(let problem) where StoreContent.key(in: name) != nil: return .damaged(problem)
      case .damaged, .absent: return .stranger(Self.isNoPart)
      }
    } catch let failure as FileFailure where failure.isRefusal {
      let owner = FileOwner(files.path(of: place)).map { "\($0.name), mode \($0.mode)" } ?? "another user"
      return .unreadable("it belongs to \(owner), and this user is not allowed to read it")
    }
  }

  /// Removes an artefact by its name in the store, as far as it is the store's.
  /// - Throws: `FileFailure`.
  package func remove(_ entry: Entry) throws { try remove(named: entry.name) }

  /// What killed processes left unfinished: temporary folders that nobody works on any more.
  package func staleTemporaries() throws -> [(path: String, bytes: Int)] {
    try staleFiles().map { (files.path(of: $0), files.size($0)) }
  }

  private func staleFiles() throws -> [InnerPath] {
    try files.names().filter { TemporaryName.isStale($0, in: files) }.map { try InnerPath(component: $0) }
      .filter { files.isFolder($0) || files.isFile($0) } + staleCheckpoints()
  }

  /// Removes them, but for what the store did not put there; gives the bytes that became free.
  @discardableResult
  package func removeStaleTemporaries() throws -> Int {
    try staleFiles().reduce(0) { total, left in
      let bytes = files.size(left)
      if files.isFile(left) {
        try files.removeFile(left)
      } else if try !StoreContent.remove(left, in: files) {
        return total
      }
      return total.adding(bounded: bytes)
    }
  }
}
