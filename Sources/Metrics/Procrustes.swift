import Contracts
import Execution
import Kernels

/// The orthogonal map that turns y closest to x, as an operator on columns, y'_i = W·y_i:
///
///     W = U·Vᵀ,  Xᵀ·Y = U·S·Vᵀ,   the minimiser of Σ ‖x_i − W·y_i‖² over orthogonal W
///
/// It is applied to rows as Y·Wᵀ. Source: Schönemann 1966, doi:10.1007/BF02289451; Liang et al. 2022, Sec. 4.4.
/// Every row of y is fitted to the row of x that it makes a pair with.
/// - Parameters:
///   - rowOfX: for each row of y, its row of x; nil where they are the same.
///   - isComplete: whether W is determined beyond the span of the pairs, for rows that are not among them: fewer pairs
///     than dimensions leave it open there, and of all minimisers the one nearest to the identity is taken. It is the
///     limit of the same factor of Xᵀ·Y + η·I for η → 0.
/// - Returns: W, `(d, d)`.
/// - Throws: `MetricFailure.unpaired` where `rowOfX` is empty.
package func procrustes(
  _ x: TransformedRows, _ y: TransformedRows, rowOfX: [Int]? = nil, isComplete: Bool = false,
  _ budget: ThreadBudget
) throws -> RealMatrix {
  if let rowOfX, rowOfX.isEmpty { throw MetricFailure.unpaired }
  let x = try rowOfX.map { try x.real(budget).picking($0) } ?? x.real(budget)
  let y = try y.real(budget)
  guard x.rows == y.rows, x.columns == y.columns else {
    throw MetricFailure.unequalShapes(
      xRows: x.rows, xColumns: x.columns, yRows: y.rows, yColumns: y.columns)
  }
  var product = x.multiplied(by: y, transposed: true)
  if isComplete, x.rows < x.columns {
    let small = 1e-9 * dot(product.values, product.values).squareRoot()
    for k in 0..<product.columns { product[k, k] += small }
  }
  let decomposed = try LAPACK.singularValues(product)
  return decomposed.u.multiplied(by: decomposed.vTransposed)
}

/// The orthogonal map that brings the rows of `y` closest to those of `x`, after rows are divided by their norms:
/// `(d, d)`, applied as y·Wᵀ.
/// - Throws: an error that names the row if a row is not finite or has norm zero.
public func procrustes(_ x: Matrix, _ y: Matrix) throws -> Matrix {
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  return try procrustes(TransformedRows(x, .x), TransformedRows(y, .y), budget).rounded
}
