import COpenBLAS

/// Decompositions through OpenBLAS's LAPACK, on one thread.
package enum LAPACK {
  /// A = Σ λ_k v_k v_kᵀ of a symmetric matrix: values descending, row k of `vectors` belongs to value k.
  package struct Eigen: Sendable {
    package let values: [Double]
    package let vectors: RealMatrix
  }

  /// A = U·diag(s)·Vᵀ of a square matrix, `s` descending.
  package struct SingularValues: Sendable {
    package let u: RealMatrix
    package let values: [Double]
    package let vTransposed: RealMatrix
  }

  /// `dsyevd`. - Throws: `LinearAlgebraFailure` where the iteration does not converge.
  package static func symmetricEigen(_ matrix: RealMatrix) throws -> Eigen {
    BLAS.prepare()
    var a = matrix.values
    var order = Int32(matrix.rows)
    var values = [Double](repeating: 0, count: matrix.rows)
    var query: (Double, Int32) = (0, 0)
    var ask = Int32(-1)
    var info = Int32(0)
    dsyevd_("V", "L", &order, &a, &order, &values, &query.0, &ask, &query.1, &ask, &info)
    var workCount = Int32(query.0)
    var integerCount = query.1
    var work = [Double](repeating: 0, count: max(1, Int(workCount)))
    var integers = [Int32](repeating: 0, count: max(1, Int(integerCount)))
    dsyevd_(
      "V", "L", &order, &a, &order, &values, &work, &workCount, &integers, &integerCount, &info)
    try check("dsyevd", info)
    return descending(values, a, order: matrix.rows)
  }

  /// LAPACK's columns are the rows of our memory, and its order is ascending.
  private static func descending(_ values: [Double], _ vectors: [Double], order: Int) -> Eigen {
    var flipped: [Double] = []
    flipped.reserveCapacity(vectors.count)
    for row in stride(from: order - 1, through: 0, by: -1) {
      flipped += vectors[row * order..<(row + 1) * order]
    }
    return Eigen(
      values: values.reversed(), vectors: RealMatrix(rows: order, columns: order, values: flipped))
  }

  /// `dgesdd`. LAPACK reads our rows as columns, so it decomposes Aᵀ: its U is our Vᵀ in memory, and
  /// its Vᵀ our U. - Throws: `LinearAlgebraFailure` where the iteration does not converge.
  package static func singularValues(_ matrix: RealMatrix) throws -> SingularValues {
    BLAS.prepare()
    var a = matrix.values
    var order = Int32(matrix.rows)
    var values = [Double](repeating: 0, count: matrix.rows)
    var left = [Double](repeating: 0, count: a.count)
    var right = left
    var integers = [Int32](repeating: 0, count: 8 * matrix.rows)
    var best = 0.0
    var ask = Int32(-1)
    var info = Int32(0)
    dgesdd_(
      "A", &order, &order, &a, &order, &values, &left, &order, &right, &order, &best, &ask, &integers, &info)
    var count = Int32(best)
    var work = [Double](repeating: 0, count: max(1, Int(count)))
    dgesdd_(
      "A", &order, &order, &a, &order, &values, &left, &order, &right, &order, &work, &count, &integers,
      &info)
    try check("dgesdd", info)
    return SingularValues(
      u: RealMatrix(rows: matrix.rows, columns: matrix.rows, values: right), values: values,
      vTransposed: RealMatrix(rows: matrix.rows, columns: matrix.rows, values: left))
  }

  private static func check(_ routine: String, _ info: Int32) throws {
    if info != 0 { throw LinearAlgebraFailure.routine(routine, info: Int(info)) }
  }
}
