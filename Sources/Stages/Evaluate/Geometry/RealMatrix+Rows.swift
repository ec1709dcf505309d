import Contracts
import Kernels
import Metrics

extension RealMatrix {
  /// The mean of the rows.
  var centroid: [Double] {
    var sum = [Double](repeating: 0, count: columns)
    for row in 0..<rows { for (column, value) in self.row(row).enumerated() { sum[column] += value } }
    return sum.map { $0 / Double(rows) }
  }

  /// Rows divided by their norms.
  /// - Throws: `MetricFailure.zeroNorm` of a row that has no direction.
  func unitRows(_ side: Side) throws -> RealMatrix {
    var unit = self
    for row in 0..<rows {
      let norm = dot(Array(self.row(row)), Array(self.row(row))).squareRoot()
      guard norm > 0 else { throw MetricFailure.zeroNorm(side, row: row) }
      for column in 0..<columns { unit[row, column] /= norm }
    }
    return unit
  }

  /// Rows less `factor` times a vector.
  func subtracting(_ vector: [Double], times factor: Double = 1) -> RealMatrix {
    var moved = self
    for row in 0..<rows { for column in 0..<columns { moved[row, column] -= factor * vector[column] } }
    return moved
  }

  /// Eigenvectors of Σ r·rᵀ over the rows, in the order of their eigenvalues, which descend.
  /// - Throws: `LinearAlgebraFailure`.
  func directions() throws -> LAPACK.Eigen {
    try LAPACK.symmetricEigen(multiplied(by: self, transposed: true))
  }

  /// Gives `body` the products of each row with all rows of another matrix; a strip of them is held at a time.
  func forEachRow(against other: RealMatrix, _ body: (_ row: Int, _ products: ArraySlice<Double>) -> Void) {
    let (right, size) = (other.transposed, 256)
    for start in stride(from: 0, to: rows, by: size) {
      let count = min(size, rows - start)
      let strip = RealMatrix(
        rows: count, columns: columns, values: Array(values[start * columns..<(start + count) * columns]))
      let products = strip.multiplied(by: right)
      for place in 0..<count { body(start + place, products.row(place)) }
    }
  }

  /// For each row, which of others has the greatest product with it; of equal ones the first.
  func nearest(in others: RealMatrix) -> [Int] {
    var answers = [Int](repeating: 0, count: rows)
    forEachRow(against: others) { row, products in
      let start = products.startIndex
      answers[row] =
        products.indices.dropFirst().reduce(start) { products[$1] > products[$0] ? $1 : $0 } - start
    }
    return answers
  }
}
