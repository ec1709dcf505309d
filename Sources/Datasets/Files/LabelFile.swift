import Contracts
import Files

/// A number for each item, from 0: its class or its group.
///
/// Text (`.txt`, `.csv`) has one number a line, the first of which may be a header; `.npy`, `.h5` and `.safetensors`
/// have an array of integers of shape `(n)` or `(n, 1)`.
package enum LabelFile {
  /// Beyond this, float32, through which arrays are read, has gaps between whole numbers.
  private static let limit: Float = 16_777_216
  private static let largestText = 1 << 30

  /// - Throws: `FileFailure`, `DataFileFailure`, `HDF5Failure`, `DatasetFailure`, `CSVFailure`.
  package static func load(_ path: String) throws -> [Int32] {
    let name = path.lowercased()
    let labels = name.hasSuffix(".txt") || name.hasSuffix(".csv") ? try text(path) : try array(path)
    guard !labels.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "number") }
    return labels
  }

  private static func text(_ path: String) throws -> [Int32] {
    var records = CSVRecords(try TextFile.read(path, limit: largestText), path: path)
    var labels: [Int32] = []
    var isFirst = true
    var line = records.line
    while let fields = try records.next() {
      let found = fields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
      if let label = Int32(found.filter { $0 != " " && $0 != "\t" }), label >= 0, Float(label) < limit {
        labels.append(label)
      } else if !isFirst || fields.count > 1 || Double(found) != nil {
        throw DatasetFailure.badLine(
          path: path, line: line,
          detail: "expected one integer from 0 to 16777215, the number of a class or group")
      }
      isFirst = false
      line = records.line
    }
    return labels
  }

  private static func array(_ path: String) throws -> [Int32] {
    let tensor = try TensorFile.load(path)
    guard tensor.isInteger else {
      throw DataFileFailure.unsupportedType(
        path: path, found: "float", expected: "integers, one for each item")
    }
    guard tensor.shape.count == 1 || (tensor.shape.count == 2 && tensor.shape[1] == 1) else {
      throw DataFileFailure.wrongShape(
        path: path, shape: tensor.shape, expected: "(n), with one integer for each item")
    }
    return try tensor.values.enumerated().map { index, value in
      guard value >= 0, value < limit else {
        throw DatasetFailure.badItem(
          path: path, index: index, detail: "is \(value), not an integer from 0 to 16777215")
      }
      return Int32(value)
    }
  }
}

/// A text a line: the names of classes, or prompts. Empty lines, and white space around a text, do not count.
package enum LineFile {
  private static let largest = 1 << 24

  /// - Throws: `FileFailure`, `TextFailure`; `DatasetFailure` where there is no text.
  package static func load(_ path: String) throws -> [String] {
    let lines = TextFile.lines(try TextFile.read(path, limit: largest)).map(trimmed).filter { !$0.isEmpty }
    guard !lines.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "line of text") }
    return lines
  }

  private static func trimmed(_ line: Substring) -> String {
    let start = line.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace } ?? start.startIndex
    return start.isEmpty ? "" : String(start[...end])
  }
}
