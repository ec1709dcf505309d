import Contracts
import Execution
import Kernels

/// Mean and covariance of rows, in float64: what whitening, standardising and principal components are made of.
///
///     μ = (1/n) Σ r_i,   Σ = (1/n) Σ (r_i − μ)(r_i − μ)ᵀ
package struct RowMoments: Sendable {
  package let mean: [Double]
  /// `(d, d)`, divided by n.
  package let covariance: RealMatrix

  package init(_ rows: TransformedRows, _ budget: ThreadBudget) throws {
    let mean = try rows.centroid(budget)
    var centred = try rows.real(budget)
    for row in 0..<centred.rows { for column in mean.indices { centred[row, column] -= mean[column] } }
    var covariance = centred.multiplied(by: centred, transposed: true)
    for index in covariance.values.indices { covariance.values[index] /= Double(rows.rows) }
    (self.mean, self.covariance) = (mean, covariance)
  }

  /// The variance of each dimension; zero where only rounding is left of it.
  package var variances: [Double] {
    mean.indices.map { k in
      let variance = covariance[k, k]
      return variance <= 1e-30 + 1e-28 * mean[k] * mean[k] ? 0 : variance
    }
  }

  /// Σ of the variances: the trace of the covariance.
  package var spread: Double { variances.reduce(0, +) }

  /// The principal components: eigenvalues of the covariance descending, and how many of them are more than rounding.
  /// - Throws: `LinearAlgebraFailure`.
  package func components() throws -> (eigen: LAPACK.Eigen, rank: Int) {
    let eigen = try LAPACK.symmetricEigen(covariance)
    let negligible = max(1e-30, (eigen.values.first ?? 0) * 1e-13)
    return (eigen, eigen.values.count { $0 > negligible })
  }

  /// ZCA: Σ^(−1/2) with `epsilon` added to each eigenvalue, symmetric `(d, d)`. Where `epsilon` is 0, directions without
  /// variance go to zero (the pseudoinverse).
  /// - Throws: `LinearAlgebraFailure`.
  package func whitening(epsilon: Double) throws -> RealMatrix {
    let (eigen, rank) = try components()
    var scaled = eigen.vectors
    for (k, value) in eigen.values.enumerated() {
      let regular = max(0, value) + epsilon
      // (λ + ε)^(−1/4) on each side of VᵀV, so that the product is symmetric.
      let factor = regular > 0 && (k < rank || epsilon > 0) ? 1 / regular.squareRoot().squareRoot() : 0
      for column in 0..<scaled.columns { scaled[k, column] *= factor }
    }
    return scaled.multiplied(by: scaled, transposed: true)
  }
}
