import Execution
import Kernels

/// A plane in which the gap is seen as it is: the first axis is Δ, the second the first principal component of what is left
/// of both sides without Δ. Where there is no gap, or one side alone, the first two principal components.
package struct GapPlane: Sendable {
  /// Whether the first axis is Δ.
  package let hasGap: Bool
  private let origin: [Double]
  private let first: [Double]
  private let second: [Double]

  /// Below this, Δ is rounding, and has no direction.
  private static let leastGap = 1e-6

  /// - Parameters:
  ///   - x: rows of unit norm.
  ///   - y: the other side, with as many dimensions; nil for x alone.
  /// - Throws: `LinearAlgebraFailure`.
  package init(_ x: Matrix, _ y: Matrix?) throws {
    let means = ([x, y].compactMap { $0 }).map(\.columnMeans)
    let origin = means[0].indices.map { k in means.reduce(0) { $0 + $1[k] } / Double(means.count) }
    let gap = means.count == 2 ? zip(means[0], means[1]).map { $0 - $1 } : []
    let length = dot(gap, gap).squareRoot()
    hasGap = length > Self.leastGap
    let direction = hasGap ? gap.map { $0 / length } : nil
    let components = try Self.components([x, y].compactMap { $0 }, origin, without: direction)
    self.origin = origin
    first = direction ?? components[0]
    second = direction == nil ? components[1] : components[0]
  }

  /// The first two principal components of all rows; of a dimension that there is not, zeros.
  private static func components(_ sides: [Matrix], _ origin: [Double], without direction: [Double]?) throws
    -> [[Double]]
  {
    let (rows, columns) = (sides.reduce(0) { $0 + $1.rows }, origin.count)
    var left = RealMatrix(zeros: rows, columns)
    var place = 0
    for side in sides {
      for row in 0..<side.rows {
        var line = zip(side.row(row), origin).map { Double($0) - $1 }
        if let direction {
          let along = dot(line, direction)
          for k in line.indices { line[k] -= along * direction[k] }
        }
        left.values.replaceSubrange(place * columns..<(place + 1) * columns, with: line)
        place += 1
      }
    }
    let eigen = try LAPACK.symmetricEigen(left.multiplied(by: left, transposed: true))
    return (0..<2).map { k in
      guard k < columns else { return [Double](repeating: 0, count: columns) }
      let vector = Array(eigen.vectors.row(k))
      let greatest = vector.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
      return greatest < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Row after row, its two coordinates.
  package func coordinates(_ rows: Matrix) -> [Float] {
    var out: [Float] = []
    out.reserveCapacity(2 * rows.rows)
    for row in 0..<rows.rows {
      let line = zip(rows.row(row), origin).map { Double($0) - $1 }
      out += [Float(dot(line, first)), Float(dot(line, second))]
    }
    return out
  }
}

extension Matrix {
  /// The mean of each column, in float64.
  package var columnMeans: [Double] {
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for (column, value) in self.row(row).enumerated() { sums[column] += Double(value) }
    }
    return sums.map { $0 / Double(rows) }
  }
}
