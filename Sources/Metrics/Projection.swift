import Contracts
import Execution
import Kernels

/// Which matrix to decompose.
public enum ProjectionMethod: String, Sendable, CaseIterable {
  /// Principal components; the column means are subtracted first.
  case pca
  /// Singular vectors of the rows as they are.
  case svd
}

/// Projection of the embeddings of both modalities together to their principal directions.
///
///     Z = U·diag(σ)·Vᵀ,   Z the union of x and y, x first (centred for `pca`)
///
/// Row i of `scores` is Z_i·V for the first components. The sign of each direction is chosen so that its
/// loading of greatest magnitude (of equal ones, the first) is positive. σ are the singular values, and
/// the explained variance ratios are σ_k² / Σ σ².
public struct Projection: Sendable {
  /// `(rows of x + rows of y, components)`.
  package let scores: RealMatrix
  public let singularValues: [Double]
  public let explainedVarianceRatios: [Double]
}

/// Decomposes through the Gram matrix of the smaller side, in float64.
/// - Throws: `LinearAlgebraFailure` where the iteration does not converge.
package func projection(
  of parts: [TransformedRows], method: ProjectionMethod, components: Int, _ budget: ThreadBudget
) throws -> Projection {
  try projection(of: stack(parts.map { try $0.real(budget) }), method: method, components: components)
}

/// `projection` of rows as they are.
package func projection(
  of rows: consuming RealMatrix, method: ProjectionMethod, components: Int
) throws -> Projection {
  var union = rows
  if method == .pca { union.subtractColumnMeans() }
  let isTall = union.rows > union.columns
  let eigen = try LAPACK.symmetricEigen(union.gram(ofColumns: isTall))
  let values = eigen.values.map { max(0, $0).squareRoot() }
  let total = union.values.reduce(0) { $0 + $1 * $1 }
  let directions = loadings(eigen, values, union, isTall, min(components, values.count))
  return Projection(
    scores: union.scores(on: directions, padTo: components), singularValues: values,
    explainedVarianceRatios: values.map { total > 0 ? $0 * $0 / total : 0 })
}

private func stack(_ parts: [RealMatrix]) throws -> RealMatrix {
  guard let first = parts.first else { throw MetricFailure.noRows }
  return RealMatrix(
    rows: parts.reduce(0) { $0 + $1.rows }, columns: first.columns, values: parts.flatMap(\.values))
}

/// The right singular vectors, one a row: eigenvectors of ZᵀZ themselves, or Zᵀu/σ of those of ZZᵀ.
/// A direction without variance is zero.
private func loadings(
  _ eigen: LAPACK.Eigen, _ values: [Double], _ union: RealMatrix, _ isTall: Bool, _ count: Int
) -> RealMatrix {
  let order = eigen.vectors.columns
  var top = RealMatrix(
    rows: count, columns: order, values: Array(eigen.vectors.values[0..<count * order]))
  if !isTall { top = top.multiplied(by: union) }
  // The Gram matrix squares rounding, too: a direction of no variance comes out at about √ε of the first.
  let negligible = (values.first ?? 0) * 3e-7
  for row in 0..<count {
    let length = dot(Array(top.row(row)), Array(top.row(row))).squareRoot()
    let scale = values[row] > negligible && length > 0 ? top.signOfGreatest(row) / length : 0
    for column in 0..<top.columns { top[row, column] *= scale }
  }
  return top
}

extension RealMatrix {
  /// +1 or −1: the sign of the row's element of greatest magnitude.
  fileprivate func signOfGreatest(_ index: Int) -> Double {
    let greatest = row(index).reduce(0) { abs($1) > abs($0) ? $1 : $0 }
    return greatest < 0 ? -1 : 1
  }

  fileprivate mutating func subtractColumnMeans() {
    var means = [Double](repeating: 0, count: columns)
    for row in 0..<rows { for column in 0..<columns { means[column] += self[row, column] } }
    for column in 0..<columns { means[column] /= Double(rows) }
    for row in 0..<rows { for column in 0..<columns { self[row, column] -= means[column] } }
  }

  /// ZᵀZ of the columns, or ZZᵀ of the rows.
  fileprivate func gram(ofColumns: Bool) -> RealMatrix {
    let order = ofColumns ? columns : rows
    let shape = ProductShape(rows: order, columns: order, inner: ofColumns ? rows : columns)
    return RealMatrix(rows: order, columns: order) { out in
      withSlice { z in
        BLAS.multiply(
          shape, Operand(z, stride: columns, transposed: ofColumns),
          Operand(z, stride: columns, transposed: !ofColumns), into: out, stride: order)
      }
    }
  }

  /// Z·Vᵀ for directions that are rows, with columns of zeros up to `count`.
  fileprivate func scores(on directions: RealMatrix, padTo count: Int) -> RealMatrix {
    var scores = RealMatrix(zeros: rows, count)
    withSlice { z in
      directions.withSlice { v in
        scores.values.withSlice { out in
          BLAS.multiply(
            ProductShape(rows: rows, columns: directions.rows, inner: columns), Operand(z, stride: columns),
            Operand(v, stride: columns, transposed: true), into: out, stride: count)
        }
      }
    }
    return scores
  }
}
