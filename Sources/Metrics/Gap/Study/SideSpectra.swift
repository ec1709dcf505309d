import Execution
import Kernels

/// Eigenvalues and eigenvectors of one side's second moments: about zero, and about the mean.
struct SideSpectra: Sendable {
  /// Of (1/n) XᵀX.
  let raw: LAPACK.Eigen
  /// Of the covariance.
  let centred: LAPACK.Eigen

  static func both(_ moments: SecondMoments, _ budget: ThreadBudget) throws -> [SideSpectra] {
    let eigen = try budget.map(blocks: 4) { part in
      let side: GapSide = part < 2 ? .x : .y
      return try LAPACK.symmetricEigen(part % 2 == 0 ? moments.raw(side) : moments.covariance(side))
    }
    return [
      SideSpectra(raw: eigen[0], centred: eigen[1]), SideSpectra(raw: eigen[2], centred: eigen[3]),
    ]
  }
}

extension LAPACK.Eigen {
  /// Below it an eigenvalue is rounding.
  var negligible: Double { max(0, values.first ?? 0) * 1e-12 }

  /// Eigenvalues without rounding: none is below zero.
  var spectrum: [Double] { values.map { $0 > negligible ? $0 : 0 } }

  /// V·diag(g)·Vᵀ: where a value is a function of the eigenvalues with the derivatives g, its derivative by the matrix.
  func derivative(_ g: [Double]) -> RealMatrix {
    let d = vectors.columns
    var scaled = vectors
    for row in 0..<d { for column in 0..<d { scaled.values[row * d + column] *= g[row] } }
    return vectors.multiplied(by: scaled, transposed: true)
  }
}
