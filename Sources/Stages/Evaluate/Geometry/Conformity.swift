import Foundation
import Kernels

/// How similar each row is to all others of its side: C_i = (1/(n − 1)) Σ_{j≠i} x_i·x_j, of unit rows.
///
/// Source: Levi and Gilboa 2025, arXiv:2411.14517.
struct Conformity {
  /// ‖m‖ of the mean row m.
  let meanNorm: Double
  /// cos(m, x_i).
  let cosines: [Double]

  init(unitRows rows: RealMatrix) {
    let mean = rows.centroid
    let norm = dot(mean, mean).squareRoot()
    meanNorm = norm
    cosines = (0..<rows.rows).map { norm > 0 ? dot(Array(rows.row($0)), mean) / norm : 0 }
  }

  /// (n‖m‖·cos(m, x_i) − 1)/(n − 1): the conformities, as Σ_j x_i·x_j = n·x_i·m.
  var byMean: [Double] {
    let n = Double(cosines.count)
    return cosines.map { (n * meanNorm * $0 - 1) / (n - 1) }
  }

  /// By the definition, from all pairs of rows.
  static func byPairs(_ rows: RealMatrix) -> [Double] {
    var found = [Double](repeating: 0, count: rows.rows)
    rows.forEachRow(against: rows) { row, products in
      let others = products.reduce(0, +) - products[products.startIndex + row]
      found[row] = others / Double(rows.rows - 1)
    }
    return found
  }
}

/// Least squares of two variables on each other.
struct LinearFit {
  /// Of the second on the first.
  let slope: Double
  /// Of the first on the second.
  let inverseSlope: Double
  /// Pearson's. All three are NaN where a variable that they divide by does not vary.
  let correlation: Double

  init(_ first: [Double], _ second: [Double]) {
    let n = Double(first.count)
    let (a, b) = (first.reduce(0, +) / n, second.reduce(0, +) / n)
    var (aa, ab, bb) = (0.0, 0.0, 0.0)
    for (u, v) in zip(first, second) {
      aa += (u - a) * (u - a)
      ab += (u - a) * (v - b)
      bb += (v - b) * (v - b)
    }
    (slope, inverseSlope, correlation) = (ab / aa, ab / bb, ab / (aa * bb).squareRoot())
  }
}
