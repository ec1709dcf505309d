import Kernels

/// A change of embeddings that changes nothing in real arithmetic, but how sums are rounded: their dimensions are permuted
/// and some of them have their signs flipped, the same way in every matrix of one width.
///
/// Inner products, norms and distances are the same sums in another order, so what a metric gives differs by rounding
/// alone. Number 0 is the identity.
package struct LegalRounding: Sendable, Equatable {
  package let number: Int
  private let seed: UInt64

  package init(_ number: Int, seed: UInt64 = 0) {
    (self.number, self.seed) = (number, seed)
  }

  /// Column j of the result is column p(j) of the matrix times ±1.
  package func apply(_ matrix: Matrix) -> Matrix {
    guard number != 0 else { return matrix }
    let columns = matrix.columns
    let order = stream("permutation/\(columns)").permutation(columns)
    let signs: [Float] = stream("signs/\(columns)").integers(below: 2, count: columns).map {
      $0 == 0 ? 1 : -1
    }
    var values: [Float] = []
    values.reserveCapacity(matrix.values.count)
    for row in 0..<matrix.rows {
      let first = row * columns
      for column in 0..<columns { values.append(matrix.values[first + order[column]] * signs[column]) }
    }
    return Matrix(rows: matrix.rows, columns: columns, values: values)
  }

  private func stream(_ name: String) -> RandomStream {
    RandomStream(seed: seed, stage: "legal-rounding/\(number)", name: name)
  }
}
