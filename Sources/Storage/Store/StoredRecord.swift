import Contracts
import Declarations
import Files

/// What the store knows of an artefact without opening its payload.
package struct StoredRecord: Sendable {
  package enum Kind: String, Sendable {
    case embeddings, model, tables
  }

  /// A file of the artefact; a small one stands inside the record.
  package struct Payload: Sendable, Equatable {
    package let name: String
    package let size: Int
    /// Over the file's bytes.
    package let digest: Digest
    package let isInline: Bool
  }

  package struct StoredTable: Sendable, Equatable {
    package let suffix: String
    package let payload: String
    package let rows: Int
    package let columns: [StoredColumn]
  }

  package struct StoredColumn: Sendable, Equatable {
    package let name: String
    package let type: CSV.ColumnType
  }

  /// Raised whenever records or payloads change their form; records of another version are not believed.
  package static let formatVersion = 1
  /// Its name in the artefact's folder.
  static let fileName = "record.json"

  package let key: String
  /// What the stage is called: `shift/gap`.
  package let stage: String
  package let kind: Kind
  /// Over the decoded values, see `ArtefactStore.digest(of:)`.
  package let digest: Digest
  package let payloads: [Payload]
  package let tables: [StoredTable]
  /// What the stage said of it; empty in records from before it was kept.
  package let notes: StageNotes
  /// The folder that holds the record and the payload.
  package let folder: String

  /// The record as it stands on disk, and where in it the parts stand that are rarely asked for.
  let bytes: [UInt8]
  let keyTreeRange: Range<Int>
  let inlineRange: Range<Int>

  /// The same where it stands in another folder.
  func moved(to folder: String) -> StoredRecord {
    StoredRecord(
      key: key, stage: stage, kind: kind, digest: digest, payloads: payloads, tables: tables, notes: notes,
      folder: folder, bytes: bytes, keyTreeRange: keyTreeRange, inlineRange: inlineRange)
  }

  /// Whether the values are stored, or only their digest and what a training logged.
  package var hasPayload: Bool {
    kind == .model ? payloads.contains { $0.name == ModelFile.name } : !payloads.isEmpty
  }

  /// All that entered the key, as it was when the artefact was made.
  package var keyTree: JSONValue { (try? JSONReader.value(Array(bytes[keyTreeRange]))) ?? .null }

  /// The text of a payload that stands inside the record.
  func inlineText(_ name: String) throws -> [UInt8]? {
    var text: [UInt8]?
    var scanner = JSONReader(bytes, at: inlineRange.lowerBound)
    try scanner.members { key, _, scanner in
      if key == name { text = Array(try scanner.string().utf8) } else { _ = try scanner.pass() }
    }
    return text
  }
}

// MARK: - Writing

extension StoredRecord {
  /// A payload that has been made but not written yet.
  struct Content {
    let name: String
    let bytes: [UInt8]
    let isInline: Bool
  }

  init(
    key: String, keyTree: JSONValue, stage: String, artefact: Artefact, contents: [Content],
    tables: [StoredTable], notes: StageNotes, folder: String
  ) {
    self.key = key
    self.stage = stage
    self.folder = folder
    self.tables = tables
    self.notes = notes
    digest = ArtefactStore.digest(of: artefact)
    kind =
      switch artefact {
      case .embeddings: .embeddings
      case .model: .model
      case .tables: .tables
      }
    payloads = contents.map {
      Payload(name: $0.name, size: $0.bytes.count, digest: Digest(of: $0.bytes), isInline: $0.isInline)
    }
    var text = Self.head(
      key: key, stage: stage, kind: kind, digest: digest, payloads: payloads, tables: tables)
    if !notes.isEmpty { text += ",\n\"notes\":" + notes.json.canonical }
    let keyTree = keyTree.canonical
    text += ",\n\"keyTree\":"
    let treeStart = text.utf8.count
    text += keyTree + ",\n\"inline\":"
    let inlineStart = text.utf8.count
    text += Self.inline(contents) + "}\n"
    let body = Array(text.utf8)
    bytes = Self.seal(body)
    keyTreeRange = (Self.sealLength + treeStart)..<(Self.sealLength + treeStart + keyTree.utf8.count)
    inlineRange = (Self.sealLength + inlineStart)..<(bytes.count - 2)
  }

  private static func head(
    key: String, stage: String, kind: Kind, digest: Digest, payloads: [Payload], tables: [StoredTable]
  ) -> String {
    func quoted(_ text: String) -> String { JSONValue.string(text).canonical }
    let files = payloads.map { file in
      "{\"name\":\(quoted(file.name)),\"bytes\":\(file.size),\"sha256\":\"\(file.digest.hex)\","
        + "\"inline\":\(file.isInline)}"
    }
    let shapes = tables.map { table in
      let columns = table.columns.map { "[\(quoted($0.name)),\"\($0.type.rawValue)\"]" }
      return "{\"suffix\":\(quoted(table.suffix)),\"payload\":\(quoted(table.payload)),"
        + "\"rows\":\(table.rows),\"columns\":[\(columns.joined(separator: ","))]}"
    }
    return "\"format\":\(formatVersion),\"key\":\(quoted(key)),\"stage\":\(quoted(stage)),"
      + "\"type\":\"\(kind.rawValue)\",\"digest\":\"\(digest.hex)\",\n"
      + "\"payloads\":[\(files.joined(separator: ","))],\n\"tables\":[\(shapes.joined(separator: ","))]"
  }

