import Contracts
import Declarations
import Files
import Foundation

extension ArtefactStore {
  /// Tables of at most this many bytes together stand inside the record: one file, one sync.
  static let inlineLimit = 1 << 16

  /// Stores an artefact under its key; when this returns, a killed program has lost nothing of it.
  ///
  /// A valid artefact that is already there is kept, and its record returned, unless it is to be replaced; a
  /// damaged one is replaced.
  /// - Parameters:
  ///   - keyTree: everything that entered the key, kept for `modgap why`.
  ///   - stage: what the stage is called, for people.
  ///   - notes: what the stage said of it.
  ///   - keepsPayload: where false, only the digest is stored, with the log of a training; whoever needs
  ///     the values computes them again.
  ///   - replaces: whether a valid artefact gives way.
  /// - Throws: `FileFailure` of kind `.io`; the store is then as it was.
  @discardableResult
  package func save(
    _ artefact: Artefact, key: String, keyTree: JSONValue, stage: String, notes: StageNotes = StageNotes(),
    keepsPayload: Bool = true, replaces: Bool = false
  ) throws -> StoredRecord {
    try Self.check(key)
    let (contents, tables) =
      keepsPayload ? try contents(of: artefact) : Self.contents(of: artefact.keptTables)
    let record = StoredRecord(
      key: key, keyTree: keyTree, stage: stage, artefact: artefact, contents: contents, tables: tables,
      notes: notes, folder: folder(of: key))
    let temporary = try InnerPath(component: TemporaryName.next())
    do {
      try write(record, contents, to: temporary)
      return try publish(record, from: temporary, replaces: replaces)
    } catch let failure as FileFailure {
      try? files.removeAll(temporary)
      throw FileFailure(failure.operation, record.folder, code: failure.code)
    }
  }

  private func write(_ record: StoredRecord, _ contents: [StoredRecord.Content], to temporary: InnerPath)
    throws
  {
    try files.makeFolder(temporary)
    let folder = files.folder(temporary)
    for content in contents where !content.isInline {
      try folder.create(try InnerPath(component: content.name), content.bytes, syncs: syncs)
    }
    try folder.create(InnerPath(fixed: "record.json"), record.bytes, syncs: syncs)
  }

  /// Gives the temporary folder its name. Whoever was there first and is whole stays, unless he is to give way; one
  /// that this user can neither use nor replace stays, too, and the artefact goes beside it.
  private func publish(
    _ record: StoredRecord, from temporary: InnerPath, replaces: Bool
  ) throws -> StoredRecord {
    var name = record.key
    // Another process may come between any two steps; each round sees what it left.
    for _ in 0..<16 {
      let place = try InnerPath(component: name)
      do {
        try files.rename(temporary, to: place)
        return record.moved(to: files.path(of: place))
      } catch let failure as FileFailure where Self.isTaken.contains(failure.code) {}
      if !replaces, let existing = sound(record.key, in: name), existing.isAsGood(as: record) {
        try files.removeAll(temporary)
        return existing
      }
      if name == record.key, !mayReplace(folder(of: name)) {
        name = Self.ownName(of: name)
      } else {
        try remove(named: name)
      }
    }
    throw FileFailure(.rename, record.folder, code: EEXIST)
  }

  /// Codes of a rename that say that there is something.
  private static let isTaken = [EEXIST, ENOTEMPTY, ENOTDIR, EPERM]

  /// What is there, where it can be read and is whole.
  private func sound(_ key: String, in name: String) -> StoredRecord? {
    guard case .found(let record)? = try? lookup(key, in: name), (try? verify(record))?.isEmpty == true
    else { return nil }
    return record
  }

  private func contents(
    of artefact: Artefact
  ) throws -> (contents: [StoredRecord.Content], tables: [StoredRecord.StoredTable]) {
    switch artefact {
    case .embeddings(let family):
      let bytes = try FamilyFile.make(family, transforms)
      return ([StoredRecord.Content(name: FamilyFile.name, bytes: bytes, isInline: false)], [])
    case .model(let model):
      let family = StoredRecord.Content(
        name: FamilyFile.name, bytes: try FamilyFile.make(model.family, transforms), isInline: false)
      let network = StoredRecord.Content(
        name: ModelFile.name, bytes: try ModelFile.make(model), isInline: false)
      let (contents, records) = Self.contents(of: model.tables)
      return ([family, network] + contents, records)
    case .tables(let tables): return Self.contents(of: tables)
    }
  }

  private static func contents(
    of tables: [NamedTable]
  ) -> (contents: [StoredRecord.Content], tables: [StoredRecord.StoredTable]) {
    let files = tables.map { CSV.encode($0.table) }
    let isInline = files.reduce(0) { $0 + $1.count } <= inlineLimit
    let records = tables.enumerated().map { stored($1, at: $0) }
    let contents = zip(records, files).map {
      StoredRecord.Content(name: $0.payload, bytes: $1, isInline: isInline)
    }
    return (contents, records)
  }

  private static func stored(_ table: NamedTable, at index: Int) -> StoredRecord.StoredTable {
    let columns = zip(table.table.columns, CSV.types(of: table.table)).map {
      StoredRecord.StoredColumn(name: $0.name, type: $1)
    }
    return StoredRecord.StoredTable(
      suffix: table.suffix, payload: index == 0 ? "table.csv" : "table\(index).csv",
      rows: table.table.rowCount, columns: columns)
  }
}

extension StoredRecord {
  /// Whether it is of the kind that the stage gives, and holds its values where the other does.
  fileprivate func isAsGood(as other: StoredRecord) -> Bool {
    kind == other.kind && (hasPayload || !other.hasPayload)
  }
}

extension Artefact {
  /// What stays of an artefact that is not kept.
  fileprivate var keptTables: [NamedTable] {
    if case .model(let model) = self { return model.tables }
    return []
  }
}
