import Declarations
import Execution
import Files

/// Gets entries of a catalogue: download or copy, verify, unpack, move to its place, record.
package struct DataGetter: Sendable {
  package let catalog: DataCatalog
  package let store: DataStore
  package let how: Acquisition

  package init(catalog: DataCatalog, store: DataStore, how: Acquisition) {
    (self.catalog, self.store, self.how) = (catalog, store, how)
  }

  package enum Result: String, Sendable {
    case got
    /// It was there, as it should be.
    case here
    /// It was there, and nothing was known of it.
    case recorded
  }

  /// Where it ends early, nothing of the entry is in its place, and what was downloaded is kept for the next time.
  ///
  /// - Throws: `DataFailure`, `ArchiveFailure`, `FileFailure`, `Cancelled`.
  package func get(_ entry: CatalogEntry) throws -> Result {
    let lock = try store.lock(entry, cancellation: how.cancellation) {
      how.tell(.notice("\(entry.name): another process gets it; waiting until it has ended"))
    }
    return try withExtendedLifetime(lock) { try getLocked(entry) }
  }

  private func getLocked(_ entry: CatalogEntry) throws -> Result {
    let check = try DataCheck(entry, in: store, catalog: catalog.path, cancellation: how.cancellation)
    let record = try store.record(of: entry)
    switch check.state {
    case .whole where check.isRecorded: return .here
    case .whole, .unrecorded:
      if entry.unpack == .none { return try recordWhatIsThere(entry) }
      how.tell(
        .notice(
          "\(entry.name): \(store.path(of: entry)) is there already, but was never recorded; the archive is got again, and "
            + "compared with it"))
    case .changed:
      // Another file that the catalogue wants by now replaces the one that was got, and has not changed since.
      if !(check.isRecorded && check.expectation == .catalogue(catalog.path)), let path = check.changed.first
      {
        throw DataFailure.changed(
          name: entry.name, path: path, by: check.expectation ?? .catalogue(catalog.path),
          command: store.getCommand(entry))
      }
    case .absent, .missing: break
    }
    let part = try PartialFile(entry, in: store)
    let expected = ExpectedFile(entry, record: record, in: store, catalog: catalog.path)
    let source = try fetch(entry, part, expected)
    let written = try publish(entry, part, record, source)
    try store.write(
      DataRecord(sha256: written.download, size: written.size, source: source, files: written.files),
      of: entry)
    try part.remove()
    return .got
  }

  private func recordWhatIsThere(_ entry: CatalogEntry) throws -> Result {
    let digest = try store.files.digest(of: entry.into)
    let size = try store.files.status(entry.into).map { Int($0.st_size) } ?? 0
    try store.write(
      DataRecord(
        sha256: digest, size: size, source: nil, files: [.init(path: entry.into, sha256: digest)]),
      of: entry)
    return .recorded
  }

  /// - Returns: where it came from.
  private func fetch(_ entry: CatalogEntry, _ part: PartialFile, _ expected: ExpectedFile) throws -> String {
    if let origin = part.origin, part.size > 0, origin.isWhole || expected.digest != nil,
      (try? expected.check(part, source: part.path)) != nil
    {
      return origin.source
    }
    if let folder = how.folder {
      return try OfflineCopy(entry: entry, catalog: catalog, part: part, expected: expected, how: how)
        .run(from: folder)
    }
    guard !entry.urls.isEmpty else {
      throw DataFailure.needsConsent(
        name: entry.name, licence: entry.licence, place: store.path(of: entry), from: entry.plainFileName,
        command: store.getCommand(entry, ["--from", "FOLDER"]))
    }
    return try Download(entry: entry, catalog: catalog, part: part, expected: expected, how: how).run()
  }

  private func publish(
    _ entry: CatalogEntry, _ part: PartialFile, _ record: DataRecord?, _ source: String
  ) throws -> (download: Digest, size: Int, files: [DataRecord.File]) {
    let (digest, size) = (try part.digest(), part.size)
    let publishing = Publishing(store: store, entry: entry, earlier: record)
    guard entry.unpack != .none else {
      try part.sync()
      return (digest, size, try publishing.publish(part.file, digest))
    }
    how.tell(.notice("\(entry.name): unpacking"))
    let unpacker = Unpacker(
      store: store, entry: entry, archive: part.file, title: "\(entry.name), from \(source)",
      cancellation: how.cancellation,
      progress: { how.tell(.progress(name: entry.name, verb: "unpacking", done: $0, total: $1)) })
    do {
      let unpacked = try unpacker.unpack()
      if entry.contains.isEmpty, entry.into != .here, let folder = unpacked.outerFolder {
        how.tell(
          .notice(
            "\(entry.name): the archive has all in a folder \(folder), so it is in \(store.path(of: entry))/\(folder)"
          ))
      }
      return (digest, size, try publishing.publish(unpacked, in: unpacker.staging()))
    } catch let failure as ArchiveFailure {
      // Asking for the same file again would give the same; a damaged one would be resumed behind its end.
      try part.remove()
      throw failure
    }
  }
}
