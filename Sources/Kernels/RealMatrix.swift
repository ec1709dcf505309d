import Execution

/// A dense float64 matrix in row-major order: what statistics are computed in.
@usableFromInline
package struct RealMatrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  @usableFromInline package var values: [Double]

  /// Takes `values` in row-major order; `values.count` must be `rows * columns`.
  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "a matrix needs rows × columns values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(zeros rows: Int, _ columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  /// Fills the storage, `rows × columns` numbers, through `body`, which must write every element.
  package init(rows: Int, columns: Int, fillingWith body: (DoubleSlice) throws -> Void) rethrows {
    self.rows = rows
    self.columns = columns
    self.values = try [Double](count: rows * columns, fillingWith: body)
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  package func row(_ index: Int) -> ArraySlice<Double> {
    values[index * columns..<(index + 1) * columns]
  }

  /// A·B, or Aᵀ·B where `transposed`, on one thread.
  package func multiplied(by other: RealMatrix, transposed: Bool = false) -> RealMatrix {
    let shape = ProductShape(
      rows: transposed ? columns : rows, columns: other.columns, inner: transposed ? rows : columns)
    return RealMatrix(rows: shape.rows, columns: shape.columns) { out in
      withSlice { a in
        other.withSlice { b in
          BLAS.multiply(
            shape, Operand(a, stride: columns, transposed: transposed), Operand(b, stride: other.columns),
            into: out, stride: shape.columns)
        }
      }
    }
  }

  /// Rounds to float32.
  package var rounded: Matrix {
    Matrix(rows: rows, columns: columns, values: values.map { Float($0) })
  }
}
