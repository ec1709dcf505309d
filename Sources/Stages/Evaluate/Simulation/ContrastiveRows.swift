import Execution
import Foundation
import Kernels

/// What contrastive losses of rows have in common: of one direction, queries against candidates, row i with row i.
///
/// Similarities are multiplied by `scale` = 1/τ.
struct ContrastiveRows {
  /// Mean over queries of ln Σ_j exp(s·q_i·c_j).
  private(set) var logSum = 0.0
  /// Mean of the similarity with the weights softmax_j(s·q_i·c_j): the derivative of `logSum` by s.
  private(set) var weighted = 0.0
  /// Mean of q_i·c_i.
  private(set) var positive = 0.0

  init(_ queries: RealMatrix, _ candidates: RealMatrix, scale: Double) {
    var sums = (log: 0.0, weighted: 0.0, positive: 0.0)
    queries.forEachRow(against: candidates) { row, products in
      let greatest = products.max() ?? 0
      var (total, weighted) = (0.0, 0.0)
      for product in products {
        let weight = exp(scale * (product - greatest))
        total += weight
        weighted += weight * product
      }
      sums.log += scale * greatest + log(total)
      sums.weighted += weighted / total
      sums.positive += products[products.startIndex + row]
    }
    let count = Double(queries.rows)
    (logSum, weighted, positive) = (sums.log / count, sums.weighted / count, sums.positive / count)
  }

  /// InfoNCE in nats: mean of −ln softmax_i.
  func loss(scale: Double) -> Double { logSum - scale * positive }
  /// Its derivative by the scale.
  var slope: Double { weighted - positive }
}

extension RandomStream {
  /// Independent rows, uniform on the unit sphere. A row of normals has norm zero with probability zero; it becomes e₁.
  func sphere(rows: Int, columns: Int) -> RealMatrix {
    var draws = [Float](repeating: 0, count: rows * columns)
    draws.withSlice { gaussians(into: $0) }
    var matrix = RealMatrix(rows: rows, columns: columns, values: draws.map(Double.init))
    for row in 0..<rows {
      let norm = dot(Array(matrix.row(row)), Array(matrix.row(row))).squareRoot()
      if norm == 0 { matrix[row, 0] = 1 }
      for column in 0..<columns { matrix[row, column] /= norm > 0 ? norm : 1 }
    }
    return matrix
  }
}
