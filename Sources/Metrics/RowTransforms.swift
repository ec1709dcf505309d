import Contracts
import Kernels

// What transforms are put together from.

extension RowBlock {
  /// Divides a row by its Euclidean norm.
  ///
  /// - Throws: `MetricFailure.notFinite`; `.zeroNorm`.
  package func normalize(_ place: Int) throws {
    let row = self[place]
    let square = dot(row, row)
    guard square.isFinite else { throw notFinite(place) }
    guard square > 0 else { throw MetricFailure.zeroNorm(side, row: firstRow + place) }
    let scale = 1 / square.squareRoot()
    for column in row.indices { row[column] *= scale }
  }

  /// The same of a row that was of unit norm: one that lies on the point it is moved to keeps rounding noise only, and
  /// no direction.
  package func normalizeTransformed(_ place: Int) throws {
    try requireDirection(place)
    try normalize(place)
  }

  /// - Throws: `MetricFailure.zeroNorm` where a row that was of unit norm has nothing but rounding noise left.
  package func requireDirection(_ place: Int) throws {
    let row = self[place]
    guard !(dot(row, row) <= 1e-28) else { throw MetricFailure.zeroNorm(side, row: firstRow + place) }
  }

  private func notFinite(_ place: Int) -> MetricFailure {
    let row = self[place]
    // Where all are finite, their squares are not: the largest of them is to blame.
    let column =
      row.indices.first { !row[$0].isFinite } ?? row.indices.max { abs(row[$0]) < abs(row[$1]) } ?? 0
    return .notFinite(side, row: firstRow + place, column: column, value: Float(row[column]))
  }
}

/// Row ← row + vector, then of unit norm where `renormalizes`.
package struct RowShift: RowTransform {
  private let vector: [Double]
  private let renormalizes: Bool

  /// - Throws: `MetricFailure.directionLength`.
  package init(by vector: [Double], renormalizes: Bool, columns: Int) throws {
    try requireLength(vector, columns)
    self.vector = vector
    self.renormalizes = renormalizes
  }

  package func apply(to rows: RowBlock) throws {
    for place in 0..<rows.count {
      let row = rows[place]
      for column in row.indices { row[column] += vector[column] }
      if renormalizes { try rows.normalizeTransformed(place) }
    }
  }
}

/// Row ← (row − mean)·scale by dimension, then of unit norm where `renormalizes`.
package struct RowScaling: RowTransform {
  private let mean: [Double]
  private let scale: [Double]
  private let renormalizes: Bool

  /// - Throws: `MetricFailure.directionLength`.
  package init(from mean: [Double], by scale: [Double], renormalizes: Bool, columns: Int) throws {
    try requireLength(mean, columns)
    try requireLength(scale, columns)
    (self.mean, self.scale, self.renormalizes) = (mean, scale, renormalizes)
  }

  package func apply(to rows: RowBlock) throws {
    for place in 0..<rows.count {
      let row = rows[place]
      for column in row.indices { row[column] = (row[column] - mean[column]) * scale[column] }
      if renormalizes { try rows.normalizeTransformed(place) }
    }
  }
}

/// Rows ← rows·Wᵀ with `w` row-major `(d, d)`.
package struct LinearRowMap: RowTransform {
  private let w: RealMatrix

  /// - Throws: `MetricFailure.directionLength`.
  package init(_ w: [Double], columns: Int) throws {
    try requireLength(w, columns * columns)
    self.w = RealMatrix(rows: columns, columns: columns, values: w)
  }

  package func apply(to rows: RowBlock) {
    rows.values.values.withReadSlice { source in
      w.withSlice { w in
        BLAS.multiply(
          ProductShape(rows: rows.count, columns: rows.columns, inner: rows.columns),
          Operand(source, stride: rows.columns), Operand(w, stride: rows.columns, transposed: true),
          into: rows.values, stride: rows.columns)
      }
    }
  }
}

private func requireLength(_ vector: [Double], _ expected: Int) throws {
  if vector.count != expected {
    throw MetricFailure.directionLength(found: vector.count, expected: expected)
  }
}
