import Contracts
import Datasets
import Files

/// A text for each row of x: its id, or its label. A line each of `.csv` or `.txt` with one column, whose first line may be a
/// header; a `.npy` array of strings or integers; or an array of integers in another file.
enum RowTexts {
  private static let largest = 1 << 30
  private static let mostExact: Float = 16_777_216

  /// - Parameter what: `ids` or `labels`.
  /// - Throws: `AnalyzeFailure`, `FileFailure`, `TextFailure`, `CSVFailure`, `DataFileFailure`, `HDF5Failure`.
  static func load(_ path: String, rows: Int, what: String) throws -> [String] {
    let name = path.lowercased()
    let isText = [".csv", ".txt"].contains { name.hasSuffix($0) }
    var texts = try isText ? lines(path) : name.hasSuffix(".npy") ? NPYFile.texts(path) : numbers(path, what)
    if isText, texts.count == rows + 1 { texts.removeFirst() }
    guard texts.count == rows else {
      throw AnalyzeFailure.wrongCount(path: path, what: what, found: texts.count, expected: rows)
    }
    return texts
  }

  private static func lines(_ path: String) throws -> [String] {
    try CSVRecords.texts(path, limit: largest) {
      AnalyzeFailure.severalColumns(path: path, line: $0, found: $1)
    }
  }

  private static func numbers(_ path: String, _ what: String) throws -> [String] {
    let tensor = try TensorFile.load(path)
    guard tensor.isInteger else {
      throw DataFileFailure.unsupportedType(
        path: path, found: "float", expected: "integers for \(what), or give them as CSV")
    }
    guard tensor.shape.count == 1 || (tensor.shape.count == 2 && tensor.shape[1] == 1) else {
      throw DataFileFailure.wrongShape(
        path: path, shape: tensor.shape, expected: "(n), with one number for each row of x")
    }
    return try tensor.values.enumerated().map { row, value in
      guard abs(value) <= mostExact else { throw AnalyzeFailure.notWhole(path: path, row: row) }
      return String(Int(value))
    }
  }
}
