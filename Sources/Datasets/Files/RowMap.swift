import Contracts
import Files

/// For each row of y, the row of x that it belongs with, from 0: a file of whole numbers.
///
/// Text (`.txt`, `.csv`) has one number a line, the first of which may be a header; `.npy`, `.h5` and
/// `.safetensors` have an array of integers of shape `(n)` or `(n, 1)`.
package enum RowMap {
  /// Beyond this, float32, through which arrays are read, has gaps between whole numbers.
  private static let limit: Float = 16_777_216

  /// - Throws: `FileFailure`, `DataFileFailure`, `HDF5Failure`, `DatasetFailure` for text that is no CSV.
  package static func load(_ path: String) throws -> [Int] {
    let name = path.lowercased()
    return name.hasSuffix(".txt") || name.hasSuffix(".csv") ? try text(path) : try array(path)
  }

  private static func text(_ path: String) throws -> [Int] {
    let file = try InputFile(path)
    guard file.size <= 1 << 30 else { throw DataFileFailure.tooLarge(path: path, shape: [file.size]) }
    var records = CSVRecords(try file.bytes(at: 0, count: file.size), path: path)
    var rows: [Int] = []
    var isFirst = true
    var line = records.line
    while let fields = try records.next() {
      let found = fields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
      let trimmed = found.filter { $0 != " " && $0 != "\t" }
      if let row = Int(trimmed), row >= 0 {
        rows.append(row)
      } else if !isFirst || fields.count > 1 || Double(trimmed) != nil {
        throw DataFileFailure.badMapLine(path: path, line: line, found: found)
      }
      isFirst = false
      line = records.line
    }
    return rows
  }

  private static func array(_ path: String) throws -> [Int] {
    let tensor = try TensorFile.load(path)
    guard tensor.isInteger else {
      throw DataFileFailure.unsupportedType(
        path: path, found: "float", expected: "integers for a map of rows")
    }
    guard tensor.shape.count == 1 || (tensor.shape.count == 2 && tensor.shape[1] == 1) else {
      throw DataFileFailure.wrongShape(
        path: path, shape: tensor.shape, expected: "(n), which gives for each row of y its row of x")
    }
    return try tensor.values.enumerated().map { index, value in
      guard value >= 0, value < limit else {
        throw DataFileFailure.badMapNumber(path: path, index: index, value: value)
      }
      return Int(value)
    }
  }
}
