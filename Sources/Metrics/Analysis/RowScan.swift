import Kernels

/// What can be wrong with the rows of a matrix before anything is measured.
package struct RowScan: Sendable {
  package let rows: Int
  package let columns: Int
  /// Rows with a number that is not finite, and rows of norm zero.
  package private(set) var notFinite: [Int] = []
  package private(set) var zero: [Int] = []
  /// Rows whose numbers are all the same, and not zero.
  package private(set) var constant: [Int] = []
  /// Dimensions that have the same number in all usable rows, zero or another.
  package private(set) var constantDimensions: [Int] = []
  package private(set) var zeroDimensions: [Int] = []
  /// Dimensions with a number that is not finite.
  package private(set) var notFiniteDimensions: [Int] = []
  /// Of usable rows.
  package private(set) var leastNorm = Double.infinity
  package private(set) var greatestNorm = 0.0
  package private(set) var offUnit = 0

  /// Norms that differ from 1 by more are no rounding, of float16 either.
  package static let unitTolerance = 0.01

  package init(_ matrix: Matrix) {
    (rows, columns) = (matrix.rows, matrix.columns)
    var low = [Float](repeating: .infinity, count: columns)
    var high = [Float](repeating: -.infinity, count: columns)
    var isBroken = [Bool](repeating: false, count: columns)
    for row in 0..<rows {
      let line = matrix.row(row)
      let square = line.reduce(0.0) { $0 + Double($1) * Double($1) }
      guard square.isFinite else {
        notFinite.append(row)
        for (k, value) in line.enumerated() where !value.isFinite { isBroken[k] = true }
        continue
      }
      guard square > 0 else {
        zero.append(row)
        continue
      }
      look(at: square.squareRoot())
      var (least, most) = (Float.infinity, -Float.infinity)
      for (k, value) in line.enumerated() {
        (low[k], high[k]) = (min(low[k], value), max(high[k], value))
        (least, most) = (min(least, value), max(most, value))
      }
      if least == most, columns > 1 { constant.append(row) }
    }
    notFiniteDimensions = isBroken.indices.filter { isBroken[$0] }
    guard usable > 1 else { return }
    for k in 0..<columns where low[k] == high[k] {
      if low[k] == 0 { zeroDimensions.append(k) } else { constantDimensions.append(k) }
    }
  }

  private mutating func look(at norm: Double) {
    (leastNorm, greatestNorm) = (min(leastNorm, norm), max(greatestNorm, norm))
    if abs(norm - 1) > Self.unitTolerance { offUnit += 1 }
  }

  /// Rows that have a direction.
  package var usable: Int { rows - notFinite.count - zero.count }
}

extension Matrix {
  /// Each row divided by its norm; a row that has no direction becomes zeros.
  package var unitRowsOrZeros: Matrix {
    Matrix(rows: rows, columns: columns) { out in
      withSlice { values in
        for start in stride(from: 0, to: rows * columns, by: columns) {
          var square = 0.0
          for index in start..<start + columns { square += Double(values[index]) * Double(values[index]) }
          let scale = square > 0 && square.isFinite ? 1 / square.squareRoot() : 0
          for index in start..<start + columns {
            out[index] = scale > 0 ? Float(Double(values[index]) * scale) : 0
          }
        }
      }
    }
  }
}
