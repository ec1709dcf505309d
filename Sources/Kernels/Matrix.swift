/// A dense matrix in row-major order: `float32 (rows, columns)`, one embedding a row.
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

  /// Fills the storage through `body`, which must write every element.
  public init(
    rows: Int, columns: Int, fillingWith body: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    self.rows = rows
    self.columns = columns
    self.values = try [Float](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      try body(UnsafeMutableBufferPointer(rebasing: buffer[0..<rows * columns]))
      count = rows * columns
    }
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

  /// Gives `body` the storage for reading, `rows × columns` numbers; for kernels.
  package func withPointer<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
    try values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return try body(Self.emptyStorage) }
      return try body(base)
    }
  }

  /// Gives `body` the storage for writing, `rows × columns` numbers; for kernels.
  package mutating func withMutablePointer<R>(
    _ body: (UnsafeMutablePointer<Float>) throws -> R
  ) rethrows -> R {
    try values.withUnsafeMutableBufferPointer { buffer in
      try body(buffer.baseAddress ?? UnsafeMutablePointer(mutating: Self.emptyStorage))
    }
  }

  nonisolated(unsafe) private static let emptyStorage = UnsafePointer(
    UnsafeMutablePointer<Float>.allocate(capacity: 1))
}
