import Declarations
import Files

/// A file with a text for each item, its id or its label: one column of a CSV file, or a `.npy` array.
package struct ItemTextFile: Decodable, Sendable, Equatable {
  private static let largest = 1 << 30
  private static let path = "path"
  private static let column = "column"

  private let path: String
  private let column: String?

  private enum Keys: String, CodingKey { case path, column }

  package init(from decoder: any Decoder) throws {
    if let path = try? decoder.singleValueContainer().decode(String.self) {
      (self.path, column) = (path, nil)
      return
    }
    let values = try decoder.container(keyedBy: Keys.self)
    path = try values.decode(String.self, forKey: .path)
    column = try values.decode(String.self, forKey: .column)
  }

  /// Nil where the value has neither form that a config gives it.
  package init?(_ json: JSONValue) {
    guard let path = json.string ?? json[Self.path]?.string else { return nil }
    (self.path, column) = (path, json[Self.column]?.string)
  }

  /// - Parameter words: what may stand in the place of a file.
  package static func parameter(_ text: ItemText, _ summary: String, orWords words: [String] = [])
    -> Parameter
  {
    .optional(
      text.key,
      .either(
        .object([
          .required(path, .file, "A CSV file with a header."),
          .required(column, .string, "The column of the file."),
        ]), words.isEmpty ? .file : .either(.choice(words), .file)), summary)
  }

  /// One for each of `count` items.
  ///
  /// - Throws: `FileFailure`, `TextFailure`, `CSVFailure`, `DataFileFailure`, `DatasetFailure` for a column that is not there,
  ///   `ItemTextFailure`.
  package func load(_ text: ItemText, count: Int) throws -> [String] {
    let texts = try read()
    guard texts.count == count else {
      throw ItemTextFailure.count(
        path: path, text, found: texts.count, items: count, mayHaveHeader: isCSV && column == nil)
    }
    if let empty = texts.firstIndex(of: "") { throw ItemTextFailure.empty(path: path, text, item: empty) }
    guard text == .id else { return texts }
    var known: [ExactString: Int] = [:]
    for (item, id) in texts.enumerated() {
      if let first = known.updateValue(item, forKey: ExactString(id)) {
        throw ItemTextFailure.repeated(path: path, id: id, first: first, second: item)
      }
    }
    return texts
  }

  private var isCSV: Bool { path.lowercased().hasSuffix(".csv") }

  private func read() throws -> [String] {
    if isCSV { return try column.map(readColumn) ?? readOnlyColumn() }
    guard path.lowercased().hasSuffix(".npy") else { throw ItemTextFailure.unknownFormat(path: path) }
    guard column == nil else { throw ItemTextFailure.columnOfArray(path: path) }
    return try NPYFile.texts(path)
  }

  private func readColumn(_ name: String) throws -> [String] {
    var records = try NamedRecords(path, [name], limit: Self.largest)
    var texts: [String] = []
    while let fields = try records.next() { texts.append(String(decoding: fields[0], as: UTF8.self)) }
    return texts
  }

  private func readOnlyColumn() throws -> [String] {
    try CSVRecords.texts(path, limit: Self.largest) {
      ItemTextFailure.severalColumns(path: path, line: $0, found: $1)
    }
  }
}

/// Why a file does not have a text for each item.
package enum ItemTextFailure: Failure, Equatable {
  case unknownFormat(path: String)
  case columnOfArray(path: String)
  case severalColumns(path: String, line: Int, found: Int)
  case count(path: String, ItemText, found: Int, items: Int, mayHaveHeader: Bool)
  case empty(path: String, ItemText, item: Int)
  case repeated(path: String, id: String, first: Int, second: Int)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unknownFormat(let path):
      "\(path): ids and labels are read from files that end in .csv or .npy; save them as one of these"
    case .columnOfArray(let path):
      "\(path): `column` is a column of a CSV file; leave it out for a .npy array"
    case .severalColumns(let path, let line, let found):
      "\(path):\(line): found \(found) fields, but a file without `column` has one text per line; if the file has a header, "
        + "choose one of its columns: {\"path\": …, \"column\": …}"
    case .count(let path, let text, let found, let items, let mayHaveHeader):
      "\(path): found \(counted(found, text.rawValue)), but there \(items == 1 ? "is" : "are") \(counted(items, "item")); give one for each item, in "
        + "their order"
        + (mayHaveHeader && found == items + 1
          ? "; if the first line is a header, name the column: {\"path\": …, \"column\": …}" : "")
    case .empty(let path, let text, let item):
      "\(path): the \(text.rawValue) of item \(item) (counted from 0) is empty; give it one"
        + (text == .label ? ", such as `none`" : "")
    case .repeated(let path, let id, let first, let second):
      "\(path): items \(first) and \(second) (counted from 0) have the same id `\(id.prefix(60))`; an id is of one item, so "
        + "make them different, or give them as `labels`"
    }
  }
}
