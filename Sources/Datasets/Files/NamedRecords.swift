import Declarations
import Files
import Foundation

/// The records of a CSV file with a header, of each the fields of some columns.
struct NamedRecords {
  let path: String
  private let width: Int
  private let columns: [Int]
  private var records: CSVRecords
  /// Of the record that was read last, from 1.
  private(set) var line: Int

  /// - Parameters:
  ///   - names: of the columns that are wanted.
  ///   - limit: the most bytes that the file may have.
  /// - Throws: `FileFailure`, `TextFailure`; `DatasetFailure` where a column is missing or stands twice.
  init(_ path: String, _ names: [String], limit: Int) throws {
    var records = CSVRecords(try TextFile.read(path, limit: limit), path: path)
    line = records.line
    let header = (try records.next() ?? []).map { String(decoding: $0, as: UTF8.self) }
    columns = try names.map { name in
      let found = header.indices.filter { header[$0].isExactly(name) }
      if let column = found.first, found.count == 1 { return column }
      let detail =
        found.isEmpty
        ? "there is no column `\(name)` among \(counted(header.count, "column"))" + Self.hint(name, header)
        : "there are several columns `\(name)`; rename all but one of them"
      throw DatasetFailure.badLine(path: path, line: 1, detail: detail)
    }
    (self.path, width, self.records) = (path, header.count, records)
  }

  /// Of what stands in the file only what was nearly asked for is said: it may not be the table that is meant.
  private static func hint(_ name: String, _ header: [String]) -> String {
    nearestName(to: name, among: header).map { "; did you mean `\($0)`?" } ?? ""
  }

  /// The wanted fields of the next record; nil behind the last one.
  mutating func next() throws -> [[UInt8]]? {
    line = records.line
    guard let fields = try records.next() else { return nil }
    guard fields.count == width else {
      throw DatasetFailure.badLine(
        path: path, line: line,
        detail: "found \(counted(fields.count, "field")), but the header has \(width)")
    }
    return columns.map { fields[$0] }
  }

  /// The path of a file that a field names: relative to `folder`, if it is not absolute.
  static func path(_ name: String, in folder: String) -> String {
    name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name
  }
}
