import COpenBLAS
import Execution

/// One factor of a product: a row-major matrix in a slice, read as it lies or transposed.
///
/// Where it is `rows × columns` as a product reads it, the slice holds as many rows from its beginning on, or as
/// many columns where it is transposed, each as long as the other; they begin `stride` apart, and the last one
/// need not be followed by the rest of its stride. Products check that it does.
package struct Operand<Element> {
  package let slice: MemorySlice<Element>
  /// Elements from the start of one stored row to the start of the next.
  package let stride: Int
  package let isTransposed: Bool

  package init(_ slice: MemorySlice<Element>, stride: Int, transposed: Bool = false) {
    self.slice = slice
    self.stride = stride
    self.isTransposed = transposed
  }

  /// The place of a factor that is `rows × columns` as a product reads it, of which the slice holds all.
  @inline(__always)
  func pointer(rows: Int, columns: Int) -> UnsafePointer<Element> {
    let stored = isTransposed ? (rows: columns, columns: rows) : (rows: rows, columns: columns)
    return UnsafePointer(slice.pointer(rows: stored.rows, columns: stored.columns, stride: stride))
  }

  /// Stops where the slice does not hold all of the factor.
  func check(rows: Int, columns: Int) { _ = pointer(rows: rows, columns: columns) }

  fileprivate var order: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
}

/// C is `rows × columns`; the sum runs over `inner`.
package struct ProductShape: Sendable {
  package let rows: Int
  package let columns: Int
  package let inner: Int
  package init(rows: Int, columns: Int, inner: Int) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
  }
}

/// Matrix products through OpenBLAS, one thread a call: parallelism is the caller's, over blocks.
///
/// What a product reads and writes lies within its slices, or the program stops before it runs: a comparison
/// for each of the three matrices, in release builds too.
package enum BLAS {
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// Makes sure that OpenBLAS starts no threads of its own.
  package static func prepare() { _ = singleThreaded }

  /// C ← α·op(A)·op(B) + β·C in float32. With β = 0, C is not read.
  ///
  /// C has `rows` rows of `columns` numbers, which begin `stride` apart; nothing between them is touched.
  /// A row of C does not depend on how many rows stand beside it, on kernels whose `rowPeriod` is 1, except by
  /// the shortcut for small products that some of those have (`leastRows`).
  package static func multiply(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: FloatSlice,
    stride: Int, alpha: Float = 1, beta: Float = 0
  ) {
    let multiple = rowRule.padsTo
    guard multiple > 1, shape.rows % multiple != 0 else {
      return multiplyAsGiven(shape, a, b, into: c, stride: stride, alpha: alpha, beta: beta)
    }
    multiplyPadded(shape, a, b, into: c, stride: stride, alpha: alpha, beta: beta, multiple: multiple)
  }

  /// `multiply` as OpenBLAS does it.
  static func multiplyAsGiven(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: FloatSlice,
    stride: Int, alpha: Float = 1, beta: Float = 0
  ) {
    prepare()
    cblas_sgemm(
      CblasRowMajor, a.order, b.order, Int32(shape.rows), Int32(shape.columns), Int32(shape.inner), alpha,
      a.pointer(rows: shape.rows, columns: shape.inner), Int32(a.stride),
      b.pointer(rows: shape.inner, columns: shape.columns), Int32(b.stride), beta,
      c.pointer(rows: shape.rows, columns: shape.columns, stride: stride), Int32(stride))
  }

  /// C ← α·op(A)·op(B) + β·C in float64. With β = 0, C is not read. C lies as in float32.
  package static func multiply(
    _ shape: ProductShape, _ a: Operand<Double>, _ b: Operand<Double>, into c: DoubleSlice,
    stride: Int, alpha: Double = 1, beta: Double = 0
  ) {
    prepare()
    cblas_dgemm(
      CblasRowMajor, a.order, b.order, Int32(shape.rows), Int32(shape.columns), Int32(shape.inner), alpha,
      a.pointer(rows: shape.rows, columns: shape.inner), Int32(a.stride),
      b.pointer(rows: shape.inner, columns: shape.columns), Int32(b.stride), beta,
      c.pointer(rows: shape.rows, columns: shape.columns, stride: stride), Int32(stride))
  }
}
