import Contracts
import Files

/// Whole numbers from 0: of text, one a line; of an array, all.
///
/// Text (`.txt`, `.csv`) has one number a line, the first of which may be a header; `.npy`, `.h5` and `.safetensors`
/// have an array of integers of shape `(n)` or `(n, 1)`.
struct IntegerFile {
  /// Beyond this, float32, through which arrays are read, has gaps between whole numbers.
  static let limit = 16_777_216
  private static let largestText = 1 << 30

  let path: String
  /// What an array must have, as an error says it: `(n), …`.
  let shape: String
  /// What the integers are, as an error says it.
  let use: String
  /// The error for a line of text, and for the number at a place of an array, that are no such number.
  let badLine: (_ line: Int, _ found: String) -> any Error
  let badNumber: (_ index: Int, _ value: Float) -> any Error

  /// - Throws: `FileFailure`, `TextFailure`, `DataFileFailure`, `HDF5Failure`, `DatasetFailure` for text that is no CSV;
  ///   what `badLine` and `badNumber` give.
  func load() throws -> [Int32] {
    let name = path.lowercased()
    return name.hasSuffix(".txt") || name.hasSuffix(".csv") ? try text() : try array()
  }

  private func text() throws -> [Int32] {
    var records = CSVRecords(try TextFile.read(path, limit: Self.largestText), path: path)
    var numbers: [Int32] = []
    var isFirst = true
    var line = records.line
    while let fields = try records.next() {
      let found = fields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
      let trimmed = found.filter { $0 != " " && $0 != "\t" }
      if let number = Int32(trimmed), number >= 0, number < Self.limit {
        numbers.append(number)
      } else if !isFirst || fields.count > 1 || Double(trimmed) != nil {
        throw badLine(line, found)
      }
      isFirst = false
      line = records.line
    }
    return numbers
  }

  private func array() throws -> [Int32] {
    let tensor = try TensorFile.load(path)
    guard tensor.isInteger else {
      throw DataFileFailure.unsupportedType(path: path, found: "float", expected: "integers" + use)
    }
    guard tensor.shape.count == 1 || (tensor.shape.count == 2 && tensor.shape[1] == 1) else {
      throw DataFileFailure.wrongShape(path: path, shape: tensor.shape, expected: shape)
    }
    return try tensor.values.enumerated().map { index, value in
      guard value >= 0, value < Float(Self.limit) else { throw badNumber(index, value) }
      return Int32(value)
    }
  }
}