  private static func inline(_ contents: [Content]) -> String {
    let members = contents.filter(\.isInline).map { content in
      JSONValue.string(content.name).canonical + ":"
        + JSONValue.string(String(decoding: content.bytes, as: UTF8.self)).canonical
    }
    return "{\(members.joined(separator: ","))}"
  }

  /// The record begins with the digest of all that follows its first line, so that any damage shows.
  private static func seal(_ body: [UInt8]) -> [UInt8] {
    Array("{\"sha256\":\"\(Digest(of: body).hex)\",\n".utf8) + body
  }

  static let sealLength = 11 + 64 + 3
}

// MARK: - Reading

extension StoredRecord {
  /// Reads a record; a problem where it is damaged, of another version, or of another key.
  static func read(_ bytes: [UInt8], key: String, folder: String) throws -> StoredRecord {
    func problem(_ detail: String) -> StorageFailure {
      .damaged(ArtefactProblem(key: key, path: "\(folder)/record.json", detail: detail))
    }
    guard bytes.count > sealLength, bytes.starts(with: "{\"sha256\":\"".utf8) else {
      throw problem("its record is cut short or is not a record")
    }
    let seal = Digest(hex: String(decoding: bytes[11..<75], as: UTF8.self))
    let actual = bytes.withUnsafeBytes { Digest(of: UnsafeRawBufferPointer(rebasing: $0[sealLength...])) }
    guard seal == actual else { throw problem("its record does not have the digest that it states") }
    var draft = Draft()
    guard (try? draft.fill(bytes)) != nil, let record = draft.record(bytes, folder) else {
      throw problem("its record is not of format version \(formatVersion)")
    }
    guard record.key == key else { throw problem("its record belongs to key \(record.key.prefix(80))") }
    return record
  }

  private struct Draft {
    var format: Int?
    var texts: [String: String] = [:]
    var payloads: [Payload] = []
    var tables: [StoredTable] = []
    var keyTree: Range<Int>?
    var inline: Range<Int>?
    var notes = StageNotes()

    mutating func fill(_ bytes: [UInt8]) throws {
      var scanner = JSONReader(bytes)
      try scanner.members { key, _, scanner in
        switch key {
        case "format": format = try scanner.integer()
        case "payloads": try scanner.items { payloads.append(try Payload(&$0)) }
        case "tables": try scanner.items { tables.append(try StoredTable(&$0)) }
        case "keyTree": keyTree = try scanner.pass()
        case "inline": inline = try scanner.pass()
        case "notes": notes = StageNotes(try scanner.value()) ?? StageNotes()
        default: texts[key] = try scanner.string()
        }
      }
    }

    func record(_ bytes: [UInt8], _ folder: String) -> StoredRecord? {
      guard format == StoredRecord.formatVersion, let key = texts["key"], let stage = texts["stage"],
        let kind = texts["type"].flatMap(Kind.init), let digest = texts["digest"].flatMap(Digest.init(hex:)),
        let keyTree, let inline
      else { return nil }
      return StoredRecord(
        key: key, stage: stage, kind: kind, digest: digest, payloads: payloads, tables: tables,
        notes: notes, folder: folder, bytes: bytes, keyTreeRange: keyTree, inlineRange: inline)
    }
  }
}

extension StoredRecord.Payload {
  fileprivate init(_ scanner: inout JSONReader) throws {
    var (name, size, hex, isInline) = ("", -1, "", false)
    try scanner.members { key, _, scanner in
      switch key {
      case "name": name = try scanner.string()
      case "bytes": size = try scanner.integer()
      case "sha256": hex = try scanner.string()
      default: isInline = try scanner.value().bool ?? false
      }
    }
    guard let digest = Digest(hex: hex), size >= 0, StoreContent.isPayload(name) else {
      throw scanner.fault("what a record has")
    }
    self.init(name: name, size: size, digest: digest, isInline: isInline)
  }
}

extension StoredRecord.StoredTable {
  fileprivate init(_ scanner: inout JSONReader) throws {
    var (suffix, payload, rows) = ("", "", 0)
    var columns: [StoredRecord.StoredColumn] = []
    try scanner.members { key, _, scanner in
      switch key {
      case "suffix": suffix = try scanner.string()
      case "payload": payload = try scanner.string()
      case "rows": rows = try scanner.integer()
      default: try scanner.items { columns.append(try StoredRecord.StoredColumn(&$0)) }
      }
    }
    guard StoreContent.isPayload(payload), rows >= 0 else { throw scanner.fault("what a record has") }
    self.init(suffix: suffix, payload: payload, rows: rows, columns: columns)
  }
}

extension StoredRecord.StoredColumn {
  fileprivate init(_ scanner: inout JSONReader) throws {
    var words: [String] = []
    try scanner.items { words.append(try $0.string()) }
    guard words.count == 2, let type = CSV.ColumnType(rawValue: words[1]) else {
      throw scanner.fault("what a record has")
    }
    self.init(name: words[0], type: type)
  }
}
