import Kernels

/// Pairs of matrices for tests, and what is said of them naively.
package enum Pairs {
  /// y is x with noise and a shift.
  package static func pair(_ rows: Int, _ columns: Int) throws -> (x: Matrix, y: Matrix) {
    try withBudget(jobs: 1) { budget in
      let draw = { (name: String) in
        try RandomStream(seed: 2, stage: "pairs", name: name)
          .gaussianMatrix(rows: rows, columns: columns, budget: budget)
      }
      let (x, noise) = (try draw("x"), try draw("y"))
      let y = zip(x.values, noise.values).map { $0 + 0.8 * $1 + 0.2 }
      return (x, Matrix(rows: rows, columns: columns, values: y))
    }
  }

  /// Rows divided by their norms.
  package static func unit(_ matrix: Matrix) -> [[Double]] {
    (0..<matrix.rows).map { row in
      let values = matrix.row(row).map(Double.init)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { $0 / norm }
    }
  }

  package static func similarities(_ x: Matrix, _ y: Matrix) -> [[Double]] {
    let (x, y) = (unit(x), unit(y))
    return x.map { a in y.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
  }
}
