import Execution

/// A dense matrix in row-major order: `float32 (rows, columns)`, one embedding per row.
public struct Matrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  public internal(set) var values: [Float]

  /// Takes `values` in row-major order; `values.count` must be `rows * columns`.
  public init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "a matrix needs rows × columns values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Fills the storage, `rows × columns` numbers, through `body`, which must write every element.
  package init(rows: Int, columns: Int, fillingWith body: (FloatSlice) throws -> Void) rethrows {
    self.rows = rows
    self.columns = columns
    self.values = try [Float](count: rows * columns, fillingWith: body)
  }

  public init(zeros rows: Int, _ columns: Int) {
    self.init(rows: rows, columns: columns, values: [Float](repeating: 0, count: rows * columns))
  }

  public subscript(row: Int, column: Int) -> Float {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  public func row(_ index: Int) -> ArraySlice<Float> {
    values[index * columns..<(index + 1) * columns]
  }
}
