import Contracts
import Declarations
import Files

extension ArtefactStore {
  /// Reads an artefact's tables alone: a log need not bring its model into memory.
  ///
  /// - Throws: as `load`.
  package func loadTables(_ record: StoredRecord) throws -> [NamedTable] {
    try record.tables.map { try table($0, of: record) }
  }

  /// Reads an artefact back, each element as it was saved. Digests are checked on the way.
  ///
  /// - Throws: `StorageFailure.damaged` where the payload is missing or is not what the record says;
  ///   `FileFailure` where the disk fails.
  package func load(_ record: StoredRecord) throws -> Artefact {
    do {
      switch record.kind {
      case .embeddings:
        return .embeddings(try FamilyFile.read(try payload(FamilyFile.name, of: record), transforms))
      case .model:
        let family = try FamilyFile.read(try payload(FamilyFile.name, of: record), transforms)
        let (origin, tensors) = try ModelFile.read(try payload(ModelFile.name, of: record))
        return .model(
          Model(
            origin: origin, tensors: tensors, family: family,
            tables: try loadTables(record)))
      case .tables: return .tables(try loadTables(record))
      }
    } catch let failure as FileFailure {
      throw failure
    } catch let failure as StorageFailure {
      throw failure
    } catch {
      throw damaged(record, record.folder, "its content cannot be decoded (\(error))")
    }
  }

  private func table(_ stored: StoredRecord.StoredTable, of record: StoredRecord) throws -> NamedTable {
    let bytes = try payload(stored.payload, of: record)
    let path = "\(record.folder)/\(stored.payload)"
    let table: Table
    do {
      table = try CSV.decode(bytes, path: path, types: stored.columns.map(\.type))
    } catch let failure as StorageFailure {
      throw damaged(record, path, failure.message)
    }
    return NamedTable(stored.suffix, table)
  }

  private func payload(_ name: String, of record: StoredRecord) throws -> [UInt8] {
    let files = try files(of: record)
    let inner = try InnerPath(component: name)
    let path = files.path(of: inner)
    guard let payload = record.payloads.first(where: { $0.name == name }) else {
      throw damaged(record, path, "its record does not list the file")
    }
    let read = payload.isInline ? try record.inlineText(name) : try files.readIfPresent(inner)
    guard let bytes = read else { throw damaged(record, path, "the file is missing") }
    guard bytes.count == payload.size, Digest(of: bytes) == payload.digest else {
      throw damaged(record, path, Self.wrongDigest)
    }
    return bytes
  }

  private func damaged(_ record: StoredRecord, _ path: String, _ detail: String) -> StorageFailure {
    .damaged(ArtefactProblem(key: record.key, path: path, detail: detail))
  }
}
